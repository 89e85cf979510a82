// How many deliveries wait for each number of a pool, in whichever lanes. Counts, and decides nothing.

export class NumberQueues {
  readonly #waiting = new Map<string, number>()

  /** @param more less than 0 for those that left */
  add(number: string, more: number): void {
    const waiting = this.waiting(number) + more
    if (waiting > 0) this.#waiting.set(number, waiting)
    else this.#waiting.delete(number)
  }

  waiting(number: string): number {
    return this.#waiting.get(number) ?? 0
  }
}
