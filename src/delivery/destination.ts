// Where deliveries go, as the dispatcher sees it: somebody with a window. Implemented by the edges.

import type { Delivery } from '../message/delivery.js'

/**
 * What became of a delivery that was to be sent.
 *
 * - `sent`: it is under way, or over without a sending; its end is told to whoever owns the destination.
 * - `full`: nothing can be sent now.
 * - `later`: this one must wait for a place that only it may take; others can be sent. It is worth asking again whenever there
 *   is room, and at `roomAtMs`.
 */
export type SendResult = 'sent' | 'full' | 'later'

/** Somebody with a window: a vendor connection, the receivers of an account. */
export interface Destination {
  /** As lanes name it: a connection's id behind `c:`, an account's behind `a:`. */
  readonly id: string
  /** Is there any link? Without one nothing costs a try. */
  readonly up: boolean
  /** How many deliveries it takes now, window and pace together. */
  room(nowMs: number): number
  /** When time alone will make room again, or end the waiting of what was to go `later`; Infinity when an event must. */
  roomAtMs(nowMs: number): number
  send(delivery: Delivery, nowMs: number): SendResult
}
