// The cache: how long answers hold, and that its bound is kept.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerCache, type CacheRules } from './cache.js'
import type { LookupAnswer } from './provider.js'

const rules: CacheRules = { ttlMs: 1_000, unknownTtlMs: 100, staleMs: 0, max: 10 }
const unknown: LookupAnswer = { kind: 'unknown', text: 'test' }
const known: LookupAnswer = {
  kind: 'network',
  network: { mcc: '310', mnc: '260' },
  ported: true,
  roaming: false,
  reachable: true,
}

describe('the cache', () => {
  it('keeps a network for its time and an unknown number for its own', () => {
    const cache = new AnswerCache(rules)
    cache.put('1', known, 0)
    cache.put('2', unknown, 0)
    expect(cache.find('1', 999)?.answer).toBe(known)
    expect(cache.find('2', 99)?.answer).toBe(unknown)
    expect(cache.find('1', 1_000)).toBeUndefined()
    expect(cache.find('2', 100)).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('says that an answer is stale, and for how long it may be served', () => {
    const cache = new AnswerCache({ ...rules, staleMs: 50 })
    cache.put('1', known, 0)
    expect(cache.find('1', 1_049)).toMatchObject({ freshUntilMs: 1_000, staleUntilMs: 1_050, refreshAtMs: 1_000 })
    expect(cache.find('1', 1_050)).toBeUndefined()
  })

  it('keeps a stored answer for what is left of its time, and never longer than a new one', () => {
    const cache = new AnswerCache(rules)
    cache.put('1', known, 0, 300)
    cache.put('2', known, 0, 1e12)
    expect(cache.find('1', 300)).toBeUndefined()
    expect(cache.find('2', 999)).toBeDefined()
    expect(cache.find('2', 1_000)).toBeUndefined()
  })

  it('keeps what is used and drops what is not', () => {
    const cache = new AnswerCache(rules)
    cache.put('used', known, 0)
    for (let i = 0; i < 100; i++) {
      cache.put(`other ${i}`, known, 0)
      expect(cache.find('used', 0)).toBeDefined()
    }
    expect(cache.find('other 0', 0)).toBeUndefined()
  })

  it('never exceeds its bound, never answers for another number, never serves what is over', () => {
    const command = fc.record({
      number: fc.integer({ min: 0, max: 30 }),
      isPut: fc.boolean(),
      isKnown: fc.boolean(),
      passMs: fc.integer({ min: 0, max: 200 }),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), fc.integer({ min: 2, max: 12 }), (commands, max) => {
        const cache = new AnswerCache({ ...rules, max })
        const model = new Map<number, { answer: LookupAnswer; untilMs: number }>()
        let nowMs = 0
        for (const { number, isPut, isKnown, passMs } of commands) {
          nowMs += passMs
          if (isPut) {
            const answer: LookupAnswer = { ...(isKnown ? known : unknown) }
            cache.put(String(number), answer, nowMs)
            model.set(number, { answer, untilMs: nowMs + (isKnown ? rules.ttlMs : rules.unknownTtlMs) })
            expect(cache.find(String(number), nowMs)?.answer).toBe(answer)
          }
          const entry = cache.find(String(number), nowMs)
          if (entry !== undefined) {
            expect(entry.answer).toBe(model.get(number)?.answer)
            expect(model.get(number)?.untilMs).toBeGreaterThan(nowMs)
          }
          expect(cache.size).toBeLessThanOrEqual(max)
        }
      }),
    )
  })

  it('refuses a bound that holds nothing', () => {
    expect(() => new AnswerCache({ ...rules, max: 1 })).toThrow(RangeError)
  })
})
