// Rows of the table `books` that tell of days: what each account used in one of the money of a customer, and the sums of what is not
// kept one by one. A customer's own stand together, by day.

import type { CustomerBooks, DayBooks } from '../../message/bill.js'
import type { AccountId } from '../../message/ids.js'
import { byDay, type FoldedDays } from '../contracts/books.js'
import { ByteReader } from '../rows/bytes.js'
import { type BooksIn, keyBytes, ownerPrefix, rangeOf, textOf } from './book-rows.js'
import { keyOf, type LmdbEnv } from './lmdb-env.js'
import type { WriteSlab } from './write-slab.js'

const DAY = 'u'
const FOLDED = 'o'
/** By day and account, with the customer who paid last in the row: of an early program, before customers had days of their own. */
const EARLY_DAY = 'd'

const LETTER_BYTES = 1
const DAY_BYTES = 4
const LAST_DAY = 0xffff_fffe

const reader = new ByteReader()

export function putDay(slab: WriteSlab, { customer, day, account, units, heldMicros, chargedMicros }: DayBooks): void {
  slab.put('books', dayKey(customer, day, account), (out) => {
    out.float64(units)
    out.float64(heldMicros)
    out.float64(chargedMicros)
  })
}

export function removeDay(slab: WriteSlab, { customer, day, account }: DayBooks): void {
  slab.remove('books', dayKey(customer, day, account))
}

/** Undefined where there is none. */
export function readDay(env: LmdbEnv, customer: string, day: number, account: AccountId): DayBooks | undefined {
  const row = env.books.getBinaryFast(keyOf(dayKey(customer, day, account)))
  return row && dayIn(row, customer, day, account)
}

/** Of one customer, by day and account, up to `limit`. Days from–to, both included; those behind `after`. */
export function readDaysOf(
  env: BooksIn,
  customer: string,
  fromDay: number,
  toDay: number,
  limit: number,
  after?: DayBooks,
): DayBooks[] {
  const found: DayBooks[] = []
  const first = Math.max(0, Math.ceil(fromDay))
  const last = Math.min(LAST_DAY, Math.floor(toDay))
  if (first > last || limit < 1) return found
  const start = keyOf(after === undefined ? dayKey(customer, first, '') : dayKey(customer, after.day, after.account))
  const exclusiveStart = after !== undefined
  const end = keyOf(dayKey(customer, last + 1, ''))
  const dayAt = end.end - DAY_BYTES
  for (const { key, value } of env.books.getRange({ start, exclusiveStart, end, ...(limit < Infinity && { limit }) }))
    found.push(dayIn(value, customer, uint32In(key, dayAt), textOf(key, dayAt + DAY_BYTES) as AccountId))
  return found
}

/** Of all customers, by day, account and customer. */
export function readDays(
  env: LmdbEnv,
  customers: readonly CustomerBooks[],
  fromDay: number,
  toDay: number,
): DayBooks[] {
  return customers.flatMap(({ customer }) => readDaysOf(env, customer, fromDay, toDay, Infinity)).sort(byDay)
}

function dayIn(row: Uint8Array, customer: string, day: number, account: AccountId): DayBooks {
  reader.over(row, 0)
  return {
    account,
    customer,
    day,
    units: reader.float64(),
    heldMicros: reader.float64(),
    chargedMicros: reader.float64(),
  }
}

export function putFolded(slab: WriteSlab, { customer, ...sums }: FoldedDays): void {
  slab.put('books', foldedKey(customer), (out) => {
    out.float64(sums.throughDay)
    out.float64(sums.units)
    out.float64(sums.heldMicros)
    out.float64(sums.chargedMicros)
    out.float64(sums.paidInMicros)
  })
}

export function readFolded(env: BooksIn, customer: string): FoldedDays | undefined {
  const row = env.books.getBinaryFast(keyOf(foldedKey(customer)))
  if (row === undefined) return undefined
  reader.over(row, 0)
  return {
    customer,
    throughDay: reader.float64(),
    units: reader.float64(),
    heldMicros: reader.float64(),
    chargedMicros: reader.float64(),
    paidInMicros: reader.float64(),
  }
}

/** Days of an early program, up to `limit`. */
export function readEarlyDays(env: LmdbEnv, limit: number): DayBooks[] {
  const found: DayBooks[] = []
  for (const { key, value } of env.books.getRange({ ...rangeOf(EARLY_DAY), limit })) {
    const account = textOf(key, LETTER_BYTES + DAY_BYTES) as AccountId
    reader.over(value, 0)
    const customer = reader.text()
    const [units, heldMicros, chargedMicros] = [reader.float64(), reader.float64(), reader.float64()]
    found.push({ account, customer, day: uint32In(key, LETTER_BYTES), units, heldMicros, chargedMicros })
  }
  return found
}

/** Writes days of an early program as they are written now; each has a customer of its own. */
export function convertEarlyDays(slab: WriteSlab, days: readonly DayBooks[]): void {
  for (const used of days) {
    putDay(slab, used)
    slab.remove('books', earlyDayKey(used.day, used.account))
  }
}

/** As an early program wrote it: for tests. */
export function putEarlyDay(slab: WriteSlab, used: DayBooks): void {
  slab.put('books', earlyDayKey(used.day, used.account), (out) => {
    out.text(used.customer)
    out.float64(used.units)
    out.float64(used.heldMicros)
    out.float64(used.chargedMicros)
  })
}

function dayKey(customer: string, day: number, account: string): Uint8Array {
  return keyBytes(DAY, (out) => {
    ownerPrefix(out, customer)
    uint32(out, day)
    out.keyText(account)
  })
}

function earlyDayKey(day: number, account: string): Uint8Array {
  return keyBytes(EARLY_DAY, (out) => {
    uint32(out, day)
    out.keyText(account)
  })
}

function foldedKey(customer: string): Uint8Array {
  return keyBytes(FOLDED, (out) => out.keyText(customer))
}

function uint32(out: { byte(value: number): void }, value: number): void {
  out.byte(value >>> 24)
  out.byte(value >>> 16)
  out.byte(value >>> 8)
  out.byte(value)
}

function uint32In(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
