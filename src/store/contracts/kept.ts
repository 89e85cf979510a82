// Texts that others keep in the store by table and key, and how they are read in the order of keys. Types and checks only; no store
// looks into a text.

import type { KeptRow } from '../../message/kept.js'
import { isPrintable } from './limits.js'

export type { KeptRow } from '../../message/kept.js'

const KEPT_KEY_MAX = 255
export const KEPT_TEXT_MAX_BYTES = 64 * 1024
/** Most rows of a page, and most keys looked up at once: more would hold up everybody else. */
export const KEPT_AT_ONCE = 1000
/** UTF-16 units of text after which a page is full. */
const PAGE_MAX_UNITS = 512 * 1024

/** Rows of a table with keys from `from` on and before `to`, by octets. */
export interface KeptRange {
  /** In the range, if there is such a key; '' or absent for the first of the table. */
  readonly from?: string | undefined
  /** Not in the range; '' or absent for the end of the table. */
  readonly to?: string | undefined
  /** Most rows, 1–1000. */
  readonly limit: number
  /** From the last key down to the first. */
  readonly reverse?: boolean | undefined
}

export interface KeptPage {
  /** In the order asked for; fewer than `limit` also where their texts are long. */
  readonly rows: readonly KeptRow[]
  /** `from` of the next page, or `to` where the order is reversed; '' when there is none. Stays good whatever is kept in between. */
  readonly cursor: string
}

/** The range of all keys that begin so. */
export function keptPrefix(prefix: string): { readonly from: string; readonly to: string } {
  // No key has a DEL in it, nor anything behind it.
  return { from: prefix, to: `${prefix}\x7f` }
}

/** @throws RangeError for a table, key or text that no store takes */
export function checkKept({ table, key, text }: KeptRow): void {
  checkKeptTable(table)
  checkKeptKey(key)
  // At no more than three octets a UTF-16 unit there is mostly no need to encode in order to know.
  if (text.length * 3 > KEPT_TEXT_MAX_BYTES && Buffer.byteLength(text) > KEPT_TEXT_MAX_BYTES)
    throw new RangeError(`a kept text of more than ${KEPT_TEXT_MAX_BYTES} octets: ${table} ${key}`)
}

/** @throws RangeError for a name that is none */
function checkKeptTable(table: string): void {
  if (!/^[a-z]{1,16}$/.test(table)) throw new RangeError('a table of kept texts has a name of 1–16 letters a–z')
}

/** @throws RangeError for a key that no store takes */
function checkKeptKey(key: string): void {
  if (!isPrintable(key, KEPT_KEY_MAX))
    throw new RangeError(`a key of a kept text has 1–${KEPT_KEY_MAX} printable ASCII characters`)
}

/** @throws RangeError for a table or keys that no store has, or more than 1000 keys */
export function checkKeptKeys(table: string, keys: readonly string[]): void {
  checkKeptTable(table)
  if (keys.length > KEPT_AT_ONCE) throw new RangeError(`${keys.length} keys at once, ${KEPT_AT_ONCE} are allowed`)
  for (const key of keys) checkKeptKey(key)
}

/** @throws RangeError for a table that no store has, ends that are no text of ASCII, or a limit that is not in 1–1000 */
export function checkKeptRange(table: string, { from = '', to = '', limit }: KeptRange): void {
  checkKeptTable(table)
  if (!isEnd(from) || !isEnd(to)) throw new RangeError('a range of keys ends at ASCII text without control characters')
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= KEPT_AT_ONCE))
    throw new RangeError(`a page has 1–${KEPT_AT_ONCE} rows, not ${limit}`)
}

/** A cursor is a character longer than a key can be; a prefix ends in DEL. */
const isEnd = (text: string): boolean => /^[\x20-\x7f]*$/.test(text) && text.length <= KEPT_KEY_MAX + 1

/** Gathers the rows of a page, the same way in every backend. */
export class KeptPageOf {
  readonly #rows: KeptRow[] = []
  readonly #limit: number
  readonly #reverse: boolean
  #units = 0
  #more = false

  constructor({ limit, reverse = false }: KeptRange) {
    this.#limit = limit
    this.#reverse = reverse
  }

  /** No more rows fit: it need only be told whether there is one. */
  get full(): boolean {
    return this.#rows.length >= this.#limit || this.#units >= PAGE_MAX_UNITS
  }

  add(row: KeptRow): void {
    this.#rows.push(row)
    this.#units += row.text.length
  }

  /** There is a row behind those that were added. */
  goesOn(): void {
    this.#more = true
  }

  page(): KeptPage {
    const last = this.#rows.at(-1)
    // A blank is the least that a longer key can have behind it, so nothing lies between.
    const cursor = last === undefined || !this.#more ? '' : this.#reverse ? last.key : `${last.key} `
    return { rows: this.#rows, cursor }
  }
}
