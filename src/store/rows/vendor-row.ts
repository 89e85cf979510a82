// Rows of the tables `awaiting` and `parked` as octets and back. Vendor and vendor message id are the row's key, not in it.

import type { Awaiting, ParkedReceipt } from '../../message/delivery.js'
import type { ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import { readBill, writeBill } from './bill-row.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, readState, writeOrigin, writeState } from './origin-row.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

export function writeAwaiting(out: ByteWriter, awaiting: Awaiting): void {
  const { group, bill } = awaiting
  const withoutBill = group === '' ? rowKinds.awaiting : rowKinds.awaitingInGroup
  writeHead(out, bill === undefined ? withoutBill : rowKinds.awaitingWithBill, awaiting.expiresAtMs)
  out.text(awaiting.connection)
  if (group !== '' || bill !== undefined) out.text(group)
  writeOrigin(out, awaiting.origin)
  if (bill !== undefined) writeBill(out, bill)
}

/** @throws Error for a row of an unknown version or another kind */
export function readAwaiting(from: ByteReader, vendor: VendorId, vendorMessageId: string): Awaiting {
  const kind = readKind(from)
  const hasBill = kind === rowKinds.awaitingWithBill
  const hasGroup = hasBill || kind === rowKinds.awaitingInGroup
  if (!hasGroup) mustBe(kind, rowKinds.awaiting)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  const group = hasGroup ? (from.text() as MessageId | '') : ''
  const origin = readOrigin(from)
  const bill = hasBill ? readBill(from) : undefined
  return { vendor, vendorMessageId, connection, origin, group, bill, expiresAtMs }
}

export function writeParked(out: ByteWriter, parked: ParkedReceipt): void {
  const { state, error, doneAtMs, destination, network } = parked.report
  writeHead(out, network === undefined ? rowKinds.parked : rowKinds.parkedWithNetwork, parked.expiresAtMs)
  out.text(parked.connection)
  writeState(out, state)
  out.text(error)
  out.float64(doneAtMs)
  out.text(destination)
  if (network !== undefined) out.text(network)
}

/** @throws Error for a row of an unknown version or another kind */
export function readParked(from: ByteReader, vendor: VendorId, vendorMessageId: string): ParkedReceipt {
  const kind = readKind(from)
  const hasNetwork = kind === rowKinds.parkedWithNetwork
  if (!hasNetwork) mustBe(kind, rowKinds.parked)
  const expiresAtMs = from.float64()
  const connection = from.text() as ConnectionId
  const said = { state: readState(from), error: from.text(), doneAtMs: from.float64(), destination: from.text() }
  const report = hasNetwork ? { ...said, network: from.text() } : said
  return { vendor, vendorMessageId, connection, report, expiresAtMs }
}
