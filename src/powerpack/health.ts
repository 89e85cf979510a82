// How well what a number sends arrives, over the last 24 hours: which numbers should not be used for now. Memory only; decides nothing.

export interface HealthOptions {
  /** Reports in the window below which nothing is said. */
  readonly minReports: number
  /** Share of what was delivered below which a number is ill, 0 to 1. */
  readonly minDelivered: number
  /** Share of what was taken for spam above which a number is ill, 0 to 1. */
  readonly maxSpam: number
  /** Refusals of the number itself, one after the other, at which it is ill. */
  readonly maxRefusals: number
}

export const healthDefaults: HealthOptions = { minReports: 50, minDelivered: 0.7, maxSpam: 0.1, maxRefusals: 3 }

/** The end of a message: spam is not delivered either. Or what the vendor said of its source address. */
export type HealthReport = 'delivered' | 'undelivered' | 'spam' | 'sourceRefused' | 'sourceTaken'

export interface Illness {
  readonly number: string
  readonly why: 'deliveryRate' | 'spam' | 'sourceRefused'
  /** Such as `63% of 71 delivered`. */
  readonly note: string
}

export interface Counts {
  readonly delivered: number
  readonly undelivered: number
  /** Of those not delivered. */
  readonly spam: number
}

const HOUR_MS = 3_600_000
const HOURS = 24
const [DELIVERED, UNDELIVERED, SPAM, KINDS] = [0, 1, 2, 3]

interface Window {
  /** By hour and kind; an hour's place is used again a day later. */
  readonly counts: Uint32Array
  /** The newest hour in it. */
  hour: number
  refusals: number
}

/** A window for each number that was told of, until it is forgotten: nothing else goes away by itself. */
export class NumberHealth {
  readonly #options: HealthOptions
  readonly #windows = new Map<string, Window>()

  constructor(options: HealthOptions = healthDefaults) {
    this.#options = options
  }

  /**
   * @param nowMs switch time
   * @returns what is wrong with the number now; it is forgotten then, and begins anew
   */
  report(number: string, what: HealthReport, nowMs: number): Illness | undefined {
    const window = this.#windowOf(number, nowMs)
    const at = (window.hour % HOURS) * KINDS
    window.refusals = what === 'sourceRefused' ? window.refusals + 1 : 0
    if (what === 'delivered') window.counts[at + DELIVERED]!++
    if (what === 'undelivered' || what === 'spam') window.counts[at + UNDELIVERED]!++
    if (what === 'spam') window.counts[at + SPAM]!++
    const illness = this.#illnessOf(number, window)
    if (illness !== undefined) this.#windows.delete(number)
    return illness
  }

  /** What became of messages in the last 23 to 24 hours. */
  countsOf(number: string, nowMs: number): Counts {
    return this.#windows.has(number) ? summed(this.#windowOf(number, nowMs)) : { delivered: 0, undelivered: 0, spam: 0 }
  }

  /** Those that were told of. */
  numbers(): Iterator<string> {
    return this.#windows.keys()
  }

  /** A number left its pool. */
  forget(number: string): void {
    this.#windows.delete(number)
  }

  #windowOf(number: string, nowMs: number): Window {
    const hour = Math.floor(nowMs / HOUR_MS)
    const known = this.#windows.get(number)
    if (known === undefined) {
      const window = { counts: new Uint32Array(HOURS * KINDS), hour, refusals: 0 }
      this.#windows.set(number, window)
      return window
    }
    for (const last = Math.min(hour, known.hour + HOURS); known.hour < last;) {
      known.hour++
      const at = (known.hour % HOURS) * KINDS
      known.counts.fill(0, at, at + KINDS)
    }
    known.hour = Math.max(known.hour, hour)
    return known
  }

  #illnessOf(number: string, window: Window): Illness | undefined {
    const { minReports, minDelivered, maxSpam, maxRefusals } = this.#options
    if (window.refusals >= maxRefusals)
      return { number, why: 'sourceRefused', note: `refused ${window.refusals} times in a row` }
    const { delivered, undelivered, spam } = summed(window)
    const reports = delivered + undelivered
    if (reports < minReports) return undefined
    if (delivered / reports < minDelivered)
      return { number, why: 'deliveryRate', note: `${percent(delivered / reports)} of ${reports} delivered` }
    if (spam / reports > maxSpam)
      return { number, why: 'spam', note: `${percent(spam / reports)} of ${reports} taken for spam` }
    return undefined
  }
}

function summed({ counts }: Window): Counts {
  const sums = [0, 0, 0]
  counts.forEach((count, at) => (sums[at % KINDS]! += count))
  return { delivered: sums[DELIVERED]!, undelivered: sums[UNDELIVERED]!, spam: sums[SPAM]! }
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`
}
