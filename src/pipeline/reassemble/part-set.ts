// The parts of one message as far as they are there, in memory. Data only: what becomes of them is decided in reassemble.ts.

import type { CollectedPart, PartMark, Sender } from '../../message/collected-part.js'
import type { FailureReason } from '../../message/failure.js'
import type { Content } from '../../message/message.js'
import type { MessageState } from '../../message/state.js'
import type { SubmissionAnswer } from '../stage.js'

/** SMPP 3.4 Appendix B `err:` of what ends before any vendor had a say. */
export const NO_ERROR = '000'

/** On which side the sender of a part stands. */
export type PeerKind = 'esme' | 'vendor'

/** Somebody who is to be told what became of a part, over the session that it came by. */
export interface Waiter {
  readonly answer: SubmissionAnswer
  readonly link: object
}

/**
 * What becomes of acknowledged parts whose message does not go as a whole: they end in this state, or each goes by itself.
 */
export type Fate =
  | { readonly kind: 'abandoned'; readonly state: MessageState; readonly reason: FailureReason }
  | { readonly kind: 'asReceived' }

/**
 * ```
 *             ┌────────┐  turned early   ┌─────────┐  durable   ┌────────┐
 *  arrives ──>│withheld│────────────────>│ storing │───────────>│ stored │
 *             └────────┘                 └─────────┘            └────────┘
 * ```
 * withheld: its sender waits for the verdict on the whole. storing: offered to the store. stored: acknowledged.
 */
export type Standing = 'withheld' | 'storing' | 'stored'

export interface HeldPart {
  /** Of a set that has waited for some time, with octets of its own. */
  part: CollectedPart
  standing: Standing
  /** Empty once stored: who sends it again is answered at once. */
  waiters: Waiter[]
  /** What it takes of the bounds, octets. */
  bytes: number
  /** The set that it belongs to, also when that is complete; undefined once it left. */
  set: PartSet | undefined
  /** Its set ended while it was on its way to the store: waits for the store's word. */
  fate: Fate | undefined
}

export interface PartSet {
  readonly key: string
  /** Whose bounds it counts against. */
  readonly peer: string
  readonly kind: PeerKind
  readonly sender: Sender
  readonly total: number
  /** Switch time, ms. */
  readonly deadlineMs: number
  /** By part number less one. */
  readonly parts: (HeldPart | undefined)[]
  /** How many of them are there. */
  present: number
  bytes: number
  /** It has waited so long that it may wait for much longer: what it keeps must not hold on to what others came with. */
  isOld: boolean
}

export function heldParts(set: PartSet): HeldPart[] {
  return set.parts.filter((held) => held !== undefined)
}

/** Vendors by themselves, not their connections: parts of one message come over any of them. */
export function peerOf(sender: Sender): string {
  return sender.kind === 'account' ? `a${sender.account}` : `v${sender.vendor}`
}

/**
 * Two parts with the same key are of one message. The total is not in it: a part with another one is a mistake to be told of,
 * not a message of its own. No address holds a NUL.
 */
export function setKey(
  { sender, source, destination }: Pick<CollectedPart, 'sender' | 'source' | 'destination'>,
  { shape, reference }: PartMark,
): string {
  return `${peerOf(sender)}\0${source.value}\0${destination.value}\0${shape}${reference}`
}

export function isSameContent(a: Content, b: Content): boolean {
  return (
    a.dataCoding === b.dataCoding &&
    a.udhi === b.udhi &&
    a.octets.length === b.octets.length &&
    a.octets.every((octet, i) => octet === b.octets[i])
  )
}

/** What a part takes beside its octets: objects, strings, its place in tables. Measured, in a set of its own: test/long/reassembly.test.ts. */
const PART_BYTES = 1792
/** What each parameter of it takes beside its octets; measured too. */
const TLV_BYTES = 240
/** What each further answer to the same part takes. */
export const WAITER_BYTES = 256

/** What a set takes before it has parts: their places. */
export function emptySetBytes(total: number): number {
  return total * 8
}

/** What a part counts for against the bounds, octets. */
export function bytesOf({ content, tlvs }: Pick<CollectedPart, 'content' | 'tlvs'>): number {
  let bytes = PART_BYTES + content.octets.length
  for (const { value } of tlvs) bytes += TLV_BYTES + value.length
  return bytes
}
