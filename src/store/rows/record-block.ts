// A block of call detail records as octets and back: the values of a line, and by number how it ends, since many end alike. The lines
// are made when they go to their file, so that a commit writes about a tenth of their octets.

import type { CallRecords, RecordTerms } from '../../message/bill.js'
import { lineTimes } from '../../money/record-line.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { RecordLines } from './record-lines.js'

const VERSION = 3
/** It knows no SAME_SOURCE, and is the same else. */
const VERSION_BEFORE = 2
/** Ends that a block remembers; those of further lines are written out. */
const TAILS_MAX = 255
/**
 * What an entry begins with: lines as they are, or a record, whose times and end are its own or those of the one before. So may its
 * sender be: then it is not there.
 */
const LINES = 0
const OWN_TERMS = 1
const SAME_TERMS = 2
const SAME_SOURCE = 4

/** Appends a block of some of these. @param through behind the last */
export function writeRecords(
  out: ByteWriter,
  records: readonly CallRecords[],
  from = 0,
  through = records.length,
): void {
  const tails: string[] = []
  let last: RecordTerms | undefined
  let lastAcceptedAtMs = -1
  let lastSource: string | undefined
  out.byte(VERSION)
  out.int32(through - from)
  for (let i = from; i < through; i++) {
    const record = records[i]!
    if (typeof record === 'string') {
      out.byte(LINES)
      writeAscii(out, record)
      continue
    }
    const { id, of, terms } = record
    const source = of.source.value
    const sourceBit = source === lastSource ? SAME_SOURCE : 0
    if (terms === last && of.acceptedAtMs === lastAcceptedAtMs) out.byte(SAME_TERMS | sourceBit)
    else {
      last = terms
      lastAcceptedAtMs = of.acceptedAtMs
      out.byte(OWN_TERMS | sourceBit)
      out.float64(lastAcceptedAtMs)
      out.float64(terms.sentAtMs)
      out.float64(terms.doneAtMs)
      writeTail(out, terms.tail, tails)
    }
    out.text(id)
    if (sourceBit === 0) {
      lastSource = source
      out.text(source)
    }
    out.text(of.destination.value)
  }
}

/** Its number from 1, behind which a new one follows; 0 for one that is not remembered. */
function writeTail(out: ByteWriter, tail: string, tails: string[]): void {
  const known = tails.indexOf(tail) + 1
  if (known > 0) return out.byte(known)
  out.byte(tails.length < TAILS_MAX ? tails.push(tail) : 0)
  writeAscii(out, tail)
}

/** Appends the lines. @param bytes of one row */
export function readRecords(from: ByteReader, bytes: Uint8Array, out: ByteWriter): void {
  from.over(bytes, 0)
  const version = from.byte()
  if (version !== VERSION && version !== VERSION_BEFORE)
    throw new Error('no block of records that this program can read')
  const tails: Uint8Array[] = []
  const lines = new RecordLines(from, out)
  for (let count = from.int32(); count > 0; count--) {
    const kind = from.byte()
    if (kind === LINES) {
      out.raw(from.raw(from.int32()))
      lines.interrupted()
      continue
    }
    if ((kind & OWN_TERMS) !== 0) {
      const times = Buffer.from(lineTimes(from.float64(), from.float64(), from.float64()), 'latin1')
      lines.setEnd(times, readTail(from, tails))
    }
    lines.append((kind & SAME_SOURCE) !== 0)
  }
}

function readTail(from: ByteReader, tails: Uint8Array[]): Uint8Array {
  const number = from.byte()
  const known = tails[number - 1]
  if (known !== undefined) return known
  const tail = from.raw(from.int32())
  if (number > 0) tails.push(tail)
  return tail
}

function writeAscii(out: ByteWriter, text: string): void {
  out.int32(text.length)
  out.latin1(text)
}
