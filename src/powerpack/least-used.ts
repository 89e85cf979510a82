// Numbers in the order of what they sent today: the least used ones at hand at once, and a number moved up or down without a search.
import type { SlotColumns } from './slot-columns.js'

/** Above it numbers count as used alike: the order stays small, however many messages a number sends. */
export const ORDER_MAX = 65_535

/**
 * Members lie in one array by rising count, those of equal count side by side in no particular order. A count that rises by one moves a
 * member to the end of its equals and the border by one. A new day makes all of them equals, without a walk.
 *
 * Whoever changes a count in the columns tells first, by `raise` or `lower`.
 */
export class LeastUsed {
  readonly #columns: SlotColumns
  readonly #level: number
  #members = new Int32Array(4)
  #size = 0
  /** Where the members begin that sent so many or more, up to one above the highest count. */
  #starts = new Int32Array(4)
  #highest = 0
  /** No member sent less; it may be that none sent as little. */
  #lowest = 0
  #day: number

  constructor(columns: SlotColumns, level: number) {
    this.#columns = columns
    this.#level = level
    this.#day = columns.day
  }

  get size(): number {
    return this.#size
  }

  /** What the least used of them sent today; Infinity for no members. */
  least(): number {
    if (this.#size === 0) return Infinity
    this.#roll()
    while (this.#starts[this.#lowest + 1] === 0) this.#lowest++
    return this.#lowest
  }

  /** What the least used of those sent today that sent so much or more; Infinity where there are none. */
  leastFrom(count: number): number {
    const least = this.least()
    if (count <= least) return least
    if (count > this.#highest) return Infinity
    const index = this.#starts[count]!
    return index === this.#size ? Infinity : Math.min(this.#columns.sentOf(this.#members[index]!), ORDER_MAX)
  }

  /** How many sent just so much, which `leastFrom` said. */
  ties(count: number): number {
    return this.#starts[count + 1]! - this.#starts[count]!
  }

  /** One of those that sent just so much, by its index from 0 to below `ties`. */
  at(count: number, index: number): number {
    return this.#members[this.#starts[count]! + index]!
  }

  add(slot: number): void {
    this.#roll()
    if (this.#size === this.#members.length) {
      const wider = new Int32Array(Math.max(4, this.#size * 2))
      wider.set(this.#members)
      this.#members = wider
    }
    this.#put(slot, this.#size)
    this.#size++
    this.#starts[this.#highest + 1] = this.#size
    this.#move(slot, this.#highest, this.#columns.sentOf(slot))
  }

  /** Adds many to what has no members yet: as `add` for each, but that what they sent before costs nothing. */
  fill(slots: readonly number[]): void {
    this.#day = this.#columns.day
    this.#members = Int32Array.from(slots).sort((a, b) => this.#columns.sentOf(a) - this.#columns.sentOf(b))
    this.#size = slots.length
    this.#begin()
    this.#members.forEach((slot, index) => {
      this.#columns.setPlace(slot, this.#level, index)
      const count = Math.min(this.#columns.sentOf(slot), ORDER_MAX)
      while (this.#highest < count) this.#ends(this.#highest)[this.#highest] = index
    })
  }

  remove(slot: number): void {
    this.#roll()
    this.#move(slot, this.#columns.sentOf(slot), this.#highest)
    this.#size--
    this.#put(this.#members[this.#size]!, this.#columns.placeOf(slot, this.#level))
    this.#starts[this.#highest + 1] = this.#size
    if (this.#size === 0) this.#begin()
  }

  /** The count of a member is about to go from one to the other. */
  change(slot: number, from: number, to: number): void {
    this.#roll()
    this.#move(slot, from, to)
  }

  #move(slot: number, before: number, after: number): void {
    const to = Math.min(after, ORDER_MAX)
    let count = Math.min(before, ORDER_MAX)
    while (count < to) {
      const border = --this.#ends(count)[count + 1]!
      this.#swap(slot, border)
      count++
    }
    while (count > to) {
      this.#swap(slot, this.#starts[count]!)
      this.#starts[count]!++
      count--
    }
    if (to < this.#lowest) this.#lowest = to
  }

  /** The borders, with one behind what comes after `count`. */
  #ends(count: number): Int32Array {
    if (count === this.#highest) {
      this.#highest++
      if (this.#highest + 1 >= this.#starts.length) {
        const wider = new Int32Array(this.#starts.length * 2)
        wider.set(this.#starts)
        this.#starts = wider
      }
      this.#starts[this.#highest + 1] = this.#size
    }
    return this.#starts
  }

  #swap(slot: number, index: number): void {
    const other = this.#members[index]!
    this.#put(other, this.#columns.placeOf(slot, this.#level))
    this.#put(slot, index)
  }

  #put(slot: number, index: number): void {
    this.#members[index] = slot
    this.#columns.setPlace(slot, this.#level, index)
  }

  #roll(): void {
    if (this.#day === this.#columns.day) return
    this.#day = this.#columns.day
    this.#begin()
  }

  /** All members sent nothing. */
  #begin(): void {
    this.#highest = 0
    this.#lowest = 0
    this.#starts[0] = 0
    this.#starts[1] = this.#size
  }
}
