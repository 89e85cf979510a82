// The books in the environment: reads them, and turns the changes of commits into rows. Sums are written from memory, which changes only
// once the transaction is on disk, so that a failed one leaves both as they were.

import type { CustomerBooks, DayBooks, Payment } from '../../message/bill.js'
import {
  DAY_MS,
  foldedWith,
  type BooksStore,
  type CustomerAccount,
  type ExportMark,
  type RecordLines,
} from '../contracts/books.js'
import { ByteWriter } from '../rows/bytes.js'
import type { BookChanges, Fold } from './book-changes.js'
import {
  putBlocks,
  putCurrency,
  putCustomer,
  putMark,
  putPayment,
  readBlockBounds,
  readBlocks,
  readCurrency,
  readCustomer,
  readCustomers,
  readMark,
  readPayment,
  readPayments,
  readPaymentsBefore,
  removeBlock,
  removePayment,
} from './book-rows.js'
import { putDay, putFolded, readDay, readDays, readDaysOf, readFolded, removeDay } from './day-rows.js'
import type { BooksMoment, LmdbEnv } from './lmdb-env.js'
import type { WriteSlab } from './write-slab.js'

/** Sums that stay in memory; beyond it all are forgotten, since they are on disk as well. */
const MAX_CACHED = 100_000

const LINES_BYTES = 64 * 1024

/** Rows of an account that are read in one turn: a millisecond or two. */
const SLICE_ROWS = 300

/** What becomes of the memory once a transaction is on disk. */
export interface BooksStep {
  readonly customers: ReadonlyMap<string, CustomerBooks>
  readonly days: ReadonlyMap<string, DayBooks>
  /** Keys of days that are not there any more. */
  readonly folded: readonly string[]
  readonly records: RecordsState
}

export interface BooksPorts {
  readonly read: <Answer>(verb: (env: LmdbEnv) => Answer) => Answer
  /** Resolves once what was encoded is on disk. */
  readonly write: (encode: (slab: WriteSlab) => void) => Promise<void>
}

interface RecordsState {
  /** The numbers of the first block there is and of the next that comes; they follow each other without a gap. */
  readonly first: number
  readonly next: number
  readonly mark: ExportMark | undefined
}

export class LmdbBooks implements BooksStore {
  readonly #ports: BooksPorts
  readonly #customers = new Map<string, CustomerBooks>()
  readonly #days = new Map<string, DayBooks>()
  readonly #lines = new ByteWriter(LINES_BYTES)
  /** Accounts that are being read, each of its moment. */
  readonly #readings = new Set<Promise<unknown>>()
  #records: RecordsState = { first: 1, next: 1, mark: undefined }

  constructor(ports: BooksPorts) {
    this.#ports = ports
  }

  /** Takes what is on disk for true; call it whenever the environment was opened. */
  load(env: LmdbEnv): void {
    this.#customers.clear()
    this.#days.clear()
    const mark = readMark(env)
    const bounds = readBlockBounds(env)
    const next = Math.max(bounds?.last ?? 0, mark?.through ?? 0) + 1
    this.#records = { first: bounds?.first ?? next, next, mark }
  }

  /** Encodes the changes of some commits, in their order. Changes no memory: see `took`. */
  encode(slab: WriteSlab, env: LmdbEnv, commits: readonly BookChanges[]): BooksStep {
    const customers = new Map<string, CustomerBooks>()
    const days = new Map<string, DayBooks>()
    const paid = new Set<string>()
    let records = this.#records
    const folds = new Map<string, Fold>()
    for (const changes of commits) {
      for (const fold of changes.folds) folds.set(fold.customer, fold)
      this.#addMoves(env, changes, customers, days)
      for (const payment of changes.payments) this.#addPayment(slab, env, payment, customers, paid)
      for (const mark of changes.exports) records = forgetBlocks(slab, records, mark)
      if (changes.blocks.length > 0) {
        const { first, mark } = records
        records = { first, next: putBlocks(slab, records.next, changes.blocks), mark }
      }
    }
    for (const sums of customers.values()) putCustomer(slab, sums)
    for (const used of days.values()) putDay(slab, used)
    const folded = [...folds.values()].flatMap((fold) => foldDays(slab, env, fold, days))
    return { customers, days, folded, records }
  }

  /** The rows of this step are on disk. */
  took(step: BooksStep): void {
    if (this.#customers.size > MAX_CACHED) this.#customers.clear()
    if (this.#days.size > MAX_CACHED) this.#days.clear()
    for (const [key, sums] of step.customers) this.#customers.set(key, sums)
    for (const [key, used] of step.days) this.#days.set(key, used)
    for (const key of step.folded) this.#days.delete(key)
    this.#records = step.records
  }

  async customers(): Promise<readonly CustomerBooks[]> {
    return this.#read(readCustomers)
  }

  async days(fromDay: number, toDay: number): Promise<readonly DayBooks[]> {
    return this.#read((env) => readDays(env, readCustomers(env), fromDay, toDay))
  }

  async findPayment(customer: string, reference: string): Promise<Payment | undefined> {
    return this.#read((env) => readPayment(env, customer, reference))
  }

  async payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]> {
    return this.#read((env) => readPayments(env, customer, fromMs, limit))
  }

  async account(customer: string, fromDay: number, limit: number): Promise<CustomerAccount> {
    const moment = this.#read((env) => env.booksMoment())
    const reading = this.#accountAt(moment, customer, fromDay, limit).finally(() => {
      moment.end()
      this.#readings.delete(reading)
    })
    this.#readings.add(reading)
    return reading
  }

  /** Resolves when nothing is read any more; what would be read in a next turn fails where the store says so. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#readings])
  }

  async customersBefore(day: number): Promise<readonly string[]> {
    return this.#read((env) =>
      readCustomers(env)
        .map(({ customer }) => customer)
        .filter(
          (customer) =>
            readDaysOf(env, customer, 0, day - 1, 1).length > 0 ||
            readPaymentsBefore(env, customer, day * DAY_MS, 1).length > 0,
        ),
    )
  }

  async fold(customer: string, beforeDay: number, limit: number): Promise<void> {
    await this.#ports.write((slab) => slab.fold({ customer, beforeDay, limit }))
  }

  async currency(): Promise<string | undefined> {
    return this.#read(readCurrency)
  }

  async keepCurrency(currency: string): Promise<void> {
    await this.#ports.write((slab) => putCurrency(slab, currency))
  }

  async records(maxBytes: number): Promise<RecordLines> {
    return this.#read((env) => readBlocks(env, maxBytes, this.#lines))
  }

  recordsWaiting(): number {
    return this.#records.next - this.#records.first
  }

  async exportMark(): Promise<ExportMark | undefined> {
    return this.#read(() => this.#records.mark)
  }

  async #accountAt(now: BooksMoment, customer: string, fromDay: number, limit: number): Promise<CustomerAccount> {
    const { books, folded } = this.#read(() => ({
      books: readCustomer(now, customer),
      folded: readFolded(now, customer),
    }))
    const days = await this.#inSlices(limit, (most, after?: DayBooks) =>
      readDaysOf(now, customer, fromDay, Infinity, most, after),
    )
    const payments = await this.#inSlices(limit, (most, after?: Payment) =>
      readPayments(now, customer, fromDay * DAY_MS, most, after),
    )
    return { books, folded, days, payments }
  }

  /** A turn for each slice: messages go on between them. */
  async #inSlices<Row>(limit: number, read: (most: number, after?: Row) => readonly Row[]): Promise<readonly Row[]> {
    const all: Row[] = []
    for (;;) {
      const most = Math.min(SLICE_ROWS, limit - all.length)
      const rows = this.#read(() => read(most, all.at(-1)))
      for (const row of rows) all.push(row)
      if (rows.length < most || all.length >= limit) return all
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  #read<Answer>(verb: (env: LmdbEnv) => Answer): Answer {
    return this.#ports.read(verb)
  }

  #addMoves(
    env: LmdbEnv,
    changes: BookChanges,
    customers: Map<string, CustomerBooks>,
    days: Map<string, DayBooks>,
  ): void {
    for (const [customer, change] of changes.customers) {
      const sums = customers.get(customer) ?? this.#customers.get(customer) ?? readCustomer(env, customer)
      customers.set(customer, {
        customer,
        heldMicros: sums.heldMicros + change.heldMicros,
        chargedMicros: sums.chargedMicros + change.chargedMicros,
        paidInMicros: sums.paidInMicros,
      })
      for (const [day, accounts] of change.days)
        for (const [account, { units, heldMicros, chargedMicros }] of accounts) {
          const key = dayKey(day, account, customer)
          const used = days.get(key) ?? this.#days.get(key) ?? readDay(env, customer, day, account)
          days.set(key, {
            account,
            customer,
            day,
            units: (used?.units ?? 0) + units,
            heldMicros: (used?.heldMicros ?? 0) + heldMicros,
            chargedMicros: (used?.chargedMicros ?? 0) + chargedMicros,
          })
        }
    }
  }

  /** The same reference again changes nothing, also within one transaction. */
  #addPayment(
    slab: WriteSlab,
    env: LmdbEnv,
    payment: Payment,
    customers: Map<string, CustomerBooks>,
    paid: Set<string>,
  ): void {
    const { customer, reference } = payment
    const key = `${customer}\0${reference}`
    if (paid.has(key) || readPayment(env, customer, reference) !== undefined) return
    paid.add(key)
    putPayment(slab, payment)
    const sums = customers.get(customer) ?? this.#customers.get(customer) ?? readCustomer(env, customer)
    customers.set(customer, { ...sums, paidInMicros: sums.paidInMicros + payment.micros })
  }
}

/** Gives the keys of the days that are gone. Those that this transaction writes stay for another time: what is read is older. */
function foldDays(
  slab: WriteSlab,
  env: LmdbEnv,
  { customer, beforeDay, limit }: Fold,
  written: ReadonlyMap<string, DayBooks>,
): string[] {
  const keyOf = ({ day, account }: DayBooks): string => dayKey(day, account, customer)
  const days = readDaysOf(env, customer, 0, beforeDay - 1, limit).filter((used) => !written.has(keyOf(used)))
  const payments = readPaymentsBefore(env, customer, beforeDay * DAY_MS, limit)
  if (days.length + payments.length === 0) return []
  for (const used of days) removeDay(slab, used)
  for (const payment of payments) removePayment(slab, payment)
  putFolded(slab, foldedWith(readFolded(env, customer), customer, beforeDay - 1, days, payments))
  return days.map(keyOf)
}

function dayKey(day: number, account: string, customer: string): string {
  return `${day}\0${account}\0${customer}`
}

/** Never further than what there is, and never back: a number that was given once would be given again after a restart. */
function forgetBlocks(
  slab: WriteSlab,
  records: RecordsState,
  { through: asked, file, bytes, folder }: ExportMark,
): RecordsState {
  const through = Math.max(records.mark?.through ?? 0, Math.min(asked, records.next - 1))
  for (let number = records.first; number <= through; number++) removeBlock(slab, number)
  const kept = { through, file, bytes, folder }
  putMark(slab, kept)
  return { first: Math.max(records.first, through + 1), next: records.next, mark: kept }
}
