// A message, or one segment of it, as the submit_sm that one vendor connection wants.

import type { AddressRule } from '../../directory/schema.js'
import type { RoutedConnection } from '../../directory/snapshot.js'
import { isAskedFor } from '../../delivery/taken.js'
import { addressKind, type Address, type AddressKind } from '../../message/address.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { Message } from '../../message/message.js'
import { registeredDeliveryOf, type ReceiptRequest } from '../../message/receipt.js'
import { toPeer } from '../../pipeline/translate/dialed.js'
import { absoluteSmppTime, makeTlv, relativeSmppTime, type PduInput, type Tlv } from '../../smpp/index.js'
import type { Leaving } from '../../text/leave.js'
import { passesOn } from '../passes-on.js'

const UDHI = 0x40
const REPLY_PATH = 0x80
/** SMPP 3.4 §5.2.21: what does not fit short_message goes into message_payload. */
const SHORT_MESSAGE_MAX = 254

/** TON and NPI by what an address looks like (SMPP 3.4 §5.2.5, §5.2.6). */
const byShape: Readonly<Record<AddressKind, { readonly ton: number; readonly npi: number }>> = {
  e164: { ton: 1, npi: 1 },
  shortCode: { ton: 3, npi: 0 },
  alphanumeric: { ton: 5, npi: 0 },
}

const noTlvs: readonly Tlv[] = []

/**
 * The next segment of a delivery; its message's own content where `leaving` is undefined.
 *
 * @param nowMs switch time, @param wallMs wall time: validity is written anew at each attempt
 */
export function submitSm(
  delivery: SegmentDelivery,
  leaving: Leaving | undefined,
  connection: RoutedConnection,
  nowMs: number,
  wallMs: number,
): PduInput<'submit_sm'> {
  const { message } = delivery
  const taken = delivery.progress?.taken ?? 0
  const segment = leaving === undefined ? undefined : leaving.segments[taken]
  if (leaving !== undefined && segment === undefined) throw new RangeError(`there is no segment ${taken + 1}`)
  const { dialing } = connection
  const calling = toPeer(dialing.callingOut, message.source)
  const called = toPeer(dialing.calledOut, message.destination)
  const source = numbering(message.source, calling, connection.sourceAddress)
  const destination = numbering(message.destination, called, connection.destinationAddress)
  const { udhi, octets: bytes } = segment ?? message.content
  const octets = asBuffer(bytes)
  const fits = octets.length <= SHORT_MESSAGE_MAX
  const hasTlvs = message.tlvs.length > 0 || !fits || segment?.sar !== undefined
  return {
    command: 'submit_sm',
    service_type: connection.serviceType === '' ? message.serviceType : connection.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: calling.value,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: called.value,
    esm_class: (udhi ? UDHI : 0) | (message.replyPath ? REPLY_PATH : 0),
    protocol_id: message.protocolId,
    priority_flag: message.priority,
    validity_period: validityPeriod(message.expiresAtMs - nowMs, connection.validity, wallMs),
    registered_delivery: isAskedFor(delivery, connection) ? askFor(message.receiptRequest) : 0,
    data_coding: leaving === undefined ? message.content.dataCoding : leaving.dataCoding,
    short_message: fits ? octets : noOctets,
    tlvs: hasTlvs ? tlvs(message, leaving, taken, fits ? undefined : octets) : noTlvs,
  }
}

const noOctets = Buffer.alloc(0)

function tlvs(
  { tlvs: passed }: Message,
  leaving: Leaving | undefined,
  taken: number,
  payload: Buffer | undefined,
): readonly Tlv[] {
  const isCut = leaving !== undefined && leaving.segments.length > 1
  const all: Tlv[] = []
  for (const { tag, value } of passed) if (passesOn(tag, isCut)) all.push({ tag, value: asBuffer(value) })
  const sar = leaving?.segments[taken]?.sar
  if (sar !== undefined) {
    // SMPP 3.4 §5.3.2.22 to §5.3.2.24.
    all.push(makeTlv('sar_msg_ref_num', sar.reference))
    all.push(makeTlv('sar_total_segments', sar.total))
    all.push(makeTlv('sar_segment_seqnum', sar.part))
  }
  if (payload !== undefined) all.push(makeTlv('message_payload', payload))
  return all
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}

/** @param dialed the address as the vendor gets it: where its rules made it, it has TON and NPI by what it looks like */
function numbering(
  address: Address,
  dialed: Address,
  rule: AddressRule,
): { readonly ton: number; readonly npi: number } {
  if (rule === 'asReceived') return dialed
  if (rule !== 'byShape') return rule
  return dialed === address ? byShape[addressKind(address)] : dialed
}

function validityPeriod(leftMs: number, form: RoutedConnection['validity'], wallMs: number): string {
  switch (form) {
    case 'omit':
      return ''
    case 'relative':
      return relativeSmppTime(leftMs)
    case 'absolute':
      return absoluteSmppTime(wallMs + Math.max(1000, leftMs))
  }
}

/**
 * Every final state, whichever of them the sender wants to hear of: silence would not tell success from a report that was
 * lost. Not the sender's own two bits as well: 1 | 2 would ask for success alone (SMPP 5.0 §4.7.21).
 */
function askFor({ intermediate }: ReceiptRequest): number {
  return registeredDeliveryOf({ final: 'all', intermediate })
}
