// Whether a session reads: stopped while there is any reason to be, resumed when the last one is gone.
import type { Transport } from './session-contract.js'

/** After reading resumes, what waited in the socket gets this long to come. */
const catchUpMs = 1000

export type ReadStopReason = 'owesAnswers' | 'peerDoesNotRead' | 'heldByOwner'
const bits: Readonly<Record<ReadStopReason, number>> = { owesAnswers: 1, peerDoesNotRead: 2, heldByOwner: 4 }

export class ReadStop {
  readonly #transport: Transport
  readonly #receiveWindow: number
  #reasons = 0
  #owed = 0
  #resumedAtMs = -Infinity

  constructor(transport: Transport, receiveWindow: number) {
    this.#transport = transport
    this.#receiveWindow = receiveWindow
  }

  /** Requests of the peer that are not answered. */
  get owed(): number {
    return this.#owed
  }

  /** One more request to answer; at the receive window reading stops. */
  owe(): void {
    if (++this.#owed >= this.#receiveWindow) this.add('owesAnswers')
  }

  /** One answered. True when reading may go on, at the half: so a busy session does not switch with every PDU. */
  pay(): boolean {
    if (this.#owed > 0) this.#owed--
    return this.#owed <= this.#receiveWindow >> 1 && this.has('owesAnswers')
  }

  has(reason: ReadStopReason): boolean {
    return (this.#reasons & bits[reason]) !== 0
  }

  /** Whether we read, and have caught up with what waited in the socket: else the peer's silence is our own doing. */
  isSettled(nowMs: number): boolean {
    return this.#reasons === 0 && nowMs - this.#resumedAtMs >= catchUpMs
  }

  add(reason: ReadStopReason): void {
    if (this.#reasons === 0) this.#transport.pause()
    this.#reasons |= bits[reason]
  }

  /** True when reading resumes by it. */
  remove(reason: ReadStopReason, nowMs: number): boolean {
    const before = this.#reasons
    this.#reasons &= ~bits[reason]
    if (before === 0 || this.#reasons !== 0) return false
    this.#resumedAtMs = nowMs
    this.#transport.resume()
    return true
  }
}
