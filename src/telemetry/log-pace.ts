// Keeps a flood of equal anomalies from becoming a flood of lines: one line now and then, with how many it stands for.

/** Counts by key; says how many to tell of when the last telling of that key is long enough ago. */
export class LogPace {
  readonly #everyMs: number
  readonly #maxKeys: number
  readonly #byKey = new Map<string, { count: number; toldAtMs: number }>()

  /** @param maxKeys keys told apart; when there are more, all are forgotten and begin anew */
  constructor(everyMs: number, maxKeys = 10_000) {
    this.#everyMs = everyMs
    this.#maxKeys = maxKeys
  }

  /** One more of `key` at `nowMs`: 0 to stay silent, else how many have come since the last line. */
  note(key: string, nowMs: number): number {
    const known = this.#byKey.get(key)
    if (known === undefined) {
      if (this.#byKey.size >= this.#maxKeys) this.#byKey.clear()
      this.#byKey.set(key, { count: 0, toldAtMs: nowMs })
      return 1
    }
    known.count++
    if (nowMs - known.toldAtMs < this.#everyMs) return 0
    const { count } = known
    known.count = 0
    known.toldAtMs = nowMs
    return count
  }
}
