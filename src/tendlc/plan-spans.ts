// When each limit holds something, as a run of the limiter tells it moment by moment. No clock.

/** A limit that holds some lane, and when. */
export interface HeldTime {
  /** Its name; those of numbers are one, `numbers to minor`, and a minute is one with its second. */
  readonly limit: string
  /** In order, with gaps of more than a second between them, in ms. */
  readonly periods: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** All of them together. */
  readonly heldMs: number
}

const GAP_MS = 1000
/** More than that are told as one, from the last on. */
const MOST_PERIODS = 1000

export class HeldSpans {
  readonly #byLimit = new Map<string, { fromMs: number; toMs: number }[]>()

  /** In the order of `nowMs`. */
  add(limit: string, nowMs: number, againMs: number): void {
    let periods = this.#byLimit.get(limit)
    if (periods === undefined) this.#byLimit.set(limit, (periods = []))
    const last = periods.at(-1)
    if (last !== undefined && (nowMs <= last.toMs + GAP_MS || periods.length === MOST_PERIODS)) {
      if (againMs > last.toMs) last.toMs = againMs
    } else periods.push({ fromMs: nowMs, toMs: againMs })
  }

  /** The one that holds longest first. */
  all(): readonly HeldTime[] {
    return [...this.#byLimit]
      .map(([limit, periods]) => {
        const heldMs = periods.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0)
        return { limit, periods, heldMs }
      })
      .sort((a, b) => b.heldMs - a.heldMs)
  }
}

const known = new Map<string, string>()

/** `number 12025550101 to minor` → `numbers to minor`; `campaign C1 to att, minute` → `campaign C1 to att`. */
export function limitOf(name: string): string {
  let limit = known.get(name)
  if (limit !== undefined) return limit
  if (known.size > 10_000) known.clear()
  limit = name.replace(/^number \S+/, 'numbers').replace(/, minute$/, '')
  known.set(name, limit)
  return limit
}
