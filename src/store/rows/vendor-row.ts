// Rows of the tables `awaiting` and `parked` as octets and back. Vendor and vendor message id are the row's key, not in it.

import type { Awaiting, ParkedReceipt } from '../../message/delivery.js'
import type { ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, readState, writeOrigin, writeState } from './origin-row.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

export function writeAwaiting(out: ByteWriter, awaiting: Awaiting): void {
  const { group } = awaiting
  writeHead(out, group === '' ? rowKinds.awaiting : rowKinds.awaitingInGroup, awaiting.expiresAtMs)
  out.text(awaiting.connection)
  if (group !== '') out.text(group)
  writeOrigin(out, awaiting.origin)
}

/** @throws Error for a row of an unknown version or another kind */
export function readAwaiting(from: ByteReader, vendor: VendorId, vendorMessageId: string): Awaiting {
  const kind = readKind(from)
  if (kind !== rowKinds.awaitingInGroup) mustBe(kind, rowKinds.awaiting)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  const group = kind === rowKinds.awaitingInGroup ? (from.text() as MessageId) : ''
  return { vendor, vendorMessageId, connection, origin: readOrigin(from), group, expiresAtMs }
}

export function writeParked(out: ByteWriter, parked: ParkedReceipt): void {
  writeHead(out, rowKinds.parked, parked.expiresAtMs)
  out.text(parked.connection)
  writeState(out, parked.report.state)
  out.text(parked.report.error)
  out.float64(parked.report.doneAtMs)
  out.text(parked.report.destination)
}

/** @throws Error for a row of an unknown version or another kind */
export function readParked(from: ByteReader, vendor: VendorId, vendorMessageId: string): ParkedReceipt {
  mustBe(readKind(from), rowKinds.parked)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  const report = { state: readState(from), error: from.text(), doneAtMs: from.float64(), destination: from.text() }
  return { vendor, vendorMessageId, connection, report, expiresAtMs }
}
