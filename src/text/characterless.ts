// Octets for which their alphabet has no character: decoded they would be U+FFFD, which nobody wrote. It finds and names them.
import { isGsm7, type Alphabet } from './alphabet.js'
import { hasCharacter, isEightBit } from './charsets.js'

/**
 * Where in user data (septets one in each octet) the first octet without a character is, or -1 when all is text. In UTF-16 that is
 * where a lone surrogate begins, or half a unit at the end. Octets that are no text lack none.
 */
export function characterlessAt(userData: Uint8Array, alphabet: Alphabet): number {
  if (alphabet === 'ucs2' || alphabet === 'ucs2le') return loneUnitAt(userData, alphabet === 'ucs2' ? 0 : 1)
  if (isGsm7(alphabet) || alphabet === 'ascii') return aboveSevenBits(userData)
  if (!isEightBit(alphabet)) return -1
  for (let at = 0; at < userData.length; at++) if (!hasCharacter(userData[at] ?? 0, alphabet)) return at
  return -1
}

/** For our log: what is at a place that `characterlessAt` found. */
export function nameCharacterless(userData: Uint8Array, alphabet: Alphabet, at: number): string {
  const isWide = alphabet === 'ucs2' || alphabet === 'ucs2le'
  const octets = Buffer.from(userData.subarray(at, isWide ? at + 2 : at + 1))
  return `octet${octets.length === 1 ? '' : 's'} 0x${octets.toString('hex')} at ${at}`
}

function aboveSevenBits(octets: Uint8Array): number {
  for (let at = 0; at < octets.length; at++) if ((octets[at] ?? 0) > 0x7f) return at
  return -1
}

/** @param high where a unit's high octet is */
function loneUnitAt(units: Uint8Array, high: 0 | 1): number {
  const even = units.length & ~1
  for (let at = 0; at < even; at += 2) {
    const kind = surrogateKind(units, at + high)
    if (kind === undefined) continue
    const isPair = kind === 'high' && at + 2 < even && surrogateKind(units, at + 2 + high) === 'low'
    if (!isPair) return at
    at += 2
  }
  return even === units.length ? -1 : even
}

function surrogateKind(units: Uint8Array, at: number): 'high' | 'low' | undefined {
  const octet = units[at] ?? 0
  if ((octet & 0xf8) !== 0xd8) return undefined
  return (octet & 4) === 0 ? 'high' : 'low'
}
