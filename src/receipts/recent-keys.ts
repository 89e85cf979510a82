// Remembers about as many keys as it was told to, the newest. Two generations instead of a queue: dropping the oldest of a
// JavaScript Set one by one walks over the places of all that were dropped before.

export class RecentKeys {
  readonly #perGeneration: number
  #young = new Set<string>()
  #old = new Set<string>()

  /** @param max most keys remembered, 2 or more; the newest half of them is never forgotten */
  constructor(max: number) {
    this.#perGeneration = Math.max(1, Math.floor(max / 2))
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key)
  }

  add(key: string): void {
    if (this.#young.size >= this.#perGeneration) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(key)
  }
}
