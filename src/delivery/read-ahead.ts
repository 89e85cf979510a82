// Counts the deliveries that all lanes hold in memory, those asked of the store included, and says how many more may be.
// Holds none itself.

import type { Lane } from './lane.js'

export interface ReadAheadOptions {
  /** Most deliveries read ahead for one lane. */
  readonly readAheadPerLane: number
  /** Most in all; beyond it each lane keeps `readAheadFloor`. */
  readonly readAheadTotal: number
  readonly readAheadFloor: number
}

export class ReadAhead {
  readonly #options: ReadAheadOptions
  #count = 0
  /** Asked of the store and not brought yet: many lanes read at once, so these must count before they come. */
  #asked = 0

  constructor(options: ReadAheadOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#count
  }

  add(): void {
    this.#count++
  }

  remove(count: number): void {
    this.#count -= count
  }

  /** May one more be kept in memory for this lane? */
  mayHold(lane: Lane): boolean {
    const { length } = lane.ready
    const { readAheadFloor, readAheadPerLane, readAheadTotal } = this.#options
    if (length < readAheadFloor) return true
    return length < readAheadPerLane && this.#count + this.#asked < readAheadTotal
  }

  /** How many to ask the store for; 0 while the lane has enough. What is not 0 must be given to `asked`, and to `came` in the end. */
  wanted(lane: Lane): number {
    const { readAheadFloor, readAheadPerLane, readAheadTotal } = this.#options
    const { length } = lane.ready
    const left = readAheadTotal - this.#count - this.#asked
    const target = Math.max(readAheadFloor, Math.min(readAheadPerLane, length + left))
    return length > target >> 1 ? 0 : target - length
  }

  asked(count: number): void {
    this.#asked += count
  }

  came(asked: number): void {
    this.#asked -= asked
  }
}
