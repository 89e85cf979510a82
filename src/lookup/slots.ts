// How many requests may be out at a time; who comes later waits its turn, and not for ever. It knows no request.

import type { Cancel, Clock, Timers } from '../lib/clock.js'

interface Waiting {
  readonly untilMs: number
  readonly told: (hasSlot: boolean) => void
}

/** First come, first served. How many may wait is the caller's bound, since it knows how many there are. */
export class Slots {
  readonly #waitMs: number
  readonly #clock: Clock
  readonly #timers: Timers
  // In order of coming, which is the order of `untilMs` too: all wait equally long.
  readonly #waiting = new Set<Waiting>()
  #free: number
  #cancel: Cancel | undefined

  /** @param waitMs how long one waits before it goes away without a slot */
  constructor(count: number, waitMs: number, clock: Clock, timers: Timers) {
    this.#free = count
    this.#waitMs = waitMs
    this.#clock = clock
    this.#timers = timers
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** True: a slot is yours until you `give` it back. False: there was none in time. */
  take(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve(true)
    }
    return new Promise((told) => {
      this.#waiting.add({ untilMs: this.#clock.monotonicMs() + this.#waitMs, told })
      this.#arm()
    })
  }

  give(): void {
    const next = this.#first()
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    if (this.#waiting.size === 0) this.#disarm()
    next.told(true)
  }

  /** Sends everybody away who waits. */
  sendAway(): void {
    this.#disarm()
    for (const waiting of this.#waiting) waiting.told(false)
    this.#waiting.clear()
  }

  #first(): Waiting | undefined {
    for (const waiting of this.#waiting) return waiting
    return undefined
  }

  #arm(): void {
    const first = this.#first()
    if (first === undefined || this.#cancel !== undefined) return
    this.#cancel = this.#timers.after(first.untilMs - this.#clock.monotonicMs(), () => {
      this.#cancel = undefined
      const nowMs = this.#clock.monotonicMs()
      for (const waiting of this.#waiting) {
        if (waiting.untilMs > nowMs) break
        this.#waiting.delete(waiting)
        waiting.told(false)
      }
      this.#arm()
    })
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
