// A segment as the submit_sm that one vendor connection wants.

import type { AddressRule } from '../../directory/schema.js'
import type { Connection } from '../../directory/snapshot.js'
import { addressKind, type Address, type AddressKind } from '../../message/address.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import { registeredDeliveryOf } from '../../message/receipt.js'
import { absoluteSmppTime, makeTlv, relativeSmppTime, type PduInput, type Tlv } from '../../smpp/index.js'

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

/** @param nowMs switch time, @param wallMs wall time: validity is written anew at each attempt */
export function submitSm(
  delivery: SegmentDelivery,
  connection: Connection,
  nowMs: number,
  wallMs: number,
): PduInput<'submit_sm'> {
  const { message } = delivery
  const { content } = message
  const source = numbering(message.source, connection.sourceAddress)
  const destination = numbering(message.destination, connection.destinationAddress)
  const octets = asBuffer(content.octets)
  const fits = octets.length <= SHORT_MESSAGE_MAX
  return {
    command: 'submit_sm',
    service_type: connection.serviceType === '' ? message.serviceType : connection.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: message.source.value,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: message.destination.value,
    esm_class: (content.udhi ? UDHI : 0) | (message.replyPath ? REPLY_PATH : 0),
    protocol_id: message.protocolId,
    priority_flag: message.priority,
    validity_period: validityPeriod(message.expiresAtMs - nowMs, connection.validity, wallMs),
    registered_delivery: registeredDelivery(delivery, connection),
    data_coding: content.dataCoding,
    short_message: fits ? octets : noOctets,
    tlvs: message.tlvs.length === 0 && fits ? noTlvs : tlvs(delivery, fits ? undefined : octets),
  }
}

const noOctets = Buffer.alloc(0)

function tlvs(delivery: SegmentDelivery, payload: Buffer | undefined): readonly Tlv[] {
  const all = delivery.message.tlvs.map(({ tag, value }) => ({ tag, value: asBuffer(value) }))
  if (payload !== undefined) all.push(makeTlv('message_payload', payload))
  return all
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}

function numbering(address: Address, rule: AddressRule): { readonly ton: number; readonly npi: number } {
  if (rule === 'asReceived') return address
  return rule === 'byShape' ? byShape[addressKind(address)] : rule
}

function validityPeriod(leftMs: number, form: Connection['validity'], wallMs: number): string {
  switch (form) {
    case 'omit':
      return ''
    case 'relative':
      return relativeSmppTime(leftMs)
    case 'absolute':
      return absoluteSmppTime(wallMs + Math.max(1000, leftMs))
  }
}

function registeredDelivery(delivery: SegmentDelivery, connection: Connection): number {
  switch (connection.requestReceipt) {
    case 'never':
      return 0
    case 'always':
      // Not the sender's own two bits as well: 1 | 2 would ask for success alone (SMPP 5.0 §4.7.21).
      return registeredDeliveryOf({ final: 'all', intermediate: delivery.message.receiptRequest.intermediate })
    case 'asAsked':
      return registeredDeliveryOf(delivery.message.receiptRequest)
  }
}
