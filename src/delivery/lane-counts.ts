// How much waits in all lanes together, and for each number, campaign and carrier among them. Counts, and decides nothing.

import type { Lane } from './lane.js'
import { LimitedQueues, type WaitingSegments } from '../tendlc/limited-queues.js'
import { NumberQueues } from './number-queues.js'

export class LaneCounts {
  readonly #numbers = new NumberQueues()
  readonly #limited = new LimitedQueues()
  #total = 0

  /** Deliveries of all lanes in the store. */
  get total(): number {
    return this.#total
  }

  /** Deliveries in the store that a number of a pool is to send. */
  from(number: string): number {
    return this.#numbers.waiting(number)
  }

  /** Segments in the store that carriers limit. */
  get limited(): WaitingSegments {
    return this.#limited
  }

  /**
   * @param more deliveries; -1 for one that left
   * @param segments of those that came
   */
  add(lane: Lane, more: number, segments = 1): void {
    lane.waiting += more
    this.#total += more
    const { sender, limited } = lane
    if (sender !== undefined) this.#numbers.add(sender.number, more)
    if (limited === undefined) return
    if (more > 0) this.#limited.add(limited, more, segments)
    else this.#limited.remove(limited)
  }
}
