// A double-ended queue on a ring that grows up to a maximum and no further. What to do when it is full is the caller's choice.

const smallestRing = 16
/** Of those that never had an entry, of which there may be many: shared, since nothing is ever written to it. */
const noRing: undefined[] = []

/** First in, first out, with a way back to the front for what could not be handled. */
export class BoundedQueue<T> {
  readonly max: number
  #ring: (T | undefined)[]
  #head = 0
  #length = 0

  /** @param max most entries at a time, 1 or more */
  constructor(max: number) {
    if (!Number.isSafeInteger(max) || max < 1) throw new RangeError(`a queue holds 1 entry or more, not ${max}`)
    this.max = max
    this.#ring = noRing
  }

  get length(): number {
    return this.#length
  }

  get isFull(): boolean {
    return this.#length >= this.max
  }

  /** How many more entries fit. */
  get room(): number {
    return this.max - this.#length
  }

  /** Adds at the end; false, and nothing added, when full. */
  push(entry: T): boolean {
    if (this.#length >= this.max) return false
    if (this.#length === this.#ring.length) this.#resize(Math.max(smallestRing, this.#ring.length * 2))
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = entry
    this.#length++
    return true
  }

  /** Adds at the front; false, and nothing added, when full. */
  unshift(entry: T): boolean {
    if (this.#length >= this.max) return false
    if (this.#length === this.#ring.length) this.#resize(Math.max(smallestRing, this.#ring.length * 2))
    this.#head = (this.#head - 1) & (this.#ring.length - 1)
    this.#ring[this.#head] = entry
    this.#length++
    return true
  }

  /** Removes and returns the first entry. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const entry = this.#ring[this.#head]
    this.#ring[this.#head] = undefined // so that the ring keeps nothing alive
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#length--
    // A burst must not hold its memory for ever.
    if (this.#ring.length > 1024 && this.#length < this.#ring.length >> 3) this.#resize(this.#ring.length >> 1)
    return entry
  }

  /** The first entry, left in place. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head]
  }

  /** Removes and returns all entries, in order. */
  drainAll(): T[] {
    const entries = [...this]
    this.clear()
    return entries
  }

  clear(): void {
    this.#ring = noRing
    this.#head = 0
    this.#length = 0
  }

  /** The entries in order; the queue must not change meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    const mask = this.#ring.length - 1
    for (let i = 0; i < this.#length; i++) yield this.#ring[(this.#head + i) & mask] as T
  }

  // Ring sizes are powers of two, so that the index is a mask instead of a division.
  #resize(size: number): void {
    const ring = new Array<T | undefined>(size)
    const mask = this.#ring.length - 1
    for (let i = 0; i < this.#length; i++) ring[i] = this.#ring[(this.#head + i) & mask]
    this.#ring = ring
    this.#head = 0
  }
}
