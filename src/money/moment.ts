// A day or a moment as directories and rate sheets write it → wall time. It knows no time zone but UTC.

const moment = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?)?$/

/** Wall time in ms of `2027-01-31` or `2027-01-31T12:00:00Z`; undefined for one that no calendar has, or before 1970. */
export function momentOf(text: string): number | undefined {
  const found = moment.exec(text)
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0))
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  // Date.UTC takes the 31st of June for the 1st of July.
  const written = new Date(ms)
  const isSame =
    written.getUTCMonth() === month - 1 &&
    written.getUTCDate() === day &&
    written.getUTCHours() === hour &&
    written.getUTCMinutes() === minute &&
    written.getUTCSeconds() === second
  return isSame && ms >= 0 ? ms : undefined
}
