// A binary min-heap keyed by number, for what is due when. It knows no time and sets no bound: its owner does both.

/** Smallest key first; equal keys leave in the order they came. */
export class DueHeap<T> {
  // Parallel arrays instead of one of objects: no allocation per entry, and keys stay unboxed.
  readonly #keys: number[] = []
  readonly #orders: number[] = []
  readonly #values: T[] = []
  #nextOrder = 0

  get length(): number {
    return this.#keys.length
  }

  /** The smallest key, Infinity when empty. */
  get nextKey(): number {
    return this.#keys.length === 0 ? Infinity : (this.#keys[0] as number)
  }

  /** Adds `value` under `key`; throws RangeError when the key is NaN, which has no order. */
  push(key: number, value: T): void {
    if (Number.isNaN(key)) throw new RangeError('the key of a heap entry is not a number')
    this.#keys.push(key)
    this.#orders.push(this.#nextOrder++)
    this.#values.push(value)
    this.#rise(this.#keys.length - 1)
  }

  /** Removes and returns the value of the smallest key. */
  pop(): T | undefined {
    if (this.#keys.length === 0) return undefined
    const first = this.#values[0] as T
    this.#swap(0, this.#keys.length - 1)
    this.#keys.pop()
    this.#orders.pop()
    this.#values.pop()
    if (this.#keys.length === 0) this.#nextOrder = 0
    else this.#sink(0)
    return first
  }

  /** Removes and returns the value of the smallest key if that key is `key` or less. */
  popDue(key: number): T | undefined {
    return this.nextKey <= key ? this.pop() : undefined
  }

  /** Visits each value, in no promised order. */
  forEach(visit: (value: T) => void): void {
    this.#values.forEach(visit)
  }

  clear(): void {
    this.#keys.length = this.#orders.length = this.#values.length = this.#nextOrder = 0
  }

  #before(a: number, b: number): boolean {
    const keyA = this.#keys[a] as number
    const keyB = this.#keys[b] as number
    return keyA < keyB || (keyA === keyB && (this.#orders[a] as number) < (this.#orders[b] as number))
  }

  #swap(a: number, b: number): void {
    if (a === b) return
    const key = this.#keys[a] as number
    const order = this.#orders[a] as number
    const value = this.#values[a] as T
    this.#keys[a] = this.#keys[b] as number
    this.#orders[a] = this.#orders[b] as number
    this.#values[a] = this.#values[b] as T
    this.#keys[b] = key
    this.#orders[b] = order
    this.#values[b] = value
  }

  #rise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(from: number): void {
    const length = this.#keys.length
    let at = from
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let first = at
      if (left < length && this.#before(left, first)) first = left
      if (right < length && this.#before(right, first)) first = right
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }
}
