// What happened on the account of a customer between two days: use by day and account, payments, the balance before and after.
// It only reads.
import type { DayBooks, Payment } from '../message/bill.js'
import { DAY_MS, type BooksStore } from '../store/contracts/books.js'

/** All amounts are micro-units of the base currency. Opening, less what is held and charged, plus payments: closing. */
export interface Statement {
  readonly kind: 'statement'
  /** The last day of it: earlier than what was asked for where that has too many rows. */
  readonly to: number
  readonly openingMicros: number
  readonly closingMicros: number
  readonly days: readonly DayBooks[]
  readonly payments: readonly Payment[]
}

export type NoStatement =
  /** This day and those before are not kept one by one any more. */
  | { readonly kind: 'folded'; readonly throughDay: number }
  /** Since the first day there are more days of accounts, or more payments, than fit. */
  | { readonly kind: 'tooMuch' }

export const STATEMENT_DAYS_MAX = 366
/** Days of accounts, and payments: each. All are held in memory at a time. */
export const STATEMENT_ROWS_MAX = 50_000

/**
 * Messages count for the day in which they were accepted. Balances are what is paid in less what is held and charged: at the beginning
 * of the first day, and at the end of the last.
 * @param limit rows after which it ends, with a whole day; the first is in it however many it has
 */
export async function statementOf(
  store: Pick<BooksStore, 'account'>,
  customer: string,
  from: number,
  to: number,
  limit = Infinity,
): Promise<Statement | NoStatement> {
  const { books, folded, days, payments } = await store.account(customer, from, STATEMENT_ROWS_MAX + 1)
  if (folded !== undefined && from <= folded.throughDay) return { kind: 'folded', throughDay: folded.throughDay }
  if (days.length > STATEMENT_ROWS_MAX || payments.length > STATEMENT_ROWS_MAX) return { kind: 'tooMuch' }
  const balance = books.paidInMicros - books.heldMicros - books.chargedMicros
  const openingMicros = balance - paid(payments) + spent(days)
  const last = lastDayWithin(days, payments, to, limit)
  const inside = {
    days: days.filter(({ day }) => day <= last),
    payments: payments.filter(({ atMs }) => atMs < (last + 1) * DAY_MS),
  }
  const closingMicros = openingMicros + paid(inside.payments) - spent(inside.days)
  return { kind: 'statement', to: last, openingMicros, closingMicros, ...inside }
}

/** Up to which day there are no more rows than the limit; `to` where there are not. */
function lastDayWithin(days: readonly DayBooks[], payments: readonly Payment[], to: number, limit: number): number {
  if (days.length + payments.length <= limit) return to
  const rows = new Map<number, number>()
  const count = (day: number): unknown => day <= to && rows.set(day, (rows.get(day) ?? 0) + 1)
  for (const { day } of days) count(day)
  for (const { atMs } of payments) count(Math.floor(atMs / DAY_MS))
  let total = 0
  for (const day of [...rows.keys()].sort((a, b) => a - b)) {
    const before = total
    total += rows.get(day)!
    if (before > 0 && total > limit) return day - 1
  }
  return to
}

function spent(days: readonly DayBooks[]): number {
  return days.reduce((sum, { heldMicros, chargedMicros }) => sum + heldMicros + chargedMicros, 0)
}

function paid(payments: readonly Payment[]): number {
  return payments.reduce((sum, { micros }) => sum + micros, 0)
}
