// Keys as octets and back, in the order the contract asks for: lane, due time, id; vendor, vendor message id; message id.

import type { DeliveryRef } from '../../message/delivery.js'
import type { DeliveryId, LaneKey, MessageId, VendorId } from '../../message/ids.js'
import {
  checkDeliveryId,
  checkLane,
  checkMessageId,
  checkVendorKey,
  MAX_DUE_MS,
  wholeDueMs,
} from '../contracts/limits.js'
import type { ByteWriter } from './bytes.js'

const DUE_BYTES = 6

/** Appends lane, NUL, due (6 octets, big-endian), id. @throws RangeError by contracts/limits, with nothing appended */
export function writeDeliveryKey(out: ByteWriter, place: DeliveryRef): void {
  const dueMs = wholeDueMs(place.dueMs)
  checkLane(place.lane)
  const start = out.position
  out.keyText(place.lane)
  out.byte(0)
  out.uint48(dueMs)
  // Looked at as it is written: it is there for each message, twice.
  if (out.keyAscii(place.id)) return
  out.position = start
  checkDeliveryId(place.id)
}

/** Appends vendor, NUL, vendor message id. @throws RangeError by contracts/limits, with nothing appended */
export function writeVendorKey(out: ByteWriter, vendor: string, vendorMessageId: string): void {
  checkVendorKey(vendor, vendorMessageId)
  out.keyText(vendor)
  out.byte(0)
  out.keyText(vendorMessageId)
}

/** Appends the id of a message or of a part. @throws RangeError by contracts/limits, with nothing appended */
export function writeMessageKey(out: ByteWriter, id: MessageId): void {
  checkMessageId(id)
  out.keyText(id)
}

/** The octets that all keys of a lane begin with. */
export function lanePrefix(lane: LaneKey): Buffer {
  checkLane(lane)
  return Buffer.from(`${lane}\0`)
}

/** Behind every key that begins with the prefix (which ends in NUL). */
export function behindPrefix(prefix: Uint8Array): Buffer {
  const end = Buffer.from(prefix)
  end[end.length - 1] = 1
  return end
}

/** The first place in a lane that is due later than `dueMs`, which may be infinite. */
export function behindDue(prefix: Uint8Array, dueMs: number): Buffer {
  const next = Math.floor(dueMs) + 1
  if (next > MAX_DUE_MS) return behindPrefix(prefix)
  const key = Buffer.alloc(prefix.length + DUE_BYTES)
  key.set(prefix)
  key.writeUIntBE(Math.max(next, 0), prefix.length, DUE_BYTES)
  return key
}

export function dueIn(key: Uint8Array, prefixLength: number): number {
  let due = 0
  for (let i = 0; i < DUE_BYTES; i++) due = due * 256 + key[prefixLength + i]!
  return due
}

export function deliveryIdIn(key: Uint8Array, prefixLength: number): DeliveryId {
  let id = ''
  for (let i = prefixLength + DUE_BYTES; i < key.length; i++) id += String.fromCharCode(key[i]!)
  return id as DeliveryId
}

export function readDeliveryKey(key: Uint8Array): DeliveryRef {
  const end = key.indexOf(0)
  return {
    lane: textOf(key, 0, end) as LaneKey,
    dueMs: dueIn(key, end + 1),
    id: deliveryIdIn(key, end + 1),
  }
}

export function readVendorKey(key: Uint8Array): { readonly vendor: VendorId; readonly vendorMessageId: string } {
  const end = key.indexOf(0)
  return { vendor: textOf(key, 0, end) as VendorId, vendorMessageId: textOf(key, end + 1, key.length) }
}

export function readMessageKey(key: Uint8Array): MessageId {
  return textOf(key, 0, key.length) as MessageId
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start).toString()
}
