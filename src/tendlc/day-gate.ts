// What a brand may send to a carrier on one day: the gate in front of its count. Strict: nothing is ever owed of a day.

import type { DayBook } from './day-book.js'
import type { Gate } from './limiter-gate.js'

/** What becomes of a message that comes after the cap: it waits for midnight, or fails. */
export type AtCap = 'hold' | 'fail'

export class DayGate implements Gate {
  readonly key: string
  readonly name: string
  readonly line = undefined
  readonly most = Infinity
  readonly perSecond = Infinity
  readonly atCap: AtCap
  /** Whose day it is. */
  readonly dayKey: string
  isForgotten = false
  readonly #book: DayBook
  readonly #cap: number

  constructor(key: string, name: string, book: DayBook, dayKey: string, cap: number, atCap: AtCap) {
    this.key = key
    this.name = name
    this.#book = book
    this.dayKey = dayKey
    this.#cap = cap
    this.atCap = atCap
  }

  room(nowMs: number): number {
    return this.#cap - this.#book.used(this.dayKey, nowMs)
  }

  take(count: number, nowMs: number): void {
    this.#book.take(this.dayKey, count, this.#cap, nowMs)
  }

  undo(count: number): void {
    this.#book.giveBack(this.dayKey, count)
  }

  roomAtMs(count: number, nowMs: number): number {
    if (this.room(nowMs) >= count) return nowMs
    this.#book.reached(this.dayKey, this.#cap, nowMs)
    return count > this.#cap ? Infinity : this.#book.endMs(nowMs)
  }

  /** Its count is the book's. */
  isAtRest(): boolean {
    return true
  }
}
