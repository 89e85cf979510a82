// Units of record: everything that can happen to a message, as the store takes it. One unit is all or nothing.

import type { Move, Payment, CallRecords } from '../../message/bill.js'
import type { CollectedPart } from '../../message/collected-part.js'
import type {
  Awaiting,
  Delivery,
  DeliveryRef,
  EsmeDelivery,
  MoDelivery,
  ParkedReceipt,
  ReceiptDelivery,
  SegmentDelivery,
  SegmentGroup,
} from '../../message/delivery.js'
import type { FailureReason } from '../../message/failure.js'
import type { ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { MessageState } from '../../message/state.js'
import type { ExportMark } from './books.js'
import type { StoredRegistration } from './registrations.js'
import type { IngressTransaction } from './transactions.js'

/** What became of a segment once its attempt was over or its time was up. */
export type SegmentOutcome =
  /**
   * The vendor has it, or the last of several, and will report: on it, or where `awaiting` is undefined on others of its group.
   * `group`: what becomes of that now that all are taken; absent where nothing changes.
   */
  | { readonly kind: 'awaiting'; readonly awaiting: Awaiting | undefined; readonly group?: SegmentGroup | undefined }
  /** The vendor has one of several segments; the next may go. `opens`: the group that its report and those of the next belong to. */
  | {
      readonly kind: 'advanced'
      readonly next: SegmentDelivery
      readonly awaiting: Awaiting | undefined
      readonly opens: SegmentGroup | undefined
    }
  /** Back into a lane: a resend, or the next vendor. */
  | { readonly kind: 'requeued'; readonly next: SegmentDelivery }
  /** Over. `reason` is undefined for success. `closes`: the group of those segments that were taken, whose reports tell nothing any more. */
  | {
      readonly kind: 'final'
      readonly state: MessageState
      readonly reason: FailureReason | undefined
      readonly closes?: MessageId | undefined
    }

/**
 * What a unit changes in the books, and what it adds to the call detail records; both absent where nobody pays. A unit with `moves`
 * is given to a store once: unlike rows, sums know no repetition.
 */
export interface Booking {
  readonly move?: Move | undefined
  readonly cdr?: CallRecords | undefined
}

export type Unit = (Happening & Booking) | MoneyUnit

/** What happens in the books and to their records alone. */
export type MoneyUnit =
  /** A customer's balance was changed from outside. */
  | { readonly kind: 'paid'; readonly payment: Payment }
  /** Records up to this number are in their file, which has so many octets now. */
  | ({ readonly kind: 'exported' } & ExportMark)

/** Texts that others keep, changed in the same step, in order. */
type Kept = readonly KeptRow[] | undefined

type Happening =
  /** A message was taken from its sender; `parts` are those of its parts that were collected before. */
  | {
      readonly kind: 'accepted'
      readonly delivery: SegmentDelivery | MoDelivery
      readonly parts?: readonly MessageId[] | undefined
      /** The request that it came by, where a repeated one must make no second message after a crash. */
      readonly transaction?: IngressTransaction | undefined
      readonly kept?: Kept
    }
  /** A part was taken from its sender before its message is whole. */
  | { readonly kind: 'collected'; readonly part: CollectedPart }
  /** Collected parts whose message will never be whole, or was refused when it was: over. */
  | {
      readonly kind: 'uncollected'
      readonly parts: readonly MessageId[]
      readonly outbox: readonly ReceiptDelivery[]
    }
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
      readonly kept?: Kept
    }
  /** A vendor's receipt met its segment. When `final`, nothing more is awaited under that id. */
  | {
      readonly kind: 'receipted'
      readonly awaiting: Awaiting
      readonly final: boolean
      readonly outbox: readonly ReceiptDelivery[]
      /** What the report makes of its group: `then` undefined closes it. Absent where it changes none. */
      readonly group?: { readonly id: MessageId; readonly then: SegmentGroup | undefined } | undefined
      readonly kept?: Kept
    }
  /** Reports of a group never came: over. */
  | { readonly kind: 'groupGivenUp'; readonly group: SegmentGroup; readonly outbox: readonly ReceiptDelivery[] }
  /** A vendor's receipt met a segment that was waiting in a lane unanswered: the segment is over, no resend follows. */
  | {
      readonly kind: 'receiptedUnanswered'
      readonly delivery: SegmentDelivery
      readonly outbox: readonly ReceiptDelivery[]
      readonly kept?: Kept
    }
  /** A vendor's receipt came before its segment's answer. */
  | { readonly kind: 'parked'; readonly parked: ParkedReceipt }
  /** A parked receipt met its segment, or nobody claimed it in time. */
  | { readonly kind: 'unparked'; readonly vendor: VendorId; readonly vendorMessageId: string }
  /** What an ESME was to get left its lane: taken, set aside or too old; or goes back, later or with its next segment. */
  | {
      readonly kind: 'notified'
      readonly delivery: EsmeDelivery
      /** What its sender is told, where that is an account: its end is one of a message towards a phone. */
      readonly outbox?: readonly ReceiptDelivery[] | undefined
      readonly kept?: Kept
      readonly outcome:
        { readonly kind: 'done' | 'setAside' | 'expired' } | { readonly kind: 'requeued'; readonly next: EsmeDelivery }
    }
  /** A user registered, again or elsewhere, or no more where `bindings` are ''. */
  | ({ readonly kind: 'registered' } & StoredRegistration)
  /** Texts that others keep changed, by no message. A `fact` already happened and is recorded, never offered. */
  | { readonly kind: 'kept'; readonly rows: readonly KeptRow[]; readonly fact?: boolean | undefined }
  /** Transactions that were over at that time (switch time, ms) need not be kept any more. */
  | { readonly kind: 'forgotten'; readonly throughMs: number }

/** Its sender has no answer yet: the only units that may be refused for want of room. All others tell what already happened. */
export function isOffer(unit: Unit): boolean {
  const { kind } = unit
  if (kind === 'kept') return unit.fact !== true
  return kind === 'accepted' || kind === 'collected' || kind === 'paid' || kind === 'registered'
}

/** What a reducer may do to the state of a store. A backend implements these; keys are the rows' own. */
export interface StateChanges {
  /** Put or overwrite at (lane, due, id). */
  enqueue(delivery: Delivery): void
  /** Overwrites one that stands there. Only the last state that a commit leaves need be kept. */
  rewrite(delivery: Delivery): void
  /** Removing what is not there is no error: a unit may be replayed. */
  dequeue(ref: DeliveryRef): void
  /** A newer one under the same (vendor, vendorMessageId) wins. */
  awaitReceipt(awaiting: Awaiting): void
  settle(vendor: VendorId, vendorMessageId: string): void
  park(parked: ParkedReceipt): void
  unpark(vendor: VendorId, vendorMessageId: string): void
  /** Put by id, which no earlier commit has used. */
  collect(part: CollectedPart): void
  uncollect(part: MessageId): void
  /** Of two under one key the one counts that is over later (`counts`). Beside the message, which may go before. */
  remember(transaction: IngressTransaction, id: MessageId): void
  /** Those that are over at `throughMs` may go, now or some time. */
  forget(throughMs: number): void
  /** Put or overwrite by address; removed where its bindings are ''. */
  register(registration: StoredRegistration): void
  /** Put or overwrite by table and key; removed where its text is ''. */
  keep(row: KeptRow): void
  /** Put or overwrite by id. */
  putGroup(group: SegmentGroup): void
  dropGroup(id: MessageId): void
  /** Adds to the books of a customer and to its day of an account. */
  move(move: Move): void
  /** Put by (customer, reference), and added to what the customer has paid in. */
  pay(payment: Payment): void
  /** Added to the records, behind all earlier ones. */
  addRecords(records: CallRecords): void
  /** Removes records up to that number and remembers the file. */
  exported(mark: ExportMark): void
}

/** The one meaning of a unit, the same for every backend. Applying it twice changes nothing more. */
export function reduce(unit: Unit, state: StateChanges): void {
  if (unit.kind === 'paid') return state.pay(unit.payment)
  if (unit.kind === 'exported') return state.exported(unit)
  if (unit.move !== undefined) state.move(unit.move)
  happen(unit, state)
  // Last: what its records begin with has just been in its hands.
  if (unit.cdr !== undefined) state.addRecords(unit.cdr)
}

function happen(unit: Happening, state: StateChanges): void {
  switch (unit.kind) {
    case 'accepted':
      state.enqueue(unit.delivery)
      if (unit.parts !== undefined) for (const part of unit.parts) state.uncollect(part)
      if (unit.transaction !== undefined) state.remember(unit.transaction, unit.delivery.message.id)
      if (unit.kept !== undefined) keep(unit.kept, state)
      return
    case 'collected':
      state.collect(unit.part)
      return
    case 'uncollected':
      for (const part of unit.parts) state.uncollect(part)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      return
    case 'attempted':
      state.enqueue(unit.delivery)
      return
    case 'answered':
      if (unit.outcome.kind === 'advanced' && isSamePlace(unit.delivery, unit.outcome.next))
        state.rewrite(unit.outcome.next)
      else {
        state.dequeue(unit.delivery)
        if (unit.outcome.kind === 'advanced') state.enqueue(unit.outcome.next)
      }
      applyOutcome(unit.outcome, state)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      if (unit.kept !== undefined) keep(unit.kept, state)
      return
    case 'receipted':
      if (unit.final) state.settle(unit.awaiting.vendor, unit.awaiting.vendorMessageId)
      if (unit.group?.then !== undefined) state.putGroup(unit.group.then)
      else if (unit.group !== undefined) state.dropGroup(unit.group.id)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      if (unit.kept !== undefined) keep(unit.kept, state)
      return
    case 'groupGivenUp':
      state.dropGroup(unit.group.id)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      return
    case 'receiptedUnanswered':
      state.dequeue(unit.delivery)
      for (const receipt of unit.outbox) state.enqueue(receipt)
      if (unit.kept !== undefined) keep(unit.kept, state)
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
      if (unit.outbox !== undefined) for (const receipt of unit.outbox) state.enqueue(receipt)
      if (unit.kept !== undefined) keep(unit.kept, state)
      return
    case 'registered':
      state.register(unit)
      return
    case 'kept':
      keep(unit.rows, state)
      return
    case 'forgotten':
      state.forget(unit.throughMs)
      return
  }
}

function keep(rows: readonly KeptRow[], state: StateChanges): void {
  for (const row of rows) state.keep(row)
}

function isSamePlace(a: DeliveryRef, b: DeliveryRef): boolean {
  return a.id === b.id && a.dueMs === b.dueMs && a.lane === b.lane
}

function applyOutcome(outcome: SegmentOutcome, state: StateChanges): void {
  switch (outcome.kind) {
    case 'awaiting':
      if (outcome.awaiting !== undefined) state.awaitReceipt(outcome.awaiting)
      if (outcome.group !== undefined) state.putGroup(outcome.group)
      return
    case 'advanced':
      if (outcome.awaiting !== undefined) state.awaitReceipt(outcome.awaiting)
      if (outcome.opens !== undefined) state.putGroup(outcome.opens)
      return
    case 'requeued':
      state.enqueue(outcome.next)
      return
    case 'final':
      if (outcome.closes !== undefined) state.dropGroup(outcome.closes)
      return
  }
}
