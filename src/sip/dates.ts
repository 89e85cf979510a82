// The Date header: RFC 1123 form, GMT only. Time is written as milliseconds since 1970; no clock is read.

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Milliseconds since 1970 of `Sat, 13 Nov 2010 23:29:00 GMT`; undefined if it is another form or zone. RFC 3261 §20.17. */
export function parseDate(text: string): number | undefined {
  const [day, date, month, year, time, zone, ...rest] = text.split(' ')
  if (day === undefined || !days.includes(day.slice(0, -1)) || !day.endsWith(',')) return undefined
  if (zone !== 'GMT' || rest.length > 0 || date === undefined || month === undefined || year === undefined)
    return undefined
  const at = Date.parse(`${date} ${month} ${year} ${time} GMT`)
  // The parser of the engine takes more than the form; what it read must be what was written.
  return !Number.isNaN(at) && writeDate(at).slice(5) === text.slice(5) ? at : undefined
}

/** The Date header for milliseconds since 1970. */
export function writeDate(ms: number): string {
  const at = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${two(at.getUTCDate())} ${months[at.getUTCMonth()]} ${String(at.getUTCFullYear()).padStart(4, '0')}`
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  return `${days[at.getUTCDay()]}, ${date} ${time} GMT`
}
