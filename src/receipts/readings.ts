// Keeps in mind what a reading of the store would not tell: changes that are durable stay in their owner's map until no reading
// is under way that began before they were. Reads nothing itself.

interface Leaving {
  readonly from: Map<string, object>
  readonly key: string
  readonly change: object
  readonly lastReading: number
}

export class Readings {
  /** Those under way, by the order they began in. */
  readonly #open = new Set<number>()
  #last = 0
  readonly #leaving: Leaving[] = []

  /** A reading begins; call what is returned when its rows were used. */
  begin(): () => void {
    const reading = ++this.#last
    this.#open.add(reading)
    return () => this.#end(reading)
  }

  /** A change is durable: it leaves its map as soon as it may, unless a newer one has taken its place. */
  leave(from: Map<string, object>, key: string, change: object): void {
    if (from.get(key) !== change) return
    if (this.#open.size === 0) from.delete(key)
    else this.#leaving.push({ from, key, change, lastReading: this.#last })
  }

  #end(reading: number): void {
    this.#open.delete(reading)
    if (this.#leaving.length === 0) return
    let oldest = Infinity
    for (const first of this.#open) {
      oldest = first
      break
    }
    let over = 0
    while (over < this.#leaving.length && this.#leaving[over]!.lastReading < oldest) {
      const { from, key, change } = this.#leaving[over++]!
      if (from.get(key) === change) from.delete(key)
    }
    this.#leaving.splice(0, over)
  }
}
