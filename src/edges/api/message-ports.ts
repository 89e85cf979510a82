// What messages of the API need of the switch. Types only.

import type { Failure } from '../../message/failure.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Submission } from '../../pipeline/stage.js'
import type { Powerpacks } from '../../powerpack/powerpacks.js'
import type { Store } from '../../store/contracts/store.js'
import type { ApiAccount, CommitRows } from './api-ports.js'
import type { ApiReason } from './codes.js'
import type { MayCall } from './webhook-url.js'

/** A submission that brings rows of its own. Where a powerpack chooses who sends it, its source is ''. */
export interface ApiSubmission extends Submission {
  readonly kept: NonNullable<Submission['kept']>
}

/** Who asks. */
export interface Caller extends Pick<ApiAccount, 'authId' | 'account'> {
  readonly address: string
}

/** The outbox of webhooks. */
export interface OutboxPort {
  /** May there be one more row for this URL? */
  takes(url: string): boolean
  /** Rows that are durable now. */
  added(rows: readonly KeptRow[]): void
}

/** For counters, for each destination of a request. */
export interface MessageEvents {
  accepted(): void
  /** At the door. */
  refused(reason: ApiReason): void
  /** What was refused is a message that has failed. */
  failed(): void
}

export interface MessagePorts extends Pick<Store, 'findKept' | 'keptRows'> {
  /** The messages of one turn. Each is answered once. */
  readonly submit: (batch: readonly ApiSubmission[]) => void
  /** Why no message may come in now; undefined as a rule. */
  readonly refuses: () => Failure | undefined
  /** As an offer: what the store has no room for is refused. */
  readonly commit: CommitRows
  readonly outbox: OutboxPort
  readonly mayCall: MayCall
  readonly powerpacks: Pick<Powerpacks, 'book' | 'hasOptedOut'>
  /** Whether a number or name is the account's own though it is not in the book of numbers: its directory says so. */
  readonly isOwn: (account: AccountId, source: string) => boolean
  /**
   * The campaign that a message of an account from this long code counts as; '' for none. Undefined, or left out, where there are no
   * campaigns.
   */
  readonly campaignOf?: ((account: AccountId, number: string) => string | undefined) | undefined
  readonly subAccountsOf: (authId: string) => readonly ApiAccount[]
  /** Of the switch's id source: for messages that fail before they are accepted, and for webhooks. */
  readonly nextId: () => MessageId
  /** Wall time, ms. */
  readonly wallMs: () => number
  /** Does not go back, ms. */
  readonly monotonicMs: () => number
  /** Runs it when the current turn of the event loop is over. */
  readonly defer: (fn: () => void) => void
  readonly events?: MessageEvents | undefined
}

/** What is answered, but for its `api_id`. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** What is asked for may be done then, seconds; left out where it never will. */
  readonly retryAfterS?: number
}

export function mistakenAnswer(error: string, status = 400): Answer {
  return { status, body: { error } }
}
