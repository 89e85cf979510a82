// What each number sent today: the counts in their columns, and their kept rows. A day is one of UTC.
import type { KeptRow } from '../message/kept.js'
import type { PoolBook } from './pool-book.js'
import { keptRow, pairKey, readPair } from './rows.js'

const DAY_MS = 86_400_000

export class SentToday {
  readonly #book: PoolBook
  /** Numbers whose kept row may say something else than memory does. */
  readonly #owed = new Set<string>()

  constructor(book: PoolBook) {
    this.#book = book
  }

  /** Days begun so far: what is counted on one is not taken back on another. */
  get day(): number {
    return this.#book.numbers.columns.day
  }

  /** @param wallMs wall time; before anything is counted or compared */
  setTime(wallMs: number): void {
    this.#book.numbers.columns.setDay(Math.floor(wallMs / DAY_MS))
  }

  of(slot: number): number {
    return this.#book.numbers.columns.sentOf(slot)
  }

  /** Counts, and adds what is to be kept of it to `rows`. */
  add(slot: number, segments: number, rows: KeptRow[]): void {
    this.#change(slot, segments)
    const { number } = this.#book.numbers.at(slot)
    this.#owed.delete(number)
    rows.push(this.#row(number, slot))
  }

  /** Takes back what was counted on that day. */
  undo(slot: number, segments: number, day: number): void {
    if (day === this.day) this.#change(slot, -Math.min(segments, this.of(slot)))
  }

  owe(number: string): void {
    this.#owed.add(number)
  }

  /** Rows that say what memory does, for some of those that may not: at most `max`. */
  takeOwed(max: number, rows: KeptRow[]): void {
    for (const number of this.#owed) {
      if (max-- <= 0) return
      this.#owed.delete(number)
      const slot = this.#book.numbers.slotOf(number)
      rows.push(slot < 0 ? keptRow('sent', number, '') : this.#row(number, slot))
    }
  }

  /**
   * A kept row of a number that is owned and in no pool's order yet. Counts of other days are over.
   *
   * @returns false for one that cannot be read
   */
  load(number: string, text: string): boolean {
    const [day, count] = (readPair(text) ?? []).map(Number)
    if (!(day! >= 0) || !(count! >= 0)) return false
    const { numbers } = this.#book
    const slot = numbers.slotOf(number)
    if (slot >= 0 && day === numbers.columns.dayIndex) numbers.columns.setSent(slot, count!)
    return true
  }

  #change(slot: number, by: number): void {
    const { columns } = this.#book.numbers
    const from = columns.sentOf(slot)
    this.#book.pool(this.#book.numbers.at(slot).pool)?.change(slot, from, from + by)
    columns.setSent(slot, from + by)
  }

  #row(number: string, slot: number): KeptRow {
    const { columns } = this.#book.numbers
    return keptRow('sent', number, pairKey(String(columns.dayIndex), String(columns.sentOf(slot))))
  }
}
