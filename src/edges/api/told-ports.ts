// What is needed to tell API accounts of their messages, and how it is bounded. Types and small facts only.

import type { Courier } from '../../delivery/courier.js'
import type { Destination } from '../../delivery/destination.js'
import type { Timers } from '../../lib/clock.js'
import type { MoDelivery, ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { MessageIntent } from '../../powerpack/keywords.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import type { Store } from '../../store/contracts/store.js'
import type { ApplicationBook } from './application-book.js'
import type { InboundPorts, InboundRules } from './inbound.js'
import type { OutboxPort } from './message-ports.js'
import type { RecordState } from './message-record.js'

/** An API account as the rest of the switch sees it. */
export interface ToldSide extends Destination {
  /** Is a message from a phone for the API, whatever else the account has: is it to a number of a pool, or of an application? */
  wants(delivery: MoDelivery): boolean
}

export interface ToldPorts extends Pick<Store, 'findKept'>, Pick<InboundPorts, 'powerpacks'> {
  readonly courier: Pick<Courier, 'dealtWith' | 'durable' | 'notified'>
  readonly recorder: Pick<Recorder, 'accepting'>
  /** AccountDestinations' `add` and `remove` of its side 'api'. */
  readonly added: (side: ToldSide) => void
  readonly removed: (destinationId: string) => void
  /** The dispatcher's. */
  readonly changed: (destinationId: string) => void
  readonly hasRoom: (destinationId: string) => void
  /** Undefined where the account is gone or has no API any more. */
  readonly authIdOf: (account: AccountId) => string | undefined
  readonly outbox: OutboxPort
  readonly applications: Pick<ApplicationBook, 'ofAccount'>
  readonly rules: InboundRules
  /** Of the switch's id source. */
  readonly nextId: () => MessageId
  /** Switch time, ms. */
  readonly nowMs: () => number
  /** Wall time, ms. */
  readonly wallMs: () => number
  readonly timers: Timers
  /** Runs it when the current turn of the event loop is over. */
  readonly defer: (fn: () => void) => void
  readonly events: ToldEvents
}

/** For counters and the log. */
export interface ToldEvents {
  /** A receipt changed the record of its message. */
  changed(state: RecordState): void
  /** The record says as much, or more, already. */
  noNews(): void
  /** Its message has no record: it is too old, or did not come by the API. */
  unknown(delivery: ReceiptDelivery): void
  /** A message from a phone. */
  received(intent: MessageIntent, isTold: boolean): void
  /** Records can't be looked up; it is tried again. */
  storeFailed(error: unknown): void
  /** No store takes what was to be kept of it: nobody is told. A bug of ours. */
  fault(error: unknown): void
}

export interface ToldLimits {
  /** Of one account: deliveries that are not durably over yet. */
  readonly perAccount: number
  /** Of all, beside the few that each may have in any case. */
  readonly total: number
}

export const defaultToldLimits: ToldLimits = { perAccount: 1_000, total: 4_000 }
