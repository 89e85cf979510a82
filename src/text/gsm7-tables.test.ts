import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nationalLanguages } from './alphabet.js'
import { decodeGsm7, encodeGsm7, countSeptets } from './gsm7.js'
import { ESCAPE, NO_SEPTET, afterEscape, cells, lockingTable, singleShiftEncoding } from './gsm7-tables.js'
import { lockingGrids } from './locking-grids.js'
import { singleShiftGrids } from './single-shift-grids.js'

const hex = (...octets: readonly number[]): Buffer => Buffer.from(octets)
const defined = (grids: ReadonlyMap<number, string>, language: number) =>
  cells(grids, language).flatMap((code, septet) => (code < 0 ? [] : [{ code, septet }]))
const fingerprint = (grids: ReadonlyMap<number, string>) =>
  [...grids.keys()].map((id) => {
    const codes = cells(grids, id)
    const digest = createHash('sha256').update(codes.join()).digest('hex').slice(0, 12)
    return `${id} ${codes.filter((code) => code >= 0).length} ${digest}`
  })

describe('the grids', () => {
  it('have 128 cells each, the escape void, for all languages of the standard', () => {
    const ids = [0, ...Object.values(nationalLanguages)]
    expect([...singleShiftGrids.keys()]).toEqual(ids)
    expect([...lockingGrids.keys()]).toEqual(ids.filter((id) => id !== nationalLanguages.spanish))
    for (const grids of [lockingGrids, singleShiftGrids]) {
      for (const id of grids.keys()) {
        const codes = cells(grids, id)
        expect(codes).toHaveLength(128)
        expect(codes.every((code) => code === -1 || (code > 0 && code < 0xffff))).toBe(true)
        expect(codes[ESCAPE]).toBe(-1)
      }
    }
  })

  it('keep in each locking table the line ends, space, digits, the small letters and where a sentence ends', () => {
    for (const id of lockingGrids.keys()) {
      expect(
        decodeGsm7(hex(0x0a, 0x0d, 0x20, 0x30, 0x39, 0x61, 0x7a, 0x2e, 0x2c, 0x3f), { locking: id, single: 0 }),
      ).toBe('\n\r 09az.,?')
    }
  })

  it('keep in each single shift table brackets, braces, backslash, tilde, caret, bar and form feed', () => {
    for (const id of singleShiftGrids.keys()) {
      const septets = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65].flatMap((septet) => [ESCAPE, septet])
      expect(decodeGsm7(hex(...septets), { locking: 0, single: id })).toBe('\f^{}\\[~]|€')
    }
  })

  // Each was compared cell by cell with two independent tables; what this holds fast is that nobody changes a cell unawares.
  it('are as they were compared', () => {
    expect(fingerprint(lockingGrids)).toMatchSnapshot()
    expect(fingerprint(singleShiftGrids)).toMatchSnapshot()
  })

  it('are in the block of their script, consonants in its order', () => {
    const blocks = { bengali: 0x980, gujarati: 0xa80, hindi: 0x900, kannada: 0xc80, malayalam: 0xd00 } as const
    const more = { oriya: 0xb00, punjabi: 0xa00, tamil: 0xb80, telugu: 0xc00 } as const
    for (const [name, block] of Object.entries({ ...blocks, ...more })) {
      const codes = cells(lockingGrids, nationalLanguages[name as keyof typeof nationalLanguages])
      // ka to ha without gaps in order: 0x15 to 0x39 of each block (ISCII order).
      const consonants = codes.filter((code) => code >= block + 0x15 && code <= block + 0x39)
      expect(consonants, name).toEqual([...consonants].sort((a, b) => a - b))
      expect(new Set(codes.filter((code) => code >= 0)).size, name).toBe(codes.filter((code) => code >= 0).length)
    }
  })
})

describe('every cell of every table', () => {
  it.each([...lockingGrids.keys()])('goes through locking table %i and back', (locking) => {
    for (const { code, septet } of defined(lockingGrids, locking)) {
      const shifts = { locking, single: 0 }
      const text = String.fromCharCode(code)
      expect(decodeGsm7(hex(septet), shifts)).toBe(text)
      expect(encodeGsm7(text, shifts)).toEqual(hex(septet))
    }
  })

  it.each([...singleShiftGrids.keys()])('goes through single shift table %i and back', (single) => {
    const wrong: unknown[] = []
    for (const { code, septet } of defined(singleShiftGrids, single)) {
      const text = String.fromCharCode(code)
      for (const locking of lockingGrids.keys()) {
        const shifts = { locking, single }
        const back = encodeGsm7(text, shifts)
        // What both tables have costs one septet.
        const cost = lockingTable(locking).encode[code] === NO_SEPTET ? 2 : 1
        const isRight =
          decodeGsm7(hex(ESCAPE, septet), shifts) === text && back?.length === cost && decodeGsm7(back, shifts) === text
        if (!isRight) wrong.push({ locking, septet, code })
      }
      if ((singleShiftEncoding(single)[code] ?? NO_SEPTET) > septet) wrong.push({ septet, code })
    }
    expect(wrong).toEqual([])
  })
})

describe('GSM 7 bit', () => {
  it('shows for an escape to a void cell what the locking table has (TS 23.038 clause 6.2.1.1)', () => {
    expect(decodeGsm7(hex(ESCAPE, 0x61))).toBe('a')
    expect(decodeGsm7(hex(ESCAPE, 0x0d))).toBe('\r')
    expect(decodeGsm7(hex(ESCAPE, 0x00), { locking: nationalLanguages.bengali, single: 0 })).toBe('ঁ')
  })

  it('shows a space for an escape after an escape, at the end, and for a void cell of a locking table', () => {
    expect(decodeGsm7(hex(0x61, ESCAPE, ESCAPE, 0x62))).toBe('a b')
    expect(decodeGsm7(hex(0x61, ESCAPE))).toBe('a ')
    expect(decodeGsm7(hex(0x00, 0x61), { locking: nationalLanguages.tamil, single: 0 })).toBe(' a')
  })

  it('reads a language without a table as the default one', () => {
    expect(decodeGsm7(hex(0x04, ESCAPE, 0x65), { locking: 99, single: 99 })).toBe('è€')
    expect(decodeGsm7(hex(0x04), { locking: nationalLanguages.spanish, single: 0 })).toBe('è')
  })

  it('has no septet above 0x7F', () => {
    expect(decodeGsm7(hex(0x80, 0xff, 0x61))).toBe('\ufffd\ufffda')
  })

  it('reads the examples of national tables', () => {
    // Turkish: "ş" is 0x1D locking, an escape and 0x73 single (A.3.1, A.2.1). Spanish: "ñ" is default, "á" an escape and 0x61.
    expect(encodeGsm7('şaka İ', { locking: 1, single: 0 })).toEqual(hex(0x1d, 0x61, 0x6b, 0x61, 0x20, 0x40))
    expect(encodeGsm7('şa', { locking: 0, single: 1 })).toEqual(hex(ESCAPE, 0x73, 0x61))
    expect(encodeGsm7('mañá', { locking: 0, single: 2 })).toEqual(hex(0x6d, 0x61, 0x7d, ESCAPE, 0x61))
    expect(encodeGsm7('não', { locking: 3, single: 0 })).toEqual(hex(0x6e, 0x7b, 0x6f))
    expect(encodeGsm7('नमस्ते', { locking: 6, single: 0 })).toEqual(hex(0x2f, 0x42, 0x4c, 0x5f, 0x27, 0x59))
    expect(encodeGsm7('اردو', { locking: 13, single: 0 })).toEqual(hex(0x00, 0x25, 0x1a, 0x53))
  })

  it('tells the first character that it lacks', () => {
    expect(countSeptets('abc€')).toBe(5)
    expect(countSeptets('abя')).toBe(-3)
    expect(encodeGsm7('abя')).toBeUndefined()
    expect(countSeptets('я')).toBe(-1)
  })

  it('decodes what it encodes, of any length and under any tables', () => {
    const language = fc.integer({ min: 0, max: 13 })
    fc.assert(
      fc.property(language, language, fc.array(fc.nat(127), { maxLength: 3000 }), (locking, single, picks) => {
        const shifts = { locking, single }
        const known = [
          ...lockingTable(locking).decode.subarray(0, 128),
          ...afterEscape(locking, single).subarray(0, 128),
        ]
        const text = String.fromCharCode(...picks.map((pick, i) => known[i % 2 === 0 ? pick : pick + 128] ?? 0x20))
        const encoded = encodeGsm7(text, shifts)
        // The euro sign of Telugu is only read.
        if (encoded === undefined) {
          expect(text).toContain('€')
          return
        }
        expect(encoded).toHaveLength(countSeptets(text, shifts))
        expect(decodeGsm7(encoded, shifts)).toBe(text)
      }),
    )
  })
})
