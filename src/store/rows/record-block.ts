// A block of call detail records as octets and back: the values of a line, and its end by number, since many end alike. The lines are
// made when they go to their file, so that a commit writes about a tenth of their octets.

import type { CallRecord, CallRecords } from '../../message/bill.js'
import { isPlain, jsonText, LINE_PIECES, lineTimes } from '../../money/record-line.js'
import type { ByteReader, ByteWriter } from './bytes.js'

const VERSION = 2
/** Ends that a block remembers; those of further lines are written out. */
const TAILS_MAX = 255
/** What an entry begins with: lines as they are, or a record, whose times are those of the one before or its own. */
const LINES = 0
const SAME_TIMES = 1
const OWN_TIMES = 2

const QUOTE = 0x22

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const message = octets(LINE_PIECES.message)
const id = octets(LINE_PIECES.id)
const source = octets(LINE_PIECES.source)
const destination = octets(LINE_PIECES.destination)
const noTimes = new Uint8Array()

const noRecord = { acceptedAtMs: 0, sentAtMs: 0, doneAtMs: 0 }

/** Appends the block. */
export function writeRecords(out: ByteWriter, records: readonly CallRecords[]): void {
  const tails: string[] = []
  let number = 0
  let last: Pick<CallRecord, 'acceptedAtMs' | 'sentAtMs' | 'doneAtMs'> = noRecord
  out.byte(VERSION)
  out.int32(records.length)
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!
    if (typeof record === 'string') {
      out.byte(LINES)
      writeAscii(out, record)
      continue
    }
    const { acceptedAtMs, sentAtMs, doneAtMs, tail } = record
    if (acceptedAtMs === last.acceptedAtMs && sentAtMs === last.sentAtMs && doneAtMs === last.doneAtMs)
      out.byte(SAME_TIMES)
    else {
      out.byte(OWN_TIMES)
      out.float64(acceptedAtMs)
      out.float64(sentAtMs)
      out.float64(doneAtMs)
      last = record
    }
    out.text(record.id)
    out.text(record.source)
    out.text(record.destination)
    // Neighbours are alike.
    if (number > 0 && tails[number - 1] === tail) out.byte(number)
    else {
      number = tails.indexOf(tail) + 1
      const isNew = number === 0
      if (isNew && tails.length < TAILS_MAX) number = tails.push(tail)
      out.byte(number)
      if (isNew) writeAscii(out, tail)
    }
  }
}

/** Appends the lines. @param bytes of one row */
export function readRecords(from: ByteReader, bytes: Uint8Array, out: ByteWriter): void {
  from.over(bytes, 0)
  if (from.byte() !== VERSION) throw new Error('no block of records that this program can read')
  const tails: Uint8Array[] = []
  let times: Uint8Array = noTimes
  for (let count = from.int32(); count > 0; count--) {
    const kind = from.byte()
    if (kind === LINES) {
      out.raw(from.raw(from.int32()))
      continue
    }
    if (kind === OWN_TIMES)
      times = octets(lineTimes({ acceptedAtMs: from.float64(), sentAtMs: from.float64(), doneAtMs: from.float64() }))
    out.short(message)
    const start = out.position
    if (!from.copyText(out)) out.latin1(from.text())
    const end = out.position
    out.short(id)
    out.copyWithin(start, end)
    out.short(source)
    copyAddress(from, out)
    out.short(destination)
    copyAddress(from, out)
    out.short(times)
    const number = from.byte()
    let tail = tails[number - 1]
    if (tail === undefined) {
      tail = from.raw(from.int32())
      if (number > 0) tails.push(tail)
    }
    out.raw(tail)
  }
}

/** Most are digits: they are copied, octet by octet, since making a text of them costs more than all else of a line. */
function copyAddress(from: ByteReader, out: ByteWriter): void {
  const start = out.position
  const row = from.position
  out.byte(QUOTE)
  if (from.copyText(out) && isPlainFrom(out, start + 1)) {
    out.byte(QUOTE)
    return
  }
  out.position = start
  out.latin1(jsonText(from.again(row).text()))
}

function isPlainFrom({ buffer, position }: ByteWriter, start: number): boolean {
  for (let i = start; i < position; i++) if (!isPlain(buffer[i]!)) return false
  return true
}

function writeAscii(out: ByteWriter, text: string): void {
  out.int32(text.length)
  out.latin1(text)
}
