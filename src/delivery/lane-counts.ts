// How much waits in all lanes together, and for each number, campaign and carrier among them. Counts, and decides nothing.

import type { Lane } from './lane.js'
import { segmentsLeft } from './limited-segments.js'
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
   * @param dueMs of what left, or came and is not due yet; 0 for what came and is
   */
  add(lane: Lane, more: number, segments = 1, dueMs = 0): void {
    lane.waiting += more
    this.#total += more
    const { sender, limited } = lane
    if (sender !== undefined) this.#numbers.add(sender.number, more)
    if (limited === undefined) return
    if (more > 0) this.#limited.add(limited, more, segments, dueMs)
    else this.#limited.remove(limited, dueMs)
  }

  /** Those that an earlier process left: each counts as one segment until the first of its lane are read. */
  restored(lane: Lane, messages: number, earliestDueMs: number): void {
    this.add(lane, messages, messages, earliestDueMs)
    if (lane.limited !== undefined) lane.uncounted = messages
  }

  /** Those that an earlier process left are as long as what was read of them: that is all of a short lane, and the first of a long one. */
  haveRead(lane: Lane): void {
    const { ready, limited } = lane
    if (limited === undefined || ready.length === 0) return
    let segments = 0
    for (const delivery of ready) segments += delivery.kind === 'segment' ? segmentsLeft(delivery) : 1
    const left = Math.min(lane.uncounted, lane.waiting)
    lane.uncounted = 0
    this.#limited.lengthen(limited, left * (segments / ready.length - 1))
  }
}
