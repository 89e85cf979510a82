// Rows about money → prices as numbers: exchange rates, tariffs, routing plans, customers, products; every mistake in them told.

import { formatAmount, parseAmount, PRICE_MAX } from '../money/amount.js'
import { DESTINATION_FORMS, formatDestination, parseDestination } from '../money/destination.js'
import { compileExchange, parseExchangeRate, toBase, type Exchange, type ExchangeRow } from '../money/exchange.js'
import type { Rate as CompiledRate } from '../money/tariff.js'
import { momentOf } from '../money/moment.js'
import { dotted, listOf, ROWS_SLICE, rows, type Resolving } from './resolving.js'
import type { DirectoryFile } from './schema.js'
import type { CustomerRow, PlanRow, ProductRow, RateRow, TariffRow } from './trade-rows.js'

/** One line of a tariff. What is left out is as money/tariff.ts has it. */
export interface Rate extends Partial<Omit<CompiledRate, 'destination' | 'priceMicros'>> {
  /** Any destination in its one written form, most often leading digits; see money/destination.ts. */
  readonly prefix: string
  /** Millionths of the tariff's currency per unit. */
  readonly price: number
}

export interface Tariff {
  readonly id: string
  /** Left out: the base currency. */
  readonly currency?: string
  readonly rates: readonly Rate[]
}

/** What stands for a base currency that nobody named: ISO 4217's code for no currency. */
export const NO_CURRENCY = 'XXX'

const ALWAYS = 0
/** Rates looked at between two yields: about a millisecond. */
const SLICE = 500
const MOMENT = 'a day or moment that is in the calendar, from 1970 on'

/** The base currency and what others are worth in it. */
export function resolveExchange(file: DirectoryFile, resolving: Resolving): Exchange {
  const { isRight, mistakes } = resolving
  const base = typeof file.currency === 'string' && isRight('/currency') ? file.currency : NO_CURRENCY
  const seen = new Map<string, string>()
  const exchange: ExchangeRow[] = []
  for (const [row, at] of rows(file.exchangeRates, '/exchangeRates')) {
    const before = mistakes.length
    const { currency, rate } = row
    if (isRight(`${at}/currency`) && currency === base)
      mistakes.push({ pointer: `${at}/currency`, value: currency, expected: `another currency: ${base} is the base` })
    if (isRight(`${at}/rate`) && parseExchangeRate(rate) === undefined)
      mistakes.push({ pointer: `${at}/rate`, value: rate, expected: 'a rate above 0' })
    const fromMs = momentAt(row.effectiveFrom, `${at}/effectiveFrom`, resolving)
    const fields = ['', '/currency', '/rate', '/effectiveFrom'].map((field) => at + field)
    if (!fields.every(isRight) || mistakes.length > before) continue
    const first = seen.get(`${currency} ${fromMs}`)
    seen.set(`${currency} ${fromMs}`, at)
    if (first === undefined) exchange.push({ currency, rate, fromMs })
    else
      mistakes.push({ pointer: at, expected: `one rate of ${currency} from one moment on (first at ${dotted(first)})` })
  }
  return compileExchange(base, exchange)
}

/** What rows came to in which nothing was wrong: rows do not change, and most of a directory is as it was before. */
const ratesBefore = new WeakMap<TariffRow, readonly Rate[]>()

/** Works in slices. */
export function* resolveTariffs(
  file: DirectoryFile,
  exchange: Exchange,
  resolving: Resolving,
): Generator<void, Tariff[]> {
  const tariffId = resolving.unique('an id')
  const tariffs: Tariff[] = []
  for (const [tariff, at] of rows(file.tariffs, '/tariffs')) {
    tariffId(tariff.id, `${at}/id`)
    checkCurrency(tariff.currency, `${at}/currency`, exchange, resolving)
    const rates = ratesBefore.get(tariff) ?? (yield* resolveRates(tariff, at, resolving))
    checkBasePrices(tariff.currency, rates, at, exchange, resolving)
    const { id, currency } = tariff
    tariffs.push({ id, rates, ...(currency === undefined ? {} : { currency }) })
    if (tariffs.length % ROWS_SLICE === 0) yield
  }
  return tariffs
}

function* resolveRates(tariff: TariffRow, at: string, resolving: Resolving): Generator<void, readonly Rate[]> {
  const { mistakes, isWhollyRight } = resolving
  const before = mistakes.length
  // By number where it was first: pointers are made for mistakes only.
  const seen = new Map<string, number>()
  const rates: Rate[] = []
  let count = 0
  for (const [row, rateAt, index] of rows(tariff.rates, `${at}/rates`)) {
    if (++count % SLICE === 0) yield
    const destination = destinationOf(row, rateAt, resolving)
    const effectiveFromMs = momentAt(row.effectiveFrom, `${rateAt}/effectiveFrom`, resolving)
    const price = priceOf(row, rateAt, resolving)
    if (destination === undefined) continue
    const key = effectiveFromMs === ALWAYS ? destination : `${destination}@${effectiveFromMs}`
    const first = seen.get(key)
    if (first !== undefined) {
      const what = row.effectiveFrom === undefined ? nameOf(row) : 'moment'
      const firstAt = `${at}/rates/${first}/${nameOf(tariff.rates[first]!)}`
      const expected = `a ${what} that is not used twice (first at ${dotted(firstAt)})`
      mistakes.push({ pointer: `${rateAt}/${nameOf(row)}`, value: row.destination ?? row.prefix, expected })
      continue
    }
    seen.set(key, index)
    if (price !== undefined) rates.push(rateOf(row, destination, price, effectiveFromMs))
  }
  if (mistakes.length === before && isWhollyRight(at)) ratesBefore.set(tariff, rates)
  return rates
}

function nameOf({ prefix }: RateRow): string {
  return prefix === undefined ? 'destination' : 'prefix'
}

function rateOf(row: RateRow, prefix: string, price: number, effectiveFromMs: number): Rate {
  const { preference, category, huntstop, forbidden, weight } = row
  return {
    prefix,
    price,
    ...(effectiveFromMs === ALWAYS ? {} : { effectiveFromMs }),
    ...(preference === undefined ? {} : { preference }),
    ...(category === undefined ? {} : { routeCategory: category }),
    ...(huntstop === undefined ? {} : { huntstop }),
    ...(forbidden === undefined ? {} : { forbidden }),
    ...(weight === undefined ? {} : { weight }),
  }
}

/** The destination in its one written form; undefined where that is wrong, which is told. */
function destinationOf({ destination, prefix }: RateRow, at: string, { isRight, mistakes }: Resolving) {
  if (!isRight(`${at}/destination`) || !isRight(`${at}/prefix`)) return undefined
  if (destination === undefined && prefix === undefined) {
    mistakes.push({ pointer: at, expected: 'exactly one of destination and prefix' })
    return undefined
  }
  if (destination !== undefined && prefix !== undefined) {
    mistakes.push({ pointer: `${at}/prefix`, expected: 'exactly one of destination and prefix' })
    return undefined
  }
  const parsed = parseDestination(destination ?? prefix ?? '')
  if (parsed !== undefined) return formatDestination(parsed)
  mistakes.push(
    prefix === undefined
      ? { pointer: `${at}/destination`, value: destination, expected: DESTINATION_FORMS }
      : { pointer: `${at}/prefix`, value: prefix, expected: 'up to 15 digits: no number has more' },
  )
  return undefined
}

function priceOf({ price }: RateRow, at: string, { isRight, mistakes }: Resolving): number | undefined {
  if (!isRight(`${at}/price`)) return undefined
  const micros = parseAmount(price)
  if (micros !== undefined && micros <= PRICE_MAX) return micros
  mistakes.push({ pointer: `${at}/price`, value: price, expected: `a price up to ${formatAmount(PRICE_MAX)}` })
  return undefined
}

/** Where prices are converted they must stay exact, at every rate of exchange that is given. */
function checkBasePrices(
  currency: string | undefined,
  rates: readonly Rate[],
  at: string,
  exchange: Exchange,
  { mistakes }: Resolving,
): void {
  if (currency === undefined || currency === exchange.base) return
  const dearest = rates.reduce((most, { price }) => Math.max(most, price), 0)
  for (const rate of exchange.rates.get(currency) ?? []) {
    try {
      toBase(dearest, rate)
    } catch {
      const expected = `prices that stay below 9 billion ${exchange.base}, which ${formatAmount(dearest)} at ${rate.text} does not`
      mistakes.push({ pointer: `${at}/currency`, value: currency, expected })
    }
  }
}

export function checkPlans(file: DirectoryFile, resolving: Resolving): readonly PlanRow[] {
  const planId = resolving.unique('an id')
  return [...rows(file.plans, '/plans')].map(([plan, at]) => {
    planId(plan.id, `${at}/id`)
    const category = resolving.unique('a category')
    for (const [entry, entryAt] of rows(plan.categories, `${at}/categories`))
      category(entry.category, `${entryAt}/category`)
    const { profit } = plan
    const isEmpty = typeof profit === 'object' && profit !== null && !('absolute' in profit || 'relative' in profit)
    if (isEmpty && resolving.isRight(`${at}/profit`))
      resolving.mistakes.push({ pointer: `${at}/profit`, expected: 'at least one of absolute and relative' })
    return plan
  })
}

/** Works in slices. */
export function* checkCustomers(
  file: DirectoryFile,
  exchange: Exchange,
  resolving: Resolving,
): Generator<void, readonly CustomerRow[]> {
  const customerId = resolving.unique('an id')
  const customers: CustomerRow[] = []
  for (const [customer, at] of rows(file.customers, '/customers')) {
    customerId(customer.id, `${at}/id`)
    checkCurrency(customer.currency, `${at}/currency`, exchange, resolving)
    if (customers.push(customer) % ROWS_SLICE === 0) yield
  }
  return customers
}

export function checkProducts(
  file: DirectoryFile,
  tariffs: ReadonlySet<string>,
  resolving: Resolving,
): readonly ProductRow[] {
  const productId = resolving.unique('an id')
  return [...rows(file.products, '/products')].map(([product, at]) => {
    productId(product.id, `${at}/id`)
    resolving.refer(product.tariff, `${at}/tariff`, tariffs, 'a tariff')
    const service = resolving.unique('a service')
    for (const [index, name] of listOf(product.services).entries()) service(name, `${at}/services/${index}`)
    resolving.checkDialing(product.dialingRules, `${at}/dialingRules`)
    return product
  })
}

function checkCurrency(currency: string | undefined, pointer: string, exchange: Exchange, resolving: Resolving): void {
  if (currency === undefined || !resolving.isRight(pointer) || exchange.rates.has(currency)) return
  const known = [...exchange.rates.keys()].filter((name) => name !== NO_CURRENCY)
  const names = known.length === 0 ? '' : `: ${known.join(', ')}`
  const expected = `the base currency or one with a rate in exchangeRates${names}`
  resolving.mistakes.push({ pointer, value: currency, expected })
}

function momentAt(text: string | undefined, pointer: string, { isRight, mistakes }: Resolving): number {
  if (text === undefined || !isRight(pointer)) return ALWAYS
  const ms = momentOf(text)
  if (ms !== undefined) return ms
  mistakes.push({ pointer, value: text, expected: MOMENT })
  return ALWAYS
}
