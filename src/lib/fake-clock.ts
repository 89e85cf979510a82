// A clock and timers that only move when told to: for tests. No production code may import it.
import type { Cancel, Clock, Timers } from './clock.js'
import { DueHeap } from './heap.js'

interface FakeTimer {
  readonly fn: () => void
  live: boolean
}

/** Clock and Timers in one; timers fire inside `advance`, in order of time, and those set by a timer fire too if due. */
export class FakeClock implements Clock, Timers {
  readonly #timers = new DueHeap<FakeTimer>()
  #monotonicMs: number
  #wallAheadMs: number

  constructor(start: { readonly monotonicMs?: number; readonly wallMs?: number } = {}) {
    this.#monotonicMs = start.monotonicMs ?? 0
    this.#wallAheadMs = (start.wallMs ?? Date.UTC(2026, 0, 1)) - this.#monotonicMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  wallMs(): number {
    return this.#monotonicMs + this.#wallAheadMs
  }

  /** Timers that are set and neither fired nor cancelled. */
  get pending(): number {
    let live = 0
    this.#timers.forEach((timer) => (live += timer.live ? 1 : 0))
    return live
  }

  /** Calls `fn` when the monotonic clock reaches `atMs`. */
  setTimer(atMs: number, fn: () => void): Cancel {
    const timer: FakeTimer = { fn, live: true }
    this.#timers.push(atMs, timer)
    return () => {
      timer.live = false
    }
  }

  after(ms: number, fn: () => void): Cancel {
    return this.setTimer(this.#monotonicMs + Math.max(0, ms), fn)
  }

  /** Moves both clocks forward by `ms`, stopping at each timer on the way. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock advances by 0 ms or more, not by ${ms}`)
    const untilMs = this.#monotonicMs + ms
    while (this.#timers.nextKey <= untilMs) {
      const atMs = this.#timers.nextKey
      const timer = this.#timers.pop()
      this.#monotonicMs = Math.max(this.#monotonicMs, atMs)
      if (timer?.live === true) {
        timer.live = false
        timer.fn()
      }
    }
    this.#monotonicMs = untilMs
  }

  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(ms: number): void {
    this.#wallAheadMs += ms
  }
}
