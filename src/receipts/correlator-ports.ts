// What the correlator needs of the rest of the switch, what it is given, and how it is set. Types only.

import type { Move } from '../message/bill.js'
import type { ReceiptDelivery, SegmentDelivery, VendorReport } from '../message/delivery.js'
import type { ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import type { CdrLines } from '../money/cdr.js'
import type { Recorder } from '../store/contracts/recorder.js'
import type { Store } from '../store/contracts/store.js'
import type { CalledAs } from './choose-row.js'

/** A receipt as an edge took it from a vendor. */
export interface VendorReceipt {
  readonly vendor: VendorId
  readonly connection: ConnectionId
  /** Every id it may be about, in the normal form of answers; the most likely first. */
  readonly ids: readonly string[]
  readonly report: VendorReport
  /** Which of `ids` was right, for forms that are learnt. */
  learn?(index: number): void
  /** It is stored, or known to be of no use: answer the vendor well. */
  stored(): void
  /** It could not be looked up or kept: the vendor should send it again. */
  failed(): void
}

/** `givenUp`: no receipt came, and the sender is told that the end is not known. */
export type ReceiptFate = 'matched' | 'matchedUnanswered' | 'duplicate' | 'parked' | 'dropped' | 'givenUp'

export interface CorrelatorPorts {
  readonly store: Pick<Store, 'findAwaiting' | 'findGroups' | 'awaitedKeys'>
  readonly recorder: Recorder
  /**
   * The receipts to the sender, one for each part that is told; none where it did not ask or has no room.
   *
   * @param isReleased the money was given back with it
   */
  outbox(
    origin: ReceiptOrigin,
    state: MessageState,
    error: string,
    doneAtMs: number,
    isReleased: boolean,
  ): readonly ReceiptDelivery[]
  /** Receipts of a durable unit may go out. */
  offer(receipts: readonly ReceiptDelivery[]): void
  /**
   * The one segment that waits unanswered for this vendor and phone; undefined for none or several, or for one that was
   * accepted after `receivedAtMs` (wall time). It is out of its lane then.
   *
   * @param state of the report
   */
  claimUnanswered(
    vendor: VendorId,
    destination: string,
    receivedAtMs: number,
    state: MessageState,
  ): SegmentDelivery | undefined
  /** What a connection writes for a number of ours, where that is not the same. */
  readonly calledAs?: CalledAs
  /**
   * The report on a message to this phone names its network. Rows are kept in the step of that report, which is recorded before
   * anything else is.
   */
  readonly heard?: (phone: string, network: string) => readonly KeptRow[]
  /** The claimed segment is over. */
  released(delivery: SegmentDelivery): void
  originOf(delivery: SegmentDelivery): ReceiptOrigin
  /**
   * A report has ended a message of several segments as failed, or with undefined they came too late: those that have not left need
   * not leave.
   */
  failed(message: MessageId, report: VendorReport | undefined): void
  readonly cdr: CdrLines
  /** A move is durable: the live books follow. */
  moved(move: Move): void
  /**
   * @param isEnd the message has ended with it: not so for steps on the way, and for a segment while others are reported on or
   *   its message's end was told before
   */
  onFate(
    fate: ReceiptFate,
    receipt: { readonly connection: ConnectionId | ''; readonly report: VendorReport },
    isEnd: boolean,
  ): void
  /** Placing a receipt threw: a bug of ours, told here so that it stops nobody else. The vendor is asked to send it again. */
  onBug?(error: unknown): void
  /** Switch time, ms. */
  nowMs(): number
  wallMs(): number
}

export interface CorrelatorOptions {
  readonly parkedMax: number
  readonly parkedMs: number
  /**
   * How long a parked receipt waits for an answer that names its id before it may be taken for that of a segment to the same
   * phone that was never answered, ms; 5,000 by default. Most receipts that come early meet their answer within that.
   */
  readonly claimAfterMs?: number
  /** How many receipts are remembered to drop repeats. */
  readonly seenMax: number
}
