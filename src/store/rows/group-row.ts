// Rows of the table `groups` as octets and back. The message's id is the row's key, not in it.

import type { SegmentGroup } from '../../message/delivery.js'
import type { MessageId } from '../../message/ids.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, writeOrigin } from './origin-row.js'
import { mustBe, readKind, rowKinds, writeHead } from './row-head.js'

export function writeGroup(out: ByteWriter, group: SegmentGroup): void {
  writeHead(out, rowKinds.group, group.expiresAtMs)
  out.int32(group.wanted)
  writeOrigin(out, group.origin)
}

/** @throws Error for a row of an unknown version or another kind */
export function readGroup(from: ByteReader, id: MessageId): SegmentGroup {
  mustBe(readKind(from), rowKinds.group)
  const expiresAtMs = from.float64()
  const wanted = from.int32()
  return { id, origin: readOrigin(from), wanted, expiresAtMs }
}
