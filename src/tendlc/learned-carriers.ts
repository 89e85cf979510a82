// Which carrier a phone was with when a receipt last said so: compact, bounded, forgotten after 30 days. Time is an argument; no timer.

import type { KeptRow } from '../message/kept.js'
import { carriers, type Carrier } from './carriers.js'

/** Table of kept rows: key the phone, text `carrier|seconds`. */
export const CARRIER_TABLE = 'carrier'

/** Places of a neighbourhood. A phone has two neighbourhoods and stands in the one that had more room: so few are ever crowded. */
const WAYS = 8
const FIRST_ROOM = 1024
const FULLEST = 0.65
/** A phone that is heard of again and again is written down again after a day. */
const KEPT_AGAIN_S = 86_400

export const learnedDefaults = { ms: 30 * 86_400_000, phones: 2_000_000 } as const

const none: readonly KeptRow[] = []

/**
 * Phones stand in columns, each in one of two neighbourhoods by its digits. 13 octets for each place; there are twice as many as
 * before whenever two of three are taken, up to the bound. From there on the longest silent of 16 gives way to a new one.
 * What is known holds until 30 days after the last receipt that was written down, which is one of the last day that had any.
 */
export class LearnedCarriers {
  readonly #lifeS: number
  readonly #most: number
  #phones: Float64Array
  /** Second since 1970 of the last receipt that is written down. */
  #seconds: Uint32Array
  #carriers: Uint8Array
  #size = 0

  /** @param bounds `ms` how long it holds; `phones` how many are remembered, rounded up to a power of two, 8 at least */
  constructor(bounds: { readonly ms: number; readonly phones: number } = learnedDefaults) {
    this.#lifeS = Math.floor(bounds.ms / 1000)
    this.#most = powerOfTwoFrom(Math.max(WAYS, bounds.phones))
    const room = Math.min(FIRST_ROOM, this.#most)
    this.#phones = new Float64Array(room)
    this.#seconds = new Uint32Array(room)
    this.#carriers = new Uint8Array(room)
  }

  /** Phones that something is remembered of, forgotten ones among them until their places are needed. */
  get size(): number {
    return this.#size
  }

  /** Memory of the columns. */
  get octets(): number {
    return this.#phones.byteLength + this.#seconds.byteLength + this.#carriers.byteLength
  }

  /** @param phone E.164 without `+`; @param wallMs wall time */
  of(phone: string, wallMs: number): Carrier | undefined {
    const at = this.#find(Number(phone))
    if (at < 0 || !this.#holds(at, wallMs)) return undefined
    return carriers[this.#carriers[at]!]
  }

  /**
   * A receipt said which carrier it came from.
   *
   * @returns rows to be kept with that receipt: of this phone where that is new, and of one that gave way to it. Without them a
   *   restart knows less, and nothing else is lost
   */
  learn(phone: string, carrier: Carrier, wallMs: number): readonly KeptRow[] {
    const second = Math.floor(wallMs / 1000)
    const number = Number(phone)
    const known = this.#find(number)
    const code = carriers.indexOf(carrier)
    if (known >= 0) {
      const isTold = this.#carriers[known] === code && second < this.#seconds[known]! + KEPT_AGAIN_S
      // A clock that was set back does not shorten what is known.
      if (isTold) return none
      this.#carriers[known] = code
      this.#seconds[known] = second
      return [rowOf(phone, carrier, second)]
    }
    const gone = this.#enter(number, code, second)
    const row = rowOf(phone, carrier, second)
    return gone === 0 ? [row] : [row, { table: CARRIER_TABLE, key: String(gone), text: '' }]
  }

  /**
   * Takes up a row that was kept.
   *
   * @returns a row to be removed: this one where it holds no more or can't be read, or that of one which gave way
   */
  restore({ key, text }: Pick<KeptRow, 'key' | 'text'>, wallMs: number): KeptRow | undefined {
    const [name = '', written = ''] = text.split('|')
    const code = (carriers as readonly string[]).indexOf(name)
    const [number, second] = [Number(key), Number(written)]
    const removed = (phone: string): KeptRow => ({ table: CARRIER_TABLE, key: phone, text: '' })
    if (code < 0 || !Number.isSafeInteger(number) || !Number.isSafeInteger(second) || number <= 0) return removed(key)
    if (second + this.#lifeS <= wallMs / 1000 || this.#find(number) >= 0) return removed(key)
    const gone = this.#enter(number, code, second)
    return gone === 0 ? undefined : removed(String(gone))
  }

  #holds(at: number, wallMs: number): boolean {
    return this.#seconds[at]! + this.#lifeS > wallMs / 1000
  }

  #find(phone: number): number {
    const mixed = hash(phone)
    const at = this.#standsIn(this.#first(mixed), phone)
    return at >= 0 ? at : this.#standsIn(this.#second(mixed), phone)
  }

  #standsIn(first: number, phone: number): number {
    for (let at = first; at < first + WAYS; at++) if (this.#phones[at] === phone) return at
    return -1
  }

  #first(mixed: number): number {
    return (mixed & (this.#phones.length / WAYS - 1)) * WAYS
  }

  #second(mixed: number): number {
    return this.#first(Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0)
  }

  /** @returns the phone that gave way, 0 for none */
  #enter(phone: number, code: number, second: number): number {
    if (this.#size >= this.#phones.length * FULLEST && this.#phones.length < this.#most) this.#grow()
    const at = this.#placeFor(phone)
    const gone = this.#phones[at]!
    if (gone === 0) this.#size++
    this.#phones[at] = phone
    this.#seconds[at] = second
    this.#carriers[at] = code
    return gone
  }

  /** A free place where more are free, else that of the longest silent. */
  #placeFor(phone: number): number {
    const mixed = hash(phone)
    const [first, second] = [this.#first(mixed), this.#second(mixed)]
    const [free, other] = [this.#freeIn(first), this.#freeIn(second)]
    if (free.count > 0 || other.count > 0) return free.count >= other.count ? free.at : other.at
    const [oldest, older] = [this.#oldestIn(first), this.#oldestIn(second)]
    return this.#seconds[oldest]! <= this.#seconds[older]! ? oldest : older
  }

  #freeIn(first: number): { readonly at: number; readonly count: number } {
    let [at, count] = [-1, 0]
    for (let place = first; place < first + WAYS; place++)
      if (this.#phones[place] === 0) [at, count] = [place, count + 1]
    return { at, count }
  }

  #oldestIn(first: number): number {
    let oldest = first
    for (let at = first + 1; at < first + WAYS; at++) if (this.#seconds[at]! < this.#seconds[oldest]!) oldest = at
    return oldest
  }

  /** With half of the places free at most one in very many finds none; that one is learned again by its next receipt. */
  #grow(): void {
    const [phones, seconds, codes] = [this.#phones, this.#seconds, this.#carriers]
    const room = phones.length * 2
    this.#phones = new Float64Array(room)
    this.#seconds = new Uint32Array(room)
    this.#carriers = new Uint8Array(room)
    this.#size = 0
    for (let from = 0; from < phones.length; from++) {
      const phone = phones[from]!
      if (phone === 0) continue
      const at = this.#placeFor(phone)
      if (this.#phones[at] === 0) this.#size++
      this.#phones[at] = phone
      this.#seconds[at] = seconds[from]!
      this.#carriers[at] = codes[from]!
    }
  }
}

function rowOf(phone: string, carrier: Carrier, second: number): KeptRow {
  return { table: CARRIER_TABLE, key: phone, text: `${carrier}|${second}` }
}

function powerOfTwoFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(count))
}

/** Phones of a country differ in their last digits mostly: all bits are mixed into all. */
function hash(phone: number): number {
  let mixed = Math.imul(phone | 0, 0x9e3779b1) ^ Math.imul((phone / 0x1_0000_0000) | 0, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
