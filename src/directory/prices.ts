// All tariffs of a directory at one moment: price lists at the rates of exchange in force, renewed when the moment passes. No routes.

import type { MobileNetwork } from '../phone/network.js'
import { nextExchangeChangeMs, rateAt, toBase, type Exchange } from '../money/exchange.js'
import { offerFor, priceList, type Offer, type PriceList } from '../money/price-list.js'
import type { Tariff } from '../money/tariff.js'

/** What holds between two changes of any rate. */
export class Prices {
  readonly #tariffs: ReadonlyMap<string, Tariff>
  readonly #exchange: Exchange
  /** Wall times at which some rate begins, ascending. */
  readonly #changesMs: Float64Array
  readonly #lists = new Map<string, PriceList>()
  #fromMs = -Infinity
  #untilMs = -Infinity
  #period = 0

  /** @throws RangeError where a price would be too large in the base currency at some time */
  constructor(tariffs: ReadonlyMap<string, Tariff>, exchange: Exchange, wallMs: number) {
    this.#tariffs = tariffs
    this.#exchange = exchange
    const changes = new Set<number>()
    for (const { currency, dearestMicros, changesMs } of tariffs.values()) {
      for (const ms of changesMs) changes.add(ms)
      for (const rate of exchange.rates.get(currency) ?? []) toBase(dearestMicros, rate)
    }
    for (let ms = nextExchangeChangeMs(exchange, 0); ms < Infinity; ms = nextExchangeChangeMs(exchange, ms))
      changes.add(ms)
    this.#changesMs = Float64Array.from(changes).sort()
    this.moveTo(wallMs)
  }

  get exchange(): Exchange {
    return this.#exchange
  }

  /** Counts the changes that were lived through: what was worked out in an earlier period is void. */
  get period(): number {
    return this.#period
  }

  /** A moment of the present period. All of them give the same prices. */
  get atMs(): number {
    return this.#fromMs
  }

  /** Makes this the present moment. Also back: a clock may be set. */
  moveTo(wallMs: number): void {
    if (wallMs >= this.#fromMs && wallMs < this.#untilMs) return
    const next = this.#indexAfter(wallMs)
    this.#fromMs = next === 0 ? 0 : this.#changesMs[next - 1]!
    this.#untilMs = this.#changesMs[next] ?? Infinity
    this.#period++
    // Only what another rate of exchange applies to is made anew.
    for (const [id, { tariff, exchange }] of this.#lists)
      if (rateAt(this.#exchange, tariff.currency, this.#fromMs) !== exchange) this.#lists.delete(id)
  }

  /** Wall time in ms of the first change after `wallMs`; Infinity for none. */
  nextChangeMs(wallMs: number): number {
    return this.#changesMs[this.#indexAfter(wallMs)] ?? Infinity
  }

  /** Undefined for a tariff that is not there, or whose currency is worth nothing yet. */
  list(tariff: string): PriceList | undefined {
    const known = this.#lists.get(tariff)
    if (known !== undefined) return known
    const compiled = this.#tariffs.get(tariff)
    const exchange = compiled && rateAt(this.#exchange, compiled.currency, this.#fromMs)
    if (compiled === undefined || exchange === undefined) return undefined
    const list = priceList(compiled, exchange)
    this.#lists.set(tariff, list)
    return list
  }

  /** What a tariff says of a number at the present moment; undefined for nothing. */
  offer(tariff: string, called: string, network: MobileNetwork | undefined): Offer | undefined {
    const list = this.list(tariff)
    return list === undefined ? undefined : offerFor(list, called, network, this.#fromMs)
  }

  #indexAfter(wallMs: number): number {
    let low = 0
    let high = this.#changesMs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#changesMs[middle]! > wallMs) high = middle
      else low = middle + 1
    }
    return low
  }
}
