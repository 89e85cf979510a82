import { describe, expect, it } from 'vitest'
import { countOfPieces, cutInto } from './peer-pieces.js'

const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i}`).join(' ')

describe('a text for a peer that takes pieces', () => {
  it.each([
    ['fits', words(5), 1000, 1],
    ['is empty', '', 1000, 1],
    ['is a little longer', words(200), 1300, 2],
    ['is of wide characters', 'Ж'.repeat(1000), 900, 3],
  ])('that %s', (_, text, maxOctets, total) => {
    expect(countOfPieces(text, maxOctets, 20)).toBe(total)
    const pieces = cutInto(text, total)!
    expect(pieces).toHaveLength(total)
    expect(pieces.join('')).toBe(text)
    for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxOctets)
  })

  it('is cut the same for every limit that makes as many pieces', () => {
    const text = words(400) + ' ' + 'ß'.repeat(300)
    for (let maxOctets = 64; maxOctets < 5000; maxOctets += 97) {
      const total = countOfPieces(text, maxOctets, 1000)!
      const pieces = cutInto(text, total)!
      expect(pieces.join('')).toBe(text)
      expect(pieces).toHaveLength(total)
      for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxOctets)
    }
  })

  it('is not cut into more than allowed, nor smaller than a peer can be', () => {
    expect(countOfPieces(words(1000), 100, 20)).toBeUndefined()
    expect(countOfPieces('short', 63, 20)).toBeUndefined()
    expect(cutInto('short', 3)).toBeUndefined()
  })
})
