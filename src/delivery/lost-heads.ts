// Counts how often the first receipt in line of an account was lost with its session: one that ends every session would block
// all behind it for days. Those behind it are lost with it and count nothing. In memory only, one entry for a lane.

import type { DeliveryRef } from '../message/delivery.js'
import type { LaneKey } from '../message/ids.js'

interface Head {
  readonly first: DeliveryRef
  readonly losses: number
}

export class LostHeads {
  readonly #byLane = new Map<LaneKey, Head>()

  /** Returns how often it has been lost while nothing before it in its lane was; 0 for one that stands behind such a one. */
  lost(delivery: DeliveryRef): number {
    const head = this.#byLane.get(delivery.lane)
    if (head !== undefined && isBefore(head.first, delivery)) return 0
    const losses = head?.first.id === delivery.id ? head.losses + 1 : 1
    const first: DeliveryRef = { lane: delivery.lane, dueMs: delivery.dueMs, id: delivery.id }
    this.#byLane.set(delivery.lane, { first, losses })
    return losses
  }

  /** It was answered, or will not be sent any more. */
  over(delivery: DeliveryRef): void {
    if (this.#byLane.size > 0 && this.#byLane.get(delivery.lane)?.first.id === delivery.id)
      this.#byLane.delete(delivery.lane)
  }
}

function isBefore(a: DeliveryRef, b: DeliveryRef): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.id < b.id)
}
