// Dated rates of currencies to the one base currency, exact. Off the hot path: prices are converted once for each rate in force.

import { checkedAmount, isCurrency } from './amount.js'

/** What one unit of a currency is in the base currency, for a while. */
export interface ExchangeRate {
  readonly currency: string
  /** Units of the base currency for one of this, as it was written: what holds and CDRs keep. */
  readonly text: string
  /** The same in billionths. */
  readonly nanos: bigint
  /** Wall time in ms from which it holds. */
  readonly fromMs: number
}

export interface ExchangeRow {
  readonly currency: string
  /** Decimal text above 0 with up to 9 digits on either side of the point. */
  readonly rate: string
  /** Wall time in ms; 0 for always. */
  readonly fromMs: number
}

export interface Exchange {
  readonly base: string
  /** By currency, the newest first. */
  readonly rates: ReadonlyMap<string, readonly ExchangeRate[]>
}

const DECIMALS = 9
const NANOS = 10n ** BigInt(DECIMALS)
const decimal = /^([0-9]{1,9})(?:\.([0-9]{1,9}))?$/

/** A rate in billionths; undefined for what is no such decimal number, or is 0. */
export function parseExchangeRate(text: string): bigint | undefined {
  const [, whole, fraction = ''] = decimal.exec(text) ?? []
  if (whole === undefined) return undefined
  const nanos = BigInt(whole) * NANOS + BigInt(fraction.padEnd(DECIMALS, '0'))
  return nanos === 0n ? undefined : nanos
}

/** @throws RangeError for a malformed currency or rate, a rate of the base itself, and two rates of a currency from one moment on */
export function compileExchange(base: string, rows: readonly ExchangeRow[]): Exchange {
  if (!isCurrency(base)) throw new RangeError(`the base currency "${base}" is not three capital letters`)
  const rates = new Map<string, ExchangeRate[]>([[base, [{ currency: base, text: '1', nanos: NANOS, fromMs: 0 }]]])
  for (const { currency, rate, fromMs } of rows) {
    if (!isCurrency(currency)) throw new RangeError(`the currency "${currency}" is not three capital letters`)
    if (currency === base) throw new RangeError(`${base} is the base currency: its rate is 1`)
    const nanos = parseExchangeRate(rate)
    if (nanos === undefined) throw new RangeError(`the rate "${rate}" of ${currency} is no decimal number above 0`)
    const dated = rates.get(currency) ?? []
    if (dated.some((other) => other.fromMs === fromMs))
      throw new RangeError(`${currency} has two rates from ${new Date(fromMs).toISOString()} on`)
    dated.push({ currency, text: rate, nanos, fromMs })
    rates.set(currency, dated)
  }
  for (const dated of rates.values()) dated.sort((a, b) => b.fromMs - a.fromMs)
  return { base, rates }
}

/** The rate in force at a wall time; undefined for a currency that is not known, or not yet. */
export function rateAt(exchange: Exchange, currency: string, wallMs: number): ExchangeRate | undefined {
  return exchange.rates.get(currency)?.find(({ fromMs }) => fromMs <= wallMs)
}

/** Wall time in ms of the first change of any rate after `wallMs`; Infinity for none. */
export function nextExchangeChangeMs(exchange: Exchange, wallMs: number): number {
  let next = Infinity
  for (const dated of exchange.rates.values())
    for (const { fromMs } of dated) if (fromMs > wallMs && fromMs < next) next = fromMs
  return next
}

/** True where amounts are the same in the base currency. */
export function isOne(rate: ExchangeRate): boolean {
  return rate.nanos === NANOS
}

/**
 * An amount in the base currency, rounded half up to the micro-unit (half away from zero below 0).
 * @throws RangeError where that is too large to be exact
 */
export function toBase(micros: number, rate: ExchangeRate): number {
  if (isOne(rate)) return checkedAmount(micros, 'an amount')
  const size = (BigInt(Math.abs(micros)) * rate.nanos + NANOS / 2n) / NANOS
  const base = checkedAmount(Number(size), `an amount in ${rate.currency} at ${rate.text}`)
  return micros < 0 && base !== 0 ? -base : base
}
