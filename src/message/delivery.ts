// A delivery: one thing that waits in one lane for a destination with a window. Its place in the store is (lane, due, id).

import type { Bill } from './bill.js'
import type { ConnectionId, DeliveryId, LaneKey, MessageId, VendorId } from './ids.js'
import type { Message } from './message.js'
import type { PoolSender } from './pool-sender.js'
import type { Receipt, ReceiptOrigin } from './receipt.js'
import type { MessageState } from './state.js'

/** Where a delivery stands. Order within a lane is (dueMs, id). Times are switch time in ms. */
export interface DeliveryRef {
  readonly lane: LaneKey
  readonly dueMs: number
  readonly id: DeliveryId
}

/**
 * How far a message that leaves in several segments has come. Its segments go one after the other over one connection, so that
 * they keep their order and what follows a failure for good is never sent.
 */
export interface Progress {
  readonly connection: ConnectionId
  /** Segments that it makes there. */
  readonly total: number
  /** Segments that the vendor has, from the first on. */
  readonly taken: number
  /** Set once the vendor's reports on its segments are gathered in the message's SegmentGroup. */
  readonly group: GroupProgress | undefined
}

/** What must be kept of the segments that were taken since a message's group was opened. */
export interface GroupProgress {
  /** Those of which no report of their own comes: as good as delivered, now that they are taken. */
  readonly silent: number
  /** The vendor's id of the newest of the others. */
  readonly lastId: string
}

/** A message on its way to a vendor: its only segment, or the next of several. */
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
  /** Set once it is known to make several segments; undefined before, and for one that never made more than one. */
  readonly progress: Progress | undefined
  /** The number of a pool that sends it, which is the source of its message; undefined where its sender named one. */
  readonly sender?: PoolSender | undefined
  /** Undefined for what nobody pays for. */
  readonly bill: Bill | undefined
  readonly expiresAtMs: number
}

/** A message from a phone on its way to the ESME that has the number; like a segment delivery, its only segment or the next of several. */
export interface MoDelivery extends DeliveryRef {
  readonly kind: 'mo'
  readonly message: Message
  readonly failures: number
  /** Segments that the ESME has, from the first on. */
  readonly taken: number
  /** Undefined where no customer has the number. */
  readonly bill: Bill | undefined
  readonly expiresAtMs: number
}

/** One receipt on its way to the ESME that asked for it. */
export interface ReceiptDelivery extends DeliveryRef {
  readonly kind: 'receipt'
  readonly receipt: Receipt
  readonly failures: number
  readonly expiresAtMs: number
}

/** What goes to whatever receiver an account has bound. */
export type EsmeDelivery = ReceiptDelivery | MoDelivery

export type Delivery = SegmentDelivery | EsmeDelivery

/** A segment that a vendor took and will report on. */
export interface Awaiting {
  readonly vendor: VendorId
  /** In the normal form of the connection that answered. */
  readonly vendorMessageId: string
  readonly connection: ConnectionId
  readonly origin: ReceiptOrigin
  /** One of several segments that are reported on: what is told waits for the group; `origin` has no parts then. '' for the only one. */
  readonly group: MessageId | ''
  /** Of the message, until it is over; undefined with a group, which has it or will have it. */
  readonly bill: Bill | undefined
  readonly expiresAtMs: number
}

/**
 * What is known of the segments of one message before its end is known: opened by the first that will be reported on. No row:
 * told already, or nobody asked.
 */
export interface SegmentGroup {
  /** The message's. */
  readonly id: MessageId
  readonly origin: ReceiptOrigin
  /**
   * Segments of which it is not known yet that they were delivered, also those that have not left; the message is delivered
   * when there are none. Segments without a report of their own are taken off with the last one.
   */
  readonly wanted: number
  /** Of the message, once its last segment is taken: until then its delivery has it. */
  readonly bill: Bill | undefined
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
  /** The phone it is about, in our form as far as the vendor's rules lead there; '' for unknown. Tie-break for ids that a vendor used twice. */
  readonly destination: string
  /** Of that phone: MCC and MNC in one, or a carrier in the words of the limits. Left out where the vendor says nothing of it. */
  readonly network?: string | undefined
}
