import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piecesOf } from './pieces.js'

describe('a text in pieces', () => {
  it('is cut between words', () => {
    expect(piecesOf('one two three four', 10, 9)).toEqual(['one two ', 'three four'])
    expect(piecesOf('short', 10, 1)).toEqual(['short'])
    expect(piecesOf('', 10, 1)).toEqual([''])
  })

  it('is cut within a word that is too long, but not within what people see as one character', () => {
    expect(piecesOf('abcdefghijklmno', 10, 9)).toEqual(['abcdefghij', 'klmno'])
    const family = '👨‍👩‍👧'
    expect(piecesOf(family.repeat(3), 20, 9)).toEqual([family, family, family])
    expect(piecesOf('e\u0301'.repeat(4), 7, 9)).toEqual(['e\u0301e\u0301', 'e\u0301e\u0301'])
  })

  it('is cut within a character that never ends', () => {
    const pieces = piecesOf(`a${'\u0301'.repeat(50)}`, 10, 99)!
    expect(pieces.length).toBeGreaterThan(9)
  })

  it('is none where there are too many pieces, or no room for a character', () => {
    expect(piecesOf('a'.repeat(100), 10, 9)).toBeUndefined()
    expect(piecesOf('a'.repeat(90), 10, 9)).toHaveLength(9)
    expect(piecesOf('👍👍', 3, 9)).toBeUndefined()
  })

  it('is whole again when they are put together, and no piece is empty or too long', () => {
    const words = fc.array(
      fc.oneof(fc.constantFrom(' ', '\n', '👨‍👩‍👧', 'e\u0301', '你好', '\r\n'), fc.string({ unit: 'grapheme' })),
    )
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 60 }), (all, maxOctets) => {
        const text = all.join('')
        const pieces = piecesOf(text, maxOctets, 100_000)
        expect(pieces?.join('')).toBe(text)
        for (const piece of pieces!) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxOctets)
        if (text !== '') expect(pieces).not.toContain('')
      }),
    )
  })
})
