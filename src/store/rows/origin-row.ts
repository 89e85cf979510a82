// The parts that several rows share: addresses and what a receipt needs of its message.

import type { Address } from '../../message/address.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import { receiptRequestOf, registeredDeliveryOf, type ReceiptOrigin } from '../../message/receipt.js'
import { messageStates, type MessageState } from '../../message/state.js'
import type { ByteReader, ByteWriter } from './bytes.js'

export function writeAddress(out: ByteWriter, address: Address): void {
  out.byte(address.ton)
  out.byte(address.npi)
  out.text(address.value)
}

export function readAddress(from: ByteReader): Address {
  return { ton: from.byte(), npi: from.byte(), value: from.text() }
}

export function writeOrigin(out: ByteWriter, origin: ReceiptOrigin): void {
  out.text(origin.messageId)
  out.text(origin.account)
  writeAddress(out, origin.source)
  writeAddress(out, origin.destination)
  out.byte(registeredDeliveryOf(origin.request))
  out.float64(origin.acceptedAtMs)
  out.int32(origin.userMessageReference)
  out.text(origin.head)
}

export function readOrigin(from: ByteReader): ReceiptOrigin {
  return {
    messageId: from.text() as MessageId,
    account: from.text() as AccountId,
    source: readAddress(from),
    destination: readAddress(from),
    request: receiptRequestOf(from.byte()),
    acceptedAtMs: from.float64(),
    userMessageReference: from.int32(),
    head: from.text(),
  }
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
