// submit_sm to submission: the wire's fields in the switch's words, or the failure that says which field is wrong.

import { addressOf } from '../../message/address.js'
import type { Sender } from '../../message/collected-part.js'
import type { Failure } from '../../message/failure.js'
import type { Content, Tlv } from '../../message/message.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { readable } from '../../pipeline/readable.js'
import type { SarMark, Submission, SubmissionAnswer } from '../../pipeline/stage.js'
import {
  findTlv,
  smppTimeToMs,
  tlvInt,
  tlvTag,
  type IntTlvName,
  type PduOf,
  type Tlv as WireTlv,
} from '../../smpp/index.js'
import type { PeerText } from '../../text/decode.js'

const UDHI = 0x40
const REPLY_PATH = 0x80
/** How far ahead a message may be scheduled. */
const MAX_SCHEDULE_MS = 30 * 86_400_000
const noTlvs: readonly Tlv[] = []

/** What all submissions of one session share: made once, at its bind. */
export interface SubmitSource {
  readonly sender: Sender
  /** The session, by identity. */
  readonly link: object
  /** How its account codes texts. */
  readonly text: PeerText
}

/**
 * Octet fields of the PDU are views into a receive buffer: what is kept is copied here.
 *
 * @param wallMs for the times that the PDU names
 */
export function toSubmission(
  pdu: PduOf<'submit_sm'>,
  from: SubmitSource,
  wallMs: number,
  answer: SubmissionAnswer,
): Submission | Failure {
  if (pdu.destination_addr === '') return { reason: 'invalidDestination', cause: 'destination_addr is empty' }
  const payload = pdu.tlvs.length === 0 ? undefined : findTlv(pdu.tlvs, 'message_payload')
  if (payload !== undefined && pdu.short_message.length > 0) {
    // SMPP 3.4 §5.3.2.32: the two exclude each other.
    return { reason: 'invalidContent', cause: 'short_message and message_payload are both there' }
  }
  const validityMs = validityOf(pdu.validity_period, wallMs)
  if (validityMs !== undefined && !(validityMs > 0)) {
    return {
      reason: 'invalidValidity',
      cause: `validity_period ${JSON.stringify(pdu.validity_period)} is malformed or over`,
    }
  }
  const scheduleMs = scheduleOf(pdu.schedule_delivery_time, wallMs)
  if (scheduleMs === undefined) {
    const cause = `schedule_delivery_time ${JSON.stringify(pdu.schedule_delivery_time)} is malformed or over 30 days ahead`
    return { reason: 'invalidSchedule', cause }
  }
  // An absolute validity counts from now, ours from the moment it may first be sent.
  const fromScheduleMs = validityMs === undefined ? undefined : validityMs - scheduleMs
  if (fromScheduleMs !== undefined && fromScheduleMs <= 0) {
    return { reason: 'invalidValidity', cause: 'the validity ends before the scheduled delivery' }
  }
  const content: Content = {
    dataCoding: pdu.data_coding,
    udhi: (pdu.esm_class & UDHI) !== 0,
    octets: Buffer.from(payload === undefined ? pdu.short_message : payload.value),
  }
  const sar = pdu.tlvs.length === 0 ? undefined : sarOf(pdu.tlvs)
  if (sar !== undefined && 'reason' in sar) return sar
  // What may be a part goes on as it came: a character may be cut between it and the next.
  const standard = sar !== undefined || content.udhi ? content : readable(content, from.text)
  if (standard !== content && 'reason' in standard) return standard
  return {
    sender: from.sender,
    link: from.link,
    source: addressOf(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr),
    destination: addressOf(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr),
    asSent: undefined,
    domain: '',
    content: standard,
    sar,
    serviceType: pdu.service_type,
    protocolId: pdu.protocol_id,
    priority: pdu.priority_flag,
    replyPath: (pdu.esm_class & REPLY_PATH) !== 0,
    receiptRequest: receiptRequestOf(pdu.registered_delivery),
    tlvs: pdu.tlvs.length === 0 ? noTlvs : passedTlvs(pdu.tlvs),
    userMessageReference: pdu.tlvs.length === 0 ? -1 : (tlvInt(pdu.tlvs, 'user_message_reference') ?? -1),
    validityMs: fromScheduleMs,
    scheduleMs,
    answer,
  }
}

/** undefined where the sender left it to us; NaN for a malformed one. */
function validityOf(time: string, wallMs: number): number | undefined {
  if (time === '') return undefined
  return smppTimeToMs(time, wallMs) ?? NaN
}

/** 0 for at once; undefined for a malformed or far one. A time gone by means at once. */
function scheduleOf(time: string, wallMs: number): number | undefined {
  if (time === '') return 0
  const ms = smppTimeToMs(time, wallMs)
  if (ms === undefined || ms > MAX_SCHEDULE_MS) return undefined
  return Math.max(0, ms)
}

const sarNames = [
  'sar_msg_ref_num',
  'sar_total_segments',
  'sar_segment_seqnum',
] as const satisfies readonly IntTlvName[]

const sarTags: ReadonlySet<number> = new Set(sarNames.map((name) => tlvTag[name]))

/** One of them says nothing without the other two (SMPP 3.4 §5.3.2.22 to §5.3.2.24). */
function sarOf(tlvs: readonly WireTlv[]): SarMark | Failure | undefined {
  if (!tlvs.some(({ tag }) => sarTags.has(tag))) return undefined
  const [reference, total, part] = sarNames.map((name) => tlvInt(tlvs, name))
  if (reference !== undefined && total !== undefined && part !== undefined) return { reference, total, part }
  const there = sarNames.filter((name) => findTlv(tlvs, name) !== undefined)
  const cause =
    there.length < sarNames.length
      ? `${there.join(' and ')} without ${sarNames.filter((name) => !there.includes(name)).join(' and ')}`
      : `${sarNames.filter((name) => tlvInt(tlvs, name) === undefined).join(' and ')} of a wrong length`
  return { reason: 'invalidConcatenation', cause }
}

/** What the submission says in its own words does not pass as well. */
function passedTlvs(tlvs: readonly WireTlv[]): readonly Tlv[] {
  const passed: Tlv[] = []
  for (const { tag, value } of tlvs) {
    if (tag !== tlvTag.message_payload && !sarTags.has(tag)) passed.push({ tag, value: Buffer.from(value) })
  }
  return passed
}
