// What the courier needs of the rest of the switch, what it tells, and how it is set. Types only.

import type { CollectedPart } from '../message/collected-part.js'
import type { MoDelivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { IdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, MessageId } from '../message/ids.js'
import type { Message } from '../message/message.js'
import type { MessagePart } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import type { CalledAs } from '../receipts/choose-row.js'
import type { Recorder } from '../store/contracts/recorder.js'
import type { ConnectionRules } from './connection-rules.js'
import type { LimitedSegments } from './limited-segments.js'
import type { ResendSchedule } from './retry.js'
import type { SenderPorts } from './sender-turn.js'
import type { MoneyPorts } from './settling.js'
import type { SuccessRules } from './success.js'

export interface CourierOptions {
  readonly receiptMaxAgeMs: number
  readonly receiptsPerAccount: (account: AccountId) => number
  /** Left out: no receipts change records. */
  readonly recorded?: RecordedReceipts | undefined
  /** Of messages from phones too. */
  readonly receiptResend: ResendSchedule
  readonly unansweredMax: number
}

/**
 * Receipts that change records of the switch's own: one that is dropped leaves a record that never ends, so that neither their number nor
 * their age ends them. There is one for each message that was under way.
 */
export interface RecordedReceipts {
  /** What they have as `echo`. */
  readonly echo: string
  /** How long such a record is kept, ms: then its receipt has nothing to change. */
  readonly keepMs: number
}

/** What happened, for counters. Called on the hot path: must be cheap. */
export interface CourierEvents {
  resent(connection: ConnectionId, delivery: SegmentDelivery): void
  /** A message towards a phone, or to an account of ours from another, ended without a report of its vendor. */
  ended(state: MessageState, reason: FailureReason | undefined, delivery: SegmentDelivery | MoDelivery): void
  /** A part ended that never became a whole message. */
  abandoned(state: MessageState, reason: FailureReason, part: CollectedPart): void
  receiptQueued(state: MessageState): void
  receiptDropped(account: AccountId): void
  receiptEnded(outcome: 'done' | 'setAside' | 'expired', delivery: ReceiptDelivery): void
  /** From a phone, or from another account of ours. */
  moEnded(outcome: 'done' | 'setAside' | 'expired', delivery: MoDelivery): void
  lateAnswerUsed(connection: ConnectionId): void
}

/**
 * The end of each message, whether anybody asked for a receipt or not: its parts end with it. Called on the hot path.
 *
 * @param doneAtMs wall time
 */
export type Told = (
  account: AccountId,
  id: MessageId,
  parts: readonly MessagePart[],
  state: MessageState,
  error: string,
  doneAtMs: number,
) => void

/**
 * The end of each message towards a phone, by the address that it was from. Called on the hot path where it is wanted.
 *
 * @param isReported by its vendor; else the switch found it out, by a vendor's answer or without
 */
export type EndedFrom = (source: string, state: MessageState, error: string, isReported: boolean) => void

export interface CourierPorts {
  readonly recorder: Recorder
  readonly ids: IdSource
  readonly rules: (connection: ConnectionId) => ConnectionRules | undefined
  readonly events: CourierEvents
  /** Is it in the directory, and active? What has rules may still be neither. */
  readonly isUsable: (connection: ConnectionId) => boolean
  readonly told?: Told | undefined
  readonly endedFrom?: EndedFrom | undefined
  /** One that was accepted before its network was known has gone on or is over, and the store knows it. */
  readonly leftDesk?: ((delivery: SegmentDelivery) => void) | undefined
  readonly money: MoneyPorts
  /** Numbers of pools; left out where there are none. */
  readonly senders?: SenderPorts | undefined
  /** What carriers limit; left out where they limit nothing. The dispatcher's, too. */
  readonly limited?: LimitedSegments | undefined
  /** Is who sent it, and asked for steps on the way, told when a vendor has taken it? Left out: nobody is. */
  readonly tellsTaken?: ((message: Message) => boolean) | undefined
  /** An attempt over a connection that is judged by its success ended. */
  readonly judged?: ((connection: ConnectionId, isTaken: boolean, rules: SuccessRules) => void) | undefined
  /** What a connection writes for a number of ours, where that is not the same. */
  readonly calledAs?: CalledAs | undefined
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}
