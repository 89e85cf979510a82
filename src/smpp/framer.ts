// Chunks of a stream to frames, one PDU each. Knows command_length and nothing else of SMPP.
import { status } from './status.js'
import type { CloseFault } from './pdu/fault.js'

/** `frame`: one lies at bytes[start, end). `more`: none whole yet. A CloseFault: framing is lost, for good. */
export type FrameStep = 'frame' | 'more' | CloseFault

/**
 * A PDU that lies within one chunk is handed on as a view of it; one that is spread over chunks is collected in a buffer
 * of its size, at most `maxPduBytes`.
 */
export class Framer {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  readonly #maxPduBytes: number
  /** The head of a PDU whose rest has not come: its octets, and how many are there. Below four its size is unknown. */
  #partial: Buffer | null = null
  #held = 0
  #chunk: Buffer = this.bytes
  #at = 0
  #lost: CloseFault | null = null

  constructor(maxPduBytes = 70 * 1024) {
    this.#maxPduBytes = maxPduBytes
  }

  /** Gives the next chunk; only when `next` has said `more`. */
  push(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
  }

  next(): FrameStep {
    if (this.#lost !== null) return this.#lost
    if (this.#partial !== null) return this.#collect(this.#partial)
    const chunk = this.#chunk
    const at = this.#at
    const left = chunk.length - at
    if (left >= 4) {
      const size = chunk.readUInt32BE(at)
      if (size < 16 || size > this.#maxPduBytes) return this.#lose(size)
      if (left >= size) {
        this.bytes = chunk
        this.start = at
        this.end = this.#at = at + size
        return 'frame'
      }
    }
    if (left === 0) {
      // Do not keep the chunk alive while the peer is silent.
      this.#chunk = this.bytes = empty
      this.#at = this.start = this.end = 0
      return 'more'
    }
    this.#partial = Buffer.allocUnsafe(left >= 4 ? Math.min(chunk.readUInt32BE(at), left + firstGrowth) : 16)
    this.#held = 0
    return this.#collect(this.#partial)
  }

  /** Moves octets of the chunk into the partial PDU; a frame once it is whole. */
  #collect(partial: Buffer): FrameStep {
    let into = partial
    if (this.#held < 4) this.#fill(into, 4)
    if (this.#held < 4) return 'more'
    const size = into.readUInt32BE(0)
    if (size < 16 || size > this.#maxPduBytes) return this.#lose(size)
    // Grow by what has really come: a length alone must not make us allocate (slow-loris with large lengths).
    const will = Math.min(size, this.#held + this.#chunk.length - this.#at)
    if (will > into.length) {
      const grown = Buffer.allocUnsafe(Math.min(size, Math.max(will, into.length * 2)))
      into.copy(grown, 0, 0, this.#held)
      this.#partial = into = grown
    }
    this.#fill(into, size)
    if (this.#held < size) return 'more'
    this.#partial = null
    this.bytes = into
    this.start = 0
    this.end = size
    return 'frame'
  }

  #fill(into: Buffer, upTo: number): void {
    const n = Math.min(upTo - this.#held, this.#chunk.length - this.#at)
    this.#chunk.copy(into, this.#held, this.#at, this.#at + n)
    this.#held += n
    this.#at += n
  }

  #lose(size: number): CloseFault {
    const why = `command_length ${size} is not within 16..${this.#maxPduBytes}`
    this.#partial = null
    this.#chunk = this.bytes = empty
    this.#lost = { command: 'fault', kind: 'close', status: status.ESME_RINVCMDLEN, why }
    return this.#lost
  }
}

const empty = Buffer.alloc(0)
const firstGrowth = 1024
