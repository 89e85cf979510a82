// Lines of call detail records put together of what a block has of them, octet by octet: making texts of it costs more than all else.

import { isPlain, jsonText, LINE_PIECES } from '../../money/record-line.js'
import type { ByteReader, ByteWriter } from './bytes.js'

const QUOTE = 0x22

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const beforeMessage = octets(LINE_PIECES.message)
const beforeSource = octets(LINE_PIECES.source)
const beforeDestination = octets(LINE_PIECES.destination)
const nothing = new Uint8Array()

/** Takes id, source and destination of each line from a reader. */
export class RecordLines {
  readonly #from: ByteReader
  readonly #out: ByteWriter
  #times: Uint8Array = nothing
  #tail: Uint8Array = nothing
  /** Where the line before begins, if the next one may be made of it; else -1. */
  #last = -1
  /** Octets of its id and its addresses, which are as they were read. */
  #idLength = 0
  #sourceLength = 0
  #destinationLength = 0
  /** Where the source of the line before stands, as JSON. */
  #sourceFrom = 0
  #sourceTo = 0

  constructor(from: ByteReader, out: ByteWriter) {
    this.#from = from
    this.#out = out
  }

  /** How lines end from now on. */
  setEnd(times: Uint8Array, tail: Uint8Array): void {
    this.#times = times
    this.#tail = tail
    this.#last = -1
  }

  /** Something else was appended. */
  interrupted(): void {
    this.#last = -1
  }

  /** @param isSameSource its source is that of the line before, and not to be read */
  append(isSameSource: boolean): void {
    if (this.#last >= 0 && this.#isLikeLast(isSameSource)) return
    const from = this.#from
    const out = this.#out
    const start = out.position
    out.short(beforeMessage)
    const id = out.position
    if (!from.copyText(out)) out.latin1(from.text())
    this.#idLength = out.position - id
    out.short(beforeSource)
    const source = out.position
    if (isSameSource) out.copyWithin(this.#sourceFrom, this.#sourceTo)
    else this.#sourceLength = this.#copyAddress()
    this.#sourceFrom = source
    this.#sourceTo = out.position
    out.short(beforeDestination)
    this.#destinationLength = this.#copyAddress()
    out.raw(this.#times)
    out.raw(this.#tail)
    this.#last = this.#sourceLength < 0 || this.#destinationLength < 0 ? -1 : start
  }

  /** Gives its length, -1 where it is not as it was read. */
  #copyAddress(): number {
    const from = this.#from
    const out = this.#out
    const row = from.position
    const start = out.position
    out.byte(QUOTE)
    if (from.copyText(out) && isPlainFrom(out, start + 1)) {
      out.byte(QUOTE)
      return out.position - start - 2
    }
    out.position = start
    out.latin1(jsonText(from.again(row).text()))
    return -1
  }

  /** Lines of one length differ in their texts alone: then it is the last line with its own. False: nothing is appended or read. */
  #isLikeLast(isSameSource: boolean): boolean {
    const { memory, position } = this.#from
    const id = position
    const idLength = this.#idLength
    const source = id + 1 + idLength
    const sourceLength = this.#sourceLength
    const destination = isSameSource ? source : source + 1 + sourceLength
    const destinationLength = this.#destinationLength
    if (
      memory[id] !== idLength ||
      memory[destination] !== destinationLength ||
      !isPlainIn(memory, destination + 1, destinationLength)
    )
      return false
    if (!isSameSource && (memory[source] !== sourceLength || !isPlainIn(memory, source + 1, sourceLength))) return false
    const out = this.#out
    const start = out.position
    out.again(this.#last, start)
    const { buffer } = out
    const firstId = start + beforeMessage.length
    const sourceAt = firstId + idLength + beforeSource.length + 1
    const destinationAt = sourceAt + sourceLength + 1 + beforeDestination.length + 1
    for (let i = 0; i < idLength; i++) buffer[firstId + i] = memory[id + 1 + i]!
    if (!isSameSource) for (let i = 0; i < sourceLength; i++) buffer[sourceAt + i] = memory[source + 1 + i]!
    this.#sourceFrom = sourceAt - 1
    this.#sourceTo = sourceAt + sourceLength + 1
    for (let i = 0; i < destinationLength; i++) buffer[destinationAt + i] = memory[destination + 1 + i]!
    this.#from.again(destination + 1 + destinationLength)
    this.#last = start
    return true
  }
}

function isPlainFrom({ buffer, position }: ByteWriter, start: number): boolean {
  return isPlainIn(buffer, start, position - start)
}

function isPlainIn(bytes: Uint8Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (!isPlain(bytes[i]!)) return false
  return true
}
