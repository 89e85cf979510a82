import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SECRET_MASK, withoutSecrets } from '../directory/change-secrets.js'
import { inChunks, pageJson, rowJson } from './row-json.js'

it('writes any row as it is at once', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const list = fc.oneof(fc.array(leaf, { maxLength: 3 }), fc.array(leaf, { minLength: 240, maxLength: 510 }))
  const row = fc.oneof(leaf, list, fc.dictionary(fc.string(), fc.oneof(leaf, list, fc.dictionary(fc.string(), leaf))))
  fc.assert(
    fc.property(row, (value) => {
      expect([...rowJson(value, false)].join('')).toBe(JSON.stringify(value))
      expect([...rowJson(value, true)].join('')).toBe(JSON.stringify(withoutSecrets(value)))
    }),
    { numRuns: 50 },
  )
})

it('masks secrets in long lists as in short ones', () => {
  const connections = Array.from({ length: 600 }, (_, n) => ({ id: `c${n}`, password: `geheim${n}` }))
  const tokens = Array.from({ length: 600 }, (_, n) => `geheim${n}`)
  const text = [...rowJson({ id: 'v', connections, tokens }, true)].join('')
  expect(text).not.toContain('geheim')
  expect(text.split(SECRET_MASK)).toHaveLength(1201)
})

it('pauses when its time is up, and loses nothing', async () => {
  let nowMs = 0
  let pauses = 0
  const pause = (): Promise<void> => (pauses++, Promise.resolve())
  const pieces = Array.from({ length: 100 }, (_, n) => `${n},`.repeat(500))
  const chunks: string[] = []
  for await (const chunk of inChunks(pieces, { nowMs: () => nowMs++, sliceMs: 10, pause })) chunks.push(chunk)
  expect(chunks.join('')).toBe(pieces.join(''))
  expect(chunks.length).toBeLessThan(5)
  expect(pauses).toBeGreaterThan(8)
})

it('ends a page where it grows long, with one object at least', () => {
  const row = 'x'.repeat(98)
  const objects = [1, 2, 3, 4, 5].map((n) => ({ kind: 'k', id: `i${n}`, etag: '1', row, filled: row }))
  const page = (from: number, limit: number, most: number): { objects: { id: string }[]; next?: string } =>
    JSON.parse([...pageJson(7, objects.slice(from), limit, true, most)].join('')) as { objects: { id: string }[] }
  const shown = (from: number, limit: number, most: number) => {
    const { objects: given, next } = page(from, limit, most)
    return [...given.map(({ id }) => id), `next ${next}`]
  }
  expect(page(4, 1, 1)).toEqual({ revision: 7, objects: [{ id: 'i5', etag: '1', row }] })
  expect(shown(0, 10, 150)).toEqual(['i1', 'i2', 'next i2'])
  expect(shown(2, 10, 1)).toEqual(['i3', 'next i3'])
  expect(shown(0, 3, 10_000)).toEqual(['i1', 'i2', 'i3', 'next i3'])
  expect(shown(0, 5, 10_000)).toEqual(['i1', 'i2', 'i3', 'i4', 'i5', 'next undefined'])
  expect(shown(5, 5, 10_000)).toEqual(['next undefined'])
})
