// What of a message is kept so that its fate can be reported, and the receipts made from it.

import type { ReceiptDelivery } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { Message } from '../message/message.js'
import { isAskedFor, type ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'

const HEAD_OCTETS = 20

/** The part of a message that its receipts are made from. */
export function originOf(message: Message): ReceiptOrigin {
  return {
    messageId: message.id,
    account: message.account,
    source: message.source,
    destination: message.destination,
    request: message.receiptRequest,
    acceptedAtMs: message.acceptedAtMs,
    userMessageReference: message.userMessageReference,
    head: headOf(message),
  }
}

/** The first 20 characters where one octet is one character (SMPP 3.4 Appendix B); control characters become spaces. */
function headOf(message: Message): string {
  const { content } = message
  const oneOctetText = content.dataCoding === 0 || content.dataCoding === 1 || content.dataCoding === 3
  if (!oneOctetText || content.udhi) return ''
  const length = Math.min(content.octets.length, HEAD_OCTETS)
  let head = ''
  for (let i = 0; i < length; i++) {
    const octet = content.octets[i]!
    head += octet < 32 || octet === 127 ? ' ' : String.fromCharCode(octet)
  }
  return head
}

/** Where receipts of an account wait, and until when. */
export interface OutboxPlace {
  readonly lane: LaneKey
  readonly id: DeliveryId
  /** Switch time, ms. */
  readonly nowMs: number
  readonly maxAgeMs: number
}

/** The receipt of this outcome as a delivery, or undefined where the sender did not ask for it. */
export function receiptDelivery(
  origin: ReceiptOrigin,
  state: MessageState,
  error: string,
  doneAtMs: number,
  place: () => OutboxPlace,
): ReceiptDelivery | undefined {
  if (!isAskedFor(origin.request, state)) return undefined
  const { lane, id, nowMs, maxAgeMs } = place()
  return {
    kind: 'receipt',
    lane,
    dueMs: nowMs,
    id,
    receipt: { origin, state, error, doneAtMs },
    failures: 0,
    expiresAtMs: nowMs + maxAgeMs,
  }
}
