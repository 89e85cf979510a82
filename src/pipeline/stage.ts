// What the stages of the pipeline are made of: what goes in, what a stage may add, and the verdict it gives on each message.

import type { Policy, SendingAccount } from '../directory/snapshot.js'
import type { Address, Addresses } from '../message/address.js'
import type { Bill, Move } from '../message/bill.js'
import type { Failure } from '../message/failure.js'
import type { Sender } from '../message/collected-part.js'
import type { ConnectionId, MessageId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { Content, Message, Shape, Tlv } from '../message/message.js'
import type { Limited } from '../message/limited.js'
import type { PoolSender } from '../message/pool-sender.js'
import type { MessagePart, ReceiptRequest } from '../message/receipt.js'
import type { MobileNetwork } from '../phone/network.js'
import type { StoreError } from '../store/contracts/store.js'
import type { IngressTransaction } from '../store/contracts/transactions.js'

/** Told what became of a submission: exactly one of the two, once. */
export interface SubmissionAnswer {
  /** The message is durable under this id. */
  accepted(id: MessageId): void
  refused(failure: Failure): void
  /** It is a part, and is answered when the others are there: until then its sender must not be kept from sending them. */
  withheld(): void
  /** After `withheld`: the others are there, or it goes to the store by itself. Its sender is owed the answer again, and it comes soon. */
  readmitted(): void
}

/** SMPP 3.4 §5.3.2.22–24, as they came. */
export interface SarMark {
  readonly reference: number
  readonly total: number
  readonly part: number
}

/** A message as an edge took it from its sender, in the switch's words. */
export interface Submission {
  readonly sender: Sender
  /** The session that it came over, by identity: what waits for its other parts is dropped when the session ends. */
  readonly link: object
  readonly source: Address
  readonly destination: Address
  /** What its sender wrote, where translation made another of it. */
  readonly asSent: Addresses | undefined
  /** Domain of the To; '' where the protocol has none and the account's own is meant. */
  readonly domain: string
  /** In standard coding; with a user data header or SAR parameters, until it is known to be no part, in its sender's own. */
  readonly content: Content
  readonly sar: SarMark | undefined
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
  /** The request that it came by, where a repeated one must make no second message after a crash. */
  readonly transaction?: IngressTransaction | undefined
  /** UUID of the pack of which a number is to send it, whatever `source` says. */
  readonly powerpack?: string | undefined
  /** That number, once it is chosen; it is the source then. */
  readonly chosenSender?: PoolSender | undefined
  /** What carriers limit it by, where they do. */
  readonly limited?: Limited | undefined
  /** What must be kept of the choice in the same step as the message. */
  readonly chosenRows?: readonly KeptRow[] | undefined
  /** It tells a phone that its wish to hear no more was heard: the one thing that goes to it in spite of that. */
  readonly isAcknowledgement?: boolean | undefined
  /** What its edge keeps in the step that accepts it: called once, when all else about it is settled. */
  readonly kept?: ((message: Message, bill: Bill | undefined) => readonly KeptRow[]) | undefined
  readonly answer: SubmissionAnswer
}

/** What is known of one on its way, and was not when it came. */
type FoundOut = Partial<
  Pick<Submission, 'source' | 'validityMs' | 'chosenSender' | 'chosenRows' | 'limited'> & Pick<Submission, 'answer'>
>

/**
 * The same with what was found out. Written out: each copy to which a property is added has a hidden class of its own, and makes slow
 * whatever reads it.
 */
export function withFound(submission: Submission, found: FoundOut): Submission {
  const { source, validityMs, chosenSender, chosenRows, limited, answer } = submission
  return {
    sender: submission.sender,
    link: submission.link,
    source: found.source ?? source,
    destination: submission.destination,
    asSent: submission.asSent,
    domain: submission.domain,
    content: submission.content,
    sar: submission.sar,
    serviceType: submission.serviceType,
    protocolId: submission.protocolId,
    priority: submission.priority,
    replyPath: submission.replyPath,
    receiptRequest: submission.receiptRequest,
    tlvs: submission.tlvs,
    userMessageReference: submission.userMessageReference,
    validityMs: found.validityMs ?? validityMs,
    scheduleMs: submission.scheduleMs,
    transaction: submission.transaction,
    powerpack: submission.powerpack,
    chosenSender: found.chosenSender ?? chosenSender,
    limited: found.limited ?? limited,
    chosenRows: found.chosenRows ?? chosenRows,
    isAcknowledgement: submission.isAcknowledgement,
    kept: submission.kept,
    answer: found.answer ?? answer,
  }
}

/** How it came: whole, or in parts that are together now. */
export interface Assembly {
  /** Where ids were given already: the message's. */
  readonly id: MessageId | undefined
  readonly shape: Shape
  /** Empty for one that came in one piece. */
  readonly parts: readonly MessagePart[]
  /** Parts that the store holds until the message is accepted. */
  readonly collected: readonly MessageId[]
}

/** Of what came in one piece: one for all, so that they cost nothing. */
export const inOnePiece: Assembly = Object.freeze({ id: undefined, shape: 'whole', parts: [], collected: [] })

/** All of it is there; `submission` is that of the whole. */
export interface Together {
  readonly submission: Submission
  readonly assembly: Assembly
}

/** Who sends it is known and may send. */
export interface Identified {
  readonly submission: Submission
  readonly account: SendingAccount
}

export interface Assembled extends Identified, Together {}

/** What the policy says about it is known. */
export interface Permitted extends Assembled {
  readonly policy: Policy
}

/** The network of the phone is known, as far as the policy asks for it: where no policy asks, it is the value before, as it is. */
export interface Located extends Permitted {
  /** Undefined where nobody asks, or nobody knows. */
  readonly network?: MobileNetwork | undefined
  /** It is asked for and comes later: until then the highest price is held that it can come to. */
  readonly isUndecided?: boolean
}

/** Where it may go is known; the best first, at least one. */
export interface Routed extends Located {
  readonly route: readonly ConnectionId[]
}

/** What it costs is known, and reserved; where nobody pays, it is the value before, as it is. */
export interface Authorized extends Routed {
  readonly bill?: Bill
  /** What was reserved for it; to be undone where it is not accepted. */
  readonly move?: Move
}

/** A stage says of each message: go on, with a richer value; wait; or a failure. */
export type Verdict<Out> =
  | { readonly kind: 'continue'; readonly value: Out }
  /** It waits for others; whoever keeps it answers it. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly failure: Failure }

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

/** What a stage lets go on, in its order. What it refuses is answered here; what waits is answered by its keeper. */
export function runStage<In, Out>(
  stage: Stage<In, Out>,
  batch: readonly In[],
  answerOf: (input: In) => SubmissionAnswer,
): readonly Out[] {
  const going: Out[] = []
  const verdicts = stage(batch)
  for (let i = 0; i < verdicts.length; i++) {
    const verdict = verdicts[i]!
    if (verdict.kind === 'continue') going.push(verdict.value)
    else if (verdict.kind === 'refuse') answerOf(batch[i]!).refused(verdict.failure)
  }
  return going
}

/** The answers of a stage's input, for `runStage`. */
export function answerOf({ submission }: { readonly submission: Submission }): SubmissionAnswer {
  return submission.answer
}

export function ownAnswer({ answer }: Submission): SubmissionAnswer {
  return answer
}

/** The failure that a refusal by the store is to a sender. */
export function storeFailure(error: StoreError): Failure {
  return { reason: 'systemError', cause: `store: ${error.failure}: ${error.message}` }
}
