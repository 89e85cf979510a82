// What of a message is kept so that its fate can be reported, and the receipts made from it, one for each of its parts.

import type { CollectedPart } from '../message/collected-part.js'
import type { ReceiptDelivery } from '../message/delivery.js'
import { echoOf } from '../message/echo.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { Content, Message } from '../message/message.js'
import { isAskedFor, type MessagePart, type Receipt, type ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'

const HEAD_OCTETS = 20

/** The part of a message that its receipts are made from. */
export function originOf(message: Message): ReceiptOrigin {
  return {
    messageId: message.id,
    account: message.account,
    source: message.source,
    destination: message.destination,
    asSent: message.asSent,
    request: message.receiptRequest,
    acceptedAtMs: message.acceptedAtMs,
    userMessageReference: message.userMessageReference,
    head: headOf(message.content),
    echo: message.tlvs.length === 0 ? undefined : echoOf(message.tlvs) || undefined,
    parts: message.parts,
  }
}

/** For a segment of several, whose reports are told by their group: the parts are kept there once. */
export function originOfSegment(message: Message): ReceiptOrigin {
  const origin = originOf(message)
  return message.parts.length === 0 ? origin : { ...origin, parts: noParts }
}

/** Of a part that never became a whole message; undefined for one from a vendor, who is told nothing. */
export function originOfPart(part: CollectedPart): ReceiptOrigin | undefined {
  const { sender } = part
  if (sender.kind === 'vendor') return undefined
  return {
    messageId: part.id,
    account: sender.account,
    source: part.source,
    destination: part.destination,
    asSent: undefined,
    request: part.receiptRequest,
    acceptedAtMs: part.acceptedAtMs,
    userMessageReference: part.userMessageReference,
    head: headOf(part.content),
    parts: noParts,
  }
}

const noParts: readonly MessagePart[] = []

/** The first 20 characters where one octet is one character (SMPP 3.4 Appendix B); control characters become spaces. */
function headOf(content: Content): string {
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

/**
 * The receipts of this outcome as deliveries: one for each part that asked, or that of the whole where it came in one piece;
 * none where nobody asked.
 */
export function receiptDeliveries(
  origin: ReceiptOrigin,
  state: MessageState,
  error: string,
  doneAtMs: number,
  place: () => OutboxPlace,
  isReleased = false,
): readonly ReceiptDelivery[] {
  if (origin.parts.length === 0) {
    if (!isAskedFor(origin.request, state)) return noReceipts
    return [delivered(receiptOf(origin, state, error, doneAtMs, isReleased), place())]
  }
  const receipts: ReceiptDelivery[] = []
  for (const part of origin.parts) {
    if (!isAskedFor(part.receiptRequest, state)) continue
    const ofPart: ReceiptOrigin = {
      ...origin,
      messageId: part.id,
      request: part.receiptRequest,
      userMessageReference: part.userMessageReference,
      parts: noParts,
    }
    receipts.push(delivered(receiptOf(ofPart, state, error, doneAtMs, isReleased), place()))
  }
  return receipts
}

function receiptOf(
  origin: ReceiptOrigin,
  state: MessageState,
  error: string,
  doneAtMs: number,
  isReleased: boolean,
): Receipt {
  return isReleased ? { origin, state, error, doneAtMs, isReleased } : { origin, state, error, doneAtMs }
}

export const noReceipts: readonly ReceiptDelivery[] = []

function delivered(receipt: Receipt, { lane, id, nowMs, maxAgeMs }: OutboxPlace): ReceiptDelivery {
  return { kind: 'receipt', lane, dueMs: nowMs, id, receipt, failures: 0, expiresAtMs: nowMs + maxAgeMs }
}
