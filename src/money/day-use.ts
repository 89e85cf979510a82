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

/**
 * How far ahead of today a day may be that is counted on: a clock that is set back so little gives no new allowance. Who counted one
 * further ahead had a clock that was wrong.
 */
export const DAYS_AHEAD_MAX = 1

/** Days since 1970-01-01. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS)
}
