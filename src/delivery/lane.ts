// A lane: what is known in memory of one FIFO of deliveries whose truth is in the store; and a station: a destination with
// the lanes in line for it. They decide nothing.

import { BoundedQueue } from '../lib/bounded-queue.js'
import type { Delivery } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { LimitedBy } from '../message/limited.js'
import type { PoolSender } from '../message/pool-sender.js'
import type { Destination } from './destination.js'
import { notHeld, type Held } from './lane-holds.js'
import type { LaneTarget } from './lane-key.js'
import type { Limit } from './limits.js'

export interface Lane extends Held {
  readonly key: LaneKey
  readonly target: LaneTarget
  /** The number of a pool that sends what is in it; that of the target. */
  readonly sender: PoolSender | undefined
  /** What carriers limit what is in it by; that of the target. */
  readonly limited: LimitedBy | undefined
  limits: readonly Limit[]
  /** Read ahead and due, in order. */
  readonly ready: BoundedQueue<Delivery>
  /** Ids that a reading of the store must leave out: ready, under way, or over but not yet durably so. Added to by `hold` alone. */
  held: Set<DeliveryId>
  /** Deliveries of this lane in the store. */
  waiting: number
  /** Of them, those that an earlier process left and of which none has been read yet: how many segments they make is not known. */
  uncounted: number
  /** The store has due deliveries that are not in `held`. */
  moreInStore: boolean
  /** How many a reading under way was asked for; 0 while there is none. */
  asked: number
  /** Something became due or was offered while a reading was under way: read again. */
  changedWhileReading: boolean
  /** Ids let go while a reading was under way, which it may still bring. */
  releasedWhileReading: Set<DeliveryId>
  /** Where it stands in line; undefined while no destination is up. */
  station: Station | undefined
  inLine: boolean
  /** Not before this time: a limit said no, or the peer asked for a pause. */
  pausedUntilMs: number
  /** The peer asked for a pause until then: other than a limit's, it holds up what is under way too. */
  restUntilMs: number
  /** What was last asked for of the limits of carriers, and how many segments that is. */
  countedFor: Delivery | undefined
  counted: number
  /** When the first delivery that is not due yet will be, as far as is known; Infinity for none. */
  nextDueMs: number
  /** Due time of the first delivery that is known to be due and was left in the store; Infinity for none. For metrics. */
  unreadDueMs: number
  /** The earliest wake-up in the heap; Infinity for none. */
  wakeMs: number
}

/** A lane as others see it. */
export interface LaneView {
  readonly key: LaneKey
  readonly target: LaneTarget
  readonly waiting: number
  /** When the first is due, as far as that is known; Infinity for not. */
  readonly firstDueMs: number
  /** The limit that holds it up, and since when; undefined where none does. */
  readonly held: { readonly by: string; readonly sinceMs: number } | undefined
  /** The same with what held it up before. */
  readonly holds: Readonly<Held>
  /** When its limits are asked again: nothing leaves it before. */
  readonly notBeforeMs: number
  /** Those that stand in line in memory, in order. */
  readonly ready: Iterable<Delivery>
}

export function viewOf(lane: Lane): LaneView {
  const { key, target, waiting, ready, unreadDueMs, nextDueMs, heldBy, heldSinceMs, pausedUntilMs } = lane
  return {
    ...{ key, target, waiting },
    firstDueMs: Math.min(ready.peek()?.dueMs ?? Infinity, unreadDueMs, nextDueMs),
    held: heldBy === '' ? undefined : { by: heldBy, sinceMs: heldSinceMs },
    ...{ holds: lane, notBeforeMs: pausedUntilMs, ready },
  }
}

/** Of lanes that hold nothing, such as those of thousands who are not there: shared, and never added to. */
export const noIds = new Set<DeliveryId>()

export function hold(lane: Lane, id: DeliveryId): void {
  if (lane.held === noIds) lane.held = new Set<DeliveryId>()
  lane.held.add(id)
}

export interface Station {
  readonly destination: Destination
  readonly line: BoundedQueue<Lane>
  /** Lanes that have only what must go later: in line again at its next turn. */
  readonly aside: Lane[]
  /** When it asked to be looked at again; Infinity for not. */
  wakeMs: number
}

const MAX_LANES_IN_LINE = 16_777_216

export function newStation(destination: Destination): Station {
  return { destination, line: new BoundedQueue<Lane>(MAX_LANES_IN_LINE), aside: [], wakeMs: Infinity }
}

/** Lanes that were set aside are first in line, or others would take the places that they wait for. */
export function lineUpAside({ aside, line }: Station): void {
  for (let lane = aside.pop(); lane !== undefined; lane = aside.pop()) {
    if (lane.inLine || lane.ready.length === 0 || lane.station?.line !== line) continue
    lane.inLine = true
    line.unshift(lane)
  }
}

/**
 * What is read ahead is bounded by the options, what was handed out and comes back by the windows of the destinations: it must
 * fit whatever the options say, for the store may know less of it than it does itself, and its place in the order is here.
 */
const MAX_READY = 1_048_576

/** @param maxReady for tests */
export function newLane(key: LaneKey, target: LaneTarget, limits: readonly Limit[], maxReady = MAX_READY): Lane {
  return {
    key,
    target,
    sender: target.kind === 'vendor' ? target.sender : undefined,
    limited: limitedBy(target),
    limits,
    ready: new BoundedQueue<Delivery>(maxReady),
    held: noIds,
    waiting: 0,
    uncounted: 0,
    moreInStore: false,
    asked: 0,
    changedWhileReading: false,
    releasedWhileReading: noIds,
    station: undefined,
    inLine: false,
    pausedUntilMs: 0,
    restUntilMs: 0,
    ...notHeld,
    countedFor: undefined,
    counted: 0,
    nextDueMs: Infinity,
    unreadDueMs: Infinity,
    wakeMs: Infinity,
  }
}

function limitedBy(target: LaneTarget): LimitedBy | undefined {
  if (target.kind !== 'vendor' || target.limited === undefined) return undefined
  const { number, campaign, carrier } = target.limited
  return { account: target.account, number, campaign, carrier }
}

/** Puts a delivery back where it belongs in the order (due, id): near the front, since it was there before. False when full. */
export function putInOrder(ready: BoundedQueue<Delivery>, delivery: Delivery): boolean {
  if (ready.isFull) return false
  const before: Delivery[] = []
  for (let first = ready.peek(); first !== undefined && isBefore(first, delivery); first = ready.peek())
    before.push(ready.shift()!)
  ready.unshift(delivery)
  while (before.length > 0) ready.unshift(before.pop()!)
  return true
}

function isBefore(a: Delivery, b: Delivery): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.id < b.id)
}

/** Segments of its message that its destination has: a row of the store that says less is out of date. */
export function takenOf(delivery: Delivery): number {
  switch (delivery.kind) {
    case 'segment':
      return delivery.progress?.taken ?? 0
    case 'mo':
      return delivery.taken
    case 'receipt':
      return 0
  }
}
