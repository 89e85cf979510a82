// Rates into a tariff, in slices: a reload of 100,000 rates never holds up the event loop. It looks nothing up.

import { checkedAmount, checkedPrice, isCurrency } from './amount.js'
import { keyOf, parseDestination } from './destination.js'
import {
  CATEGORY_FACTOR,
  FORBIDDEN_BIT,
  FROM_AT,
  hashOf,
  HUNTSTOP_BIT,
  KEY_AT,
  NO_RATE,
  PREFERENCE_MAX,
  PRICE_AT,
  ROW,
  tagOf,
  TERMS_AT,
  WEIGHT_FACTOR,
  WEIGHT_MAX,
  type Rate,
  type Tariff,
} from './tariff.js'

/** Rates taken between two yields: about a millisecond. */
const SLICE = 500
const CATEGORIES_MAX = 65_536

/**
 * Yields every few hundred rates: let other work go on there.
 * @throws RangeError naming the rate, for a destination or value that can't be, and for one destination twice from one moment on
 */
export function* compileTariff(rates: readonly Rate[], currency: string): Generator<void, Tariff> {
  if (!isCurrency(currency)) throw new RangeError(`the currency "${currency}" is not three capital letters`)
  const building = new Building(rates.length)
  for (let row = 0; row < rates.length; row++) {
    building.add(row, rates[row]!)
    if (row % SLICE === SLICE - 1) yield
  }
  return building.tariff(currency)
}

class Building {
  readonly #size: number
  readonly #rows: Float64Array
  readonly #older: Int32Array
  readonly #tags: Uint8Array
  readonly #slots: Int32Array
  readonly #words = new Map<string, number>()
  readonly #dearestByMcc = new Map<string, number>()
  readonly #changes = new Set<number>()
  readonly #categoryNumbers = new Map<string, number>()
  #prefixLengths = 0
  #hasNumbers = false
  #hasNetworks = false
  #dearestMicros = 0

  constructor(size: number) {
    this.#size = size
    this.#rows = new Float64Array(size * ROW)
    this.#older = new Int32Array(size).fill(NO_RATE)
    // At most half full, so that a search ends soon.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, size * 2)))
    this.#tags = new Uint8Array(slots)
    this.#slots = new Int32Array(slots)
  }

  add(row: number, rate: Rate): void {
    const { destination: written, priceMicros, effectiveFromMs } = rate
    const destination = parseDestination(written)
    if (destination === undefined) throw new RangeError(`no destination: "${written}"`)
    const key = keyOf(destination)
    const at = row * ROW
    this.#rows[at + KEY_AT] = key
    this.#rows[at + PRICE_AT] = checkedPrice(priceMicros, `the price of ${written}`)
    this.#rows[at + FROM_AT] = checkedAmount(effectiveFromMs, `the beginning of ${written}`)
    this.#rows[at + TERMS_AT] = this.#terms(rate)
    this.#dearestMicros = Math.max(this.#dearestMicros, priceMicros)
    if (effectiveFromMs > 0) this.#changes.add(effectiveFromMs)
    if (destination.kind === 'word') {
      this.#words.set(destination.word, this.#dated(this.#words.get(destination.word) ?? NO_RATE, row, written))
      return
    }
    if (destination.kind === 'prefix') this.#prefixLengths |= 1 << destination.digits.length
    else if (destination.kind === 'number') this.#hasNumbers = true
    else {
      this.#hasNetworks = true
      const dearest = this.#dearestByMcc.get(destination.mcc)
      const isDearer = dearest === undefined || this.#rows[dearest * ROW + PRICE_AT]! < priceMicros
      if (isDearer && !rate.forbidden) this.#dearestByMcc.set(destination.mcc, row)
    }
    this.#index(key, row, written)
  }

  tariff(currency: string): Tariff {
    return {
      currency,
      size: this.#size,
      dearestMicros: this.#dearestMicros,
      rows: this.#rows,
      older: this.#older,
      categoryNames: [...this.#categoryNumbers.keys()],
      tags: this.#tags,
      slots: this.#slots,
      prefixLengths: this.#prefixLengths,
      hasNumbers: this.#hasNumbers,
      hasNetworks: this.#hasNetworks,
      words: this.#words,
      dearestByMcc: this.#dearestByMcc,
      changesMs: Float64Array.from(this.#changes).sort(),
    }
  }

  #terms({ destination, preference, routeCategory, huntstop, forbidden, weight }: Rate): number {
    if (!isWhole(preference, PREFERENCE_MAX)) throw new RangeError(`the preference of ${destination} is not 0-10`)
    if (!isWhole(weight, WEIGHT_MAX)) throw new RangeError(`the weight of ${destination} is not 0-${WEIGHT_MAX}`)
    const traits = preference | (huntstop ? HUNTSTOP_BIT : 0) | (forbidden ? FORBIDDEN_BIT : 0)
    return traits + weight * WEIGHT_FACTOR + this.#categoryNumber(routeCategory) * CATEGORY_FACTOR
  }

  #index(key: number, row: number, written: string): void {
    const hash = hashOf(key)
    const mask = this.#tags.length - 1
    let at = hash & mask
    while (this.#tags[at] !== 0) {
      const other = this.#slots[at]!
      if (this.#rows[other * ROW + KEY_AT] === key) {
        this.#slots[at] = this.#dated(other, row, written)
        return
      }
      at = (at + 1) & mask
    }
    this.#tags[at] = tagOf(hash)
    this.#slots[at] = row
  }

  /** Puts a row among those of its destination, newest first, and returns the newest. */
  #dated(newest: number, row: number, written: string): number {
    const fromMs = this.#fromMs(row)
    let later = NO_RATE
    let at = newest
    while (at !== NO_RATE && this.#fromMs(at) > fromMs) {
      later = at
      at = this.#older[at]!
    }
    if (at !== NO_RATE && this.#fromMs(at) === fromMs)
      throw new RangeError(`two rates of "${written}" from ${new Date(fromMs).toISOString()} on`)
    this.#older[row] = at
    if (later === NO_RATE) return row
    this.#older[later] = row
    return newest
  }

  #fromMs(row: number): number {
    return this.#rows[row * ROW + FROM_AT]!
  }

  #categoryNumber(name: string): number {
    const known = this.#categoryNumbers.get(name)
    if (known !== undefined) return known
    const number = this.#categoryNumbers.size
    if (number === CATEGORIES_MAX) throw new RangeError(`more than ${CATEGORIES_MAX} route categories`)
    this.#categoryNumbers.set(name, number)
    return number
  }
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most
}
