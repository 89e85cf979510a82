// A hashed timer wheel: sets and cancels in constant time whatever the number of timers. Knows no clock; its owner turns it.

/** The links of a list; an entry's are the wheel's own while it is set. */
export interface WheelLink {
  next: WheelLink | undefined
  previous: WheelLink | undefined
}

/** What a wheel holds. The links lie in the entry itself: no allocation per timer. Start with all undefined and 0. */
export interface WheelEntry extends WheelLink {
  /** When it is due, in the caller's milliseconds; the wheel writes it. */
  dueMs: number
}

/** Entries fire never early and at most one tick late, those of one tick in the order in which they were set. */
export class TimerWheel<T extends WheelEntry> {
  readonly #tickMs: number
  readonly #slots: WheelLink[] = []
  readonly #mask: number
  readonly #firing = ring()
  #atTick: number
  #size = 0

  /**
   * @param tickMs how exact it is
   * @param slots a power of two; `slots * tickMs` should be more than most waits: a longer one is looked at once a turn
   */
  constructor(tickMs: number, slots: number, nowMs: number) {
    if (!(tickMs > 0)) throw new RangeError(`a wheel turns by more than 0 ms, not by ${tickMs}`)
    if (slots < 1 || (slots & (slots - 1)) !== 0)
      throw new RangeError(`a wheel has a power of two of slots, not ${slots}`)
    this.#tickMs = tickMs
    this.#mask = slots - 1
    this.#atTick = Math.floor(nowMs / tickMs)
    for (let i = 0; i < slots; i++) this.#slots.push(ring())
  }

  /** Entries that are set. */
  get size(): number {
    return this.#size
  }

  /** Sets an entry, or moves it if it was set. What is due already fires with the next tick. */
  set(entry: T, dueMs: number): void {
    if (Number.isNaN(dueMs)) throw new RangeError('the due time of a wheel entry is not a number')
    if (entry.next === undefined) this.#size++
    else unlink(entry)
    entry.dueMs = dueMs
    const tick = Math.max(Math.ceil(dueMs / this.#tickMs), this.#atTick + 1)
    link(this.#slots[slotOf(tick, this.#mask)] as WheelLink, entry)
  }

  /** Takes an entry out; does nothing if it is not set. */
  cancel(entry: T): void {
    if (entry.next === undefined) return
    unlink(entry)
    this.#size--
  }

  /** Takes out all that is due and calls `fire` with each, which may set and cancel as it likes. */
  advance(nowMs: number, fire: (entry: T) => void): void {
    const untilTick = Math.floor(nowMs / this.#tickMs)
    // After a long sleep one turn sees every slot.
    if (untilTick - this.#atTick > this.#mask) this.#atTick = untilTick - this.#mask - 1
    while (this.#atTick < untilTick) {
      this.#atTick++
      this.#fireSlot(this.#slots[this.#atTick & this.#mask] as WheelLink, untilTick * this.#tickMs, fire)
    }
  }

  #fireSlot(slot: WheelLink, nowMs: number, fire: (entry: T) => void): void {
    if (slot.next === slot) return
    moveAll(slot, this.#firing)
    for (let first = this.#firing.next; first !== this.#firing; first = this.#firing.next) {
      const entry = first as T
      unlink(entry)
      if (entry.dueMs > nowMs) link(slot, entry)
      else {
        this.#size--
        fire(entry)
      }
    }
  }
}

/** The slot of a tick; a due time of Infinity has one as well, and is never due there. */
function slotOf(tick: number, mask: number): number {
  return Number.isFinite(tick) ? tick & mask : 0
}

/** An empty list: a link that leads to itself. */
function ring(): WheelLink {
  const head: WheelLink = { next: undefined, previous: undefined }
  head.next = head.previous = head
  return head
}

function link(head: WheelLink, entry: WheelLink): void {
  const last = head.previous as WheelLink
  entry.previous = last
  entry.next = head
  last.next = entry
  head.previous = entry
}

function unlink(entry: WheelLink): void {
  const previous = entry.previous as WheelLink
  const next = entry.next as WheelLink
  previous.next = next
  next.previous = previous
  entry.next = entry.previous = undefined
}

/** Appends: what an exception of the owner left unfired stays first in line. */
function moveAll(from: WheelLink, to: WheelLink): void {
  const first = from.next as WheelLink
  const last = from.previous as WheelLink
  const tail = to.previous as WheelLink
  first.previous = tail
  tail.next = first
  last.next = to
  to.previous = last
  from.next = from.previous = from
}
