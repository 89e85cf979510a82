// The in-flight window: requests that were sent and not yet answered, bounded, each with what its sender wants back.
// Every operation is O(1) but for draining; no timer per request. Knows sequence numbers and times, nothing of PDUs.

/** One unanswered request. */
export interface InFlight<C> {
  readonly sequence: number
  readonly context: C
  /** When it was sent, in the caller's milliseconds. */
  readonly sentAtMs: number
}

interface Slot<C> extends InFlight<C> {
  older: Slot<C> | null
  newer: Slot<C> | null
}

const lastSequence = 0x7fffffff

/**
 * Sequence numbers are given out in order, 1..0x7fffffff and round again (SMPP 3.4 §5.1.4), so a request's place is its
 * sequence modulo a power of two of at least twice the window; a number whose place is taken is skipped.
 */
export class Window<C> {
  readonly #slots: (Slot<C> | null)[]
  readonly #mask: number
  readonly #limit: number
  #oldest: Slot<C> | null = null
  #newest: Slot<C> | null = null
  #size = 0
  #next: number

  constructor(limit: number, firstSequence = 1) {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1 << 20) throw new RangeError(`a window of ${limit} requests`)
    let places = 2
    while (places < limit * 2) places *= 2
    this.#slots = new Array<Slot<C> | null>(places).fill(null)
    this.#mask = places - 1
    this.#limit = limit
    this.#next = firstSequence
  }

  get size(): number {
    return this.#size
  }

  get free(): number {
    return this.#limit - this.#size
  }

  get isFull(): boolean {
    return this.#size >= this.#limit
  }

  /** The sequence that the next `add` will use; skips what is in flight. Also for requests kept outside the window. */
  peekSequence(): number {
    while (this.#slots[this.#next & this.#mask] !== null) this.#next = after(this.#next)
    return this.#next
  }

  /** Uses up a sequence for a request that is not kept here (bind, enquire_link, unbind). */
  skipSequence(): number {
    const sequence = this.peekSequence()
    this.#next = after(sequence)
    return sequence
  }

  /** Takes a place and returns the sequence; 0 when the window is full. `nowMs` must not go back between calls. */
  add(context: C, nowMs: number): number {
    if (this.isFull) return 0
    const sequence = this.skipSequence()
    const slot: Slot<C> = { sequence, context, sentAtMs: nowMs, older: this.#newest, newer: null }
    if (this.#newest === null) this.#oldest = slot
    else this.#newest.newer = slot
    this.#newest = slot
    this.#slots[sequence & this.#mask] = slot
    this.#size++
    return sequence
  }

  /** The request of that sequence, taken out; undefined when it is not in flight. */
  take(sequence: number): InFlight<C> | undefined {
    const slot = this.#slots[sequence & this.#mask]
    if (slot === null || slot === undefined || slot.sequence !== sequence) return undefined
    this.#remove(slot)
    return slot
  }

  /** Takes out all that were sent at or before `sentAtMs`, oldest first. */
  expire(sentAtMs: number): readonly InFlight<C>[] {
    if (this.#oldest === null || this.#oldest.sentAtMs > sentAtMs) return none
    const expired: InFlight<C>[] = []
    for (let slot: Slot<C> | null = this.#oldest; slot !== null && slot.sentAtMs <= sentAtMs; slot = this.#oldest) {
      this.#remove(slot)
      expired.push(slot)
    }
    return expired
  }

  /** Takes out all, oldest first. */
  drainAll(): readonly InFlight<C>[] {
    return this.expire(Infinity)
  }

  #remove(slot: Slot<C>): void {
    if (slot.older === null) this.#oldest = slot.newer
    else slot.older.newer = slot.newer
    if (slot.newer === null) this.#newest = slot.older
    else slot.newer.older = slot.older
    slot.older = slot.newer = null
    this.#slots[slot.sequence & this.#mask] = null
    this.#size--
  }
}

const none: readonly never[] = Object.freeze([])
const after = (sequence: number): number => (sequence >= lastSequence ? 1 : sequence + 1)
