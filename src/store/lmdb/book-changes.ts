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
  /** Of call detail records, in their order. */
  readonly lines: string[] = []
  /** In their order. */
  readonly exports: ExportMark[] = []
  readonly folds: Fold[] = []

  /** @throws RangeError for what no store takes */
  move(move: Move): void {
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
    const used = accounts.get(account)
    if (used === undefined) accounts.set(account, { units: move.units, heldMicros, chargedMicros })
    else {
      used.units += move.units
      used.heldMicros += heldMicros
      used.chargedMicros += chargedMicros
    }
  }

  /** @throws RangeError for what no store takes */
  pay(payment: Payment): void {
    checkPayment(payment)
    this.payments.push(payment)
  }
}
