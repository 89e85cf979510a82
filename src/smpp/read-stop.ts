// Whether a session reads: stopped while there is any reason to be, resumed when the last one is gone.
import type { Transport } from './session-contract.js'

/** Why reading is stopped, as bits. */
export const readStops = { owesAnswers: 1, peerDoesNotRead: 2, heldByOwner: 4 } as const
export type ReadStopReason = (typeof readStops)[keyof typeof readStops]

export class ReadStop {
  readonly #transport: Transport
  #reasons = 0
  #resumedAtMs = -Infinity

  constructor(transport: Transport) {
    this.#transport = transport
  }

  has(reason: ReadStopReason): boolean {
    return (this.#reasons & reason) !== 0
  }

  /** Whether reading has gone on for `ms`: before that, the peer's silence is our own doing. */
  readingFor(ms: number, nowMs: number): boolean {
    return this.#reasons === 0 && nowMs - this.#resumedAtMs >= ms
  }

  add(reason: ReadStopReason): void {
    if (this.#reasons === 0) this.#transport.pause()
    this.#reasons |= reason
  }

  /** True when reading resumes by it. */
  remove(reason: ReadStopReason, nowMs: number): boolean {
    const before = this.#reasons
    this.#reasons &= ~reason
    if (before === 0 || this.#reasons !== 0) return false
    this.#resumedAtMs = nowMs
    this.#transport.resume()
    return true
  }
}
