// Parts made into submissions: the whole of them, or one that goes by itself after all; and a submission made into a part.

import type { CollectedPart, PartMark } from '../../message/collected-part.js'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { Content, Tlv } from '../../message/message.js'
import { combinedRequest } from '../../message/receipt.js'
import type { PeerText } from '../../text/decode.js'
import { joinParts } from '../../text/join.js'
import { readable, unreadable } from '../readable.js'
import type { Submission, SubmissionAnswer, Together } from '../stage.js'
import type { Octets } from './own-octets.js'

/** SMPP 3.4 §5.3.2.22–24: sar_msg_ref_num, sar_total_segments, sar_segment_seqnum. */
const sarTags = { reference: 0x020c, total: 0x020e, part: 0x020f } as const

/** What is put together here came over no one session. */
const noLink: object = Object.freeze({})

/**
 * @param octets what is kept of the submission's octets
 * @param nowMs switch time; @param wallMs of its arrival
 */
export function toPart(
  submission: Submission,
  { content, tlvs }: Octets,
  id: MessageId,
  mark: PartMark,
  nowMs: number,
  wallMs: number,
  deadlineMs: number,
): CollectedPart {
  const dueMs = nowMs + submission.scheduleMs
  return {
    id,
    sender: submission.sender,
    mark,
    source: submission.source,
    destination: submission.destination,
    domain: submission.domain,
    content,
    serviceType: submission.serviceType,
    protocolId: submission.protocolId,
    priority: submission.priority,
    replyPath: submission.replyPath,
    receiptRequest: submission.receiptRequest,
    tlvs,
    userMessageReference: submission.userMessageReference,
    acceptedAtMs: wallMs,
    dueMs,
    validUntilMs: submission.validityMs === undefined ? -1 : dueMs + submission.validityMs,
    deadlineMs,
    payer: undefined,
  }
}

/**
 * All parts, in their order, as one in standard coding. What can't be joined is the first part's; times count from its arrival. Its
 * receipt request is what all parts ask together. A failure where the parts do not make one content.
 * @param peer whose coding the parts are in
 * @param collected ids of those that the store holds
 */
export function toWhole(
  parts: readonly CollectedPart[],
  peer: PeerText,
  collected: readonly MessageId[],
  answer: SubmissionAnswer,
  nowMs: number,
): Together | Failure {
  const first = parts[0]!
  const content = joinedContent(
    parts.map((part) => part.content),
    peer,
  )
  if ('reason' in content) return content
  return {
    submission: {
      ...asSubmission(first, answer, nowMs),
      content,
      receiptRequest: combinedRequest(parts.map(({ receiptRequest }) => receiptRequest)),
    },
    assembly: {
      id: first.id,
      shape: first.mark.shape,
      parts: parts.map(({ id, receiptRequest, userMessageReference }) => ({
        id,
        receiptRequest,
        userMessageReference,
      })),
      collected,
    },
  }
}

/** Contents of all parts as one in standard coding, or why they do not make one. */
export function joinedContent(parts: readonly Content[], peer: PeerText): Content | Failure {
  const joined = joinParts(parts, peer)
  if (!('kind' in joined)) return joined
  if (joined.kind !== 'mixed') return unreadable(joined, parts[0]!.dataCoding)
  return { reason: 'invalidConcatenation', cause: 'parts of text and parts of other octets in one message' }
}

/** A part whose others never came, as a message of its own in standard coding that is marked as it was; or why nobody can read it. */
export function toMessage(
  part: CollectedPart,
  peer: PeerText,
  answer: SubmissionAnswer,
  nowMs: number,
): Together | Failure {
  const content = readable(part.content, peer)
  if (content !== part.content && 'reason' in content) return content
  const submission = { ...asSubmission(part, answer, nowMs), content }
  return {
    submission: part.mark.shape === 'sar' ? { ...submission, tlvs: [...part.tlvs, ...sarTlvs(part.mark)] } : submission,
    assembly: { id: part.id, shape: 'whole', parts: [], collected: [part.id] },
  }
}

function asSubmission(part: CollectedPart, answer: SubmissionAnswer, nowMs: number): Submission {
  const fromMs = Math.max(nowMs, part.dueMs)
  return {
    sender: part.sender,
    link: noLink,
    source: part.source,
    destination: part.destination,
    asSent: undefined,
    domain: part.domain,
    content: part.content,
    sar: undefined,
    serviceType: part.serviceType,
    protocolId: part.protocolId,
    priority: part.priority,
    replyPath: part.replyPath,
    receiptRequest: part.receiptRequest,
    tlvs: part.tlvs,
    userMessageReference: part.userMessageReference,
    validityMs: part.validUntilMs === -1 ? undefined : Math.max(0, part.validUntilMs - fromMs),
    scheduleMs: fromMs - nowMs,
    answer,
  }
}

function sarTlvs({ reference, total, part }: PartMark): readonly Tlv[] {
  return [
    { tag: sarTags.reference, value: Uint8Array.of(reference >> 8, reference & 0xff) },
    { tag: sarTags.total, value: Uint8Array.of(total) },
    { tag: sarTags.part, value: Uint8Array.of(part) },
  ]
}
