// Requests that have timed out, kept for a while in case their answer still comes. Bounded: the oldest is forgotten.
import type { InFlight } from './window.js'

export class LateMemory<C> {
  readonly #bySequence = new Map<number, InFlight<C>>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  remember(requests: readonly InFlight<C>[]): void {
    for (const request of requests) this.#bySequence.set(request.sequence, request)
    for (const sequence of this.#bySequence.keys()) {
      if (this.#bySequence.size <= this.#limit) return
      this.#bySequence.delete(sequence)
    }
  }

  /** The request of that sequence, taken out. */
  take(sequence: number): InFlight<C> | undefined {
    const request = this.#bySequence.get(sequence)
    if (request !== undefined) this.#bySequence.delete(sequence)
    return request
  }

  /** The sequence is used again: an answer to it is no longer late. */
  forget(sequence: number): void {
    if (this.#bySequence.size > 0) this.#bySequence.delete(sequence)
  }

  clear(): void {
    this.#bySequence.clear()
  }
}
