// Octets for which their alphabet has no character: decoded they would be U+FFFD, which nobody wrote. It finds and names them.
import { isGsm7, type Alphabet, type Shifts } from './alphabet.js'
import { hasCharacter } from './charsets.js'
import { decodeUserData } from './decode.js'

/**
 * Text of user data (septets one in each octet) without header; undefined where an octet has no character, and for what is no text.
 */
export function wholeText(userData: Uint8Array, alphabet: Alphabet, shifts: Shifts): string | undefined {
  const text = decodeUserData(userData, alphabet, shifts)
  if (text === undefined) return undefined
  // UTF-16 has U+FFFD itself; the others have it only for what they lack.
  if (alphabet === 'ucs2' || alphabet === 'ucs2le') {
    return userData.length % 2 === 0 && (text as WellFormedness).isWellFormed() ? text : undefined
  }
  return text.includes('\ufffd') ? undefined : text
}

/** ES2024, which Node has from version 20 on. */
type WellFormedness = string & { isWellFormed(): boolean }

/**
 * Where in user data (septets one in each octet) the first octet without a character is, or -1 when all is text. In UTF-16 that is
 * where a lone surrogate begins, or half a unit at the end. Octets that are no text lack none.
 */
export function characterlessAt(userData: Uint8Array, alphabet: Alphabet): number {
  if (alphabet === 'ucs2' || alphabet === 'ucs2le') return loneUnitAt(userData, alphabet === 'ucs2' ? 0 : 1)
  if (isGsm7(alphabet) || alphabet === 'ascii') return aboveSevenBits(userData)
  // The others have a character for each octet, are no text, or are UTF-8, which never gets into the standard coding.
  return alphabet === 'hebrew' ? userData.findIndex((octet) => !hasCharacter(octet, alphabet)) : -1
}

/** For our log: what is at a place that `characterlessAt` found. */
export function nameCharacterless(userData: Uint8Array, alphabet: Alphabet, at: number): string {
  const isWide = alphabet === 'ucs2' || alphabet === 'ucs2le'
  const octets = Buffer.from(userData.subarray(at, isWide ? at + 2 : at + 1))
  return `octet${octets.length === 1 ? '' : 's'} 0x${octets.toString('hex')} at ${at}`
}

function aboveSevenBits(octets: Uint8Array): number {
  const { length } = octets
  for (let at = 0; at < length; at++) if ((octets[at] ?? 0) > 0x7f) return at
  return -1
}

/** @param high where a unit's high octet is */
function loneUnitAt(units: Uint8Array, high: 0 | 1): number {
  const even = units.length & ~1
  for (let at = 0; at < even; at += 2) {
    const first = units[at + high] ?? 0
    if ((first & 0xf8) !== 0xd8) continue
    const second = at + 2 < even ? (units[at + 2 + high] ?? 0) : 0
    const isPair = (first & 0xfc) === 0xd8 && (second & 0xfc) === 0xdc
    if (!isPair) return at
    at += 2
  }
  return even === units.length ? -1 : even
}
