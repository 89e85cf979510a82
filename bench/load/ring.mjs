// A FIFO of short byte records with a due time, in one buffer of equal slots that doubles when full. No object for a record.

const SLOT = 320 // a receipt with the longest addresses and a uuid fits

export class ByteRing {
  #capacity = 1024
  #head = 0
  #due = new Float64Array(1024)
  #length = new Uint16Array(1024)
  bytes = Buffer.allocUnsafeSlow(1024 * SLOT)
  size = 0

  /** Adds a record and returns its slot; its bytes go to `this.bytes` from `start(slot)`. */
  push(dueMs) {
    if (this.size === this.#capacity) this.#grow()
    const slot = (this.#head + this.size++) & (this.#capacity - 1)
    this.#due[slot] = dueMs
    return slot
  }

  start(slot) {
    return slot * SLOT
  }

  setLength(slot, length) {
    if (length > SLOT) throw new RangeError(`record of ${length} octets`)
    this.#length[slot] = length
  }

  dueMs() {
    return this.#due[this.#head]
  }

  headStart() {
    return this.#head * SLOT
  }

  headLength() {
    return this.#length[this.#head]
  }

  shift() {
    this.#head = (this.#head + 1) & (this.#capacity - 1)
    this.size--
  }

  #grow() {
    const capacity = this.#capacity * 2
    const due = new Float64Array(capacity)
    const length = new Uint16Array(capacity)
    const bytes = Buffer.allocUnsafeSlow(capacity * SLOT)
    const first = this.#capacity - this.#head
    due.set(this.#due.subarray(this.#head), 0)
    due.set(this.#due.subarray(0, this.#head), first)
    length.set(this.#length.subarray(this.#head), 0)
    length.set(this.#length.subarray(0, this.#head), first)
    this.bytes.copy(bytes, 0, this.#head * SLOT)
    this.bytes.copy(bytes, first * SLOT, 0, this.#head * SLOT)
    this.#due = due
    this.#length = length
    this.bytes = bytes
    this.#head = 0
    this.#capacity = capacity
  }
}
