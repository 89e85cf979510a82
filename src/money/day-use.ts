// Days of UTC, in which what accounts use is counted, and the limits it is held against: so that a stolen password can't drain a
// balance overnight. The counting is done by the books.

const DAY_MS = 86_400_000

/** 0 is no limit. */
export interface DayLimits {
  /** Held or charged, in micro-units of the base currency. */
  readonly spentMicros: number
  /** Units of messages that were accepted, delivered or not. */
  readonly messages: number
}

/** Days since 1970-01-01. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS)
}
