// Never more requests in a window than are allowed, wherever it begins.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RateLimit } from './rate-limit.js'

it('lets exactly so many through in any window, and says how long the next has to wait', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (pauses, requests) => {
      const limit = new RateLimit({ requests, windowMs: 100 }, 10)
      const taken: number[] = []
      let nowMs = 0
      for (const pause of pauses) {
        nowMs += pause
        const waitMs = limit.take('a', nowMs)
        const recent = taken.filter((atMs) => atMs > nowMs - 100)
        expect(waitMs > 0).toBe(recent.length >= requests)
        if (waitMs === 0) taken.push(nowMs)
        else expect(nowMs + waitMs).toBe(recent[recent.length - requests]! + 100)
      }
    }),
  )
})

it('counts each account by itself, of so many accounts', () => {
  const limit = new RateLimit({ requests: 1, windowMs: 100 }, 2)
  expect([limit.take('a', 0), limit.take('b', 0), limit.take('a', 1)]).toEqual([0, 0, 99])
  expect([limit.take('c', 2), limit.take('a', 3), limit.take('b', 3)]).toEqual([0, 97, 0])
  expect(new RateLimit({ requests: 0, windowMs: 100 }, 2).take('a', 0)).toBe(0)
})
