// Notices a vendor that sends nothing more because its window is full of parts whose answers are withheld: it would wait for them,
// and they for the parts that it can't send. One timer, and only while answers are withheld.

import type { Cancel, Clock, Timers } from '../../lib/clock.js'

export interface StallPorts {
  readonly clock: Clock
  readonly timers: Timers
  /** Nothing but withheld parts is unanswered. */
  readonly onlyWithheld: () => boolean
  readonly stalled: () => void
}

export class StallWatch {
  readonly #ports: StallPorts
  readonly #afterMs: number
  #withheld = 0
  #askedAtMs = 0
  #cancel: Cancel | undefined

  /** @param afterMs silence that makes it a stall */
  constructor(ports: StallPorts, afterMs: number) {
    this.#ports = ports
    this.#afterMs = afterMs
  }

  /** The vendor asked for something. */
  asked(): void {
    if (this.#withheld > 0) this.#askedAtMs = this.#ports.clock.monotonicMs()
  }

  /** One answer more is withheld, or one less. */
  waits(on: boolean): void {
    this.#withheld += on ? 1 : -1
    if (this.#withheld !== 1 || !on) return
    this.#askedAtMs = this.#ports.clock.monotonicMs()
    this.#watch(this.#afterMs)
  }

  /** The session is over. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#withheld = 0
  }

  #watch(inMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#ports.timers.after(inMs, () => this.#look())
  }

  #look(): void {
    this.#cancel = undefined
    if (this.#withheld === 0) return
    const leftMs = this.#askedAtMs + this.#afterMs - this.#ports.clock.monotonicMs()
    if (leftMs > 0) return this.#watch(leftMs)
    if (this.#ports.onlyWithheld()) this.#ports.stalled()
    if (this.#withheld > 0) this.#watch(this.#afterMs)
  }
}
