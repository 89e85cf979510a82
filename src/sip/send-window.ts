// How many requests of ours may be young and unanswered at a time on a way that loses what it has no room for. Counts only.

/**
 * Requests are counted until they are answered, or are no longer young: who does not answer takes nobody's place for long.
 * Times are those of the caller, who lets them pass by `advance`.
 */
export class SendWindow {
  readonly #most: number
  readonly #stepMs: number
  /** Of the steps of time that are young, by step modulo their number. */
  readonly #counts = new Int32Array(STEPS)
  #step: number
  #total = 0

  /** @param youngMs for how long one counts, rounded down by a tenth at most */
  constructor(most: number, youngMs: number, nowMs: number) {
    this.#most = most
    this.#stepMs = Math.max(1, youngMs / STEPS)
    this.#step = Math.floor(nowMs / this.#stepMs)
  }

  get isOpen(): boolean {
    return this.#total < this.#most
  }

  /** Counts one; returns what `answered` is to be told. */
  sent(): number {
    this.#counts[this.#step % STEPS]!++
    this.#total++
    return this.#step
  }

  answered(step: number): void {
    if (step <= this.#step - STEPS) return
    this.#counts[step % STEPS]!--
    this.#total--
  }

  advance(nowMs: number): void {
    const step = Math.floor(nowMs / this.#stepMs)
    if (step <= this.#step) return
    for (let at = Math.max(this.#step, step - STEPS) + 1; at <= step; at++) {
      this.#total -= this.#counts[at % STEPS]!
      this.#counts[at % STEPS] = 0
    }
    this.#step = step
  }
}

const STEPS = 10
