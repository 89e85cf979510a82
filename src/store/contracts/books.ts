// What is asked of a store about money: the books of customers, the days of accounts, payments, and records on their way to files.

import type { CustomerBooks, DayBooks, Payment } from '../../message/bill.js'

/** Call detail records that were added by one commit. */
export interface RecordBlock {
  /** Greater than that of every earlier block; numbers are not used twice. */
  readonly number: number
  /** Whole lines, ASCII. */
  readonly lines: Uint8Array
}

/** How far the records are in files. */
export interface ExportMark {
  readonly through: number
  readonly file: string
  readonly bytes: number
}

/** All verbs see every resolved commit, and reject with a StoreError. */
export interface BooksStore {
  /** The books of every customer that has any. Meant for the start. */
  customers(): Promise<readonly CustomerBooks[]>
  /** What accounts used in the days from–to, both included, by day and account. */
  days(fromDay: number, toDay: number): Promise<readonly DayBooks[]>
  /** Undefined where none was booked under this reference. */
  findPayment(customer: string, reference: string): Promise<Payment | undefined>
  /** Payments of a customer from `fromMs` on (wall time), oldest first, up to `limit`. */
  payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]>
  /** Blocks of records that are in no file yet, in order, until `maxBytes` are reached; at least one where there is any. */
  records(maxBytes: number): Promise<readonly RecordBlock[]>
  /** How many blocks there are. */
  recordsWaiting(): number
  /** Undefined while nothing was exported. */
  exportMark(): Promise<ExportMark | undefined>
}

export interface KeepsBooks {
  readonly books: BooksStore
}
