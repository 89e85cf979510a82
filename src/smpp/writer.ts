// A session's output: PDUs are written one behind another and taken as one piece. Bytes once taken are never touched
// again, so a socket may hold on to them.

const smallestSlab = 1024
const largestSlab = 65_536

export class Writer {
  /** The memory being written; valid until the next `reserve`. */
  buffer: Buffer = Buffer.allocUnsafeSlow(0)
  /** Where the next octet goes. */
  end = 0
  #start = 0

  /** Octets written and not yet taken. */
  get pending(): number {
    return this.end - this.#start
  }

  /** Makes room for `size` more octets at `end`; may move what is pending to a new slab. */
  reserve(size: number): void {
    if (this.end + size <= this.buffer.length) return
    const needed = this.pending + size
    const doubled = Math.min(Math.max(this.buffer.length * 2, smallestSlab), largestSlab)
    const slab = Buffer.allocUnsafeSlow(Math.max(doubled, needed > largestSlab ? needed * 2 : needed))
    this.buffer.copy(slab, 0, this.#start, this.end)
    this.end -= this.#start
    this.#start = 0
    this.buffer = slab
  }

  /** A view of what is pending; it stays pending. */
  bytes(): Buffer {
    return this.buffer.subarray(this.#start, this.end)
  }

  /** What is pending, handed over: it is no longer pending, and never written to again. */
  take(): Buffer {
    const bytes = this.bytes()
    this.#start = this.end
    return bytes
  }
}
