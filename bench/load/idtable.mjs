// A table from message id (bytes) to a number, on typed arrays: no string and no object for a message.
// Keys are 63-bit hashes; two of a million ids sharing one is a chance of one in ten million.

export class IdTable {
  #high
  #low
  #value
  #mask
  #one = 0
  #two = 0
  size = 0

  constructor(capacity = 65_536) {
    this.#allocate(capacity)
  }

  #allocate(capacity) {
    this.#high = new Uint32Array(capacity)
    this.#low = new Uint32Array(capacity)
    this.#value = new Float64Array(capacity)
    this.#mask = capacity - 1
  }

  #hash(bytes, start, end) {
    let one = 0x811c9dc5
    let two = 0x9e3779b9
    for (let i = start; i < end; i++) {
      const octet = bytes[i]
      one = Math.imul(one ^ octet, 0x01000193)
      two = Math.imul(two + octet, 0x85ebca6b) ^ (two >>> 13)
    }
    one ^= one >>> 15
    this.#one = one >>> 0
    this.#two = (two | 1) >>> 0 // zero means an empty place
  }

  /** The place of the key last hashed, or the empty place where it belongs. */
  #place() {
    let at = this.#one & this.#mask
    while (this.#low[at] !== 0 && (this.#low[at] !== this.#two || this.#high[at] !== this.#one))
      at = (at + 1) & this.#mask
    return at
  }

  set(bytes, start, end, value) {
    if (this.size * 2 > this.#mask) this.#grow()
    this.#hash(bytes, start, end)
    this.#put(value)
  }

  #put(value) {
    const at = this.#place()
    if (this.#low[at] === 0) this.size++
    this.#high[at] = this.#one
    this.#low[at] = this.#two
    this.#value[at] = value
  }

  /** The value, or `undefined`. */
  get(bytes, start, end) {
    this.#hash(bytes, start, end)
    const at = this.#place()
    return this.#low[at] === 0 ? undefined : this.#value[at]
  }

  /** The value, which is removed, or `undefined`. */
  take(bytes, start, end) {
    this.#hash(bytes, start, end)
    let hole = this.#place()
    if (this.#low[hole] === 0) return undefined
    const value = this.#value[hole]
    this.size--
    // Close the hole, so that no search ends early (linear probing without tombstones).
    let next = hole
    for (;;) {
      next = (next + 1) & this.#mask
      if (this.#low[next] === 0) break
      const home = this.#high[next] & this.#mask
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue
      this.#high[hole] = this.#high[next]
      this.#low[hole] = this.#low[next]
      this.#value[hole] = this.#value[next]
      hole = next
    }
    this.#low[hole] = 0
    return value
  }

  #grow() {
    const high = this.#high
    const low = this.#low
    const value = this.#value
    this.#allocate(low.length * 2)
    this.size = 0
    for (let i = 0; i < low.length; i++) {
      if (low[i] === 0) continue
      this.#one = high[i]
      this.#two = low[i]
      this.#put(value[i])
    }
  }
}
