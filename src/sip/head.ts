// The text of a message's head to header fields. Knows lines, folding and names, and not what a value means.
import type { Field } from './message.js'
import { nameOf } from './names.js'
import { isBlank, trimmed } from './tokens.js'

/**
 * Adds the fields of the lines from `at` to the end of `head`, which has no empty line. What cannot be a field is left
 * out, the others are still read, so that an answer can be made. Returns what was wrong first, undefined if nothing.
 */
export function readFields(head: string, at: number, mostFields: number, into: Field[]): string | undefined {
  let wrong: string | undefined
  while (at < head.length) {
    let end = lineEnd(head, at)
    if (end < 0) return wrong ?? 'Bare CR Or LF'
    let isFolded = false
    // RFC 3261 §7.3.1: a line that starts with a blank goes on with the one before.
    while (end < head.length && isBlank(head.charCodeAt(end + 2))) {
      isFolded = true
      end = lineEnd(head, end + 2)
      if (end < 0) return wrong ?? 'Bare CR Or LF'
    }
    const colon = head.indexOf(':', at)
    let nameEnd = colon
    while (nameEnd > at && isBlank(head.charCodeAt(nameEnd - 1))) nameEnd--
    const name = colon < 0 || colon > end ? undefined : nameOf(head.slice(at, nameEnd))
    if (name === undefined) wrong ??= 'Malformed Header Field'
    else if (into.length >= mostFields) return wrong ?? 'Too Many Header Fields'
    else {
      const value = trimmed(head, colon + 1, end)
      into.push({ name, value: isFolded ? unfolded(value) : value })
    }
    at = end + 2
  }
  return wrong
}

/** Where the line that holds `at` ends: at its CR, or at the end of the text; -1 if a CR or an LF stands alone in it. */
function lineEnd(head: string, at: number): number {
  const cr = head.indexOf('\r', at)
  const lf = head.indexOf('\n', at)
  // Where one parser sees a line end and another does not, one of them can be fooled.
  if (cr < 0) return lf < 0 ? head.length : -1
  return lf === cr + 1 ? cr : -1
}

/** RFC 3261 §7.3.1: a fold is one blank. */
function unfolded(value: string): string {
  const lines = value.split('\r\n').map((each) => trimmed(each))
  return trimmed(lines.join(' '))
}
