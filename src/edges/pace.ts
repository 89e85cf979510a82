// How fast a connection may be sent to: its own rate, and the rests that its vendor asks for. It knows no protocol.

import type { Cancel, Timers } from '../lib/clock.js'
import { rateLimit } from '../delivery/limits.js'
import type { Connection } from '../directory/snapshot.js'
import type { Log } from '../telemetry/log.js'

export interface PacePorts {
  readonly timers: Timers
  /** Switch time, ms. */
  readonly switchMs: () => number
  readonly log: Log
}

export class Pace {
  readonly #connection: Connection
  readonly #ports: PacePorts
  readonly #restMs: number
  readonly #resume: () => void
  readonly #rate: ReturnType<typeof rateLimit> | undefined
  #restsUntilMs = 0
  #cancelResume: Cancel | undefined

  /** @param restMs how long a rest is, @param resume called when one is over */
  constructor(connection: Connection, restMs: number, ports: PacePorts, resume: () => void) {
    this.#connection = connection
    this.#restMs = restMs
    this.#ports = ports
    this.#resume = resume
    const { id, messagesPerSecond } = connection
    this.#rate = messagesPerSecond > 0 ? rateLimit(`connection ${id}`, messagesPerSecond, ports.switchMs()) : undefined
  }

  stop(): void {
    this.#cancelResume?.()
  }

  /** How many segments may go now; Infinity where there is no rate. */
  room(nowMs: number): number {
    if (this.#restsUntilMs > nowMs) return 0
    return this.#rate === undefined ? Infinity : this.#rate.room(nowMs)
  }

  /** When time alone makes room again, Infinity when it does not. */
  roomAtMs(nowMs: number): number {
    if (this.#restsUntilMs > nowMs) return this.#restsUntilMs
    if (this.#rate === undefined) return Infinity
    const atMs = this.#rate.nextMs(1, nowMs)
    return atMs > nowMs ? atMs : Infinity
  }

  /** One segment goes. */
  take(nowMs: number): void {
    this.#rate?.take(1, nowMs)
  }

  /** It did not go after all. */
  giveBack(): void {
    this.#rate?.giveBack(1)
  }

  /** The vendor asked to slow down: the whole connection rests for a moment. @param status how it said so */
  rest(status: string): void {
    const nowMs = this.#ports.switchMs()
    if (this.#restsUntilMs > nowMs) return
    this.#restsUntilMs = nowMs + this.#restMs
    this.#ports.log.event('vendor.throttled', { connection: this.#connection.id, status, pauseMs: this.#restMs })
    this.#cancelResume = this.#ports.timers.after(this.#restMs, this.#resume)
  }
}
