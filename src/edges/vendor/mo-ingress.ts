// A message from a phone, in deliver_sm or data_sm, as a submission; or the failure that says which field is wrong.

import { addressOf } from '../../message/address.js'
import type { Sender } from '../../message/collected-part.js'
import type { Failure } from '../../message/failure.js'
import type { Content, Tlv } from '../../message/message.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { readable } from '../../pipeline/readable.js'
import type { SarMark, Submission, SubmissionAnswer } from '../../pipeline/stage.js'
import { findTlv, tlvInt, tlvTag, type PduOf } from '../../smpp/index.js'
import type { PeerText } from '../../text/decode.js'

const UDHI = 0x40
const REPLY_PATH = 0x80

const noTlvs: readonly Tlv[] = []
/** Nobody is told what became of a message from a phone: registered_delivery asks for answers of the phone's kind (SMPP 3.4 §5.2.17). */
const noReceipt = receiptRequestOf(0)
/** Those that the content and its marks were made of. */
const usedUp: ReadonlySet<number> = new Set([
  tlvTag.message_payload,
  tlvTag.sar_msg_ref_num,
  tlvTag.sar_total_segments,
  tlvTag.sar_segment_seqnum,
])

export interface MoContext {
  /** Shared by all messages of a connection. */
  readonly sender: Sender
  /** The session that it came over. */
  readonly link: object
  readonly text: PeerText
  readonly answer: SubmissionAnswer
}

/** Octet fields of the PDU are views into a receive buffer: what is kept is copied here. */
export function toMoSubmission(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>, context: MoContext): Submission | Failure {
  const { tlvs } = pdu
  const isDeliver = pdu.command === 'deliver_sm'
  if (pdu.destination_addr === '') return { reason: 'invalidDestination', cause: 'destination_addr is empty' }
  const payload = findTlv(tlvs, 'message_payload')?.value
  if (payload !== undefined && isDeliver && pdu.short_message.length > 0) {
    // SMPP 3.4 §5.3.2.32: the two exclude each other.
    return { reason: 'invalidContent', cause: 'short_message and message_payload are both there' }
  }
  const sar = sarOf(pdu)
  if (sar !== undefined && 'reason' in sar) return sar
  const octets = payload ?? (isDeliver ? pdu.short_message : undefined)
  const content: Content = {
    dataCoding: pdu.data_coding,
    udhi: (pdu.esm_class & UDHI) !== 0,
    octets: octets === undefined ? noOctets : Buffer.from(octets),
  }
  // What may be a part goes on as it came: a character may be cut between it and the next.
  const standard = sar !== undefined || content.udhi ? content : readable(content, context.text)
  if (standard !== content && 'reason' in standard) return standard
  return {
    sender: context.sender,
    link: context.link,
    source: addressOf(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr),
    destination: addressOf(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr),
    asSent: undefined,
    domain: '',
    content: standard,
    sar,
    serviceType: pdu.service_type,
    // data_sm has neither.
    protocolId: isDeliver ? pdu.protocol_id : 0,
    priority: isDeliver ? pdu.priority_flag : 0,
    replyPath: (pdu.esm_class & REPLY_PATH) !== 0,
    receiptRequest: noReceipt,
    tlvs: passedTlvs(tlvs),
    userMessageReference: -1,
    // SMPP 3.4 §4.6.1: deliver_sm has no validity and no schedule.
    validityMs: undefined,
    scheduleMs: 0,
    answer: context.answer,
  }
}

const noOctets = Buffer.alloc(0)

/** SMPP 3.4 §5.3.2.22: all three belong together. */
function sarOf({ tlvs }: PduOf<'deliver_sm'> | PduOf<'data_sm'>): SarMark | Failure | undefined {
  if (!tlvs.some(({ tag }) => tag !== tlvTag.message_payload && usedUp.has(tag))) return undefined
  const reference = tlvInt(tlvs, 'sar_msg_ref_num')
  const total = tlvInt(tlvs, 'sar_total_segments')
  const part = tlvInt(tlvs, 'sar_segment_seqnum')
  if (reference === undefined || total === undefined || part === undefined) {
    return { reason: 'invalidConcatenation', cause: 'of the three SAR parameters one is missing or malformed' }
  }
  return { reference, total, part }
}

function passedTlvs(tlvs: PduOf<'deliver_sm'>['tlvs']): readonly Tlv[] {
  if (tlvs.length === 0) return noTlvs
  const passed: Tlv[] = []
  for (const { tag, value } of tlvs) if (!usedUp.has(tag)) passed.push({ tag, value: Buffer.from(value) })
  return passed
}
