// Notices a vendor that sends nothing more because its window is full of parts whose answers are withheld: it would wait for them,
// and they for the parts that it can't send. One timer, and only while answers are withheld.

import type { Cancel, Clock, Timers } from '../../lib/clock.js'
import { FullWindow } from '../full-window.js'

export interface StallPorts {
  readonly clock: Clock
  readonly timers: Timers
  /** Requests of the vendor that are unanswered beside those withheld. */
  readonly owed: () => number
  readonly stalled: () => void
}

/** How soon after something else was unanswered it looks again. */
const LOOK_AGAIN_MS = 100

export class StallWatch {
  readonly #ports: StallPorts
  readonly #window: FullWindow
  #withheld = 0
  #cancel: Cancel | undefined

  /** @param stallMs silence that makes it a stall; Infinity for none */
  constructor(ports: StallPorts, stallMs: number) {
    this.#ports = ports
    this.#window = new FullWindow(stallMs)
  }

  /** The vendor asked for something: it may ask for more. */
  asked(): void {
    if (this.#withheld > 0) this.#window.mayAsk(this.#ports.clock.monotonicMs())
  }

  /** Everything of one read is there and none of it decided on. */
  seen(): void {
    if (this.#window.size > 0) this.#window.seen(this.#ports.owed() + this.#withheld)
  }

  /** The messages of one read are decided on. */
  decided(): void {
    if (this.#withheld <= 0) return
    const { clock, owed, stalled } = this.#ports
    if (this.#window.asked(this.#withheld, owed(), clock.monotonicMs())) stalled()
    this.#watch()
  }

  /** One answer more is withheld, or one less. */
  waits(on: boolean): void {
    this.#withheld += on ? 1 : -1
  }

  /** The session is over. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#withheld = 0
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#withheld <= 0) return
    const inMs = this.#window.stallsAtMs - this.#ports.clock.monotonicMs()
    if (inMs === Infinity) return
    this.#cancel = this.#ports.timers.after(Math.max(inMs, LOOK_AGAIN_MS), () => this.#look())
  }

  #look(): void {
    this.#cancel = undefined
    const { clock, owed, stalled } = this.#ports
    if (this.#window.isStalled(this.#withheld, owed(), clock.monotonicMs())) stalled()
    this.#watch()
  }
}
