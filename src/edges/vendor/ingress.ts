// What a vendor sends us by itself: receipts, in deliver_sm or data_sm, for the correlator to place.

import type { VendorReport } from '../../message/delivery.js'
import { parseVendorReport } from '../../receipts/vendor-report.js'
import { findTlv, tlvBytes, tlvInt, tlvText, type PduOf } from '../../smpp/index.js'

/** SMPP 3.4 §5.2.12, bits 5-2 of esm_class: what kind of message it is. */
const MESSAGE_TYPE = 0x3c
const RECEIPT = 0x04
const INTERMEDIATE = 0x20

export interface ReadReport {
  readonly report: VendorReport
  readonly ids: readonly string[]
}

/** True where the PDU claims to be a receipt by its esm_class, or can't be anything else. */
export function isReceipt(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>): boolean {
  const type = pdu.esm_class & MESSAGE_TYPE
  return type === RECEIPT || type === INTERMEDIATE || findTlv(pdu.tlvs, 'receipted_message_id') !== undefined
}

/** What the receipt says, undefined when it can't be read. */
export function readReceipt(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>): ReadReport | undefined {
  const { tlvs } = pdu
  const payload = tlvBytes(tlvs, 'message_payload')
  return parseVendorReport({
    octets: payload ?? ('short_message' in pdu ? pdu.short_message : noOctets),
    dataCoding: pdu.data_coding,
    receiptedMessageId: tlvText(tlvs, 'receipted_message_id'),
    messageState: tlvInt(tlvs, 'message_state'),
    networkErrorCode: tlvBytes(tlvs, 'network_error_code'),
    sourceAddress: pdu.source_addr,
    intermediate: (pdu.esm_class & MESSAGE_TYPE) === INTERMEDIATE,
  })
}

const noOctets = Buffer.alloc(0)
