// What changes with every message, by the place of a number: how much it sent today, and where it stands among others. Plain columns.

/** Orders that a number stands in: among those of its area code, of its region, of its country. */
const LEVELS = 3

export class SlotColumns {
  #sent = new Int32Array(64)
  #sentOn = new Int32Array(64)
  #places = new Int32Array(64 * LEVELS)
  #day = 0
  #dayIndex = 0

  /** Days begun so far: what carries another has nothing of today. */
  get day(): number {
    return this.#day
  }

  /** The day of the calendar that is counted. */
  get dayIndex(): number {
    return this.#dayIndex
  }

  /** @param dayIndex of the calendar; another one than before begins every count again */
  setDay(dayIndex: number): void {
    if (dayIndex === this.#dayIndex) return
    this.#dayIndex = dayIndex
    this.#day++
  }

  reserve(slots: number): void {
    if (slots <= this.#sent.length) return
    const room = Math.max(slots, this.#sent.length * 2)
    this.#sent = grown(this.#sent, room)
    this.#sentOn = grown(this.#sentOn, room)
    this.#places = grown(this.#places, room * LEVELS)
  }

  /** Sent today, in segments. */
  sentOf(slot: number): number {
    return this.#sentOn[slot] === this.#day ? this.#sent[slot]! : 0
  }

  setSent(slot: number, sent: number): void {
    this.#sent[slot] = sent
    this.#sentOn[slot] = this.#day
  }

  placeOf(slot: number, level: number): number {
    return this.#places[slot * LEVELS + level]!
  }

  setPlace(slot: number, level: number, place: number): void {
    this.#places[slot * LEVELS + level] = place
  }
}

function grown(column: Int32Array, room: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(room)
  wider.set(column)
  return wider
}
