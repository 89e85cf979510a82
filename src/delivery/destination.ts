// Where deliveries go, as the dispatcher sees it: somebody with a window. Implemented by the edges.

import type { Delivery } from '../message/delivery.js'

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
