import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonPieces } from './json-pieces.js'

it('puts together what JSON.stringify gives', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const list = fc.oneof(fc.array(leaf, { maxLength: 3 }), fc.array(leaf, { minLength: 240, maxLength: 510 }))
  const row = fc.oneof(leaf, list, fc.dictionary(fc.string(), fc.oneof(leaf, list, fc.dictionary(fc.string(), leaf))))
  fc.assert(
    fc.property(row, (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value))
    }),
    { numRuns: 50 },
  )
  const sparse = { a: undefined, list: Array.from({ length: 300 }, () => undefined), b: 1 }
  expect([...jsonPieces(sparse)].join('')).toBe(JSON.stringify(sparse))
})

it('has no text for what JSON has none for', () => {
  expect(() => [...jsonPieces(undefined)]).toThrow(RangeError)
})

it('writes a long list in many pieces', () => {
  const lengths = [...jsonPieces({ id: 't', rates: Array.from({ length: 10_000 }, (_, n) => n) })].map(
    ({ length }) => length,
  )
  expect(lengths.length).toBeGreaterThan(40)
  expect(Math.max(...lengths)).toBeLessThan(2000)
})
