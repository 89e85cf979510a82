// A copy is equal, whatever is in the text.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownText } from './own-text.js'

describe('a text of its own', () => {
  it('is the same text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => ownText(text) === text))
    for (const length of [0, 1, 341, 342, 5000]) expect(ownText('é'.repeat(length))).toBe('é'.repeat(length))
  })
})
