// Rows of the table `deliveries`: what waits in lanes, as octets and back. Lane, due time and id are the row's key, not in it.

import type {
  Delivery,
  DeliveryRef,
  MoDelivery,
  Progress,
  ReceiptDelivery,
  SegmentDelivery,
} from '../../message/delivery.js'
import type { ConnectionId } from '../../message/ids.js'
import type { Receipt } from '../../message/receipt.js'
import { readBill, writeBill } from './bill-row.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readMessage, writeMessage } from './message-row.js'
import { readOrigin, readState, writeOrigin, writeState } from './origin-row.js'
import { readKind, rowKinds, writeHead } from './row-head.js'

const FAILOVER_NEXT = 1
const HAS_PROGRESS = 2
const HAS_GROUP = 4
const HAS_BILL = 8
const HAS_SENDER = 16

/** Appends the row of a delivery. */
export function writeDelivery(out: ByteWriter, delivery: Delivery): void {
  switch (delivery.kind) {
    case 'segment':
      writeSegment(out, delivery)
      // Not in there: with it the engine's compiler takes less of the rest together.
      if (delivery.bill !== undefined) writeBill(out, delivery.bill)
      return
    case 'receipt':
      writeReceipt(out, delivery)
      return
    case 'mo':
      writeMo(out, delivery)
      return
  }
}

/**
 * @param from stands at the row's first octet
 * @throws Error for a row of an unknown version or another kind
 */
export function readDelivery(from: ByteReader, place: DeliveryRef): Delivery {
  const kind = readKind(from)
  const expiresAtMs = from.float64()
  const failures = from.int32()
  if (kind === rowKinds.segment) return readSegment(from, place, expiresAtMs, failures)
  if (kind === rowKinds.receipt || kind === rowKinds.receiptOfReleased)
    return readReceipt(from, place, expiresAtMs, failures, kind === rowKinds.receiptOfReleased)
  if (kind === rowKinds.mo || kind === rowKinds.moWithBill)
    return readMo(from, place, expiresAtMs, failures, kind === rowKinds.moWithBill)
  throw new Error(`a delivery was expected, the row has kind ${kind}`)
}

function writeSegment(out: ByteWriter, delivery: SegmentDelivery): void {
  const { progress, bill, sender } = delivery
  writeHead(out, rowKinds.segment, delivery.expiresAtMs)
  out.int32(delivery.failures)
  let flags = delivery.failover === 'next' ? FAILOVER_NEXT : 0
  if (progress !== undefined) flags |= progress.group === undefined ? HAS_PROGRESS : HAS_PROGRESS | HAS_GROUP
  if (bill !== undefined) flags |= HAS_BILL
  if (sender !== undefined) flags |= HAS_SENDER
  out.byte(flags)
  out.int32(delivery.hop)
  out.text(delivery.unansweredBy)
  out.int32(delivery.route.length)
  for (const connection of delivery.route) out.text(connection)
  if (progress !== undefined) writeProgress(out, progress)
  if (sender !== undefined) {
    out.text(sender.number)
    out.text(sender.pack)
  }
  writeMessage(out, delivery.message)
}

function readSegment(from: ByteReader, place: DeliveryRef, expiresAtMs: number, failures: number): SegmentDelivery {
  const flags = from.byte()
  const hop = from.int32()
  const unansweredBy = from.text() as ConnectionId | ''
  const route = new Array<ConnectionId>(from.int32())
  for (let i = 0; i < route.length; i++) route[i] = from.text() as ConnectionId
  const progress = (flags & HAS_PROGRESS) !== 0 ? readProgress(from, (flags & HAS_GROUP) !== 0) : undefined
  const sender = (flags & HAS_SENDER) !== 0 ? { number: from.text(), pack: from.text() } : undefined
  return {
    kind: 'segment',
    lane: place.lane,
    dueMs: place.dueMs,
    id: place.id,
    message: readMessage(from),
    route,
    hop,
    failover: (flags & FAILOVER_NEXT) !== 0 ? 'next' : 'none',
    failures,
    unansweredBy,
    progress,
    sender,
    bill: (flags & HAS_BILL) !== 0 ? readBill(from) : undefined,
    expiresAtMs,
  }
}

function writeProgress(out: ByteWriter, progress: Progress): void {
  out.text(progress.connection)
  out.int32(progress.total)
  out.int32(progress.taken)
  if (progress.group === undefined) return
  out.int32(progress.group.silent)
  out.text(progress.group.lastId)
}

function readProgress(from: ByteReader, hasGroup: boolean): Progress {
  return {
    connection: from.text() as ConnectionId,
    total: from.int32(),
    taken: from.int32(),
    group: hasGroup ? { silent: from.int32(), lastId: from.text() } : undefined,
  }
}

function writeReceipt(out: ByteWriter, delivery: ReceiptDelivery): void {
  const { receipt } = delivery
  writeHead(out, receipt.isReleased ? rowKinds.receiptOfReleased : rowKinds.receipt, delivery.expiresAtMs)
  out.int32(delivery.failures)
  writeState(out, receipt.state)
  out.text(receipt.error)
  out.float64(receipt.doneAtMs)
  writeOrigin(out, receipt.origin)
}

function readReceipt(
  from: ByteReader,
  place: DeliveryRef,
  expiresAtMs: number,
  failures: number,
  isReleased: boolean,
): ReceiptDelivery {
  const state = readState(from)
  const error = from.text()
  const doneAtMs = from.float64()
  const receipt: Receipt = { origin: readOrigin(from), state, error, doneAtMs }
  return {
    kind: 'receipt',
    lane: place.lane,
    dueMs: place.dueMs,
    id: place.id,
    receipt: isReleased ? { ...receipt, isReleased } : receipt,
    failures,
    expiresAtMs,
  }
}

function writeMo(out: ByteWriter, delivery: MoDelivery): void {
  const { bill } = delivery
  writeHead(out, bill === undefined ? rowKinds.mo : rowKinds.moWithBill, delivery.expiresAtMs)
  out.int32(delivery.failures)
  out.int32(delivery.taken)
  writeMessage(out, delivery.message)
  if (bill !== undefined) writeBill(out, bill)
}

function readMo(
  from: ByteReader,
  place: DeliveryRef,
  expiresAtMs: number,
  failures: number,
  hasBill: boolean,
): MoDelivery {
  const taken = from.int32()
  return {
    kind: 'mo',
    lane: place.lane,
    dueMs: place.dueMs,
    id: place.id,
    message: readMessage(from),
    failures,
    taken,
    bill: hasBill ? readBill(from) : undefined,
    expiresAtMs,
  }
}
