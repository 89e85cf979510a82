// What one commit changes in the books, summed up: its moves make one change for each customer and for each day of an account. No rows, no I/O.

import type { Move, Payment } from '../../message/bill.js'
import type { AccountId } from '../../message/ids.js'
import type { ExportMark } from '../contracts/books.js'
import { checkMove, checkPayment } from '../contracts/limits.js'

interface CustomerChange {
  heldMicros: number
  chargedMicros: number
}

interface DayChange {
  customer: string
  units: number
  heldMicros: number
  chargedMicros: number
}

export class BookChanges {
  readonly customers = new Map<string, CustomerChange>()
  readonly days = new Map<number, Map<AccountId, DayChange>>()
  readonly payments: Payment[] = []
  /** Of call detail records, in their order. */
  readonly lines: string[] = []
  /** In their order. */
  readonly exports: ExportMark[] = []

  /** @throws RangeError for what no store takes */
  move(move: Move): void {
    checkMove(move)
    const { customer, account, day, heldMicros, chargedMicros } = move
    const sums = this.customers.get(customer)
    if (sums === undefined) this.customers.set(customer, { heldMicros, chargedMicros })
    else {
      sums.heldMicros += heldMicros
      sums.chargedMicros += chargedMicros
    }
    let accounts = this.days.get(day)
    if (accounts === undefined) {
      accounts = new Map<AccountId, DayChange>()
      this.days.set(day, accounts)
    }
    const used = accounts.get(account)
    if (used === undefined) accounts.set(account, { customer, units: move.units, heldMicros, chargedMicros })
    else {
      used.customer = customer
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
