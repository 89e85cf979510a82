// Lines of call detail records put together of what a block has of them, octet by octet: making texts of it costs more than all else.

import { jsonText, LINE_PIECES, lineTimes } from '../../money/record-line.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { BLOCK_VERSION, blockBits } from './record-block.js'
import { isEarlyBlock, readEarlyRecords } from './record-lines-early.js'

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const beforeMessage = octets(LINE_PIECES.message)
const beforeSource = octets(LINE_PIECES.source)
const beforeDestination = octets(LINE_PIECES.destination)
const nothing: Uint8Array = new Uint8Array()
const QUOTE = 0x22

/** Appends the lines. @param bytes of one row */
export function readRecords(from: ByteReader, bytes: Uint8Array, out: ByteWriter): void {
  from.over(bytes, 0)
  const version = from.byte()
  if (isEarlyBlock(version)) return readEarlyRecords(from, out)
  if (version !== BLOCK_VERSION) throw new Error('no block of records that this program can read')
  const lines = new BlockLines(from, out)
  while (from.position < bytes.length) lines.append()
}

class BlockLines {
  readonly #from: ByteReader
  readonly #out: ByteWriter
  readonly #tails: Uint8Array[] = []
  #acceptedAtMs = -1
  #sentAtMs = -1
  #doneAtMs = -1
  #times = nothing
  #tail = nothing
  /** As JSON. */
  #source = nothing

  constructor(from: ByteReader, out: ByteWriter) {
    this.#from = from
    this.#out = out
  }

  append(): void {
    const from = this.#from
    const out = this.#out
    const bits = from.byte()
    if ((bits & blockBits.lines) !== 0) return out.raw(from.raw(from.int32()))
    if ((bits & blockBits.terms) !== 0) {
      this.#sentAtMs = from.float64()
      this.#doneAtMs = from.float64()
      this.#tail = this.#readTail()
    }
    if ((bits & blockBits.acceptedAtMs) !== 0) this.#acceptedAtMs = from.float64()
    if ((bits & (blockBits.terms | blockBits.acceptedAtMs)) !== 0)
      this.#times = octets(lineTimes(this.#acceptedAtMs, this.#sentAtMs, this.#doneAtMs))
    if ((bits & blockBits.source) !== 0) this.#source = octets(jsonText(from.text()))
    if ((bits & blockBits.run) !== 0) return this.#appendRun()
    out.raw(beforeMessage)
    out.latin1(from.text())
    this.#appendSource()
    out.latin1(jsonText(from.text()))
    this.#appendEnd()
  }

  /** Its lines have one length and differ in their texts alone: the first is written out, and the others are it with their own. */
  #appendRun(): void {
    const from = this.#from
    const out = this.#out
    const head = from.text()
    const idLength = from.byte()
    const destinationLength = from.byte()
    const count = from.byte() | (from.byte() << 8)
    const start = out.position
    out.raw(beforeMessage)
    out.latin1(head)
    const idAt = out.position - start
    out.raw(from.raw(idLength))
    this.#appendSource()
    out.byte(QUOTE)
    const destinationAt = out.position - start
    out.raw(from.raw(destinationLength))
    out.byte(QUOTE)
    this.#appendEnd()
    const length = out.position - start
    out.repeat(start, count - 1)
    const { memory } = from
    const { buffer } = out
    let at = from.position
    for (let line = start + length; line < out.position; line += length) {
      for (let i = line + idAt; i < line + idAt + idLength; i++) buffer[i] = memory[at++]!
      for (let i = line + destinationAt; i < line + destinationAt + destinationLength; i++) buffer[i] = memory[at++]!
    }
    from.again(at)
  }

  #appendSource(): void {
    this.#out.raw(beforeSource)
    this.#out.raw(this.#source)
    this.#out.raw(beforeDestination)
  }

  #appendEnd(): void {
    this.#out.raw(this.#times)
    this.#out.raw(this.#tail)
  }

  #readTail(): Uint8Array {
    const number = this.#from.byte()
    const known = this.#tails[number - 1]
    if (known !== undefined) return known
    const tail = this.#from.raw(this.#from.int32())
    if (number > 0) this.#tails.push(tail)
    return tail
  }
}
