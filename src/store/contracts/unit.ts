// Units of record: everything that can happen to a message, as the store takes it. One unit is all or nothing.

import type { Awaiting, DeliveryRef, ParkedReceipt, ReceiptDelivery, SegmentDelivery } from '../../message/delivery.js'
import type { FailureReason } from '../../message/failure.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import type { MessageState } from '../../message/state.js'

/** What became of a segment once its attempt was over or its time was up. */
export type SegmentOutcome =
  /** The vendor has it and will report. */
  | { readonly kind: 'awaiting'; readonly awaiting: Awaiting }
  /** Back into a lane: a resend, or the next vendor. */
  | { readonly kind: 'requeued'; readonly next: SegmentDelivery }
  /** Over. `reason` is undefined for success. */
  | { readonly kind: 'final'; readonly state: MessageState; readonly reason: FailureReason | undefined }

export type Unit =
  /** A message was taken from its sender. */
  | { readonly kind: 'accepted'; readonly delivery: SegmentDelivery }
  /** It is about to be sent where a second sending is unwanted; `delivery` has `unansweredBy` set and keeps its place. */
  | { readonly kind: 'attempted'; readonly delivery: SegmentDelivery }
  /** An attempt ended, or the segment expired or failed without one. */
  | {
      readonly kind: 'answered'
      readonly delivery: SegmentDelivery
      /** Over which connection the attempt went; absent where there was none. No store keeps it. */
      readonly connection?: ConnectionId
      readonly outcome: SegmentOutcome
      readonly outbox: readonly ReceiptDelivery[]
    }
  /** A vendor's receipt met its segment. When `final`, nothing more is awaited under that id. */
  | {
      readonly kind: 'receipted'
      readonly awaiting: Awaiting
      readonly final: boolean
      readonly outbox: readonly ReceiptDelivery[]
    }
  /** A vendor's receipt met a segment that was waiting in a lane unanswered: the segment is over, no resend follows. */
  | {
      readonly kind: 'receiptedUnanswered'
      readonly delivery: SegmentDelivery
      readonly outbox: readonly ReceiptDelivery[]
    }
  /** A vendor's receipt came before its segment's answer. */
  | { readonly kind: 'parked'; readonly parked: ParkedReceipt }
  /** A parked receipt met its segment, or nobody claimed it in time. */
  | { readonly kind: 'unparked'; readonly vendor: VendorId; readonly vendorMessageId: string }
  /** A receipt left the outbox: taken, set aside or too old; or goes back with a later due time. */
  | {
      readonly kind: 'notified'
      readonly delivery: ReceiptDelivery
      readonly outcome:
        | { readonly kind: 'done' | 'setAside' | 'expired' }
        | { readonly kind: 'requeued'; readonly next: ReceiptDelivery }
    }

/** What a reducer may do to the state of a store. A backend implements these; keys are the rows' own. */
export interface StateChanges {
  /** Put or overwrite at (lane, due, id). */
  enqueue(delivery: SegmentDelivery | ReceiptDelivery): void
  /** Removing what is not there is no error: a unit may be replayed. */
  dequeue(ref: DeliveryRef): void
  /** A newer one under the same (vendor, vendorMessageId) wins. */
  awaitReceipt(awaiting: Awaiting): void
  settle(vendor: VendorId, vendorMessageId: string): void
  park(parked: ParkedReceipt): void
  unpark(vendor: VendorId, vendorMessageId: string): void
}

/** The one meaning of a unit, the same for every backend. Applying it twice changes nothing more. */
export function reduce(unit: Unit, state: StateChanges): void {
  switch (unit.kind) {
    case 'accepted':
    case 'attempted':
      state.enqueue(unit.delivery)
      return
    case 'answered':
      state.dequeue(unit.delivery)
      if (unit.outcome.kind === 'requeued') state.enqueue(unit.outcome.next)
      else if (unit.outcome.kind === 'awaiting') state.awaitReceipt(unit.outcome.awaiting)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      return
    case 'receipted':
      if (unit.final) state.settle(unit.awaiting.vendor, unit.awaiting.vendorMessageId)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      return
    case 'receiptedUnanswered':
      state.dequeue(unit.delivery)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      return
    case 'parked':
      state.park(unit.parked)
      return
    case 'unparked':
      state.unpark(unit.vendor, unit.vendorMessageId)
      return
    case 'notified':
      state.dequeue(unit.delivery)
      if (unit.outcome.kind === 'requeued') state.enqueue(unit.outcome.next)
      return
  }
}
