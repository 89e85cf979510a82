// The live books: what customers have, hold and were charged, and what accounts used today. They are those of the store with all
// that was reserved and is not durable yet, so that messages on their way to the disk can't spend the same money twice.

import type { CustomerBooks, DayBooks, Move } from '../message/bill.js'
import type { AccountId } from '../message/ids.js'
import { isAmount, sumOf } from './amount.js'
import { DAYS_AHEAD_MAX, dayOf, type DayLimits } from './day-use.js'

/** Why nothing was reserved. `tooLarge`: the amount, or a sum with it, can't be exact. */
export type NotReserved = 'blocked' | 'insufficient' | 'daySpend' | 'dayUnits' | 'tooLarge'

/** Who pays, as the directory has it at this moment. */
export interface Payer {
  readonly customer: string
  /** How far the balance may go below 0, in micro-units of the base currency: 0 for prepaid. */
  readonly creditMicros: number
  /** Nothing is reserved; what is held goes on to its end. */
  readonly isBlocked: boolean
}

/** Who sends. */
export interface Spender {
  readonly id: AccountId
  readonly limits: DayLimits
}

interface CustomerSums {
  heldMicros: number
  chargedMicros: number
  paidInMicros: number
}

interface DaySums {
  day: number
  units: number
  /** Held or charged, by whoever paid. */
  spentMicros: number
  /** The day before a clock went far ahead: it may come back to it. */
  before: DaySums | undefined
}

export interface BooksOptions {
  /** The base currency of all amounts; undefined where nobody asks. */
  readonly currency?: string | undefined
  /** A day that was counted is so far ahead of now that it is not counted any more; told once for each such day. */
  readonly onDayLeft?: (counted: number, now: number) => void
}

/**
 * Amounts are whole micro-units of the base currency. Always: balance + held + charged = paid in. The balance is what can still be
 * held, so it goes down with the hold, not with the charge.
 */
export class Books {
  readonly #customers = new Map<string, CustomerSums>()
  readonly #days = new Map<AccountId, DaySums>()
  #lastHeld: Move | undefined
  // Neighbours are mostly of one customer and one account.
  #lastCustomer = ''
  #lastSums: CustomerSums | undefined
  #lastAccount = ''
  #lastUse: DaySums | undefined
  readonly #onDayLeft: BooksOptions['onDayLeft']
  /** The last that was told of. */
  #dayLeft = -1
  #currency: string | undefined

  /** @param days of today, and up to `DAYS_AHEAD_MAX` later ones where the clock was set back */
  constructor(customers: readonly CustomerBooks[], days: readonly DayBooks[], options: BooksOptions = {}) {
    this.#currency = options.currency
    this.#onDayLeft = options.onDayLeft
    for (const { customer, heldMicros, chargedMicros, paidInMicros } of customers)
      this.#customers.set(customer, { heldMicros, chargedMicros, paidInMicros })
    for (const { account, day, units, heldMicros, chargedMicros } of days) {
      const known = this.#days.get(account)
      if (known === undefined || known.day < day)
        this.#days.set(account, { day, units, spentMicros: heldMicros + chargedMicros, before: undefined })
      else if (known.day === day) {
        known.units += units
        known.spentMicros += heldMicros + chargedMicros
      }
    }
  }

  /** The base currency of all amounts. */
  get currency(): string | undefined {
    return this.#currency
  }

  /** Nobody has paid, holds or was charged anything. */
  get isEmpty(): boolean {
    for (const { paidInMicros, heldMicros, chargedMicros } of this.#customers.values())
      if (paidInMicros !== 0 || heldMicros !== 0 || chargedMicros !== 0) return false
    return true
  }

  /** @throws Error where there are amounts in another one */
  countIn(currency: string): void {
    if (currency !== this.#currency && !this.isEmpty)
      throw new Error(`books in ${this.#currency} can't go on in ${currency}`)
    this.#currency = currency
  }

  /**
   * Holds an amount for units of one message, or says why not; then nothing has changed. What it returns is to be recorded with the
   * message, and undone where that is not accepted.
   * @param micros of all units together, undefined where that can't be exact
   * @param units 1 or more
   */
  reserve(
    { customer, creditMicros, isBlocked }: Payer,
    { id, limits }: Spender,
    micros: number | undefined,
    units: number,
    wallMs: number,
  ): Move | NotReserved {
    if (isBlocked) return 'blocked'
    if (micros === undefined || !isAmount(micros) || micros < 0) return 'tooLarge'
    const sums = this.#sums(customer)
    // Bounds every later sum too: an end only moves what is held. What is free needs no balance.
    const heldMicros = sums.heldMicros + micros
    if (micros > 0) {
      const spent = heldMicros + sums.chargedMicros
      if (!isAmount(heldMicros) || !isAmount(spent)) return 'tooLarge'
      if (sums.paidInMicros - spent < -creditMicros) return 'insufficient'
    }
    const day = this.#day(id, dayOf(wallMs))
    const spentMicros = day.spentMicros + micros
    if (!isAmount(spentMicros) || (limits.spentMicros > 0 && spentMicros > limits.spentMicros)) return 'daySpend'
    if (limits.messages > 0 && day.units + units > limits.messages) return 'dayUnits'
    sums.heldMicros = heldMicros
    day.spentMicros = spentMicros
    day.units += units
    return this.#held(customer, id, day.day, micros, units)
  }

  /** The very move that was given last, where it is the same. */
  #held(customer: string, account: AccountId, day: number, heldMicros: number, units: number): Move {
    const last = this.#lastHeld
    if (
      last !== undefined &&
      last.account === account &&
      last.heldMicros === heldMicros &&
      last.units === units &&
      last.day === day &&
      last.customer === customer
    )
      return last
    return (this.#lastHeld = { customer, account, day, heldMicros, chargedMicros: 0, units })
  }

  /** A move is durable that was not reserved here: the end of a message. */
  apply({ customer, account, day, heldMicros, chargedMicros, units }: Move): void {
    const sums = this.#sums(customer)
    sums.heldMicros += heldMicros
    sums.chargedMicros += chargedMicros
    let use = this.#useOf(account)
    if (use?.before?.day === day) use = use.before
    // The allowance of another day is over.
    if (use === undefined || use.day !== day) return
    use.spentMicros += heldMicros + chargedMicros
    use.units += units
  }

  /** What was reserved is not recorded after all. */
  undo({ customer, account, day, heldMicros, chargedMicros, units }: Move): void {
    this.apply({
      customer,
      account,
      day,
      heldMicros: -heldMicros,
      chargedMicros: -chargedMicros,
      units: -units,
    })
  }

  /** Whether a payment leaves sums that are exact: to be asked before it is recorded. */
  takes(customer: string, micros: number): boolean {
    const { paidInMicros, heldMicros, chargedMicros } = this.of(customer)
    const after = sumOf(paidInMicros, micros)
    return isAmount(micros) && after !== undefined && sumOf(after, -(heldMicros + chargedMicros)) !== undefined
  }

  /** A payment is durable, and was not booked before. */
  paid(customer: string, micros: number): void {
    this.#sums(customer).paidInMicros += micros
  }

  of(customer: string): CustomerBooks {
    const { heldMicros, chargedMicros, paidInMicros } = this.#customers.get(customer) ?? nothing
    return { customer, heldMicros, chargedMicros, paidInMicros }
  }

  all(): readonly CustomerBooks[] {
    return [...this.#customers.keys()].map((customer) => this.of(customer))
  }

  /** What an account used in the day that is counted now: one counted before where that is a little later. */
  today(
    account: AccountId,
    wallMs: number,
  ): { readonly day: number; readonly units: number; readonly spentMicros: number } {
    const today = dayOf(wallMs)
    let use = this.#useOf(account)
    if (use !== undefined && use.day > today + DAYS_AHEAD_MAX) use = use.before
    if (use === undefined || use.day < today || use.day > today + DAYS_AHEAD_MAX)
      return { day: today, units: 0, spentMicros: 0 }
    const { day, units, spentMicros } = use
    return { day, units, spentMicros }
  }

  #sums(customer: string): CustomerSums {
    if (customer === this.#lastCustomer && this.#lastSums !== undefined) return this.#lastSums
    let sums = this.#customers.get(customer)
    if (sums === undefined) this.#customers.set(customer, (sums = { ...nothing }))
    this.#lastCustomer = customer
    return (this.#lastSums = sums)
  }

  /** What it counts for an account now. */
  #useOf(account: AccountId): DaySums | undefined {
    if (account === this.#lastAccount && this.#lastUse !== undefined) return this.#lastUse
    this.#lastAccount = account
    return (this.#lastUse = this.#days.get(account))
  }

  /** A clock that was set back a little gives no new allowance: the day counted last goes on. */
  #day(account: AccountId, day: number): DaySums {
    const use = this.#useOf(account)
    if (use !== undefined && (use.day === day || (use.day > day && use.day <= day + DAYS_AHEAD_MAX))) return use
    return this.#otherDay(account, use, day)
  }

  /** A clock that ran far ahead, and is right again, locks nobody out until that day, nor does it give the day it left anew. */
  #otherDay(account: AccountId, use: DaySums | undefined, day: number): DaySums {
    let other: DaySums = { day, units: 0, spentMicros: 0, before: undefined }
    if (use !== undefined && use.day < day) {
      if (day > use.day + DAYS_AHEAD_MAX) other.before = { ...use, before: undefined }
    } else if (use !== undefined) {
      const { before } = use
      if (before !== undefined && before.day >= day && before.day <= day + DAYS_AHEAD_MAX) other = before
      if (use.day !== this.#dayLeft) this.#onDayLeft?.((this.#dayLeft = use.day), day)
    }
    this.#days.set(account, other)
    this.#lastUse = undefined
    return other
  }
}

const nothing: Readonly<CustomerSums> = { heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }

/** What can still be held, credit left aside. */
export function balanceOf({ paidInMicros, heldMicros, chargedMicros }: CustomerBooks): number {
  return paidInMicros - heldMicros - chargedMicros
}
