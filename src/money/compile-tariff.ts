// Rates into a tariff, in slices: a reload of 100,000 rates never holds up the event loop. It looks nothing up.

import { checkedAmount, checkedPrice, isCurrency } from './amount.js'
import { keyOf, parseDestination } from './destination.js'
import {
  FORBIDDEN_BIT,
  HUNTSTOP_BIT,
  NO_RATE,
  PREFERENCE_MAX,
  slotOf,
  WEIGHT_MAX,
  type Rate,
  type Tariff,
} from './tariff.js'

/** Rates taken between two yields: about a millisecond. */
const SLICE = 1000
const CATEGORIES_MAX = 65_536

/**
 * Yields after every thousand rates: let other work go on there.
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

/** Runs what works in slices to its end at once: for tests, threads of their own and small work. */
export function finished<T>(slices: Generator<void, T>): T {
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
  }
}

class Building {
  readonly #size: number
  readonly #pricesMicros: Float64Array
  readonly #fromMs: Float64Array
  readonly #older: Int32Array
  readonly #traits: Uint8Array
  readonly #weights: Uint16Array
  readonly #categories: Uint16Array
  readonly #keys: Float64Array
  readonly #slots: Int32Array
  readonly #words = new Map<string, number>()
  readonly #changes = new Set<number>()
  readonly #categoryNumbers = new Map<string, number>()
  #prefixLengths = 0
  #hasNumbers = false
  #hasNetworks = false
  #dearestMicros = 0

  constructor(size: number) {
    this.#size = size
    this.#pricesMicros = new Float64Array(size)
    this.#fromMs = new Float64Array(size)
    this.#older = new Int32Array(size).fill(NO_RATE)
    this.#traits = new Uint8Array(size)
    this.#weights = new Uint16Array(size)
    this.#categories = new Uint16Array(size)
    this.#keys = new Float64Array(size)
    // At most half full, so that a search ends soon.
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, size * 2)))).fill(NO_RATE)
  }

  add(row: number, rate: Rate): void {
    const { destination: written, priceMicros, effectiveFromMs, preference, weight } = rate
    const destination = parseDestination(written)
    if (destination === undefined) throw new RangeError(`no destination: "${written}"`)
    this.#pricesMicros[row] = checkedPrice(priceMicros, `the price of ${written}`)
    this.#dearestMicros = Math.max(this.#dearestMicros, priceMicros)
    this.#fromMs[row] = checkedAmount(effectiveFromMs, `the beginning of ${written}`)
    if (effectiveFromMs > 0) this.#changes.add(effectiveFromMs)
    if (!isWhole(preference, PREFERENCE_MAX)) throw new RangeError(`the preference of ${written} is not 0-10`)
    if (!isWhole(weight, WEIGHT_MAX)) throw new RangeError(`the weight of ${written} is not 0-${WEIGHT_MAX}`)
    this.#traits[row] = preference | (rate.huntstop ? HUNTSTOP_BIT : 0) | (rate.forbidden ? FORBIDDEN_BIT : 0)
    this.#weights[row] = weight
    this.#categories[row] = this.#categoryNumber(rate.routeCategory)
    const key = keyOf(destination)
    this.#keys[row] = key
    if (destination.kind === 'prefix') this.#prefixLengths |= 1 << destination.digits.length
    else if (destination.kind === 'number') this.#hasNumbers = true
    else if (destination.kind === 'network') this.#hasNetworks = true
    else {
      this.#words.set(destination.word, this.#dated(this.#words.get(destination.word) ?? NO_RATE, row, written))
      return
    }
    const slot = this.#slot(key)
    this.#slots[slot] = this.#dated(this.#slots[slot]!, row, written)
  }

  tariff(currency: string): Tariff {
    return {
      currency,
      size: this.#size,
      dearestMicros: this.#dearestMicros,
      pricesMicros: this.#pricesMicros,
      fromMs: this.#fromMs,
      older: this.#older,
      traits: this.#traits,
      weights: this.#weights,
      categories: this.#categories,
      categoryNames: [...this.#categoryNumbers.keys()],
      keys: this.#keys,
      slots: this.#slots,
      prefixLengths: this.#prefixLengths,
      hasNumbers: this.#hasNumbers,
      hasNetworks: this.#hasNetworks,
      words: this.#words,
      changesMs: Float64Array.from(this.#changes).sort(),
    }
  }

  #slot(key: number): number {
    const mask = this.#slots.length - 1
    let at = slotOf(key, mask)
    for (; this.#slots[at] !== NO_RATE && this.#keys[this.#slots[at]!] !== key; at = (at + 1) & mask);
    return at
  }

  /** Puts a row among those of its destination, newest first, and returns the newest. */
  #dated(newest: number, row: number, written: string): number {
    const fromMs = this.#fromMs[row]!
    let later = NO_RATE
    let at = newest
    while (at !== NO_RATE && this.#fromMs[at]! > fromMs) {
      later = at
      at = this.#older[at]!
    }
    if (at !== NO_RATE && this.#fromMs[at] === fromMs)
      throw new RangeError(`two rates of "${written}" from ${new Date(fromMs).toISOString()} on`)
    this.#older[row] = at
    if (later === NO_RATE) return row
    this.#older[later] = row
    return newest
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
