// Rows of the table `deliveries`: segments and receipts as octets and back. Lane, due time and id are the row's key, not in it.

import type { Delivery, DeliveryRef, ReceiptDelivery, SegmentDelivery } from '../../message/delivery.js'
import type { AccountId, ConnectionId, MessageId } from '../../message/ids.js'
import type { Content, Message, Tlv } from '../../message/message.js'
import { receiptRequestOf, registeredDeliveryOf } from '../../message/receipt.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readAddress, readOrigin, readState, writeAddress, writeOrigin, writeState } from './origin-row.js'
import { readKind, rowKinds, writeHead } from './row-head.js'

const FAILOVER_NEXT = 1

const UDHI = 1
const REPLY_PATH = 2
const MOBILE_ORIGINATED = 4

/** Appends the row of a delivery. */
export function writeDelivery(out: ByteWriter, delivery: Delivery): void {
  if (delivery.kind === 'segment') {
    writeHead(out, rowKinds.segment, delivery.expiresAtMs)
    out.int32(delivery.failures)
    out.byte(delivery.failover === 'next' ? FAILOVER_NEXT : 0)
    out.int32(delivery.hop)
    out.text(delivery.unansweredBy)
    out.int32(delivery.route.length)
    for (const connection of delivery.route) out.text(connection)
    writeMessage(out, delivery.message)
  } else {
    writeHead(out, rowKinds.receipt, delivery.expiresAtMs)
    out.int32(delivery.failures)
    const { receipt } = delivery
    writeState(out, receipt.state)
    out.text(receipt.error)
    out.float64(receipt.doneAtMs)
    writeOrigin(out, receipt.origin)
  }
}

/**
 * @param from stands at the row's first octet
 * @throws Error for a row of another version or kind
 */
export function readDelivery(from: ByteReader, place: DeliveryRef): Delivery {
  const kind = readKind(from)
  const expiresAtMs = from.float64()
  const failures = from.int32()
  if (kind === rowKinds.segment) return readSegment(from, place, expiresAtMs, failures)
  if (kind === rowKinds.receipt) return readReceipt(from, place, expiresAtMs, failures)
  throw new Error(`a delivery was expected, the row has kind ${kind}`)
}

function readSegment(from: ByteReader, place: DeliveryRef, expiresAtMs: number, failures: number): SegmentDelivery {
  const failover = (from.byte() & FAILOVER_NEXT) !== 0 ? 'next' : 'none'
  const hop = from.int32()
  const unansweredBy = from.text() as ConnectionId | ''
  const route = new Array<ConnectionId>(from.int32())
  for (let i = 0; i < route.length; i++) route[i] = from.text() as ConnectionId
  return {
    kind: 'segment',
    lane: place.lane,
    dueMs: place.dueMs,
    id: place.id,
    message: readMessage(from),
    route,
    hop,
    failover,
    failures,
    unansweredBy,
    expiresAtMs,
  }
}

function readReceipt(from: ByteReader, place: DeliveryRef, expiresAtMs: number, failures: number): ReceiptDelivery {
  const state = readState(from)
  const error = from.text()
  const doneAtMs = from.float64()
  return {
    kind: 'receipt',
    lane: place.lane,
    dueMs: place.dueMs,
    id: place.id,
    receipt: { origin: readOrigin(from), state, error, doneAtMs },
    failures,
    expiresAtMs,
  }
}

function writeMessage(out: ByteWriter, message: Message): void {
  out.byte(
    (message.content.udhi ? UDHI : 0) |
      (message.replyPath ? REPLY_PATH : 0) |
      (message.direction === 'mo' ? MOBILE_ORIGINATED : 0),
  )
  out.byte(message.content.dataCoding)
  out.byte(message.protocolId)
  out.byte(message.priority)
  out.byte(registeredDeliveryOf(message.receiptRequest))
  out.int32(message.userMessageReference)
  out.float64(message.acceptedAtMs)
  out.float64(message.expiresAtMs)
  out.text(message.id)
  out.text(message.account)
  writeAddress(out, message.source)
  writeAddress(out, message.destination)
  out.text(message.serviceType)
  out.octets(message.content.octets)
  out.int32(message.tlvs.length)
  for (const tlv of message.tlvs) {
    out.int32(tlv.tag)
    out.octets(tlv.value)
  }
}

function readMessage(from: ByteReader): Message {
  const flags = from.byte()
  const dataCoding = from.byte()
  const protocolId = from.byte()
  const priority = from.byte()
  const receiptRequest = receiptRequestOf(from.byte())
  const userMessageReference = from.int32()
  const acceptedAtMs = from.float64()
  const expiresAtMs = from.float64()
  const id = from.text() as MessageId
  const account = from.text() as AccountId
  const source = readAddress(from)
  const destination = readAddress(from)
  const serviceType = from.text()
  const content: Content = { dataCoding, udhi: (flags & UDHI) !== 0, octets: from.octets() }
  const tlvs = new Array<Tlv>(from.int32())
  for (let i = 0; i < tlvs.length; i++) tlvs[i] = { tag: from.int32(), value: from.octets() }
  return {
    id,
    direction: (flags & MOBILE_ORIGINATED) !== 0 ? 'mo' : 'mt',
    account,
    source,
    destination,
    content,
    serviceType,
    protocolId,
    priority,
    replyPath: (flags & REPLY_PATH) !== 0,
    receiptRequest,
    tlvs,
    userMessageReference,
    acceptedAtMs,
    expiresAtMs,
  }
}
