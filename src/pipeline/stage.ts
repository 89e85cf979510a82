// What the stages of the pipeline are made of: what goes in, what a stage may add, and the verdict it gives on each message.

import type { Account, Policy } from '../directory/snapshot.js'
import type { Address } from '../message/address.js'
import type { Failure } from '../message/failure.js'
import type { AccountId, ConnectionId, MessageId } from '../message/ids.js'
import type { Content, Tlv } from '../message/message.js'
import type { ReceiptRequest } from '../message/receipt.js'
import type { StoreError } from '../store/contracts/store.js'

/** Told what became of a submission: exactly one of the two, once. */
export interface SubmissionAnswer {
  /** The message is durable under this id. */
  accepted(id: MessageId): void
  refused(failure: Failure): void
}

/** A message as an edge took it from its sender, in the switch's words. */
export interface Submission {
  readonly account: AccountId
  readonly source: Address
  readonly destination: Address
  /** Domain of the To; '' where the protocol has none and the account's own is meant. */
  readonly domain: string
  readonly content: Content
  readonly serviceType: string
  readonly protocolId: number
  readonly priority: number
  readonly replyPath: boolean
  readonly receiptRequest: ReceiptRequest
  readonly tlvs: readonly Tlv[]
  /** -1 for none. */
  readonly userMessageReference: number
  /** How long it may be tried from now on, ms; undefined for the default. */
  readonly validityMs: number | undefined
  /** How long it must wait before the first try, ms; 0 for not at all. */
  readonly scheduleMs: number
  readonly answer: SubmissionAnswer
}

/** Who sends it is known and may send. */
export interface Identified {
  readonly submission: Submission
  readonly account: Account
}

/** What the policy says about it is known. */
export interface Permitted extends Identified {
  readonly policy: Policy
}

/** Where it may go is known; the best first, at least one. */
export interface Routed extends Permitted {
  readonly route: readonly ConnectionId[]
}

/** A stage says of each message: go on, with a richer value, or a failure. */
export type Verdict<Out> =
  { readonly kind: 'continue'; readonly value: Out } | { readonly kind: 'refuse'; readonly failure: Failure }

/** Takes and returns arrays, synchronously; element i of the verdicts is about element i of the input. */
export type Stage<In, Out> = (batch: readonly In[]) => readonly Verdict<Out>[]

export function continueWith<Out>(value: Out): Verdict<Out> {
  return { kind: 'continue', value }
}

export function refuse(
  reason: Failure['reason'],
  cause: string,
): { readonly kind: 'refuse'; readonly failure: Failure } {
  return { kind: 'refuse', failure: { reason, cause } }
}

/** The failure that a refusal by the store is to a sender. */
export function storeFailure(error: StoreError): Failure {
  return { reason: 'systemError', cause: `store: ${error.failure}: ${error.message}` }
}
