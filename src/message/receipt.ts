// Delivery receipts: what a sender asks for, and what it is told.

import type { Address, Addresses } from './address.js'
import type { AccountId, MessageId } from './ids.js'
import { isFinal, type MessageState } from './state.js'

/** SMPP 3.4 §5.2.17 registered_delivery: which final outcomes are reported, and whether steps on the way are too. */
export interface ReceiptRequest {
  readonly final: 'none' | 'all' | 'failure' | 'success'
  readonly intermediate: boolean
}

const finals = ['none', 'all', 'failure', 'success'] as const

/** All eight requests there are, so that messages share them. Index: bits 1-0 final, bit 2 intermediate. */
const requests: readonly ReceiptRequest[] = [false, true].flatMap((intermediate) =>
  finals.map((final) => Object.freeze({ final, intermediate })),
)

/** The request in bits 1-0 and 4 of a registered_delivery octet (SMPP 3.4 §5.2.17; success only is 5.0's). */
export function receiptRequestOf(registeredDelivery: number): ReceiptRequest {
  return requests[(registeredDelivery & 3) | ((registeredDelivery & 0x10) >> 2)]!
}

/** The registered_delivery octet of a request. */
export function registeredDeliveryOf(request: ReceiptRequest): number {
  return finals.indexOf(request.final) | (request.intermediate ? 0x10 : 0)
}

/** Did the sender ask to be told of this state? */
export function isAskedFor(request: ReceiptRequest, state: MessageState): boolean {
  if (!isFinal(state)) return request.intermediate
  if (request.final === 'all') return true
  return request.final === (state === 'DELIVERED' ? 'success' : 'failure')
}

/** Could any outcome of the message lead to a receipt? */
export function wantsReceipts(request: ReceiptRequest): boolean {
  return request.final !== 'none' || request.intermediate
}

/** One piece as it came in, of a message that came in several: each has its own id and its own wish to be told. */
export interface MessagePart {
  readonly id: MessageId
  readonly receiptRequest: ReceiptRequest
  /** -1 for none. */
  readonly userMessageReference: number
}

/** What must be asked for so that every one of these is told what it asked for. */
export function combinedRequest(all: readonly ReceiptRequest[]): ReceiptRequest {
  let bits = 0
  for (const request of all) {
    // As bits: 1 success, 2 failure, 0x10 intermediate.
    if (request.final === 'all') bits |= 3
    else if (request.final === 'success') bits |= 1
    else if (request.final === 'failure') bits |= 2
    if (request.intermediate) bits |= 0x10
  }
  const final = (['none', 'success', 'failure', 'all'] as const)[bits & 3]!
  return requests[finals.indexOf(final) | ((bits & 0x10) >> 2)]!
}

/** What must be kept of a message to report on it once it has left. */
export interface ReceiptOrigin {
  readonly messageId: MessageId
  readonly account: AccountId
  readonly source: Address
  readonly destination: Address
  /** As the sender wrote them, where that differs; a receipt carries them the other way round. */
  readonly asSent: Addresses | undefined
  readonly request: ReceiptRequest
  readonly acceptedAtMs: number
  /** -1 for none. */
  readonly userMessageReference: number
  /** The first 20 octets of the text as Latin-1, '' for a binary one (SMPP 3.4 Appendix B `text:`). */
  readonly head: string
  /** What the sender's edge wants back, see echo.ts; undefined for nothing. */
  readonly echo?: string | undefined
  /** Each is told by itself, `messageId` and `request` then being those of the whole; empty for a message that came in one piece. */
  readonly parts: readonly MessagePart[]
}

/** One report to a sender. */
export interface Receipt {
  readonly origin: ReceiptOrigin
  readonly state: MessageState
  /** Appendix B `err:`, up to three characters; '000' for none. */
  readonly error: string
  /** Wall time of the outcome in ms since 1970. */
  readonly doneAtMs: number
  /** The money of a message that a vendor had taken was given back with it. */
  readonly isReleased?: true | undefined
}
