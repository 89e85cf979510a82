// A destination and the lanes that stand in line for it.

import { BoundedQueue } from '../lib/bounded-queue.js'
import type { Delivery } from '../message/delivery.js'
import type { Lane } from './lane.js'

/** Somebody with a window: a vendor connection, the receivers of an account. */
export interface Destination {
  /** As lanes name it: a connection's id behind `c:`, an account's behind `a:`. */
  readonly id: string
  /** Is there any link? Without one nothing costs a try. */
  readonly up: boolean
  /** How many deliveries it takes now, window and pace together. */
  room(nowMs: number): number
  /** When time alone will make room again; Infinity when an event must. */
  roomAtMs(nowMs: number): number
  /** Sends it; false when that is not possible after all. Its end is told to whoever owns the destination. */
  send(delivery: Delivery, nowMs: number): boolean
}

export interface Station {
  readonly destination: Destination
  readonly line: BoundedQueue<Lane>
  /** When it asked to be looked at again; Infinity for not. */
  wakeMs: number
}

const MAX_LANES_IN_LINE = 16_777_216

export function newStation(destination: Destination): Station {
  return { destination, line: new BoundedQueue<Lane>(MAX_LANES_IN_LINE), wakeMs: Infinity }
}
