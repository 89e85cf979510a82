// Growing scratch memory that rows are written into, and the reader of what was written. Knows numbers, texts and octets, no rows.

import type { Repeated } from './repeated.js'

/** Length octet of a text that is not ASCII: a 32-bit count of octets and UTF-16 follow, which keeps every JavaScript string. */
const WIDE_TEXT = 254
/** Length octet of anything longer than 253 octets: a 32-bit count follows. */
const LONG = 255
const KEY_ID_MAX = 64
/** Octets that one octet of length stands before. */
export const SHORT_MAX = 253

/** Writes at a moving position into one buffer that doubles when it is full; what was written keeps its offset. */
export class ByteWriter {
  /** Replaced when it grows: look it up anew after each write. */
  buffer: Buffer
  position = 0
  readonly #initialBytes: number
  readonly #scratch = new Float64Array(1)
  readonly #scratchBytes = new Uint8Array(this.#scratch.buffer)

  constructor(initialBytes: number) {
    this.#initialBytes = initialBytes
    this.buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  /** Begins anew; gives back memory beyond `keepBytes`. */
  reset(keepBytes: number): void {
    this.position = 0
    if (this.buffer.length > keepBytes) this.buffer = Buffer.allocUnsafeSlow(this.#initialBytes)
  }

  /** Makes room for so many more octets. */
  reserve(bytes: number): void {
    const needed = this.position + bytes
    if (needed <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(grown, 0, 0, this.position)
    this.buffer = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.buffer[this.position++] = value
  }

  int32(value: number): void {
    this.reserve(4)
    const { buffer, position } = this
    buffer[position] = value
    buffer[position + 1] = value >>> 8
    buffer[position + 2] = value >>> 16
    buffer[position + 3] = value >>> 24
    this.position = position + 4
  }

  /** The same in one octet to five: few where it is small and not below 0. */
  varint(value: number): void {
    this.reserve(5)
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.buffer[this.position++] = rest | 0x80
      rest >>>= 7
    }
    this.buffer[this.position++] = rest
  }

  /** Little-endian, as the machines are that Node runs on; the format says so too. */
  float64(value: number): void {
    this.reserve(8)
    const { buffer, position } = this
    const bytes = this.#scratchBytes
    this.#scratch[0] = value
    for (let i = 0; i < 8; i++) buffer[position + i] = bytes[i]!
    this.position = position + 8
  }

  text(value: string): void {
    const { length } = value
    if (length > SHORT_MAX) return this.#longText(value)
    this.reserve(length + 1)
    const { buffer, position } = this
    // Native calls cost more than this loop for the ten to forty characters that are usual.
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return this.#wideText(value)
      buffer[position + 1 + i] = code
    }
    buffer[position] = length
    this.position = position + 1 + length
  }

  octets(value: Uint8Array): void {
    const { length } = value
    this.reserve(length + 5)
    if (length > SHORT_MAX) {
      this.buffer[this.position++] = LONG
      this.int32(length)
    } else this.buffer[this.position++] = length
    if (length < 48) {
      const { buffer, position } = this
      for (let i = 0; i < length; i++) buffer[position + i] = value[i]!
    } else this.buffer.set(value, this.position)
    this.position += length
  }

  /** As they are, without a length. */
  raw(value: Uint8Array): void {
    this.reserve(value.length)
    this.buffer.set(value, this.position)
    this.position += value.length
  }

  /** The same of few octets: a native call costs more than copying them. */
  short(value: Uint8Array): void {
    const { length } = value
    this.reserve(length)
    const { buffer, position } = this
    for (let i = 0; i < length; i++) buffer[position + i] = value[i]!
    this.position = position + length
  }

  /** So many times more what stands from an earlier position on. */
  repeat(start: number, times: number): void {
    const length = this.position - start
    this.reserve(length * times)
    const { buffer } = this
    const end = this.position + length * times
    // Twice as much at each step: few native calls.
    for (let at = this.position; at < end;) {
      const bytes = Math.min(at - start, end - at)
      buffer.copyWithin(at, start, start + bytes)
      at += bytes
    }
    this.position = end
  }

  /** Text of ASCII as it is, without a length. */
  latin1(value: string): void {
    this.reserve(value.length)
    this.position += this.buffer.write(value, this.position, 'latin1')
  }

  /** The same of few characters. */
  ascii(value: string): void {
    const { length } = value
    this.reserve(length)
    const { buffer, position } = this
    for (let i = 0; i < length; i++) buffer[position + i] = value.charCodeAt(i)
    this.position = position + length
  }

  /** Raw UTF-8 without a length, for keys. */
  keyText(value: string): void {
    const { length } = value
    this.reserve(length * 3)
    const { buffer, position } = this
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) {
        this.position = position + buffer.write(value, position, 'utf8')
        return
      }
      buffer[position + i] = code
    }
    this.position = position + length
  }

  /** The same of an id: 1 to 64 characters of ASCII; false for any other, of which nothing is appended. */
  keyAscii(value: string): boolean {
    const { length } = value
    if (length === 0 || length > KEY_ID_MAX) return false
    this.reserve(length)
    const { buffer, position } = this
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return false
      buffer[position + i] = code
    }
    this.position = position + length
    return true
  }

  /** Whole numbers of 48 bits, big-endian, so that keys sort by them. */
  uint48(value: number): void {
    this.reserve(6)
    const { buffer, position } = this
    const high = Math.floor(value / 0x1_0000_0000)
    buffer[position] = high >>> 8
    buffer[position + 1] = high
    buffer[position + 2] = value >>> 24
    buffer[position + 3] = value >>> 16
    buffer[position + 4] = value >>> 8
    buffer[position + 5] = value
    this.position = position + 6
  }

  #longText(value: string): void {
    for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0x7f) return this.#wideText(value)
    this.reserve(value.length + 5)
    this.buffer[this.position++] = LONG
    this.int32(value.length)
    this.position += this.buffer.write(value, this.position, 'latin1')
  }

  #wideText(value: string): void {
    this.reserve(value.length * 2 + 5)
    this.buffer[this.position++] = WIDE_TEXT
    this.int32(value.length * 2)
    this.position += this.buffer.write(value, this.position, 'utf16le')
  }
}

/** Reads what a ByteWriter wrote. All it returns are copies. */
export class ByteReader {
  #buffer: Buffer = Buffer.alloc(0)
  #position = 0

  /** Goes to an offset of some memory, which must not change until the row is read. */
  over(bytes: Uint8Array, position: number): this {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : bufferOver(bytes)
    this.#position = position
    return this
  }

  get position(): number {
    return this.#position
  }

  get memory(): Uint8Array {
    return this.#buffer
  }

  byte(): number {
    return this.#buffer[this.#position++]!
  }

  int32(): number {
    this.#position += 4
    return this.#buffer.readInt32LE(this.#position - 4)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const octet = this.#buffer[this.#position++]!
      value |= (octet & 0x7f) << shift
      if (octet <= 0x7f) return value
    }
  }

  float64(): number {
    this.#position += 8
    return this.#buffer.readDoubleLE(this.#position - 8)
  }

  /** So many octets as they are; a view, valid as long as the memory is. */
  raw(length: number): Uint8Array {
    this.#position += length
    return this.#buffer.subarray(this.#position - length, this.#position)
  }

  text(): string {
    const first = this.byte()
    if (first === 0) return ''
    const length = first <= SHORT_MAX ? first : this.int32()
    const start = this.#position
    this.#position += length
    return first === WIDE_TEXT
      ? this.#buffer.toString('utf16le', start, this.#position)
      : this.#buffer.toString('latin1', start, this.#position)
  }

  /** Back to a position of the same memory. */
  again(position: number): this {
    this.#position = position
    return this
  }

  octets(): Uint8Array {
    const first = this.byte()
    const length = first <= SHORT_MAX ? first : this.int32()
    const start = this.#position
    this.#position += length
    const copy = new Uint8Array(length)
    copy.set(this.#buffer.subarray(start, start + length))
    return copy
  }

  /** What takes so many octets and is the same in many rows; `decode` need not read all of it. */
  repeated<Value>(known: Repeated<Value>, length: number, decode: (from: this) => Value): Value {
    const start = this.#position
    const value = known.of(this.#buffer, start, length, () => decode(this))
    this.#position = start + length
    return value
  }
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
}
