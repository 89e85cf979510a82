// When each limit held something, as a simulation tells it moment by moment. No clock.

/** A limit that held some lane, and when. */
export interface HeldTime {
  /** Its name; those of numbers are one: `numbers to minor`. */
  readonly limit: string
  /** In order, with gaps of more than a second between them, in ms. */
  readonly periods: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** All of them together. */
  readonly heldMs: number
}

const GAP_MS = 1000
/** More than that are told as one, from the last on. */
const MOST_PERIODS = 1000

export class HeldTimes {
  readonly #byLimit = new Map<string, { fromMs: number; toMs: number }[]>()

  /** In the order of `nowMs`. */
  add(name: string, nowMs: number, againMs: number): void {
    const limit = grouped(name)
    let periods = this.#byLimit.get(limit)
    if (periods === undefined) this.#byLimit.set(limit, (periods = []))
    const last = periods.at(-1)
    if (last !== undefined && (nowMs <= last.toMs + GAP_MS || periods.length === MOST_PERIODS))
      last.toMs = Math.max(last.toMs, againMs)
    else periods.push({ fromMs: nowMs, toMs: againMs })
  }

  /** The one that holds longest first. */
  all(): readonly HeldTime[] {
    return [...this.#byLimit]
      .map(([limit, periods]) => ({
        limit,
        periods,
        heldMs: periods.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0),
      }))
      .sort((a, b) => b.heldMs - a.heldMs)
  }
}

/** The limits of numbers are one: that of a single one of them matters to nobody. */
export function grouped(name: string): string {
  return name.startsWith('number ') ? name.replace(/^number \S+/, 'numbers') : name
}
