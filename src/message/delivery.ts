// A delivery: one thing that waits in one lane for a destination with a window. Its place in the store is (lane, due, id).

import type { ConnectionId, DeliveryId, LaneKey, VendorId } from './ids.js'
import type { Message } from './message.js'
import type { Receipt, ReceiptOrigin } from './receipt.js'
import type { MessageState } from './state.js'

/** Where a delivery stands. Order within a lane is (dueMs, id). Times are switch time in ms. */
export interface DeliveryRef {
  readonly lane: LaneKey
  readonly dueMs: number
  readonly id: DeliveryId
}

/** One piece of a message on its way to a vendor. */
export interface SegmentDelivery extends DeliveryRef {
  readonly kind: 'segment'
  readonly message: Message
  /** The vendor connections it may go to, best first. */
  readonly route: readonly ConnectionId[]
  /** Index in `route` of the first connection that may take it now; above 0 only while failing over. */
  readonly hop: number
  /** After a temporary failure: wait and try the route again, or move on to the next connection first. */
  readonly failover: 'none' | 'next'
  /** Temporary failures so far; with `failover: next`, rounds of the route that failed. */
  readonly failures: number
  /** The connection that was sent it and never answered, '' for none. */
  readonly unansweredBy: ConnectionId | ''
  readonly expiresAtMs: number
}

/** One receipt on its way to the ESME that asked for it. */
export interface ReceiptDelivery extends DeliveryRef {
  readonly kind: 'receipt'
  readonly receipt: Receipt
  readonly failures: number
  readonly expiresAtMs: number
}

export type Delivery = SegmentDelivery | ReceiptDelivery

/** A segment that a vendor took and will report on. */
export interface Awaiting {
  readonly vendor: VendorId
  /** In the normal form of the connection that answered. */
  readonly vendorMessageId: string
  readonly connection: ConnectionId
  readonly origin: ReceiptOrigin
  readonly expiresAtMs: number
}

/** A vendor's receipt that came before the answer it belongs to. */
export interface ParkedReceipt {
  readonly vendor: VendorId
  readonly vendorMessageId: string
  readonly connection: ConnectionId
  readonly report: VendorReport
  readonly expiresAtMs: number
}

/** What a vendor's receipt says, whatever shape it came in. */
export interface VendorReport {
  readonly state: MessageState
  /** Up to three characters; '000' for none. */
  readonly error: string
  /** Wall time in ms, or -1 where the vendor gave none that can be read. */
  readonly doneAtMs: number
  /** The phone it is about, as the vendor wrote it; '' for unknown. Tie-break for ids that a vendor used twice. */
  readonly destination: string
}
