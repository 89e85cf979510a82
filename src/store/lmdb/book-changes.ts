// What one commit changes in the books, summed up: its moves make one change for each customer and for each of its days of
// an account. No rows, no I/O.

import type { Move, Payment } from '../../message/bill.js'
import type { AccountId } from '../../message/ids.js'
import type { ExportMark } from '../contracts/books.js'
import { checkMove, checkPayment } from '../contracts/limits.js'

interface CustomerChange {
  heldMicros: number
  chargedMicros: number
  readonly days: Map<number, Map<AccountId, DayChange>>
}

interface DayChange {
  units: number
  heldMicros: number
  chargedMicros: number
}

/** What is kept of a customer before a day becomes one sum; so many days and payments at most. */
export interface Fold {
  readonly customer: string
  readonly beforeDay: number
  readonly limit: number
}

export class BookChanges {
  readonly customers = new Map<string, CustomerChange>()
  readonly payments: Payment[] = []
  /** Blocks of call detail records, in their order: from and to in the memory of the slab that they came by. */
  readonly blocks: number[] = []
  /** In their order. */
  readonly exports: ExportMark[] = []
  readonly folds: Fold[] = []
  /** Messages that cost the same move the same: often it is the very object that came before, and all is known of it. */
  #last: Move | undefined
  #lastSums!: CustomerChange
  #lastUsed!: DayChange

  /** @throws RangeError for what no store takes */
  move(move: Move): void {
    if (move === this.#last) {
      this.#lastSums.heldMicros += move.heldMicros
      this.#lastSums.chargedMicros += move.chargedMicros
      this.#lastUsed.heldMicros += move.heldMicros
      this.#lastUsed.chargedMicros += move.chargedMicros
      this.#lastUsed.units += move.units
      return
    }
    checkMove(move)
    const { customer, account, day, heldMicros, chargedMicros } = move
    let sums = this.customers.get(customer)
    if (sums === undefined) {
      sums = { heldMicros, chargedMicros, days: new Map<number, Map<AccountId, DayChange>>() }
      this.customers.set(customer, sums)
    } else {
      sums.heldMicros += heldMicros
      sums.chargedMicros += chargedMicros
    }
    let accounts = sums.days.get(day)
    if (accounts === undefined) {
      accounts = new Map<AccountId, DayChange>()
      sums.days.set(day, accounts)
    }
    let used = accounts.get(account)
    if (used === undefined) accounts.set(account, (used = { units: move.units, heldMicros, chargedMicros }))
    else {
      used.units += move.units
      used.heldMicros += heldMicros
      used.chargedMicros += chargedMicros
    }
    this.#last = move
    this.#lastSums = sums
    this.#lastUsed = used
  }

  /** @throws RangeError for what no store takes */
  pay(payment: Payment): void {
    checkPayment(payment)
    this.payments.push(payment)
  }
}
