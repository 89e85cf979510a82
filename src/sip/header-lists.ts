// Which headers are comma lists, and how one is cut. The values themselves are not looked into.
import { trimmed } from './tokens.js'

/** RFC 3261 table 2 and §7.3.1; the headers with credentials and dates have commas that mean something else. */
const lists: ReadonlySet<string> = new Set([
  ...['accept', 'accept-contact', 'accept-encoding', 'accept-language', 'alert-info', 'allow', 'allow-events'],
  ...['call-info', 'contact', 'content-encoding', 'content-language', 'diversion', 'error-info', 'history-info'],
  ...['in-reply-to', 'p-asserted-identity', 'p-associated-uri', 'p-preferred-identity', 'path', 'privacy'],
  ...['proxy-require', 'reason', 'record-route', 'reject-contact', 'require', 'route', 'security-client'],
  ...['security-server', 'security-verify', 'service-route', 'supported', 'unsupported', 'via', 'warning'],
])

export function isList(name: string): boolean {
  return lists.has(name)
}

/** Adds the entries of a comma list; commas in quotes and in angle brackets part nothing. Empty entries are dropped. */
export function splitList(value: string, into: string[]): void {
  if (value.indexOf(',') < 0) {
    if (value !== '') into.push(value)
    return
  }
  let start = 0
  for (;;) {
    const end = entryEnd(value, start)
    const entry = trimmed(value, start, end)
    if (entry !== '') into.push(entry)
    if (end >= value.length) return
    start = end + 1
  }
}

/** Where the entry that starts at `from` ends: at its comma, or at the end of the text. */
export function entryEnd(value: string, from: number): number {
  let isQuoted = false
  let isBracketed = false
  for (let i = from; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (isQuoted) {
      if (code === 92) i++
      else if (code === 34) isQuoted = false
    } else if (isBracketed) {
      if (code === 62) isBracketed = false
    } else if (code === 34) isQuoted = true
    else if (code === 60) isBracketed = true
    else if (code === 44) return i
  }
  return value.length
}
