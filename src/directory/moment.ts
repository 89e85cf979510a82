// A day or a moment as a directory writes it → wall time. It knows no time zone but UTC.

/** Wall time in ms of `2027-01-31` or `2027-01-31T12:00:00Z`; undefined for one that no calendar has, or before 1970. */
export function momentOf(text: string): number | undefined {
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || ms < 0) return undefined
  // The 31st of June is read as the 1st of July.
  return new Date(ms).toISOString().startsWith(text.slice(0, 10)) ? ms : undefined
}
