// Looks into the data of a daemon that is not running: the books of a customer and the records that are in no file yet, and payments
// put there. With those in files it makes all that were ever written.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CustomerBooks } from '../../src/message/bill.js'
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js'
import { wholeRecord, type RecordRow } from '../../src/money/record-fields.js'

export type CdrRow = Readonly<Record<string, unknown>>

const MAP_BYTES = 2 ** 30

/** Books a payment as if it had come before the start. @param micros of the base currency */
export async function payIn(data: string, customer: string, micros: number): Promise<void> {
  const store = await openLmdbStore({ folder: data, mapBytes: MAP_BYTES, lowWaterBytes: 0 })
  const payment = { customer, reference: 'start', micros, note: '', atMs: 0 }
  const anchor = (await store.lastAnchor()) ?? { switchMs: 0, monotonicMs: 0, bootId: '' }
  await store.commit([{ kind: 'paid', payment }], anchor)
  await store.close()
}

export interface BooksOnDisk {
  readonly books: CustomerBooks | undefined
  /** By time. */
  readonly records: readonly CdrRow[]
}

export async function readBooks(data: string, customer: string): Promise<BooksOnDisk> {
  const store = await openLmdbStore({ folder: data, mapBytes: MAP_BYTES, lowWaterBytes: 0 })
  const books = (await store.books.customers()).find((one) => one.customer === customer)
  const waiting = await store.books.records(Number.MAX_SAFE_INTEGER)
  await store.close()
  const text = filesOf(join(data, 'cdr')) + Buffer.from(waiting.lines).toString('latin1')
  const lines = text.split('\n').filter((line) => line !== '')
  return { books, records: lines.map((line) => wholeRecord(JSON.parse(line) as RecordRow)) }
}

function filesOf(folder: string): string {
  if (!existsSync(folder)) return ''
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')
}
