import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VendorId } from '../message/ids.js'
import { IdsInUse } from './ids-in-use.js'

const idOf = (n: number) => ({ vendor: 'v' as VendorId, vendorMessageId: n.toString(16) })

describe('ids in use', () => {
  it('are known to be, whatever comes and goes; and beyond its bounds every id may be', () => {
    const step = fc.record({ key: fc.nat(12_000), goes: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), fc.constantFrom(16, 1024), (steps, maxSlots) => {
        const ids = new IdsInUse(maxSlots)
        const inUse = new Set<number>()
        for (const { key, goes } of steps) {
          if (!inUse.has(key)) {
            if (!ids.addNew(idOf(key))) ids.add(idOf(key))
            inUse.add(key)
          } else if (goes) {
            ids.remove(idOf(key))
            inUse.delete(key)
          }
        }
        for (const key of inUse) expect(ids.addNew(idOf(key))).toBe(false)
        for (const key of inUse) ids.remove(idOf(key))
        expect(ids.addNew(idOf(-1))).toBe(true)
      }),
      { numRuns: 10 },
    )
  })

  it('so many that there is no room: all may be in use until enough have gone', () => {
    const ids = new IdsInUse(16)
    const keys = Array.from({ length: 5000 }, (_, n) => idOf(n))
    for (const key of keys) ids.add(key)
    expect(ids.addNew(idOf(-1))).toBe(false)
    for (const key of keys.slice(0, 4000)) ids.remove(key)
    for (const key of keys.slice(4000)) expect(ids.addNew(key)).toBe(false)
    for (const key of keys.slice(4000)) ids.remove(key)
    expect(ids.addNew(keys[0]!)).toBe(true)
  })

  it('new ones of many are mostly known to be new', () => {
    const ids = new IdsInUse()
    let taken = 0
    for (let n = 0; n < 200_000; n++) if (ids.addNew(idOf(n * 7919))) taken++
    expect(taken).toBeGreaterThan(199_970)
    for (let n = 0; n < 1000; n++) expect(ids.addNew(idOf(n * 7919))).toBe(false)
  })
})
