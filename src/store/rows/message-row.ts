// A message as octets within the row of a delivery, and back. Knows no rows of its own.

import type { AccountId, MessageId } from '../../message/ids.js'
import type { Content, Message, Shape, Tlv } from '../../message/message.js'
import { receiptRequestOf, registeredDeliveryOf } from '../../message/receipt.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import {
  NO_PARTS,
  readAddress,
  readAddresses,
  readParts,
  writeAddress,
  writeAddresses,
  writeParts,
} from './origin-row.js'

/** Flags of a content that rows share. Bits that a version did not know are 0 in its rows. */
export const UDHI = 1
export const REPLY_PATH = 2
const MOBILE_ORIGINATED = 4
const SHAPE_SHIFT = 3
const HAS_PARTS = 32
const HAS_AS_SENT = 64

const shapes: readonly Shape[] = ['whole', 'udh8', 'udh16', 'sar']

/** The shape in bits 3 and 4. */
export function shapeBits(shape: Shape): number {
  return shape === 'whole' ? 0 : shapes.indexOf(shape) << SHAPE_SHIFT
}

export function shapeOf(flags: number): Shape {
  return shapes[(flags >> SHAPE_SHIFT) & 3]!
}

export function writeMessage(out: ByteWriter, message: Message): void {
  // What most messages have none of takes no octet: a bit says so.
  const { asSent } = message
  const hasParts = message.parts.length > 0
  out.byte(
    (message.content.udhi ? UDHI : 0) |
      (message.replyPath ? REPLY_PATH : 0) |
      (message.direction === 'mo' ? MOBILE_ORIGINATED : 0) |
      shapeBits(message.shape) |
      (hasParts ? HAS_PARTS : 0) |
      (asSent === undefined ? 0 : HAS_AS_SENT),
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
  writeTlvs(out, message.tlvs)
  if (hasParts) writeParts(out, message.parts)
  if (asSent !== undefined) writeAddresses(out, asSent)
}

export function readMessage(from: ByteReader): Message {
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
  const tlvs = readTlvs(from)
  return {
    id,
    direction: (flags & MOBILE_ORIGINATED) !== 0 ? 'mo' : 'mt',
    account,
    source,
    destination,
    content,
    shape: shapeOf(flags),
    parts: (flags & HAS_PARTS) !== 0 ? readParts(from) : NO_PARTS,
    asSent: (flags & HAS_AS_SENT) !== 0 ? readAddresses(from) : undefined,
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

export function writeTlvs(out: ByteWriter, tlvs: readonly Tlv[]): void {
  out.int32(tlvs.length)
  for (const tlv of tlvs) {
    out.int32(tlv.tag)
    out.octets(tlv.value)
  }
}

export function readTlvs(from: ByteReader): Tlv[] {
  const tlvs = new Array<Tlv>(from.int32())
  for (let i = 0; i < tlvs.length; i++) tlvs[i] = { tag: from.int32(), value: from.octets() }
  return tlvs
}
