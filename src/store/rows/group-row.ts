// Rows of the table `groups` as octets and back. The message's id is the row's key, not in it.

import type { SegmentGroup } from '../../message/delivery.js'
import type { MessageId } from '../../message/ids.js'
import { readBill, writeBill } from './bill-row.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, writeOrigin } from './origin-row.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

export function writeGroup(out: ByteWriter, group: SegmentGroup): void {
  const { bill } = group
  writeHead(out, bill === undefined ? rowKinds.group : rowKinds.groupWithBill, group.expiresAtMs)
  out.int32(group.wanted)
  writeOrigin(out, group.origin)
  if (bill !== undefined) writeBill(out, bill)
}

/** @throws Error for a row of an unknown version or another kind */
export function readGroup(from: ByteReader, id: MessageId): SegmentGroup {
  const kind = readKind(from)
  if (kind !== rowKinds.groupWithBill) mustBe(kind, rowKinds.group)
  const expiresAtMs = from.float64()
  const wanted = from.int32()
  const origin = readOrigin(from)
  return { id, origin, wanted, bill: kind === rowKinds.groupWithBill ? readBill(from) : undefined, expiresAtMs }
}
