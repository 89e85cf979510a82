// The parts that several rows share: addresses and what a receipt needs of its message.

import type { AccountId, MessageId } from '../../message/ids.js'
import type { Address, Addresses } from '../../message/address.js'
import { receiptRequestOf, registeredDeliveryOf, type MessagePart, type ReceiptOrigin } from '../../message/receipt.js'
import { messageStates, type MessageState } from '../../message/state.js'
import type { ByteReader, ByteWriter } from './bytes.js'

/** One array for the many that have none. */
export const NO_PARTS: readonly MessagePart[] = []

/** In the octet of registered_delivery, whose own bits are 0-1 and 4: parts follow at the end. */
const HAS_PARTS = 0x80
/** In the same octet: the addresses follow as the sender wrote them. */
const HAS_AS_SENT = 0x40
/** In the same octet: what the sender's edge wants back follows. */
const HAS_ECHO = 0x20

export function writeAddress(out: ByteWriter, address: Address): void {
  out.byte(address.ton)
  out.byte(address.npi)
  out.text(address.value)
}

export function readAddress(from: ByteReader): Address {
  return { ton: from.byte(), npi: from.byte(), value: from.text() }
}

export function writeAddresses(out: ByteWriter, addresses: Addresses): void {
  writeAddress(out, addresses.source)
  writeAddress(out, addresses.destination)
}

export function readAddresses(from: ByteReader): Addresses {
  return { source: readAddress(from), destination: readAddress(from) }
}

export function writeOrigin(out: ByteWriter, origin: ReceiptOrigin): void {
  out.text(origin.messageId)
  out.text(origin.account)
  writeAddress(out, origin.source)
  writeAddress(out, origin.destination)
  const { asSent, echo } = origin
  const hasParts = origin.parts.length > 0
  out.byte(
    registeredDeliveryOf(origin.request) |
      (hasParts ? HAS_PARTS : 0) |
      (asSent === undefined ? 0 : HAS_AS_SENT) |
      (echo === undefined ? 0 : HAS_ECHO),
  )
  out.float64(origin.acceptedAtMs)
  out.int32(origin.userMessageReference)
  out.text(origin.head)
  if (hasParts) writeParts(out, origin.parts)
  if (asSent !== undefined) writeAddresses(out, asSent)
  if (echo !== undefined) out.text(echo)
}

export function readOrigin(from: ByteReader): ReceiptOrigin {
  const messageId = from.text() as MessageId
  const account = from.text() as AccountId
  const source = readAddress(from)
  const destination = readAddress(from)
  const flags = from.byte()
  return {
    messageId,
    account,
    source,
    destination,
    request: receiptRequestOf(flags),
    acceptedAtMs: from.float64(),
    userMessageReference: from.int32(),
    head: from.text(),
    parts: (flags & HAS_PARTS) !== 0 ? readParts(from) : NO_PARTS,
    asSent: (flags & HAS_AS_SENT) !== 0 ? readAddresses(from) : undefined,
    echo: (flags & HAS_ECHO) !== 0 ? from.text() : undefined,
  }
}

export function writeParts(out: ByteWriter, parts: readonly MessagePart[]): void {
  out.int32(parts.length)
  for (const part of parts) {
    out.text(part.id)
    out.byte(registeredDeliveryOf(part.receiptRequest))
    out.int32(part.userMessageReference)
  }
}

export function readParts(from: ByteReader): MessagePart[] {
  const parts = new Array<MessagePart>(from.int32())
  for (let i = 0; i < parts.length; i++)
    parts[i] = {
      id: from.text() as MessageId,
      receiptRequest: receiptRequestOf(from.byte()),
      userMessageReference: from.int32(),
    }
  return parts
}

const statesByCode: readonly MessageState[] = (Object.keys(messageStates) as MessageState[]).sort(
  (a, b) => messageStates[a].code - messageStates[b].code,
)

export function writeState(out: ByteWriter, state: MessageState): void {
  out.byte(messageStates[state].code)
}

/** @throws Error for a code that no state has */
export function readState(from: ByteReader): MessageState {
  const code = from.byte()
  const state = statesByCode[code]
  if (state === undefined) throw new Error(`the row holds message state ${code}, which does not exist`)
  return state
}
