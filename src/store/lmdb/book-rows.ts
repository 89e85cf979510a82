// Rows of the tables `books` and `records`: sums, payments and blocks as octets and back. Keys begin with a letter that says what they
// are of. The rows of days: day-rows.

import type { CustomerBooks, Payment } from '../../message/bill.js'
import type { ExportMark, RecordLines } from '../contracts/books.js'
import { MAX_DUE_MS, wholeDueMs } from '../contracts/limits.js'
import { ByteReader, ByteWriter } from '../rows/bytes.js'
import { behindPrefix } from '../rows/keys.js'
import { readRecords } from '../rows/record-lines.js'
import { keyOf, type KeySlice, type LmdbEnv, type ReadTable } from './lmdb-env.js'
import { metaKeys } from './meta-rows.js'
import type { WriteSlab } from './write-slab.js'

const CUSTOMER = 'c'
const PAYMENT = 'p'
/** The same payments again, by time. */
const PAYMENT_BY_TIME = 't'
const BLOCK = 'r'

const LETTER_BYTES = 1
const BLOCK_NUMBER_BYTES = 6

/** Memory of lines beyond it is given back. */
const LINES_KEPT_BYTES = 16 * 1024 * 1024

const reader = new ByteReader()

/** The books as they are, or as they were at a moment. */
export interface BooksIn {
  readonly books: ReadTable
}

export function putCustomer(slab: WriteSlab, sums: CustomerBooks): void {
  slab.put('books', customerKey(sums.customer), (out) => {
    out.float64(sums.heldMicros)
    out.float64(sums.chargedMicros)
    out.float64(sums.paidInMicros)
  })
}

/** Zero where there is none. */
export function readCustomer(env: BooksIn, customer: string): CustomerBooks {
  const row = env.books.getBinaryFast(keyOf(customerKey(customer)))
  return row === undefined ? { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 } : customerIn(row, customer)
}

export function readCustomers(env: LmdbEnv): CustomerBooks[] {
  const found: CustomerBooks[] = []
  for (const { key, value } of env.books.getRange(rangeOf(CUSTOMER)))
    found.push(customerIn(value, textOf(key, LETTER_BYTES)))
  return found
}

function customerIn(row: Uint8Array, customer: string): CustomerBooks {
  reader.over(row, 0)
  return {
    customer,
    heldMicros: reader.float64(),
    chargedMicros: reader.float64(),
    paidInMicros: reader.float64(),
  }
}

export function putPayment(slab: WriteSlab, payment: Payment): void {
  const write = (out: ByteWriter) => {
    out.float64(payment.micros)
    out.float64(payment.atMs)
    out.text(payment.reference)
    out.text(payment.note)
  }
  slab.put('books', paymentKey(payment.customer, payment.reference), write)
  slab.put('books', timeKey(payment.customer, wholeDueMs(payment.atMs), payment.reference), write)
}

export function readPayment(env: LmdbEnv, customer: string, reference: string): Payment | undefined {
  const row = env.books.getBinaryFast(keyOf(paymentKey(customer, reference)))
  return row && paymentIn(row, customer)
}

/** Of a customer from a time on, or behind `after`, oldest first, up to `limit`. */
export function readPayments(
  env: BooksIn,
  customer: string,
  fromMs: number,
  limit: number,
  after?: Payment,
): Payment[] {
  const found: Payment[] = []
  const from = Math.max(0, Math.floor(fromMs))
  if (from > MAX_DUE_MS || limit < 1) return found
  const start = keyOf(
    after === undefined ? timeKey(customer, from, '') : timeKey(customer, wholeDueMs(after.atMs), after.reference),
  )
  const end = keyOf(behindPrefix(keyBytes(PAYMENT_BY_TIME, (out) => ownerPrefix(out, customer))))
  const exclusiveStart = after !== undefined
  for (const { value } of env.books.getRange({ start, exclusiveStart, end, limit }))
    found.push(paymentIn(value, customer))
  return found
}

function paymentIn(row: Uint8Array, customer: string): Payment {
  reader.over(row, 0)
  const micros = reader.float64()
  const atMs = reader.float64()
  return { customer, reference: reader.text(), micros, note: reader.text(), atMs }
}

/** Payments of a customer before a time, oldest first, up to `limit`. */
export function readPaymentsBefore(env: LmdbEnv, customer: string, beforeMs: number, limit: number): Payment[] {
  return readPayments(env, customer, 0, limit).filter(({ atMs }) => atMs < beforeMs)
}

export function removePayment(slab: WriteSlab, { customer, reference, atMs }: Payment): void {
  slab.remove('books', paymentKey(customer, reference))
  slab.remove('books', timeKey(customer, wholeDueMs(atMs), reference))
}

/** @returns the number behind the last */
export function putBlocks(slab: WriteSlab, first: number, blocks: readonly number[]): number {
  let number = first
  for (let i = 0; i < blocks.length; i += 2) slab.putRecords(blockKey(number++), blocks[i]!, blocks[i + 1]!)
  return number
}

export function removeBlock(slab: WriteSlab, number: number): void {
  slab.remove('records', blockKey(number))
}

/** The numbers of the first and the last block there is; undefined where there is none. */
export function readBlockBounds(env: LmdbEnv): { readonly first: number; readonly last: number } | undefined {
  const { start, end } = rangeOf(BLOCK)
  for (const key of env.records.getKeys({ start, end, limit: 1 })) {
    const first = blockNumberIn(key)
    // Without a gap.
    return { first, last: first + env.records.getKeysCount({ start, end }) - 1 }
  }
  return undefined
}

/** @param into begun anew; what it returns lies in there */
export function readBlocks(env: LmdbEnv, maxBytes: number, into: ByteWriter): RecordLines {
  into.reset(LINES_KEPT_BYTES)
  let through = 0
  for (const { key, value } of env.records.getRange(rangeOf(BLOCK))) {
    // lmdb's own octets; its `length` alone tells how many they are.
    readRecords(reader, Uint8Array.prototype.subarray.call(value, 0, value.length), into)
    through = blockNumberIn(key)
    if (into.position >= maxBytes) break
  }
  return { through, lines: into.buffer.subarray(0, into.position) }
}

export function putMark(slab: WriteSlab, mark: ExportMark): void {
  slab.put('meta', Buffer.from(metaKeys.exportMark), (out) => {
    out.float64(mark.through)
    out.float64(mark.bytes)
    out.text(mark.file)
    if (mark.folder !== undefined) out.text(mark.folder)
  })
}

export function readMark(env: LmdbEnv): ExportMark | undefined {
  const row = env.meta.getBinaryFast(keyOf(Buffer.from(metaKeys.exportMark)))
  if (row === undefined) return undefined
  reader.over(row, 0)
  const through = reader.float64()
  const bytes = reader.float64()
  const file = reader.text()
  return { through, file, bytes, folder: reader.position < row.length ? reader.text() : undefined }
}

export function putCurrency(slab: WriteSlab, currency: string): void {
  slab.put('meta', Buffer.from(metaKeys.currency), (out) => out.text(currency))
}

export function readCurrency(env: LmdbEnv): string | undefined {
  const row = env.meta.getBinaryFast(keyOf(Buffer.from(metaKeys.currency)))
  return row && reader.over(row, 0).text()
}

function customerKey(customer: string): Uint8Array {
  return keyBytes(CUSTOMER, (out) => out.keyText(customer))
}

function paymentKey(customer: string, reference: string): Uint8Array {
  return keyBytes(PAYMENT, (out) => {
    ownerPrefix(out, customer)
    out.keyText(reference)
  })
}

function timeKey(customer: string, atMs: number, reference: string): Uint8Array {
  return keyBytes(PAYMENT_BY_TIME, (out) => {
    ownerPrefix(out, customer)
    out.uint48(atMs)
    out.keyText(reference)
  })
}

export function ownerPrefix(out: ByteWriter, customer: string): void {
  out.keyText(customer)
  out.byte(0)
}

function blockKey(number: number): Uint8Array {
  return keyBytes(BLOCK, (out) => out.uint48(number))
}

function blockNumberIn(key: Uint8Array): number {
  let number = 0
  for (let i = LETTER_BYTES; i < LETTER_BYTES + BLOCK_NUMBER_BYTES; i++) number = number * 256 + key[i]!
  return number
}

/** All keys that begin with the letter. */
export function rangeOf(letter: string): { readonly start: KeySlice; readonly end: KeySlice } {
  const first = Buffer.from(letter, 'latin1')
  return { start: keyOf(first), end: keyOf(Uint8Array.of(first[0]! + 1)) }
}

const scratch = new ByteWriter(1024)

export function keyBytes(letter: string, write: (out: ByteWriter) => void): Uint8Array {
  scratch.position = 0
  scratch.keyText(letter)
  write(scratch)
  return new Uint8Array(scratch.buffer.subarray(0, scratch.position))
}

export function textOf(key: Uint8Array, start: number, end = key.length): string {
  return Buffer.from(key.buffer as ArrayBuffer, key.byteOffset + start, end - start).toString()
}
