import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeContent, type PeerText, type WireContent } from './decode.js'
import { encodeText } from './encode.js'
import { peerCoding, type PeerCodingOptions } from './data-coding.js'
import type { PackedEnd } from './septets.js'
import { joinParts, type Unjoinable } from './join.js'
import { standardText } from './standard.js'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const part = (dataCoding: number, octets: string, udhi = false): WireContent => ({
  dataCoding,
  udhi,
  octets: hex(octets),
})

function join(parts: readonly WireContent[], peer: PeerText = standardText): WireContent {
  const joined = joinParts(parts, peer)
  if ('kind' in joined) throw new Error(joined.kind)
  return joined
}

/** Text, or the octets of what is none. */
function textOf(content: WireContent): string {
  const decoded = decodeContent(content, standardText)
  if (decoded.kind === 'text') return decoded.text
  return decoded.kind === 'binary' ? `octets ${Buffer.from(decoded.octets).toString('hex')}` : decoded.kind
}

describe('parts become one content', () => {
  it.each<[string, WireContent[], WireContent, string]>([
    ['one part loses its concatenation', [part(0, '050003070101 41', true)], part(0, '41'), 'A'],
    ['SAR parts', [part(0, '41'), part(0, '42')], part(0, '4142'), 'AB'],
    [
      'headers of both widths',
      [part(0, '050003070201 41', true), part(0, '06080401070202 42', true)],
      part(0, '4142'),
      'AB',
    ],
    [
      'an escape pair cut between parts',
      [part(0, '050003070201 411b', true), part(0, '050003070202 65', true)],
      part(0, '411b65'),
      'A€',
    ],
    ['a surrogate pair cut between parts', [part(8, '0041 d83d'), part(8, 'de00')], part(8, '0041d83dde00'), 'A😀'],
    ['half a UTF-16 unit', [part(8, '004100'), part(8, '42')], part(8, '00410042'), 'AB'],
    [
      'a table that all name is named once',
      [part(0, '080003070201 240101 1b', true), part(0, '08 240101 0003070202 63', true)],
      part(0, '03 240101 1b63', true),
      'ç',
    ],
    [
      'tables that only some name: UCS-2',
      [part(0, '080003070201 240101 1b63', true), part(0, '050003070202 41', true)],
      part(8, '00e7 0041'),
      'çA',
    ],
    ['different alphabets: UCS-2', [part(0, '1b65'), part(8, '0416'), part(3, 'e9')], part(8, '20ac041600e9'), '€Жé'],
    [
      'what is cut within a run of one alphabet survives',
      [part(0, '41'), part(8, 'd83d'), part(8, 'de00')],
      part(8, '0041d83dde00'),
      'A😀',
    ],
    ['the class is the first part’s', [part(0x10, '41'), part(0, '42')], part(0x10, '4142'), 'AB'],
    ['and stays in UCS-2', [part(0x10, '41'), part(8, '0042')], part(0x18, '00410042'), 'AB'],
    ['tables mean nothing to UCS-2', [part(8, '03 240101 0041', true), part(8, '0042')], part(8, '00410042'), 'AB'],
    ['octets that are no text', [part(4, 'ff00'), part(4, '01')], part(4, 'ff0001'), 'octets ff0001'],
    [
      'an indication stays in UCS-2, which is always stored',
      [part(0xc8, '61'), part(8, '0416')],
      part(0xe8, '00610416'),
      'aЖ',
    ],
    ['one that is stored too', [part(0xd8, '61'), part(8, '0416')], part(0xe8, '00610416'), 'aЖ'],
    ['a reserved data_coding', [part(0x0b, '41'), part(0x0b, '42')], part(0x0b, '4142'), 'refused'],
    ['empty parts', [part(0, ''), part(0, '050003070202', true)], part(0, ''), ''],
  ])('%s', (_, parts, whole, text) => {
    const joined = join(parts)
    expect({ ...joined, octets: Uint8Array.from(joined.octets) }).toEqual(whole)
    expect(textOf(joined)).toBe(text)
  })

  it.each<[string, WireContent[], Unjoinable]>([
    ['text beside octets that are none', [part(0, '41'), part(4, 'ff')], { kind: 'mixed' }],
    ['octets beside text', [part(4, 'ff'), part(8, '0416')], { kind: 'mixed' }],
    ['octets of two kinds', [part(4, 'ff'), part(5, 'ff')], { kind: 'mixed' }],
    ['reserved values that differ', [part(0x0b, '41'), part(0x0c, '42')], { kind: 'mixed' }],
    ['a reserved value beside octets', [part(0x0b, '41'), part(4, '42')], { kind: 'mixed' }],
    ['a malformed header', [part(0, '41'), part(0, '20', true)], { kind: 'malformed', why: 'headerPastEnd' }],
  ])('%s make none', (_, parts, why) => {
    expect(joinParts(parts)).toEqual(why)
  })

  it('of none there is no content', () => {
    expect(() => joinParts([])).toThrow(RangeError)
  })
})

describe('parts of a peer with another coding are joined before they are recoded', () => {
  const peerOf = (options: Partial<PeerCodingOptions>, packedEnd?: PackedEnd): PeerText => ({
    coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', ...options }),
    ...(packedEnd !== undefined && { packedEnd }),
  })
  const utf8 = peerOf({ defaultAlphabet: 'utf8' })
  const latin1 = peerOf({ defaultAlphabet: 'latin1' })
  const le = peerOf({ alphabets: new Map([[8, 'ucs2le']]) })
  const packed = peerOf({ defaultAlphabet: 'gsm7Packed' })
  const gsm = peerOf({ table: 'gsm0338' })
  it.each<[string, PeerText, WireContent[], WireContent, string]>([
    ['a character of UTF-8 cut between parts', utf8, [part(0, 'd0'), part(0, '96 61')], part(8, '04160061'), 'Жa'],
    ['UTF-8 that GSM 7 bit has', utf8, [part(0, '61c3'), part(0, 'a9')], part(0, '6105'), 'aé'],
    ['a unit of UTF-16 the wrong way round', le, [part(8, '1604d8'), part(8, '04')], part(8, '041604d8'), 'ЖӘ'],
    ['a class with Latin-1', latin1, [part(0x10, '41'), part(0x10, 'e7')], part(0x18, '004100e7'), 'Aç'],
    ['Latin-1 as default alphabet', latin1, [part(0, '41'), part(3, 'e7')], part(3, '41e7'), 'Aç'],
    ['UTF-8 beside UCS-2', utf8, [part(0, 'd0'), part(0, '96'), part(8, '0061')], part(8, '04160061'), 'Жa'],
    ['packed septets, an escape pair cut', packed, [part(0, 'c10d'), part(0, '65')], part(0, '411b65'), 'A€'],
    [
      'packed septets behind headers of two lengths',
      packed,
      [part(0, '050003070201 82', true), part(0, '06080401020202 42', true)],
      part(0, '4142'),
      'AB',
    ],
    [
      'the tables of packed septets',
      packed,
      [part(0, '080003070201 240101 6003', true), part(0, '080003070202 240101 600c', true)],
      part(0, '03 240101 1b63', true),
      'ç',
    ],
    ['another table', gsm, [part(0xf1, '41'), part(0xf1, '42')], part(0xf1, '4142'), 'AB'],
    [
      'octets that are none, under another value',
      peerOf({ alphabets: new Map([[8, 'binary']]) }),
      [part(8, 'ff')],
      part(4, 'ff'),
      'octets ff',
    ],
  ])('%s', (_, peer, parts, whole, text) => {
    const joined = join(parts, peer)
    expect({ ...joined, octets: Uint8Array.from(joined.octets) }).toEqual(whole)
    expect(textOf(joined)).toBe(text)
  })

  it('what is compressed is refused', () => {
    expect(joinParts([part(0, '41'), part(0x20, '42')], gsm)).toEqual({ kind: 'refused', why: 'compressed' })
  })
})

it('a text cut anywhere comes together again, whatever the tables', () => {
  const languages = [1, 2, 3, 8]
  const char = fc.constantFrom(...'abc €[]çğşΔ\nñ', 'Ж', '😀', '한')
  fc.assert(
    fc.property(
      fc.array(char, { minLength: 1, maxLength: 700 }).map((all) => all.join('')),
      fc.constantFrom('udh8' as const, 'udh16' as const, 'sar' as const),
      fc.array(fc.nat(), { maxLength: 5 }),
      (text, cutting, cuts) => {
        const encoded = encodeText(text, standardText, { cutting, reference: 7, languages })
        if (encoded.kind !== 'encoded') throw new Error(encoded.kind)
        const { dataCoding, segments } = encoded
        const parts = segments.map(({ udhi, octets }) => ({ dataCoding, udhi, octets }))
        expect(textOf(join(parts))).toBe(text)
        // Octets without a header may be cut where no one else would.
        const whole = parts[0]!.udhi ? undefined : Buffer.concat(parts.map(({ octets }) => octets))
        if (whole === undefined) return
        const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
        const pieces = [0, ...at].map((from, i) => whole.subarray(from, at[i] ?? whole.length))
        expect(textOf(join(pieces.map((octets) => ({ dataCoding, udhi: false, octets }))))).toBe(text)
      },
    ),
  )
})
