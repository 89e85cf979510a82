import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdsInUse } from './ids-in-use.js'

describe('ids in use', () => {
  it('are known to be, whatever comes and goes; and beyond its bounds every id may be', () => {
    const step = fc.record({ key: fc.nat(12_000).map((n) => `v\0${n}`), goes: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), fc.constantFrom(16, 1024), (steps, maxSlots) => {
        const ids = new IdsInUse(maxSlots)
        const inUse = new Set<string>()
        for (const { key, goes } of steps) {
          if (!inUse.has(key)) {
            if (!ids.addNew(key)) ids.add(key)
            inUse.add(key)
          } else if (goes) {
            ids.remove(key)
            inUse.delete(key)
          }
        }
        for (const key of inUse) expect(ids.addNew(key)).toBe(false)
        for (const key of inUse) ids.remove(key)
        expect(ids.addNew('v\0free')).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('so many that there is no room: all may be in use until enough have gone', () => {
    const ids = new IdsInUse(16)
    const keys = Array.from({ length: 5000 }, (_, n) => `v\0${n}`)
    for (const key of keys) ids.add(key)
    expect(ids.addNew('v\0new')).toBe(false)
    for (const key of keys.slice(0, 4000)) ids.remove(key)
    for (const key of keys.slice(4000)) expect(ids.addNew(key)).toBe(false)
    for (const key of keys.slice(4000)) ids.remove(key)
    expect(keys.every((key) => ids.addNew(key) || !ids.addNew('v\0other'))).toBe(true)
  })

  it('new ones of a million are mostly known to be new', () => {
    const ids = new IdsInUse()
    let taken = 0
    for (let n = 0; n < 1_000_000; n++) if (ids.addNew(`vendor-1\0${(n * 7919).toString(16)}`)) taken++
    expect(taken).toBeGreaterThan(999_700)
    for (let n = 0; n < 1000; n++) expect(ids.addNew(`vendor-1\0${(n * 7919).toString(16)}`)).toBe(false)
  })
})
