import { describe, expect, it } from 'vitest'
import type { FileObject } from '../directory/change-file.js'
import { addPiece, piecesOf } from './directory-pieces.js'

describe('objects in pieces', () => {
  const rates = (count: number) => Array.from({ length: count }, (_, n) => ({ prefix: String(n), price: '1' }))
  const tariff = (id: string, count: number) => ({ kind: 'tariffs', id, row: { id, rates: rates(count) } })
  const objects: readonly FileObject[] = [
    ...Array.from({ length: 120 }, (_, n) => ({ kind: 'customers', id: `c${n}`, row: { id: `c${n}` } })),
    tariff('short', 3),
    tariff('long', 1234),
    tariff('longer', 2000),
    { kind: 'currency', id: 'all', row: 'EUR' },
    { kind: 'exchangeRates', id: 'all', row: [{ currency: 'USD', rate: '1' }] },
  ]

  it('come together as they were, and none is large', () => {
    const together: FileObject[] = []
    for (const piece of piecesOf(objects)) {
      expect(JSON.stringify(piece).length).toBeLessThan(20_000)
      addPiece(together, structuredClone(piece))
    }
    expect(together).toEqual(objects)
  })
})
