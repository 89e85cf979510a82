// Rows of the table `kept` as octets and back. The table's name and the key are the row's key, not in it.

import { checkKept, type KeptRow } from '../contracts/kept.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { mustBe, readKind, rowKinds, writeKind } from './row-head.js'

/** Appends table, NUL, key. @throws RangeError by contracts/kept, with nothing appended */
export function writeKeptKey(out: ByteWriter, row: KeptRow): void {
  checkKept(row)
  out.keyText(row.table)
  out.byte(0)
  out.keyText(row.key)
}

export function writeKeptText(out: ByteWriter, text: string): void {
  writeKind(out, rowKinds.kept)
  out.text(text)
}

/** @throws Error for a row of an unknown version or another kind */
export function readKeptText(from: ByteReader): string {
  mustBe(readKind(from), rowKinds.kept)
  return from.text()
}
