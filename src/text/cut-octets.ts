// Where octets are cut that leave as they are, without being decoded: not within what belongs together. Positions only.
import { isGsm7, type Alphabet } from './alphabet.js'
import { ESCAPE } from './gsm7-tables.js'

/**
 * Ends of all segments of user data (septets one in each octet) that does not fit alone.
 * An escape and what it escapes stay together, and so do a high and a low surrogate; octets that are no text are cut anywhere.
 * @param room octets of a segment, at least 4; even for UTF-16
 */
export function octetCuts(userData: Uint8Array, alphabet: Alphabet, room: number): readonly number[] {
  const { length } = userData
  const ends: number[] = []
  for (let from = 0; from < length;) {
    const end = from + room
    from = end < length ? cutBefore(userData, alphabet, from, end) : length
    ends.push(from)
  }
  return ends
}

function cutBefore(userData: Uint8Array, alphabet: Alphabet, from: number, end: number): number {
  if (isGsm7(alphabet)) return splitsEscape(userData, from, end) ? end - 1 : end
  if (alphabet === 'ucs2') return splitsSurrogates(userData, end, 0) ? end - 2 : end
  if (alphabet === 'ucs2le') return splitsSurrogates(userData, end, 1) ? end - 2 : end
  return end
}

/** An escape after an escape is its second half, so that of several in a row it counts whether the last one begins a pair. */
function splitsEscape(septets: Uint8Array, from: number, end: number): boolean {
  let at = end
  while (at > from && septets[at - 1] === ESCAPE) at--
  return (end - at) % 2 === 1
}

/** @param high where a unit's high octet is */
function splitsSurrogates(units: Uint8Array, end: number, high: 0 | 1): boolean {
  return ((units[end - 2 + high] ?? 0) & 0xfc) === 0xd8 && ((units[end + high] ?? 0) & 0xfc) === 0xdc
}
