// Rows of the table `collected` as octets and back. The part's id is the row's key, not in it.

import type { CollectedPart, PartMark, PartPayer, Sender } from '../../message/collected-part.js'
import type { Address, Addresses } from '../../message/address.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import { receiptRequestOf, registeredDeliveryOf } from '../../message/receipt.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readTlvs, REPLY_PATH, shapeBits, shapeOf, UDHI, writeTlvs } from './message-row.js'
import { readAddress, writeAddress } from './origin-row.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

const FROM_VENDOR = 4
const HAS_PAYER = 32
const FROM_PHONE = 64
/** What the payer's record is to show is not what the sender wrote. */
const IS_TRANSLATED = 128

/** Its expiry is the deadline of its set. */
export function writeCollected(out: ByteWriter, part: CollectedPart): void {
  const { sender, mark, content, payer } = part
  const isTranslated = payer !== undefined && !isAsWritten(payer, part)
  writeHead(out, rowKinds.collected, part.deadlineMs)
  out.byte(
    (content.udhi ? UDHI : 0) |
      (part.replyPath ? REPLY_PATH : 0) |
      (sender.kind === 'vendor' ? FROM_VENDOR : 0) |
      shapeBits(mark.shape) |
      (payer === undefined ? 0 : HAS_PAYER) |
      (payer?.direction === 'mo' ? FROM_PHONE : 0) |
      (isTranslated ? IS_TRANSLATED : 0),
  )
  out.byte(content.dataCoding)
  out.byte(part.protocolId)
  out.byte(part.priority)
  out.byte(registeredDeliveryOf(part.receiptRequest))
  out.int32(part.userMessageReference)
  out.int32(mark.reference)
  out.byte(mark.total)
  out.byte(mark.part)
  out.float64(part.acceptedAtMs)
  out.float64(part.dueMs)
  out.float64(part.validUntilMs)
  if (sender.kind === 'vendor') {
    out.text(sender.vendor)
    out.text(sender.connection)
  } else out.text(sender.account)
  writeAddress(out, part.source)
  writeAddress(out, part.destination)
  out.text(part.domain)
  out.text(part.serviceType)
  out.octets(content.octets)
  writeTlvs(out, part.tlvs)
  if (payer === undefined) return
  out.text(payer.account)
  out.text(payer.customer)
  if (!isTranslated) return
  writeAddress(out, payer.source)
  writeAddress(out, payer.destination)
}

/** @throws Error for a row of an unknown version or another kind, or for a part that is no part */
export function readCollected(from: ByteReader, id: MessageId): CollectedPart {
  mustBe(readKind(from), rowKinds.collected)
  const deadlineMs = from.float64()
  const flags = from.byte()
  const dataCoding = from.byte()
  const protocolId = from.byte()
  const priority = from.byte()
  const receiptRequest = receiptRequestOf(from.byte())
  const userMessageReference = from.int32()
  const mark: PartMark = {
    shape: partShapeOf(flags),
    reference: from.int32(),
    total: from.byte(),
    part: from.byte(),
  }
  const acceptedAtMs = from.float64()
  const dueMs = from.float64()
  const validUntilMs = from.float64()
  const sender: Sender =
    (flags & FROM_VENDOR) !== 0
      ? { kind: 'vendor', vendor: from.text() as VendorId, connection: from.text() as ConnectionId }
      : { kind: 'account', account: from.text() as AccountId }
  const source = readAddress(from)
  const destination = readAddress(from)
  return {
    id,
    sender,
    mark,
    source,
    destination,
    domain: from.text(),
    serviceType: from.text(),
    content: { dataCoding, udhi: (flags & UDHI) !== 0, octets: from.octets() },
    protocolId,
    priority,
    replyPath: (flags & REPLY_PATH) !== 0,
    receiptRequest,
    tlvs: readTlvs(from),
    userMessageReference,
    acceptedAtMs,
    dueMs,
    validUntilMs,
    deadlineMs,
    payer: (flags & HAS_PAYER) === 0 ? undefined : readPayer(from, flags, source, destination),
  }
}

function readPayer(from: ByteReader, flags: number, source: Address, destination: Address): PartPayer {
  const isTranslated = (flags & IS_TRANSLATED) !== 0
  return {
    account: from.text() as AccountId,
    customer: from.text(),
    direction: (flags & FROM_PHONE) === 0 ? 'mt' : 'mo',
    source: isTranslated ? readAddress(from) : source,
    destination: isTranslated ? readAddress(from) : destination,
  }
}

function isAsWritten(ours: Addresses, written: Addresses): boolean {
  return isSame(ours.source, written.source) && isSame(ours.destination, written.destination)
}

function isSame(a: Address, b: Address): boolean {
  return a === b || (a.value === b.value && a.ton === b.ton && a.npi === b.npi)
}

function partShapeOf(flags: number): PartMark['shape'] {
  const shape = shapeOf(flags)
  if (shape === 'whole') throw new Error('the row holds a part of a message that has no parts')
  return shape
}
