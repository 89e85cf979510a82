// The memory of what an earlier run answered and peers may still repeat, and the times at which its keeper may forget. Grows by nothing
// after its start: who answers now remembers for himself. Knows no protocol and no store.

export interface RememberedTransaction<Id> {
  readonly key: string
  readonly id: Id
  /** Switch time, ms. */
  readonly expiresAtMs: number
}

export class RememberedTransactions<Id> {
  readonly #ids = new Map<string, RememberedTransaction<Id>>()
  readonly #everyMs: number
  /** When all in memory is over. */
  #allOverMs = -Infinity
  /** When there is something to forget next; of an earlier run there may be something at once. */
  #forgetMs = -Infinity
  /** When all that was kept is over. */
  #keptUntilMs = -Infinity

  /**
   * @param rows those of an earlier run that are not over, which bound it
   * @param everyMs least time from one forgetting to the next
   */
  constructor(rows: readonly RememberedTransaction<Id>[], everyMs: number) {
    this.#everyMs = everyMs
    for (const row of rows) {
      this.#ids.set(row.key, row)
      this.#allOverMs = Math.max(this.#allOverMs, row.expiresAtMs)
      this.kept(row.expiresAtMs)
    }
  }

  get size(): number {
    return this.#ids.size
  }

  /** What this request made in an earlier run. Costs nothing once all of that is over. */
  find(key: string, nowMs: number): Id | undefined {
    if (this.#ids.size === 0) return undefined
    if (nowMs >= this.#allOverMs) {
      this.#ids.clear()
      return undefined
    }
    const row = this.#ids.get(key)
    return row === undefined || row.expiresAtMs <= nowMs ? undefined : row.id
  }

  /** One more was given to the keeper. */
  kept(expiresAtMs: number): void {
    // The keeper counts in whole milliseconds.
    const overMs = Math.ceil(expiresAtMs)
    if (overMs > this.#keptUntilMs) this.#keptUntilMs = overMs
    if (overMs < this.#forgetMs) this.#forgetMs = overMs
  }

  /** Asked now and then: the time through which the keeper is to forget; undefined while there is nothing to forget. */
  forgetThrough(nowMs: number): number | undefined {
    if (nowMs >= this.#allOverMs) this.#ids.clear()
    if (nowMs < this.#forgetMs) return undefined
    this.#forgetMs = this.#keptUntilMs > nowMs ? Math.min(this.#keptUntilMs, nowMs + this.#everyMs) : Infinity
    return nowMs
  }
}
