// Makes one sum for each customer of days and payments that are older than they are kept. It decides what is old; the store adds up.

import type { BooksStore } from '../store/contracts/books.js'

export type FoldsDays = Pick<BooksStore, 'days' | 'customersBefore' | 'fold'>

/** Days and payments of one step. */
const STEP_ROWS = 1000
/** Steps of one customer in one call; what is left has the next. */
const ROUNDS_MAX = 1000
/** After so many days without any use nothing is folded: more likely the clock is wrong. Then nothing grows either. */
const QUIET_DAYS_MAX = 7

/**
 * Rejects with a StoreError; what was folded by then is right, and the rest has its turn another time.
 * @param today the day of now
 * @param keepDays how many days before today are kept one by one; 0 keeps all
 * @returns how many customers had older ones
 */
export async function foldOldDays(books: FoldsDays, today: number, keepDays: number): Promise<number> {
  const beforeDay = today - keepDays
  if (keepDays === 0 || beforeDay <= 0 || (await isQuiet(books, today))) return 0
  const folded = new Set<string>()
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const customers = await books.customersBefore(beforeDay)
    if (customers.length === 0) break
    for (const customer of customers) {
      await books.fold(customer, beforeDay, STEP_ROWS)
      folded.add(customer)
    }
  }
  return folded.size
}

/** A day is looked at for itself, the newest first: there may be much in each. */
async function isQuiet(books: FoldsDays, today: number): Promise<boolean> {
  for (let ago = 1; ago <= QUIET_DAYS_MAX; ago++)
    if ((await books.days(today - ago, today - ago)).length > 0) return false
  return true
}
