// The books in the memory store: plain maps and an array of blocks, changed in a commit's one step. Nothing survives the process.

import type { CustomerBooks, DayBooks, Move, Payment } from '../../message/bill.js'
import type { BooksStore, ExportMark, RecordBlock } from '../contracts/books.js'
import { wholeDueMs } from '../contracts/limits.js'

/** Values are replaced, never changed: copies share them. */
export interface MemoryBooksState {
  readonly customers: Map<string, CustomerBooks>
  /** By day and account. */
  readonly days: Map<string, DayBooks>
  /** By customer and reference. */
  readonly payments: Map<string, Payment>
  blocks: readonly RecordBlock[]
  lastBlock: number
  mark: ExportMark | undefined
}

export function emptyBooks(): MemoryBooksState {
  return {
    customers: new Map(),
    days: new Map(),
    payments: new Map(),
    blocks: [],
    lastBlock: 0,
    mark: undefined,
  }
}

export function copyBooks(books: MemoryBooksState): MemoryBooksState {
  return {
    customers: new Map(books.customers),
    days: new Map(books.days),
    payments: new Map(books.payments),
    blocks: books.blocks,
    lastBlock: books.lastBlock,
    mark: books.mark,
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
  const key = `${day}\0${account}`
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

export function addBlock(books: MemoryBooksState, lines: string): void {
  const block = { number: ++books.lastBlock, lines: new Uint8Array(Buffer.from(lines, 'latin1')) }
  books.blocks = [...books.blocks, block]
}

/** Never further than what there is, never back. */
export function forgetBlocks(books: MemoryBooksState, mark: ExportMark): void {
  const through = Math.max(books.mark?.through ?? 0, Math.min(mark.through, books.lastBlock))
  books.blocks = books.blocks.filter((block) => block.number > through)
  books.mark = { ...mark, through }
}

export class MemoryBooks implements BooksStore {
  readonly #state: () => MemoryBooksState

  /** @param state of an open store, or throws */
  constructor(state: () => MemoryBooksState) {
    this.#state = state
  }

  async customers(): Promise<readonly CustomerBooks[]> {
    return [...this.#state().customers.values()].sort((a, b) => compareOctets(a.customer, b.customer))
  }

  async days(fromDay: number, toDay: number): Promise<readonly DayBooks[]> {
    return [...this.#state().days.values()]
      .filter(({ day }) => day >= fromDay && day <= toDay)
      .sort((a, b) => a.day - b.day || compareOctets(a.account, b.account))
  }

  async findPayment(customer: string, reference: string): Promise<Payment | undefined> {
    return this.#state().payments.get(paymentKey(customer, reference))
  }

  async payments(customer: string, fromMs: number, limit: number): Promise<readonly Payment[]> {
    return [...this.#state().payments.values()]
      .filter((payment) => payment.customer === customer && wholeDueMs(payment.atMs) >= Math.floor(fromMs))
      .sort((a, b) => wholeDueMs(a.atMs) - wholeDueMs(b.atMs) || compareOctets(a.reference, b.reference))
      .slice(0, limit)
  }

  async records(maxBytes: number): Promise<readonly RecordBlock[]> {
    const { blocks } = this.#state()
    let bytes = 0
    let count = 0
    while (count < blocks.length && bytes < maxBytes) bytes += blocks[count++]!.lines.length
    return blocks.slice(0, Math.max(count, 1))
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

function paymentKey(customer: string, reference: string): string {
  return `${customer}\0${reference}`
}

/** Keys are octets elsewhere: UTF-8 sorts otherwise than UTF-16. */
function compareOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
