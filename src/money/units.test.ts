import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePlain } from '../text/charsets.js'
import type { WireContent } from '../text/decode.js'
import { encodeGsm7 } from '../text/gsm7.js'
import { charactersOf, customerUnits, segmentsOf, shareOf } from './units.js'

const gsm7 = (text: string): WireContent => ({ dataCoding: 0, udhi: false, octets: encodeGsm7(text)! })
const ucs2 = (text: string): WireContent => ({ dataCoding: 8, udhi: false, octets: encodePlain(text, 'ucs2')! })
const binary = (length: number): WireContent => ({ dataCoding: 4, udhi: false, octets: new Uint8Array(length) })
/** User data header with the Turkish single shift table (3GPP TS 23.040 clause 9.2.3.24.15). */
const turkish = (septets: number): WireContent => ({
  dataCoding: 0,
  udhi: true,
  octets: Buffer.concat([Uint8Array.of(3, 0x24, 1, 1), Buffer.alloc(septets, 0x61)]),
})

describe('units of the customer', () => {
  it.each([
    ['an empty text', gsm7(''), 1, 0, 1],
    ['160 characters', gsm7('a'.repeat(160)), 1, 0, 1],
    ['161 characters', gsm7('a'.repeat(161)), 1, 0, 2],
    ['306 characters', gsm7('a'.repeat(306)), 1, 0, 2],
    ['307 characters', gsm7('a'.repeat(307)), 1, 0, 3],
    ['190 characters that came in two parts', gsm7('a'.repeat(190)), 2, 0, 2],
    ['80 euro signs, 160 septets', gsm7('€'.repeat(80)), 1, 0, 1],
    ['a sign that would be cut in two', gsm7(`${'a'.repeat(152)}€${'a'.repeat(152)}`), 1, 0, 3],
    ['1530 characters in one payload', gsm7('a'.repeat(1530)), 1, 0, 10],
    ['more than 255 segments', gsm7('a'.repeat(60_000)), 1, 0, 393],
    ['70 in UCS-2', ucs2('я'.repeat(70)), 1, 0, 1],
    ['71 in UCS-2', ucs2('я'.repeat(71)), 1, 0, 2],
    ['140 binary octets', binary(140), 1, 0, 1],
    ['141 binary octets', binary(141), 1, 0, 2],
    ['a national text of 152 septets', turkish(152), 1, 0, 1],
    ['more parts than it takes', gsm7('short'), 3, 0, 3],
    ['fewer parts than it takes', gsm7('a'.repeat(400)), 2, 0, 3],
    ['150 characters by 60', gsm7('a'.repeat(150)), 1, 60, 3],
    ['120 characters by 60', gsm7('a'.repeat(120)), 1, 60, 2],
    ['an empty text by 60', gsm7(''), 1, 60, 1],
    ['60 euro signs by 60', gsm7('€'.repeat(60)), 1, 60, 1],
    ['61 Cyrillic letters by 60', ucs2('я'.repeat(61)), 1, 60, 2],
    ['120 binary octets by 60', binary(120), 1, 60, 2],
    ['parts come before the billing unit', gsm7('a'.repeat(190)), 2, 10, 2],
  ] as const)('%s', (_, content, parts, billingUnit, units) => {
    expect(customerUnits(content, parts, billingUnit)).toBe(units)
  })

  it('counts characters without a header', () => {
    expect(charactersOf(turkish(20))).toBe(20)
    expect(charactersOf(ucs2('a😀'))).toBe(3)
    expect(charactersOf({ dataCoding: 0, udhi: true, octets: Uint8Array.of(9, 9) })).toBe(2)
  })

  it('is at least one for whatever octets came', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.boolean(), fc.uint8Array({ maxLength: 400 }), (dataCoding, udhi, octets) => {
        expect(segmentsOf({ dataCoding, udhi, octets })).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})

describe('the shares of parts', () => {
  it('sum up to all units and differ by one at most', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 255 }), (units, parts) => {
        const shares = Array.from({ length: parts }, (_, part) => shareOf(units, parts, part))
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(units)
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
      }),
    )
    expect([0, 1].map((part) => shareOf(3, 2, part))).toEqual([2, 1])
  })
})
