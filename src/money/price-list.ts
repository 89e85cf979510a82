// A tariff at one rate of exchange: what a unit to a number costs in the base currency. Each price is converted once.

import type { Price } from '../message/bill.js'
import type { MobileNetwork } from '../phone/network.js'
import { isOne, toBase, type ExchangeRate } from './exchange.js'
import {
  findRate,
  findWord,
  NO_RATE,
  priceOfRow,
  categoryOf,
  isForbidden,
  isHuntstop,
  preferenceOf,
  termsOfRow,
  weightOf,
  type Tariff,
  type Terms,
} from './tariff.js'

/** Valid until the tariff changes or another rate of exchange comes into force. */
export interface PriceList {
  readonly tariff: Tariff
  readonly exchange: ExchangeRate
  /** By row, in micro-units of the base currency; below 0 until it is asked for. Undefined: as in the tariff. */
  readonly baseMicros: Float64Array | undefined
  /** By row: what was offered once is the same object. */
  readonly offers: (Offer | undefined)[]
}

/** What a tariff says of one destination. */
export interface Offer extends Terms {
  /** For one unit, in micro-units of the base currency. */
  readonly priceMicros: number
  /** The same with what it is in the tariff's currency: as it is kept with a message. */
  readonly price: Price
  readonly row: number
}

/**
 * Eight octets a rate, none where the tariff's currency is the base.
 * @throws RangeError where the tariff's dearest price is too large in the base currency
 */
export function priceList(tariff: Tariff, exchange: ExchangeRate): PriceList {
  toBase(tariff.dearestMicros, exchange)
  const baseMicros = isOne(exchange) ? undefined : new Float64Array(tariff.size).fill(-1)
  return { tariff, exchange, baseMicros, offers: [] }
}

/** What one unit costs by this row, in micro-units of the base currency. */
function basePrice({ tariff, exchange, baseMicros }: PriceList, row: number): number {
  const own = priceOfRow(tariff, row)
  if (baseMicros === undefined) return own
  const known = baseMicros[row]!
  if (known >= 0) return known
  return (baseMicros[row] = toBase(own, exchange))
}

/** What the tariff says of a number; undefined for nothing. See findRate. */
export function offerFor(
  list: PriceList,
  called: string,
  network: MobileNetwork | undefined,
  wallMs: number,
): Offer | undefined {
  return offerOfRow(list, findRate(list.tariff, called, network, wallMs))
}

/** What the tariff says of a symbolic destination; undefined for nothing. */
export function offerForWord(list: PriceList, word: string, wallMs: number): Offer | undefined {
  return offerOfRow(list, findWord(list.tariff, word, wallMs))
}

/**
 * The highest that a number can come to cost once its network is known, for a hold that is made before: what it costs without one, or
 * the dearest network of the countries it may belong to. Undefined where no network of those has a price and the number has none.
 * @param mccs those countries; undefined for all
 */
export function dearestOffer(
  list: PriceList,
  called: string,
  mccs: readonly string[] | undefined,
  wallMs: number,
): Offer | undefined {
  const { tariff } = list
  let dearest = findRate(tariff, called, undefined, wallMs)
  if (dearest !== NO_RATE && isForbidden(termsOfRow(tariff, dearest))) dearest = NO_RATE
  for (const mcc of mccs ?? tariff.dearestByMcc.keys()) {
    const row = tariff.dearestByMcc.get(mcc)
    if (row === undefined) continue
    if (dearest === NO_RATE || priceOfRow(tariff, row) > priceOfRow(tariff, dearest)) dearest = row
  }
  return offerOfRow(list, dearest)
}

function offerOfRow(list: PriceList, row: number): Offer | undefined {
  return row === NO_RATE ? undefined : (list.offers[row] ??= newOffer(list, row))
}

function newOffer(list: PriceList, row: number): Offer {
  const { tariff, exchange } = list
  const terms = termsOfRow(tariff, row)
  const baseMicros = basePrice(list, row)
  const ownMicros = priceOfRow(tariff, row)
  return {
    priceMicros: baseMicros,
    price: { currency: exchange.currency, ownMicros, exchange: exchange.text, baseMicros },
    row,
    preference: preferenceOf(terms),
    routeCategory: categoryOf(tariff, terms),
    huntstop: isHuntstop(terms),
    forbidden: isForbidden(terms),
    weight: weightOf(terms),
  }
}
