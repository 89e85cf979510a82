// The books in the environment: reads them, and turns the changes of commits into rows. Sums are written from memory, which changes only
// once the transaction is on disk, so that a failed one leaves both as they were.

import type { CustomerBooks, DayBooks, Payment } from '../../message/bill.js'
import type { BooksStore, ExportMark, RecordBlock } from '../contracts/books.js'
import type { BookChanges } from './book-changes.js'
import {
  putBlock,
  putCustomer,
  putDay,
  putMark,
  putPayment,
  readBlockBounds,
  readBlocks,
  readCustomer,
  readCustomers,
  readDay,
  readDays,
  readMark,
  readPayment,
  readPayments,
  removeBlock,
} from './book-rows.js'
import type { LmdbEnv } from './lmdb-env.js'
import type { WriteSlab } from './write-slab.js'

/** Sums that stay in memory; beyond it all are forgotten, since they are on disk as well. */
const MAX_CACHED = 100_000

/** What becomes of the memory once a transaction is on disk. */
export interface BooksStep {
  readonly customers: ReadonlyMap<string, CustomerBooks>
  readonly days: ReadonlyMap<string, DayBooks>
  readonly records: RecordsState
}

interface RecordsState {
  /** The numbers of the first block there is and of the next that comes; they follow each other without a gap. */
  readonly first: number
  readonly next: number
  readonly mark: ExportMark | undefined
}

export class LmdbBooks implements BooksStore {
  readonly #read: <Answer>(verb: (env: LmdbEnv) => Answer) => Answer
  readonly #customers = new Map<string, CustomerBooks>()
  readonly #days = new Map<string, DayBooks>()
  #records: RecordsState = { first: 1, next: 1, mark: undefined }

  constructor(read: <Answer>(verb: (env: LmdbEnv) => Answer) => Answer) {
    this.#read = read
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
    for (const changes of commits) {
      this.#addMoves(env, changes, customers, days)
      for (const payment of changes.payments) this.#addPayment(slab, env, payment, customers, paid)
      for (const mark of changes.exports) records = forgetBlocks(slab, records, mark)
      if (changes.lines.length > 0) {
        putBlock(slab, records.next, changes.lines)
        records = { ...records, next: records.next + 1 }
      }
    }
    for (const sums of customers.values()) putCustomer(slab, sums)
    for (const used of days.values()) putDay(slab, used)
    return { customers, days, records }
  }

  /** The rows of this step are on disk. */
  took(step: BooksStep): void {
    if (this.#customers.size > MAX_CACHED) this.#customers.clear()
    if (this.#days.size > MAX_CACHED) this.#days.clear()
    for (const [key, sums] of step.customers) this.#customers.set(key, sums)
    for (const [key, used] of step.days) this.#days.set(key, used)
    this.#records = step.records
  }

  async customers(): Promise<readonly CustomerBooks[]> {
    return this.#read(readCustomers)
  }

  async days(fromDay: number, toDay: number): Promise<readonly DayBooks[]> {
    return this.#read((env) => readDays(env, fromDay, toDay))
  }

  async findPayment(customer: string, reference: string): Promise<Payment | undefined> {
    return this.#read((env) => readPayment(env, customer, reference))
  }

  async payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]> {
    return this.#read((env) => readPayments(env, customer, fromMs, limit))
  }

  async records(maxBytes: number): Promise<readonly RecordBlock[]> {
    return this.#read((env) => readBlocks(env, maxBytes))
  }

  recordsWaiting(): number {
    return this.#records.next - this.#records.first
  }

  async exportMark(): Promise<ExportMark | undefined> {
    return this.#read(() => this.#records.mark)
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
    }
    for (const [day, accounts] of changes.days)
      for (const [account, change] of accounts) {
        const key = `${day}\0${account}`
        const used = days.get(key) ?? this.#days.get(key) ?? readDay(env, day, account)
        days.set(key, {
          account,
          customer: change.customer,
          day,
          units: (used?.units ?? 0) + change.units,
          heldMicros: (used?.heldMicros ?? 0) + change.heldMicros,
          chargedMicros: (used?.chargedMicros ?? 0) + change.chargedMicros,
        })
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

/** Never further than what there is, and never back: a number that was given once would be given again after a restart. */
function forgetBlocks(slab: WriteSlab, records: RecordsState, mark: ExportMark): RecordsState {
  const through = Math.max(records.mark?.through ?? 0, Math.min(mark.through, records.next - 1))
  for (let number = records.first; number <= through; number++) removeBlock(slab, number)
  const kept = { ...mark, through }
  putMark(slab, kept)
  return { first: Math.max(records.first, through + 1), next: records.next, mark: kept }
}
