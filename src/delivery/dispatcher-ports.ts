// What the dispatcher needs of those around it, and its settings.

import type { Delivery } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { LaneSlice } from '../store/contracts/store.js'
import type { LaneTarget } from './lane-key.js'
import type { LaneLimitPorts } from './lane-limits.js'
import type { Limit } from './limits.js'
import type { ReadAheadOptions } from './read-ahead.js'

export interface DispatcherOptions extends ReadAheadOptions {
  /** How many deliveries one lane may send before the next lane's turn. */
  readonly quantum: number
}

export interface DispatcherPorts extends LaneLimitPorts {
  readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>, limit: number): Promise<LaneSlice>
  /** Ids of the destinations that a lane may use, best first. */
  destinationsOf(target: LaneTarget): readonly string[]
  limitsOf(target: LaneTarget): readonly Limit[]
  /** Came to its turn after its time was over, or in a lane that leads nowhere: not sent, still held. */
  overdue(delivery: Delivery, nowMs: number): void
  /**
   * Came to its turn in the lane of a number of a pool or of a campaign, or in any towards a vendor where there are campaigns: false
   * where it may not go from this lane any more. It is taken care of then, and still held. Left out: all may.
   */
  maySendAs?(delivery: Delivery): boolean
  /** A day's cap is reached and it may not wait for the next: it fails, still held. Left out where there are no such limits. */
  capped?(delivery: Delivery): void
  readFailed(lane: LaneKey, error: unknown): void
  /** Something may have room now: pump soon. */
  wanted(): void
  /**
   * False while more than enough that happened is not durable yet: nothing is sent then, since the record of it would pile
   * up in memory and be lost in a crash. Asked at each pump; whoever makes it true pumps again.
   */
  maySend?(): boolean
}
