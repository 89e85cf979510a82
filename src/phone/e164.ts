// E.164 numbers: their shape, their calling code and country. Shape and prefix only: nothing is refused for being new.
import { PrefixTrie, type PrefixEntry } from '../lib/prefix-trie.js'
import { callingCodes } from './calling-codes.js'

/** The longest number has 15 digits (E.164 §6.1), the shortest in use 7. */
export const E164_MAX_DIGITS = 15
const E164_MIN_DIGITS = 7

/** Where a number belongs by its first digits. */
export interface NumberPlace {
  /** Such as `44`. */
  readonly callingCode: string
  /** ISO 3166-1 such as `GB`, or `001` for numbers of no country. */
  readonly country: string
}

const places = new PrefixTrie(prefixes())

/** True for 7 to 15 digits of which the first is no 0; a leading `+` is not part of it. */
export function isE164Shape(number: string): boolean {
  if (number.length < E164_MIN_DIGITS || number.length > E164_MAX_DIGITS) return false
  if (number.charCodeAt(0) === 48) return false
  for (let i = 0; i < number.length; i++) {
    const code = number.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

/** The place of an E.164 number without `+`, by its longest known prefix; undefined where no calling code is assigned. */
export function placeOf(number: string): NumberPlace | undefined {
  return places.longest(number)
}

/** Every country that a number can have, each once, sorted: what an allow list may name. */
export function knownCountries(): readonly string[] {
  return [...new Set(callingCodes.flatMap(([, country, others]) => [country, ...Object.keys(others ?? {})]))].sort()
}

function* prefixes(): Iterable<PrefixEntry<NumberPlace>> {
  for (const [callingCode, country, others] of callingCodes) {
    yield [callingCode, { callingCode, country }]
    for (const [other, following] of Object.entries(others ?? {})) {
      const place = { callingCode, country: other }
      for (const digits of following.split(' ')) yield [callingCode + digits, place]
    }
  }
}
