// Lines of blocks of call detail records that earlier programs wrote and did not export. Read once, after an update.

import { lineStart } from '../../money/record-line.js'
import type { ByteReader, ByteWriter } from './bytes.js'

/** Version 2 knows no SAME_SOURCE, and is the same else. */
const VERSIONS: readonly number[] = [2, 3]
/**
 * What an entry begins with: lines as they are, or a record, whose times and end are its own or those of the one before. So may its
 * sender be: then it is not there.
 */
const LINES = 0
const OWN_TERMS = 1
const SAME_SOURCE = 4

export function isEarlyBlock(version: number): boolean {
  return VERSIONS.includes(version)
}

/** Appends the lines. @param from behind the version */
export function readEarlyRecords(from: ByteReader, out: ByteWriter): void {
  const tails: string[] = []
  let acceptedAtMs = -1
  let sentAtMs = -1
  let doneAtMs = -1
  let tail = ''
  let source = ''
  for (let count = from.int32(); count > 0; count--) {
    const kind = from.byte()
    if (kind === LINES) {
      out.raw(from.raw(from.int32()))
      continue
    }
    if ((kind & OWN_TERMS) !== 0) {
      acceptedAtMs = from.float64()
      sentAtMs = from.float64()
      doneAtMs = from.float64()
      tail = readTail(from, tails)
    }
    const id = from.text()
    if ((kind & SAME_SOURCE) === 0) source = from.text()
    const of = { source: { value: source }, destination: { value: from.text() }, acceptedAtMs }
    out.latin1(lineStart(id, of, { sentAtMs, doneAtMs }) + tail)
  }
}

/** Its number from 1, behind which a new one follows; 0 for one that is not remembered. */
function readTail(from: ByteReader, tails: string[]): string {
  const number = from.byte()
  const known = tails[number - 1]
  if (known !== undefined) return known
  const tail = Buffer.from(from.raw(from.int32())).toString('latin1')
  if (number > 0) tails.push(tail)
  return tail
}
