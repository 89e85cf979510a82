// Rows of the tables `awaiting` and `parked` as octets and back. Vendor and vendor message id are the row's key, not in it.

import type { Awaiting, ParkedReceipt } from '../../message/delivery.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, readState, writeOrigin, writeState } from './origin-row.js'
import { readKind, rowKinds, writeHead } from './row-head.js'

export function writeAwaiting(out: ByteWriter, awaiting: Awaiting): void {
  writeHead(out, rowKinds.awaiting, awaiting.expiresAtMs)
  out.text(awaiting.connection)
  writeOrigin(out, awaiting.origin)
}

/** @throws Error for a row of another version or kind */
export function readAwaiting(from: ByteReader, vendor: VendorId, vendorMessageId: string): Awaiting {
  mustBe(readKind(from), rowKinds.awaiting)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  return { vendor, vendorMessageId, connection, origin: readOrigin(from), expiresAtMs }
}

export function writeParked(out: ByteWriter, parked: ParkedReceipt): void {
  writeHead(out, rowKinds.parked, parked.expiresAtMs)
  out.text(parked.connection)
  writeState(out, parked.report.state)
  out.text(parked.report.error)
  out.float64(parked.report.doneAtMs)
  out.text(parked.report.destination)
}

/** @throws Error for a row of another version or kind */
export function readParked(from: ByteReader, vendor: VendorId, vendorMessageId: string): ParkedReceipt {
  mustBe(readKind(from), rowKinds.parked)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  const report = { state: readState(from), error: from.text(), doneAtMs: from.float64(), destination: from.text() }
  return { vendor, vendorMessageId, connection, report, expiresAtMs }
}

function mustBe(kind: number, wanted: number): void {
  if (kind !== wanted) throw new Error(`a row of kind ${wanted} was expected, it has kind ${kind}`)
}
