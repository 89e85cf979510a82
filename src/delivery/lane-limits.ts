// A lane before its limits: what its next delivery takes of them, how long they hold it up, and what is given back. Sends nothing, and
// wakes nobody.

import type { Delivery, DeliveryRef } from '../message/delivery.js'
import type { Lane } from './lane.js'
import { endHold, forgetBefore, heldSince, holdBy, type Stretch } from './lane-holds.js'
import { passAll } from './limits.js'
import { segmentsLeft, type LimitedSegments } from './limited-segments.js'

/** When a limit that knows no time of its own is asked again. */
const LIMIT_RETRY_MS = 60_000

export interface LaneLimitPorts {
  /** What messages under way have taken of carriers' limits; left out where no carrier limits any. */
  readonly limited?: LimitedSegments | undefined
  /**
   * What held it up lets it go. Never told of those that did not wait.
   *
   * @param held while it was due, one stretch after the other
   */
  letGo?(lane: Lane, delivery: Delivery, held: readonly Stretch[]): void
  /** It fails, since it may not wait for this limit. */
  readonly failed?: ((lane: Lane, delivery: Delivery, limit: string, nowMs: number) => void) | undefined
}

/** It passes (`goes`); it fails, since it may not wait (`fails`); or when to ask again, in switch time. */
export type Turn = 'goes' | 'fails' | number

/** One of each of the lane's limits; where carriers limit it, all of a message that has not left. */
export function turnOf(lane: Lane, delivery: Delivery, nowMs: number, ports: LaneLimitPorts): Turn {
  const { limited } = lane
  const isWhole = limited !== undefined && delivery.kind === 'segment'
  const count = isWhole ? countOf(lane, delivery) : 1
  const passage = passAll(lane.limits, count, nowMs)
  if (passage.passed) {
    if (isWhole) ports.limited?.take(delivery.id, limited, count, nowMs)
    if (lane.heldBy !== '' || lane.heldBefore.length > 0) tellOfHold(lane, delivery, nowMs, ports)
    return 'goes'
  }
  const { limit, againMs } = passage
  if (limit.failsNow?.(count, nowMs) === true) {
    ports.failed?.(lane, delivery, limit.name, nowMs)
    return 'fails'
  }
  holdBy(lane, limit.name, nowMs)
  // Later than now in any case: a limit that says no and "now" would be asked for ever.
  return againMs === Infinity ? nowMs + LIMIT_RETRY_MS : Math.max(againMs, nowMs + 1)
}

function tellOfHold(lane: Lane, delivery: Delivery, nowMs: number, ports: LaneLimitPorts): void {
  endHold(lane, nowMs)
  forgetBefore(lane, delivery.dueMs)
  const held = heldSince(lane, delivery.dueMs, nowMs)
  if (held.length > 0) ports.letGo?.(lane, delivery, held)
}

/** What it took and did not use. */
export function giveBack(lane: Lane, delivery: DeliveryRef, { limited }: LaneLimitPorts): void {
  const count = lane.limited === undefined ? 1 : (limited?.putBack(delivery) ?? 0)
  if (count > 0) for (const limit of lane.limits) limit.giveBack(count)
}

/** The first of a lane is asked for again and again: it is looked into once. */
function countOf(lane: Lane, delivery: Extract<Delivery, { kind: 'segment' }>): number {
  if (lane.countedFor !== delivery) {
    lane.countedFor = delivery
    lane.counted = segmentsLeft(delivery)
  }
  return lane.counted
}
