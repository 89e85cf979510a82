// What a lookup remembers: stale answers, and the store behind its cache.
import { describe, expect, it } from 'vitest'
import { defaultCacheRules } from './cache.js'
import type { LookupRow } from './stored-answers.js'
import { known, other, broken, HandProvider, settle, createRig, A, B, C } from './rig.suite.js'

describe('a stale answer', () => {
  it('is served while one refresh runs, and tried again only after a pause when that fails', async () => {
    const hand = new HandProvider()
    const cache = { ...defaultCacheRules, ttlMs: 1_000, staleMs: 60_000 }
    const { lookup, clock, events } = createRig([hand], { cache })
    const promise = lookup.lookup(A)
    await settle()
    await hand.answer(known)
    await promise
    clock.advance(1_000)
    expect(lookup.known(A)).toBe(known)
    expect(lookup.known(A)).toBe(known)
    await settle()
    expect(hand.asked).toEqual([A, A])
    await hand.answer(broken)
    expect(lookup.known(A)).toBe(known)
    await settle()
    expect(hand.asked).toEqual([A, A])
    clock.advance(10_000)
    expect(lookup.known(A)).toBe(known)
    await settle()
    await hand.answer(other)
    expect(lookup.known(A)).toBe(other)
    expect(events.filter((event) => event === 'stale')).toHaveLength(4)
  })
})

describe('a store behind the cache', () => {
  function memoryStore() {
    const rows = new Map<string, LookupRow>()
    const reads: string[][] = []
    const writes: string[][] = []
    return {
      rows,
      reads,
      writes,
      async read(numbers: readonly string[]) {
        reads.push([...numbers])
        return numbers.map((number) => rows.get(number))
      },
      async write(given: readonly LookupRow[]) {
        writes.push(given.map((row) => row.number))
        for (const row of given) rows.set(row.number, row)
      },
    }
  }

  it('is read in one go before anybody is asked, and written with what was found', async () => {
    const store = memoryStore()
    const hand = new HandProvider()
    const rig = createRig([hand], {}, store)
    store.rows.set(A, { number: A, answer: other, expiresAtMs: rig.clock.wallMs() + 1_000 })
    store.rows.set(B, { number: B, answer: other, expiresAtMs: rig.clock.wallMs() })
    for (const number of [A, B, C]) rig.ask(number)
    await settle()
    expect(store.reads).toEqual([[A, B, C]])
    expect(rig.told).toEqual([[A, 'network']])
    expect(hand.asked).toEqual([B, C])
    hand.open.slice().forEach((question) => question.answer(known))
    await settle()
    expect(store.writes).toEqual([[B, C]])
    expect(store.rows.get(C)).toEqual({
      number: C,
      answer: known,
      expiresAtMs: rig.clock.wallMs() + defaultCacheRules.ttlMs,
    })
    rig.clock.advance(999)
    expect(rig.lookup.known(A)).toBe(other)
    rig.clock.advance(1)
    expect(rig.lookup.known(A)).toBeUndefined()
  })

  it('costs no lookup when it fails or hangs', async () => {
    for (const read of [() => Promise.reject(new Error('EIO')), () => new Promise<never>(() => undefined)]) {
      const hand = new HandProvider()
      const rig = createRig([hand], {}, { read, write: () => Promise.reject(new Error('EIO')) })
      rig.ask(A)
      await settle()
      rig.clock.advance(hand.asked.length === 0 ? 2_000 : 0)
      await settle()
      await hand.answer(known)
      expect(rig.told).toEqual([[A, 'network']])
      expect(rig.events).toContain('storeFailed Error: EIO')
      expect(rig.faults).toEqual([])
    }
  })
})
