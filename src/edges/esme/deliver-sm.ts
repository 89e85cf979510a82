// What goes to an ESME as deliver_sm: a receipt, or one segment of a message from a phone. It chooses no session.

import type { Dialing } from '../../directory/dialing.js'
import type { ReceiptDelivery } from '../../message/delivery.js'
import type { Message } from '../../message/message.js'
import { messageStates } from '../../message/state.js'
import { toPeer } from '../../pipeline/translate/dialed.js'
import { formatReceipt, stateForVersion } from '../../receipts/appendix-b.js'
import { makeTlv, type PduInput, type Tlv } from '../../smpp/index.js'
import type { LeavingSegment } from '../../text/leave.js'
import { passesOn } from '../passes-on.js'

/** SMPP 3.4 §5.2.12: message type "SMSC delivery receipt". */
const ESM_RECEIPT = 0x04
/** SMPP 3.4 §5.2.12: message type "intermediate delivery notification". */
const ESM_INTERMEDIATE = 0x20
const UDHI = 0x40
const REPLY_PATH = 0x80
/** SMPP 3.4 §5.2.21: what does not fit short_message goes into message_payload. */
const SHORT_MESSAGE_MAX = 254

/**
 * A receipt (SMPP 3.4 §4.6.1, Appendix B): text for old peers, TLVs for the others. Addresses change places, and are as the sender
 * wrote them, whatever its rules say now.
 *
 * @param version interface_version of the session that it goes to
 */
export function receiptPdu({ receipt }: ReceiptDelivery, version: number): PduInput<'deliver_sm'> {
  const { origin } = receipt
  const { source, destination } = origin.asSent ?? origin
  const { code, final } = messageStates[stateForVersion(receipt.state, version)]
  const tlvs: Tlv[] = [makeTlv('receipted_message_id', origin.messageId), makeTlv('message_state', code)]
  if (origin.userMessageReference >= 0) tlvs.push(makeTlv('user_message_reference', origin.userMessageReference))
  return {
    command: 'deliver_sm',
    source_addr_ton: destination.ton,
    source_addr_npi: destination.npi,
    source_addr: destination.value,
    dest_addr_ton: source.ton,
    dest_addr_npi: source.npi,
    destination_addr: source.value,
    esm_class: final ? ESM_RECEIPT : ESM_INTERMEDIATE,
    short_message: Buffer.from(formatReceipt(receipt, version), 'latin1'),
    tlvs,
  }
}

/**
 * One segment of a message from a phone (SMPP 3.4 §4.6.1), in the data_coding of whom it goes to.
 *
 * @param dialing how that one writes numbers
 * @param isCut the message makes several segments here
 */
export function moPdu(
  message: Message,
  segment: LeavingSegment,
  dataCoding: number,
  dialing: Dialing,
  isCut: boolean,
): PduInput<'deliver_sm'> {
  const source = toPeer(dialing.callingOut, message.source)
  const destination = toPeer(dialing.calledOut, message.destination)
  const octets = asBuffer(segment.octets)
  const fits = octets.length <= SHORT_MESSAGE_MAX
  const tlvs: Tlv[] = []
  for (const { tag, value } of message.tlvs) if (passesOn(tag, isCut)) tlvs.push({ tag, value: asBuffer(value) })
  if (segment.sar !== undefined) {
    const { reference, total, part } = segment.sar
    tlvs.push(makeTlv('sar_msg_ref_num', reference))
    tlvs.push(makeTlv('sar_total_segments', total))
    tlvs.push(makeTlv('sar_segment_seqnum', part))
  }
  if (!fits) tlvs.push(makeTlv('message_payload', octets))
  return {
    command: 'deliver_sm',
    service_type: message.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.value,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.value,
    esm_class: (segment.udhi ? UDHI : 0) | (message.replyPath ? REPLY_PATH : 0),
    protocol_id: message.protocolId,
    priority_flag: message.priority,
    data_coding: dataCoding,
    short_message: fits ? octets : noOctets,
    tlvs,
  }
}

const noOctets = Buffer.alloc(0)

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}
