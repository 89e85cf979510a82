// SMPP time strings (SMPP 3.4 §7.1.1): `YYMMDDhhmmsstnnp`, absolute with an offset from UTC or relative to now. The codec
// keeps them as sent; only who must obey one reads it here.

const LENGTH = 16
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** A relative time names months and years by the calendar; these are their usual lengths. */
const MONTH_MS = 30 * DAY_MS
const YEAR_MS = 365 * DAY_MS
const QUARTER_MS = 15 * MINUTE_MS

/**
 * How many ms from `wallMs` the time is (negative for a time gone by), or undefined when it is malformed.
 * The empty string is not a time: the caller knows what absence means.
 */
export function smppTimeToMs(time: string, wallMs: number): number | undefined {
  if (time.length !== LENGTH) return undefined
  for (let i = 0; i < LENGTH - 1; i++) {
    const code = time.charCodeAt(i)
    if (code < 48 || code > 57) return undefined
  }
  const two = (at: number) => (time.charCodeAt(at) - 48) * 10 + time.charCodeAt(at + 1) - 48
  const [years, months, days, hours, minutes, seconds] = [two(0), two(2), two(4), two(6), two(8), two(10)]
  const tenthsMs = (time.charCodeAt(12) - 48) * 100
  const quarters = two(13)
  const sign = time.charAt(15)
  if (sign === 'R') {
    return (
      years * YEAR_MS + months * MONTH_MS + days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS
    )
  }
  if (sign !== '+' && sign !== '-') return undefined
  if (months < 1 || months > 12 || days < 1 || days > 31 || hours > 23 || minutes > 59 || seconds > 59 || quarters > 48)
    return undefined
  // §7.1.1.1: 38–99 are 19xx, 00–37 are 20xx.
  const year = years >= 38 ? 1900 + years : 2000 + years
  const localMs = Date.UTC(year, months - 1, days, hours, minutes, seconds) + tenthsMs
  if (new Date(localMs).getUTCDate() !== days) return undefined // the 31st of a month of 30 days
  return localMs - (sign === '+' ? quarters : -quarters) * QUARTER_MS - wallMs
}

/** A relative time of `ms` from now, rounded up to whole seconds, at least one second; days are not turned into months. */
export function relativeSmppTime(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms / SECOND_MS))
  // Two digits of days, so what is longer goes into months of 30 days and years of 365, as they are read back.
  const years = Math.floor(whole / 31_536_000)
  const afterYears = whole - years * 31_536_000
  const months = Math.min(99, Math.floor(afterYears / 2_592_000))
  const afterMonths = afterYears - months * 2_592_000
  const days = Math.floor(afterMonths / 86_400)
  const afterDays = afterMonths - days * 86_400
  const hours = Math.floor(afterDays / 3600)
  const minutes = Math.floor((afterDays - hours * 3600) / 60)
  return (
    pairs[Math.min(99, years)]! +
    pairs[months]! +
    pairs[days]! +
    pairs[hours]! +
    pairs[minutes]! +
    pairs[afterDays % 60]! +
    '000R'
  )
}

/** An absolute time in UTC. */
export function absoluteSmppTime(wallMs: number): string {
  const at = new Date(wallMs)
  return (
    pairs[at.getUTCFullYear() % 100]! +
    pairs[at.getUTCMonth() + 1]! +
    pairs[at.getUTCDate()]! +
    pairs[at.getUTCHours()]! +
    pairs[at.getUTCMinutes()]! +
    pairs[at.getUTCSeconds()]! +
    '000+'
  )
}

const pairs = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))
