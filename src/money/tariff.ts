// A compiled tariff: flat columns, and the rate for a number in less than a microsecond. Plain data: it crosses threads by transfer.

import type { MobileNetwork } from '../phone/network.js'
import { countryKey, DIGITS_MAX, networkKey, PREFIX_KEY, writtenKey } from './destination.js'

/** One line of a price list, as it is provisioned. */
export interface Rate {
  /** See destination.ts. */
  readonly destination: string
  /** For one unit, in micro-units of the tariff's currency. */
  readonly priceMicros: number
  /** Wall time in ms; 0 for always. Of several for one destination the newest that has begun holds. */
  readonly effectiveFromMs: number
  /** 10 is tried first, 0 never. */
  readonly preference: number
  readonly routeCategory: string
  /** Routes that come after this one are not used. */
  readonly huntstop: boolean
  /** Nothing may be sent there, whatever a shorter prefix says. */
  readonly forbidden: boolean
  /** Its share among equal routes; 0 for only where no other of them is left. */
  readonly weight: number
}

export const PREFERENCE_MAX = 10
export const WEIGHT_MAX = 65_535

/** What a rate is where nothing is said. */
export const rateDefaults = {
  effectiveFromMs: 0,
  preference: 5,
  routeCategory: 'Default',
  huntstop: false,
  forbidden: false,
  weight: 1,
} as const satisfies Omit<Rate, 'destination' | 'priceMicros'>

// Four numbers a row, side by side: what is read of a rate is read together. Terms: traits, then weight << 8, then category << 24.
export const ROW = 4
export const KEY_AT = 0
export const PRICE_AT = 1
export const FROM_AT = 2
export const TERMS_AT = 3
/** Bits of the traits: the preference in the low four. */
const PREFERENCE_BITS = 0x0f
export const HUNTSTOP_BIT = 0x10
export const FORBIDDEN_BIT = 0x20
export const WEIGHT_FACTOR = 0x100
export const CATEGORY_FACTOR = 0x1000000

/**
 * Rates by row number: 36 octets a rate, and 10 to 20 more for the index. Made by compileTariff, read-only after that.
 */
export interface Tariff {
  readonly currency: string
  readonly size: number
  readonly dearestMicros: number
  /** See ROW: key (see destination.ts, 0 for a word), price in micro-units of the tariff's currency, beginning in ms, terms. */
  readonly rows: Float64Array
  /** The row of the same destination that this one replaced, -1 for none. */
  readonly older: Int32Array
  readonly categoryNames: readonly string[]
  /** Open addressing by key: 0 for a free slot, else a few bits of the key, so that most searches end without looking further. */
  readonly tags: Uint8Array
  /** The newest row of the destination in each slot. As many as tags, a power of 2. */
  readonly slots: Int32Array
  /** Bit n: there is a prefix of n digits. */
  readonly prefixLengths: number
  readonly hasNumbers: boolean
  readonly hasNetworks: boolean
  /** The newest row of each word. */
  readonly words: ReadonlyMap<string, number>
  /** The dearest row that is not forbidden among the networks of each country (MCC), whenever it holds. */
  readonly dearestByMcc: ReadonlyMap<string, number>
  /** Wall times at which a rate begins, ascending, 0 left out. */
  readonly changesMs: Float64Array
}

/** No rate: what is not priced is not sent. */
export const NO_RATE = -1

const powersOfTen = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, n) => 10 ** n)
// The keys of all prefixes of the number that is looked up: written and read within one call of findRate.
const prefixKeys = new Float64Array(DIGITS_MAX + 1)

/**
 * The row in force for a number: the number itself, else its network or its network's country where the network is known, else the
 * longest prefix. NO_RATE for none. A row that has not begun is as good as absent.
 * @param called without a leading `+`; letters match the empty prefix only
 */
export function findRate(tariff: Tariff, called: string, network: MobileNetwork | undefined, wallMs: number): number {
  // Digits beyond the longest prefix only matter to rates of whole numbers.
  const wanted = tariff.hasNumbers ? DIGITS_MAX : 31 - Math.clz32(tariff.prefixLengths)
  const most = Math.min(called.length, wanted)
  let key = PREFIX_KEY
  let length = 0
  prefixKeys[0] = key
  while (length < most) {
    const digit = called.charCodeAt(length) - 48
    if (!(digit >= 0 && digit <= 9)) break
    key = key * 10 + digit
    prefixKeys[++length] = key
  }
  if (tariff.hasNumbers && length === called.length) {
    // 1…: the prefix of these digits; 2…: the number.
    const row = inForce(tariff, key + powersOfTen[length]!, wallMs)
    if (row !== NO_RATE) return row
  }
  if (tariff.hasNetworks && network !== undefined) {
    const own = inForce(tariff, networkKey(network.mcc, network.mnc), wallMs)
    const row = own !== NO_RATE ? own : inForce(tariff, countryKey(network.mcc), wallMs)
    if (row !== NO_RATE) return row
  }
  let lengths = tariff.prefixLengths & ((2 << length) - 1)
  while (lengths !== 0) {
    const longest = 31 - Math.clz32(lengths)
    const row = inForce(tariff, prefixKeys[longest]!, wallMs)
    if (row !== NO_RATE) return row
    lengths ^= 1 << longest
  }
  return NO_RATE
}

/** The row in force for a symbolic destination; only a rate of this very word will do. */
export function findWord(tariff: Tariff, word: string, wallMs: number): number {
  return begun(tariff, tariff.words.get(word) ?? NO_RATE, wallMs)
}

/** What a row costs, in micro-units of the tariff's currency. */
export function priceOfRow({ rows }: Tariff, row: number): number {
  return rows[row * ROW + PRICE_AT]!
}

/** Traits, weight and category in one number, see ROW. */
export function termsOfRow({ rows }: Tariff, row: number): number {
  return rows[row * ROW + TERMS_AT]!
}

/** A row as it was provisioned, for people. */
export function rateOfRow(tariff: Tariff, row: number): Rate {
  const terms = termsOfRow(tariff, row)
  const key = tariff.rows[row * ROW + KEY_AT]!
  return {
    destination: key === 0 ? wordOfRow(tariff, row) : writtenKey(key),
    priceMicros: priceOfRow(tariff, row),
    effectiveFromMs: tariff.rows[row * ROW + FROM_AT]!,
    preference: preferenceOf(terms),
    routeCategory: categoryOf(tariff, terms),
    huntstop: isHuntstop(terms),
    forbidden: isForbidden(terms),
    weight: weightOf(terms),
  }
}

/** What a rate says beside its price. */
export type Terms = Pick<Rate, 'preference' | 'routeCategory' | 'huntstop' | 'forbidden' | 'weight'>

// Readers of terms, one by one: a value that holds them all would be made for each lookup.
export function preferenceOf(terms: number): number {
  return terms & PREFERENCE_BITS
}

export function isHuntstop(terms: number): boolean {
  return (terms & HUNTSTOP_BIT) !== 0
}

export function isForbidden(terms: number): boolean {
  return (terms & FORBIDDEN_BIT) !== 0
}

export function weightOf(terms: number): number {
  return (terms / WEIGHT_FACTOR) & WEIGHT_MAX
}

export function categoryOf({ categoryNames }: Tariff, terms: number): string {
  return categoryNames[Math.floor(terms / CATEGORY_FACTOR)]!
}

/** The buffers of a tariff, for postMessage's transfer list: then it moves to another thread without a copy. */
export function buffersOf({ rows, older, tags, slots, changesMs }: Tariff): ArrayBuffer[] {
  return [rows, older, tags, slots, changesMs].map(({ buffer }) => buffer as ArrayBuffer)
}

/** Nearby keys must not lie side by side: prefixes come in runs. */
export function hashOf(key: number): number {
  if (key < 0x4000000) return mixedWith(key)
  const high = Math.floor(key / 0x4000000)
  const low = key - high * 0x4000000
  return mixedWith(low ^ Math.imul(high, 0x85ebca6b))
}

function mixedWith(bits: number): number {
  const mixed = Math.imul(bits, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

/** Never 0, which is a free slot. */
export function tagOf(hash: number): number {
  return (hash >>> 24) | 1
}

function inForce(tariff: Tariff, key: number, wallMs: number): number {
  const { tags } = tariff
  const mask = tags.length - 1
  const hash = hashOf(key)
  const wanted = tagOf(hash)
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const tag = tags[at]!
    if (tag === 0) return NO_RATE
    if (tag !== wanted) continue
    const row = tariff.slots[at]!
    if (tariff.rows[row * ROW + KEY_AT] === key) return begun(tariff, row, wallMs)
  }
}

function begun({ rows, older }: Tariff, newest: number, wallMs: number): number {
  let row = newest
  while (row !== NO_RATE && rows[row * ROW + FROM_AT]! > wallMs) row = older[row]!
  return row
}

function wordOfRow({ words, older }: Tariff, row: number): string {
  for (const [word, newest] of words)
    for (let other = newest; other !== NO_RATE; other = older[other]!) if (other === row) return word
  return ''
}
