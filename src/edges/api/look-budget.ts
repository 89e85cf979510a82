// How many rows an account may have looked at for its lists and searches: a budget that fills up again as time goes by, so that no account
// keeps the switch busy with them. No clock.

export interface LookRate {
  /** Rows in a window; 0 for no limit. */
  readonly rows: number
  readonly windowMs: number
}

export const defaultLookRate: LookRate = { rows: 10_000_000, windowMs: 60_000 }

/** Called before rows are looked at, or after. @throws LookedTooMuch where nothing is left */
export type Look = (rows: number) => void

/** Its list is not looked through, or not to its end. */
export class LookedTooMuch extends Error {
  /** Then the budget is whole again. */
  readonly waitMs: number

  constructor(waitMs: number) {
    super('too many numbers were looked at for your lists: come again later, or ask for fewer')
    this.name = 'LookedTooMuch'
    this.waitMs = waitMs
  }
}

interface Budget {
  left: number
  atMs: number
}

export class LookBudgets {
  readonly #rate: LookRate
  readonly #max: number
  /** The account that looked last is the last. */
  readonly #accounts = new Map<string, Budget>()

  /** @param max accounts that are remembered; of more those that have not looked for longest are forgotten */
  constructor(rate: LookRate, max: number) {
    this.#rate = rate
    this.#max = max
  }

  /** Takes rows where anything is left: what is over is owed. @throws LookedTooMuch */
  take(account: string, rows: number, nowMs: number): void {
    const { rows: most, windowMs } = this.#rate
    if (most === 0) return
    const budget = this.#accounts.get(account) ?? { left: most, atMs: nowMs }
    this.#accounts.delete(account)
    this.#accounts.set(account, budget)
    budget.left = Math.min(most, budget.left + ((nowMs - budget.atMs) * most) / windowMs)
    budget.atMs = nowMs
    if (budget.left <= 0) throw new LookedTooMuch(((most - budget.left) * windowMs) / most)
    budget.left -= rows
    if (this.#accounts.size <= this.#max) return
    for (const oldest of this.#accounts.keys()) {
      this.#accounts.delete(oldest)
      break
    }
  }
}
