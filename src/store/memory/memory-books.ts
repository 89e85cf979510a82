// The books in the memory store: plain maps and an array of blocks, changed in a commit's one step. Nothing survives the process.

import type { CallRecords, CustomerBooks, DayBooks, Move, Payment } from '../../message/bill.js'
import { recordText } from '../../money/record-line.js'
import {
  byDay,
  compareOctets,
  DAY_MS,
  foldedWith,
  type BooksStore,
  type CustomerAccount,
  type ExportMark,
  type FoldedDays,
  type RecordLines,
} from '../contracts/books.js'
import { wholeDueMs } from '../contracts/limits.js'

/** Records of one commit. */
interface RecordBlock {
  readonly number: number
  readonly lines: Uint8Array
}

/** Values are replaced, never changed: copies share them. */
export interface MemoryBooksState {
  readonly customers: Map<string, CustomerBooks>
  /** By day, account and customer. */
  readonly days: Map<string, DayBooks>
  /** By customer. */
  readonly folded: Map<string, FoldedDays>
  /** By customer and reference. */
  readonly payments: Map<string, Payment>
  blocks: readonly RecordBlock[]
  lastBlock: number
  mark: ExportMark | undefined
  currency: string | undefined
}

export function emptyBooks(): MemoryBooksState {
  return {
    customers: new Map(),
    days: new Map(),
    folded: new Map(),
    payments: new Map(),
    blocks: [],
    lastBlock: 0,
    mark: undefined,
    currency: undefined,
  }
}

export function copyBooks(books: MemoryBooksState): MemoryBooksState {
  return {
    customers: new Map(books.customers),
    days: new Map(books.days),
    folded: new Map(books.folded),
    payments: new Map(books.payments),
    blocks: books.blocks,
    lastBlock: books.lastBlock,
    mark: books.mark,
    currency: books.currency,
  }
}

export function addMove(books: MemoryBooksState, move: Move): void {
  const { customer, account, day, heldMicros, chargedMicros, units } = move
  const sums = customerOf(books, customer)
  books.customers.set(customer, {
    ...sums,
    heldMicros: sums.heldMicros + heldMicros,
    chargedMicros: sums.chargedMicros + chargedMicros,
  })
  const key = dayKey(day, account, customer)
  const used = books.days.get(key) ?? { account, customer, day, units: 0, heldMicros: 0, chargedMicros: 0 }
  books.days.set(key, {
    account,
    customer,
    day,
    units: used.units + units,
    heldMicros: used.heldMicros + heldMicros,
    chargedMicros: used.chargedMicros + chargedMicros,
  })
}

/** The same reference again changes nothing. */
export function addPayment(books: MemoryBooksState, payment: Payment): void {
  const key = paymentKey(payment.customer, payment.reference)
  if (books.payments.has(key)) return
  books.payments.set(key, payment)
  const sums = customerOf(books, payment.customer)
  books.customers.set(payment.customer, { ...sums, paidInMicros: sums.paidInMicros + payment.micros })
}

export function addBlock(books: MemoryBooksState, records: readonly CallRecords[]): void {
  const lines = Buffer.from(records.map(recordText).join(''), 'latin1')
  books.blocks = [...books.blocks, { number: ++books.lastBlock, lines }]
}

/** Never further than what there is, never back. */
export function forgetBlocks(books: MemoryBooksState, { through: asked, file, bytes, folder }: ExportMark): void {
  const through = Math.max(books.mark?.through ?? 0, Math.min(asked, books.lastBlock))
  books.blocks = books.blocks.filter((block) => block.number > through)
  books.mark = { through, file, bytes, folder }
}

function foldDays(books: MemoryBooksState, customer: string, beforeDay: number, limit: number): void {
  const days = daysOf(books, customer, 0, beforeDay - 1).slice(0, limit)
  const payments = paymentsOf(books, customer, 0)
    .filter(({ atMs }) => atMs < beforeDay * DAY_MS)
    .slice(0, limit)
  if (days.length + payments.length === 0) return
  for (const { day, account } of days) books.days.delete(dayKey(day, account, customer))
  for (const { reference } of payments) books.payments.delete(paymentKey(customer, reference))
  books.folded.set(customer, foldedWith(books.folded.get(customer), customer, beforeDay - 1, days, payments))
}

export class MemoryBooks implements BooksStore {
  readonly #state: () => MemoryBooksState
  readonly #enqueue: (change: (books: MemoryBooksState) => void) => Promise<void>

  /** @param state of an open store, or throws */
  constructor(state: () => MemoryBooksState, enqueue: (change: (books: MemoryBooksState) => void) => Promise<void>) {
    this.#state = state
    this.#enqueue = enqueue
  }

  async customers(): Promise<readonly CustomerBooks[]> {
    return [...this.#state().customers.values()].sort((a, b) => compareOctets(a.customer, b.customer))
  }

  async days(fromDay: number, toDay: number): Promise<readonly DayBooks[]> {
    return [...this.#state().days.values()].filter(({ day }) => day >= fromDay && day <= toDay).sort(byDay)
  }

  async findPayment(customer: string, reference: string): Promise<Payment | undefined> {
    return this.#state().payments.get(paymentKey(customer, reference))
  }

  async payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]> {
    return paymentsOf(this.#state(), customer, fromMs).slice(0, limit)
  }

  async account(customer: string, fromDay: number, limit: number): Promise<CustomerAccount> {
    const state = this.#state()
    return {
      books: customerOf(state, customer),
      folded: state.folded.get(customer),
      days: daysOf(state, customer, fromDay, Infinity).slice(0, limit),
      payments: paymentsOf(state, customer, fromDay * DAY_MS).slice(0, limit),
    }
  }

  async customersBefore(day: number): Promise<readonly string[]> {
    const state = this.#state()
    return (await this.customers())
      .map(({ customer }) => customer)
      .filter(
        (customer) =>
          daysOf(state, customer, 0, day - 1).length > 0 ||
          paymentsOf(state, customer, 0).some(({ atMs }) => atMs < day * DAY_MS),
      )
  }

  async fold(customer: string, beforeDay: number, limit: number): Promise<void> {
    this.#state()
    await this.#enqueue((books) => foldDays(books, customer, beforeDay, limit))
  }

  async currency(): Promise<string | undefined> {
    return this.#state().currency
  }

  async keepCurrency(currency: string): Promise<void> {
    this.#state()
    await this.#enqueue((books) => void (books.currency = currency))
  }

  async records(maxBytes: number): Promise<RecordLines> {
    const { blocks } = this.#state()
    let bytes = 0
    let count = 0
    while (count < blocks.length && (count === 0 || bytes < maxBytes)) bytes += blocks[count++]!.lines.length
    const lines = Buffer.concat(blocks.slice(0, count).map((block) => block.lines))
    return { through: blocks[count - 1]?.number ?? 0, lines }
  }

  recordsWaiting(): number {
    return this.#state().blocks.length
  }

  async exportMark(): Promise<ExportMark | undefined> {
    return this.#state().mark
  }
}

function customerOf(books: MemoryBooksState, customer: string): CustomerBooks {
  return books.customers.get(customer) ?? { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }
}

function daysOf(books: MemoryBooksState, customer: string, fromDay: number, toDay: number): DayBooks[] {
  return [...books.days.values()]
    .filter((used) => used.customer === customer && used.day >= fromDay && used.day <= toDay)
    .sort(byDay)
}

function paymentsOf(books: MemoryBooksState, customer: string, fromMs: number): Payment[] {
  return [...books.payments.values()]
    .filter((payment) => payment.customer === customer && wholeDueMs(payment.atMs) >= Math.floor(fromMs))
    .sort((a, b) => wholeDueMs(a.atMs) - wholeDueMs(b.atMs) || compareOctets(a.reference, b.reference))
}

function dayKey(day: number, account: string, customer: string): string {
  return `${day}\0${account}\0${customer}`
}

function paymentKey(customer: string, reference: string): string {
  return `${customer}\0${reference}`
}
