// The days of the carriers' clock: America/Los_Angeles, where a day has 23 or 25 hours when the clocks are changed. Pure: from wall
// time to the day's number and back, by the rules that the runtime has for that zone.

const DAY_MS = 86_400_000
export const PACIFIC = 'America/Los_Angeles'

export interface CalendarDay {
  /** Days since 1970-01-01, as the zone's own calendar counts them. */
  readonly number: number
  /** Its first moment, and that of the next, in wall ms. */
  readonly startMs: number
  readonly endMs: number
}

export class DayCalendar {
  readonly #format: Intl.DateTimeFormat
  #last: CalendarDay | undefined

  /** @param zone of the IANA database; its clocks are never changed at midnight */
  constructor(zone = PACIFIC) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  }

  /** @param wallMs ms since 1970 by a wall clock */
  dayOf(wallMs: number): CalendarDay {
    const last = this.#last
    if (last !== undefined && wallMs >= last.startMs && wallMs < last.endMs) return last
    const number = Math.floor(this.#local(wallMs) / DAY_MS)
    return (this.#last = { number, startMs: this.#startMs(number), endMs: this.#startMs(number + 1) })
  }

  #startMs(day: number): number {
    const midnightMs = day * DAY_MS
    // The zone's distance from UTC is at midnight what it was a little before or after: the second guess is right.
    const guessMs = midnightMs - (this.#local(midnightMs) - midnightMs)
    return midnightMs - (this.#local(guessMs) - guessMs)
  }

  /** What the zone's clocks show, as ms of a calendar without time zones. */
  #local(wallMs: number): number {
    const shown: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(wallMs)) shown[type] = Number(value)
    const { year, month, day, hour, minute, second } = shown
    return Date.UTC(year!, month! - 1, day, hour, minute, second)
  }
}

/** `2026-11-23` */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The number of a day written so; undefined for anything else. */
export function readDay(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const day = Date.parse(`${text}T00:00:00Z`) / DAY_MS
  return Number.isInteger(day) && dayText(day) === text ? day : undefined
}
