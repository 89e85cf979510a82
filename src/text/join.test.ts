import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeContent, type WireContent } from './decode.js'
import { encodeText } from './encode.js'
import { joinParts } from './join.js'
import { standardText } from './standard.js'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const part = (dataCoding: number, octets: string, udhi = false): WireContent => ({
  dataCoding,
  udhi,
  octets: hex(octets),
})

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
    ['text beside octets stays octets', [part(0, '41'), part(4, 'ff')], part(4, '41ff'), 'octets 41ff'],
    ['a reserved data_coding', [part(0x0b, '41'), part(0x0b, '42')], part(0x0b, '4142'), 'refused'],
    ['empty parts', [part(0, ''), part(0, '050003070202', true)], part(0, ''), ''],
  ])('%s', (_, parts, whole, text) => {
    const joined = joinParts(parts)
    expect({ ...joined, octets: Uint8Array.from(joined.octets) }).toEqual(whole)
    expect(textOf(joined)).toBe(text)
  })

  it('of none there is no content', () => {
    expect(() => joinParts([])).toThrow(RangeError)
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
        expect(textOf(joinParts(parts))).toBe(text)
        // Octets without a header may be cut where no one else would.
        const whole = parts[0]!.udhi ? undefined : Buffer.concat(parts.map(({ octets }) => octets))
        if (whole === undefined) return
        const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
        const pieces = [0, ...at].map((from, i) => whole.subarray(from, at[i] ?? whole.length))
        expect(textOf(joinParts(pieces.map((octets) => ({ dataCoding, udhi: false, octets }))))).toBe(text)
      },
    ),
  )
})
