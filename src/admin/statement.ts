// What happened on the account of a customer between two days: use by day and account, payments, the balance before and after.
// It only reads.
import type { CustomerBooks, DayBooks, Payment } from '../message/bill.js'
import type { BooksStore } from '../store/contracts/books.js'

export interface Statement {
  /** All amounts are micro-units of the base currency. */
  readonly openingMicros: number
  readonly closingMicros: number
  readonly days: readonly DayBooks[]
  readonly payments: readonly Payment[]
}

export const STATEMENT_DAYS_MAX = 366
export const STATEMENT_PAYMENTS_MAX = 10_000
const DAY_MS = 86_400_000
/** Messages may count for days to come where the clock was set back. */
const DAYS_AHEAD = 366
/** Under load money moves while it is counted: so often it is counted again. */
const TRIES = 5

/**
 * Messages count for the day in which they were accepted. Balances are what is paid in less what is held and charged: at the beginning
 * of the first day, and at the end of the last. Undefined for more payments than fit.
 * @param today the day of now
 * @param pause lets other work go on between two days
 */
export async function statementOf(
  store: BooksStore,
  customer: string,
  from: number,
  to: number,
  today: number,
  pause: () => Promise<void>,
): Promise<Statement | undefined> {
  for (let tries = 1; ; tries++) {
    const before = await booksOf(store, customer)
    const days: DayBooks[] = []
    for (let day = from; day <= today; day++) {
      for (const one of await store.days(day, day)) if (one.customer === customer) days.push(one)
      await pause()
    }
    for (const one of await store.days(Math.max(from, today + 1), today + DAYS_AHEAD))
      if (one.customer === customer) days.push(one)
    const payments = await store.payments(customer, from * DAY_MS, STATEMENT_PAYMENTS_MAX + 1)
    if (payments.length > STATEMENT_PAYMENTS_MAX) return undefined
    const after = await booksOf(store, customer)
    const isStill = balanceOf(before) === balanceOf(after)
    if (!isStill && tries < TRIES) continue
    const spent = (list: readonly DayBooks[]): number =>
      list.reduce((sum, { heldMicros, chargedMicros }) => sum + heldMicros + chargedMicros, 0)
    const paid = (list: readonly Payment[]): number => list.reduce((sum, { micros }) => sum + micros, 0)
    const isWithin = ({ atMs }: Payment): boolean => atMs < (to + 1) * DAY_MS
    const openingMicros = balanceOf(after) - paid(payments) + spent(days)
    const inside = { days: days.filter(({ day }) => day <= to), payments: payments.filter(isWithin) }
    const closingMicros = openingMicros + paid(inside.payments) - spent(inside.days)
    return { openingMicros, closingMicros, ...inside }
  }
}

function balanceOf({ paidInMicros, heldMicros, chargedMicros }: CustomerBooks): number {
  return paidInMicros - heldMicros - chargedMicros
}

async function booksOf(store: BooksStore, customer: string): Promise<CustomerBooks> {
  const all = await store.customers()
  return all.find((one) => one.customer === customer) ?? { customer, heldMicros: 0, chargedMicros: 0, paidInMicros: 0 }
}
