// What is asked of a store about money: the books of customers, the days of accounts, payments, and records on their way to files.

import type { CustomerBooks, DayBooks, Payment } from '../../message/bill.js'

/** Call detail records on their way to a file. Those of one commit are a block or some; blocks are numbered, and no number is used twice. */
export interface RecordLines {
  /** The number of the last block in it; 0 where there is none. */
  readonly through: number
  /** Whole lines, ASCII, of all blocks in their order. */
  readonly lines: Uint8Array
}

/** How far the records are in files. */
export interface ExportMark {
  readonly through: number
  readonly file: string
  readonly bytes: number
  /** In which folder the file is: absolute, without links. Undefined in data of a program that did not say. */
  readonly folder?: string | undefined
}

/** What became of days and payments that are not kept one by one any more, in sums. */
export interface FoldedDays {
  readonly customer: string
  /** Nothing is kept one by one of this day and those before. */
  readonly throughDay: number
  readonly units: number
  readonly heldMicros: number
  readonly chargedMicros: number
  readonly paidInMicros: number
}

/** The account of a customer as it was at one moment. Undefined for `folded`: every day and payment is there. */
export interface CustomerAccount {
  readonly books: CustomerBooks
  readonly folded: FoldedDays | undefined
  /** All from the day on that was asked for, also such as are to come. */
  readonly days: readonly DayBooks[]
  readonly payments: readonly Payment[]
}

/** All verbs see every resolved commit, and reject with a StoreError; what changes something resolves once it is on disk. */
export interface BooksStore {
  /** The books of every customer that has any. Meant for the start. */
  customers(): Promise<readonly CustomerBooks[]>
  /** What accounts used in the days from–to, both included, by day, account and customer. */
  days(fromDay: number, toDay: number): Promise<readonly DayBooks[]>
  /** Undefined where none was booked under this reference. */
  findPayment(customer: string, reference: string): Promise<Payment | undefined>
  /** Payments of a customer from `fromMs` on (wall time), oldest first, up to `limit`. */
  payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]>
  /** Sums, days and payments of one customer from a day on, at most `limit` of each: all of one moment, also while others commit. */
  account(customer: string, fromDay: number, limit: number): Promise<CustomerAccount>
  /** Customers of whom days or payments before this day are kept one by one. */
  customersBefore(day: number): Promise<readonly string[]>
  /**
   * Makes one sum of what is kept of a customer before a day, at most `limit` days and payments at a time; one that moves meanwhile
   * may be left. What the books come to is the same. A payment whose reference is forgotten so would be booked again.
   */
  fold(customer: string, beforeDay: number, limit: number): Promise<void>
  /** The base currency that the amounts are in; undefined before `keepCurrency`. */
  currency(): Promise<string | undefined>
  keepCurrency(currency: string): Promise<void>
  /**
   * The blocks of records that are in no file yet, until `maxBytes` are reached; at least one where there is any. The memory of the
   * lines is used again: they are good until this is called the next time.
   */
  records(maxBytes: number): Promise<RecordLines>
  /** How many blocks there are. */
  recordsWaiting(): number
  /** Undefined while nothing was exported. */
  exportMark(): Promise<ExportMark | undefined>
}

export interface KeepsBooks {
  readonly books: BooksStore
}

export const DAY_MS = 86_400_000

/** The order of `days`. */
export function byDay(a: DayBooks, b: DayBooks): number {
  return a.day - b.day || compareOctets(a.account, b.account) || compareOctets(a.customer, b.customer)
}

/** As keys are sorted: UTF-8 sorts otherwise than UTF-16. */
export function compareOctets(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The sums of a customer with some more days and payments in them. */
export function foldedWith(
  before: FoldedDays | undefined,
  customer: string,
  throughDay: number,
  days: readonly DayBooks[],
  payments: readonly Payment[],
): FoldedDays {
  let { units, heldMicros, chargedMicros, paidInMicros } = before ?? nothingFolded
  for (const used of days) {
    units += used.units
    heldMicros += used.heldMicros
    chargedMicros += used.chargedMicros
  }
  for (const { micros } of payments) paidInMicros += micros
  const through = Math.max(before?.throughDay ?? 0, throughDay)
  return { customer, throughDay: through, units, heldMicros, chargedMicros, paidInMicros }
}

const nothingFolded = { units: 0, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }
