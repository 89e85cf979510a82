// Times as people read them.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const fullDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** The time of today, the day of before. */
export function shortTime(atMs: number, nowMs: number): string {
  return dayOf(atMs) === dayOf(nowMs) ? time.format(atMs) : day.format(atMs)
}

export function timeOf(atMs: number): string {
  return time.format(atMs)
}

export function dayOf(atMs: number): string {
  return fullDay.format(atMs)
}
