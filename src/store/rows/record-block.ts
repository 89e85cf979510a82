// Blocks of call detail records as octets: the values of lines, and by number how they end, since many end alike. The lines are made when
// they go to their file (record-lines), so that a commit writes a few octets of each.

import type { CallRecord, CallRecords, RecordTerms } from '../../message/bill.js'
import { isPlain } from '../../money/record-line.js'
import { SHORT_MAX, type ByteWriter } from './bytes.js'

/**
 * A block is this octet, then until its end: what it goes on with, bits and what they say is there; then lines as they are, or the
 * texts of one record, or a run of records.
 *
 * A run: what all its ids begin with, how many octets each of its records has of its id and of its destination, how many records,
 * and those octets of each. Their addresses stand for themselves in a line.
 */
export const BLOCK_VERSION = 4
export const blockBits = {
  /** sentAtMs, doneAtMs and the end of the line: its number from 1, behind which a new one follows; 0 for one that is not remembered. */
  terms: 1,
  acceptedAtMs: 2,
  source: 4,
  run: 8,
  /** Length and lines; nothing else. */
  lines: 16,
} as const

/** With its key and its head it takes one page of the store: more takes pages that lie side by side, which are searched for. */
const BLOCK_BYTES = 4000
/** Ends that a block remembers. */
const TAILS_MAX = 255
/** What a run has in common is in the first octets of its ids: they count up. */
const ID_TAIL = 3
const RUN_MAX = 65_535
/** Of what stands before a record that goes on with other things than the one before, beside its texts. */
const HEAD_BYTES = 64

/** A block that takes records until it is ended. One at a time in one memory. */
export class RecordBlocks {
  readonly #out: ByteWriter
  /** Where the open block begins, -1 for none, and where it should end. */
  #from = -1
  #to = -1
  #tails: string[] = []
  // What the next record goes on with.
  #terms: RecordTerms | undefined
  #acceptedAtMs = -1
  #source: string | undefined
  // The open run: where its count stands, -1 for none.
  #countAt = -1
  #count = 0
  readonly #idHead = new Uint8Array(SHORT_MAX)
  #idHeadLength = 0
  #idLength = 0
  #destinationLength = 0

  constructor(out: ByteWriter) {
    this.#out = out
  }

  /**
   * @param into where blocks begin and end, appended for each that is whole
   * @param id octets in which the record's id stands, up to `idEnd`, where that is known: faster than its text
   */
  add(records: CallRecords, into: number[], id?: Uint8Array, idEnd = 0): void {
    if (typeof records === 'string') this.#addLines(records, into)
    else if (this.#countAt < 0 || !this.#goesOn(records, id, idEnd)) this.#addRecord(records, into)
  }

  /** The open block is whole; nothing happens where there is none. */
  end(into: number[]): void {
    if (this.#from < 0) return
    this.#endRun()
    into.push(this.#from, this.#out.position)
    this.#from = -1
    this.#terms = undefined
    this.#source = undefined
    this.#acceptedAtMs = -1
  }

  /** Appended to the run? It must be like the others of it. */
  #goesOn({ id, of, terms }: CallRecord, idOctets: Uint8Array | undefined, idEnd: number): boolean {
    const called = of.destination.value
    const { length } = called
    const out = this.#out
    let at = out.position
    if (
      terms !== this.#terms ||
      of.acceptedAtMs !== this.#acceptedAtMs ||
      of.source.value !== this.#source ||
      length !== this.#destinationLength ||
      id.length !== this.#idLength ||
      this.#count === RUN_MAX ||
      at + ID_TAIL + length > this.#to
    )
      return false
    const head = this.#idHead
    const headLength = this.#idHeadLength
    out.reserve(ID_TAIL + length)
    const { buffer } = out
    if (idOctets === undefined) {
      for (let i = 0; i < headLength; i++) if (id.charCodeAt(i) !== head[i]) return false
      for (let i = headLength; i < id.length; i++) {
        const code = id.charCodeAt(i)
        if (!isPlain(code)) return false
        buffer[at++] = code
      }
    } else {
      let from = idEnd - id.length
      for (let i = 0; i < headLength; i++) if (idOctets[from++] !== head[i]) return false
      while (from < idEnd) {
        const code = idOctets[from++]!
        if (!isPlain(code)) return false
        buffer[at++] = code
      }
    }
    for (let i = 0; i < length; i++) {
      const code = called.charCodeAt(i)
      if (!isDigit(code) && !isPlain(code)) return false
      buffer[at++] = code
    }
    out.position = at
    this.#count++
    return true
  }

  #addRecord({ id, of, terms }: CallRecord, into: number[]): void {
    const out = this.#out
    const source = of.source.value
    const called = of.destination.value
    this.#makeRoom(HEAD_BYTES + terms.tail.length + source.length + id.length + called.length, into)
    const isRun = isPlainText(called) && isPlainText(id)
    const isOwnTerms = terms !== this.#terms
    const isOwnTime = of.acceptedAtMs !== this.#acceptedAtMs
    const isOwnSource = source !== this.#source
    out.byte(
      (isOwnTerms ? blockBits.terms : 0) |
        (isOwnTime ? blockBits.acceptedAtMs : 0) |
        (isOwnSource ? blockBits.source : 0) |
        (isRun ? blockBits.run : 0),
    )
    if (isOwnTerms) this.#writeTerms(terms)
    if (isOwnTime) out.float64((this.#acceptedAtMs = of.acceptedAtMs))
    if (isOwnSource) out.text((this.#source = source))
    if (isRun) this.#beginRun(id, called)
    else {
      out.text(id)
      out.text(called)
    }
  }

  #beginRun(id: string, called: string): void {
    const out = this.#out
    const headLength = Math.max(0, id.length - ID_TAIL)
    const head = id.slice(0, headLength)
    for (let i = 0; i < headLength; i++) this.#idHead[i] = id.charCodeAt(i)
    this.#idHeadLength = headLength
    this.#idLength = id.length
    this.#destinationLength = called.length
    out.text(head)
    out.byte(id.length - headLength)
    out.byte(called.length)
    this.#countAt = out.position
    this.#count = 1
    out.byte(0)
    out.byte(0)
    out.ascii(id.slice(headLength))
    out.ascii(called)
  }

  #endRun(): void {
    if (this.#countAt < 0) return
    const { buffer } = this.#out
    buffer[this.#countAt] = this.#count
    buffer[this.#countAt + 1] = this.#count >>> 8
    this.#countAt = -1
  }

  #writeTerms(terms: RecordTerms): void {
    const out = this.#out
    const { tail } = terms
    this.#terms = terms
    out.float64(terms.sentAtMs)
    out.float64(terms.doneAtMs)
    const known = this.#tails.indexOf(tail) + 1
    if (known > 0) return out.byte(known)
    out.byte(this.#tails.length < TAILS_MAX ? this.#tails.push(tail) : 0)
    out.int32(tail.length)
    out.latin1(tail)
  }

  #addLines(lines: string, into: number[]): void {
    this.#makeRoom(HEAD_BYTES + lines.length, into)
    this.#out.byte(blockBits.lines)
    this.#out.int32(lines.length)
    this.#out.latin1(lines)
  }

  /** What goes on otherwise ends the run, and the block where that has no room for so many more octets. */
  #makeRoom(bytes: number, into: number[]): void {
    const out = this.#out
    this.#endRun()
    if (this.#from >= 0 && out.position + bytes > this.#to) this.end(into)
    if (this.#from >= 0) return
    this.#from = out.position
    this.#to = out.position + BLOCK_BYTES
    this.#tails = []
    out.byte(BLOCK_VERSION)
  }
}

function isPlainText(text: string): boolean {
  if (text.length > SHORT_MAX) return false
  for (let i = 0; i < text.length; i++) if (!isPlain(text.charCodeAt(i))) return false
  return true
}

/** What most destinations are of. */
function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
