import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  available,
  changeRate,
  checkRate,
  fullBucket,
  nextAvailableMs,
  reachedMs,
  refund,
  take,
  takeOwing,
} from './token-bucket.js'

const tenPerSecond = { tokens: 10, perMs: 1000, burst: 10 }

describe('token bucket', () => {
  it('gives its burst at once, then one token per interval', () => {
    const bucket = fullBucket(tenPerSecond, 0)
    expect(Array.from({ length: 11 }, () => take(bucket, tenPerSecond, 0))).toEqual([
      ...Array<boolean>(10).fill(true),
      false,
    ])
    expect(nextAvailableMs(bucket, tenPerSecond, 0)).toBe(100)
    expect(take(bucket, tenPerSecond, 99.9)).toBe(false)
    expect(take(bucket, tenPerSecond, 100)).toBe(true)
    expect(nextAvailableMs(bucket, tenPerSecond, 100, 10)).toBe(1100)
  })

  it('takes all or none, refunds up to the burst, and never has more than it', () => {
    const bucket = fullBucket(tenPerSecond, 0)
    expect([take(bucket, tenPerSecond, 0, 11), take(bucket, tenPerSecond, 0, 8)]).toEqual([false, true])
    refund(bucket, tenPerSecond, 5)
    expect(available(bucket, tenPerSecond, 0)).toBe(7)
    refund(bucket, tenPerSecond, 500)
    expect(available(bucket, tenPerSecond, 1e15)).toBe(10)
    expect(nextAvailableMs(bucket, tenPerSecond, 0, 11)).toBe(Infinity)
  })

  it('stands still when its clock goes back', () => {
    const bucket = fullBucket(tenPerSecond, 1000)
    take(bucket, tenPerSecond, 1000, 10)
    expect([available(bucket, tenPerSecond, 500), available(bucket, tenPerSecond, 1100)]).toEqual([0, 1])
  })

  it.each([
    { tokens: 0, perMs: 1000, burst: 1 },
    { tokens: 1.5, perMs: 1000, burst: 1 },
    { tokens: 1, perMs: 0, burst: 1 },
    { tokens: 1, perMs: 2 ** 30, burst: 2 ** 30 },
  ])('refuses a rate it cannot count: %j', (rate) => {
    expect(() => checkRate(rate)).toThrow(RangeError)
  })

  const anyRate = fc.record({
    tokens: fc.integer({ min: 1, max: 2_000_000 }),
    perMs: fc.constantFrom(1, 7, 1000, 60_000, 86_400_000),
    burst: fc.integer({ min: 1, max: 2_000_000 }),
  })
  const pauses = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 50 })

  it('never gives more than burst + rate × time, and never less than the rate to one who always takes', () => {
    fc.assert(
      fc.property(anyRate, pauses, (rate, waits) => {
        const bucket = fullBucket(rate, 0)
        let nowMs = 0
        let given = 0
        for (const wait of waits) {
          nowMs += wait
          const count = Math.max(0, available(bucket, rate, nowMs))
          expect(take(bucket, rate, nowMs, count)).toBe(true)
          given += count
          expect(take(bucket, rate, nowMs)).toBe(false)
        }
        const earned = BigInt(rate.burst) * BigInt(rate.perMs) + BigInt(Math.floor(nowMs)) * BigInt(rate.tokens)
        expect(BigInt(given) <= earned / BigInt(rate.perMs)).toBe(true)
      }),
    )
  })

  it('names exactly the first millisecond at which a take succeeds', () => {
    fc.assert(
      fc.property(anyRate, fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 1000 }), (rate, nowMs, n) => {
        const count = Math.min(n, rate.burst)
        const bucket = fullBucket(rate, nowMs)
        take(bucket, rate, nowMs, rate.burst)
        const atMs = nextAvailableMs(bucket, rate, nowMs, count)
        expect(take({ ...bucket }, rate, atMs - 1, count)).toBe(false)
        expect(take(bucket, rate, atMs, count)).toBe(true)
      }),
    )
  })

  it('lets more go than it ever has when it is full, and waits until that is made up for', () => {
    const quarter = { tokens: 250, perMs: 1_000_000, burst: 1 }
    const bucket = fullBucket(quarter, 0)
    expect(takeOwing(bucket, quarter, 0, 10)).toBe(true)
    expect(available(bucket, quarter, 0)).toBe(-9)
    expect(reachedMs(bucket, quarter, 0, 1)).toBe(40_000)
    expect(reachedMs(bucket, quarter, 0, 3)).toBe(48_000)
    expect(takeOwing(bucket, quarter, 39_999, 10)).toBe(false)
    expect(takeOwing(bucket, quarter, 40_000, 10)).toBe(true)
  })

  it('gives at most rate × time and the burst, or the longest that was taken, in any stretch of time', () => {
    const counts = fc.array(fc.record({ wait: fc.nat(3000), count: fc.integer({ min: 1, max: 30 }) }), {
      maxLength: 60,
    })
    const rates = fc.record({
      tokens: fc.integer({ min: 1, max: 20 }),
      perMs: fc.constant(1000),
      burst: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(rates, counts, (rate, asked) => {
        const bucket = fullBucket(rate, 0)
        const taken: { atMs: number; count: number }[] = []
        let nowMs = 0
        for (const { wait, count } of asked) {
          nowMs += wait
          if (takeOwing(bucket, rate, nowMs, count)) taken.push({ atMs: nowMs, count })
        }
        taken.forEach((first, from) => {
          let sum = 0
          let longest = rate.burst
          for (const { atMs, count } of taken.slice(from)) {
            sum += count
            longest = Math.max(longest, count)
            expect(sum).toBeLessThanOrEqual(longest + ((atMs - first.atMs) * rate.tokens) / rate.perMs)
          }
        })
      }),
    )
  })

  it('keeps what is owed when its rate becomes another, and no more than the new burst', () => {
    const fast = { tokens: 20, perMs: 1000, burst: 20 }
    const bucket = fullBucket(tenPerSecond, 0)
    takeOwing(bucket, tenPerSecond, 0, 15)
    const slow = { tokens: 30, perMs: 60_000, burst: 1 }
    changeRate(bucket, tenPerSecond, slow, 250)
    // 5 were owed, and a quarter of a second had made up for half of that.
    expect(reachedMs(bucket, slow, 250, 0)).toBe(5250)
    expect(available(bucket, slow, 5250)).toBe(0)
    const full = fullBucket(fast, 0)
    changeRate(full, fast, tenPerSecond, 0)
    expect(available(full, tenPerSecond, 0)).toBe(10)
  })
})
