import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NumberPaces } from './number-paces.js'

/** Most in any stretch of a second, both ends not counted together. */
function mostInASecond(times: readonly number[]): number {
  let most = 0
  for (let from = 0, to = 0; to < times.length; to++) {
    while (times[to]! - times[from]! >= 1000) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

describe('the pace of a number', () => {
  it('is never above its rate in any second, whatever is asked and given back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 10, 100, 400),
        fc.array(
          fc.record({
            ms: fc.nat(700),
            asks: fc.oneof(fc.nat(8), fc.nat(500)),
            used: fc.boolean(),
            another: fc.boolean(),
          }),
        ),
        (perSecond, steps) => {
          const paces = new NumberPaces(() => perSecond)
          // Two lanes of one number, which know nothing of each other.
          const limits = [paces.of('14155550100'), paces.of('14155550100')] as const
          const sent: number[] = []
          let nowMs = 0
          for (const { ms, asks, used, another } of steps) {
            nowMs += ms
            for (let i = 0; i < asks; i++) {
              const limit = limits[another ? 1 : 0]
              if (!limit.take(1, nowMs)) {
                expect(limit.nextMs(1, nowMs)).toBeGreaterThan(nowMs)
                break
              }
              if (used) sent.push(nowMs)
              else limit.giveBack(1)
            }
          }
          expect(mostInASecond(sent)).toBeLessThanOrEqual(perSecond)
        },
      ),
    )
  })

  it.each([0.5, 1, 3, 100, 1000])('reaches its rate of %d a second when it is asked as it says', (perSecond) => {
    const limit = new NumberPaces(() => perSecond).of('14155550100')
    let taken = 0
    for (let nowMs = 0; nowMs < 60_000; nowMs = Math.max(nowMs, limit.nextMs(1, nowMs)))
      if (limit.take(1, nowMs)) taken++
    expect(taken).toBeGreaterThanOrEqual(perSecond * 60 - 1)
    expect(taken).toBeLessThanOrEqual(perSecond * 60 + 1)
  })

  it('follows a change at once', () => {
    let perSecond = 3
    const limit = new NumberPaces(() => perSecond).of('18005550100')
    expect([1, 2, 3, 4].map(() => limit.take(1, 0))).toEqual([true, true, true, false])
    perSecond = 1
    expect(limit.nextMs(1, 0)).toBe(1000)
    perSecond = 5
    expect([1, 2].map(() => limit.take(1, 500))).toEqual([true, true])
    perSecond = 2
    expect(limit.nextMs(1, 500)).toBe(1500)
    perSecond = 0
    expect(limit.take(1, 500)).toBe(true)
  })

  it('does not get back what was taken earlier: whose that was is not known', () => {
    const limit = new NumberPaces(() => 1).of('14155550100')
    expect(limit.take(1, 0)).toBe(true)
    const other = new NumberPaces(() => 1)
    expect(limit.take(1, 1000)).toBe(true)
    limit.giveBack(1)
    expect(limit.take(1, 1000)).toBe(true)
    expect(other.size).toBe(0)
  })

  it('of more at once than it ever lets go is never there', () => {
    const limit = new NumberPaces(() => 2).of('14155550100')
    expect(limit.take(3, 0)).toBe(false)
    expect(limit.nextMs(3, 0)).toBe(Infinity)
  })

  it('is forgotten of those that rest, and of no other', () => {
    const paces = new NumberPaces(() => 1)
    let taken = 0
    for (let i = 0; i < 100_000; i++) if (paces.of(`1415${i}`).take(1, i)) taken++
    expect(taken).toBe(100_000)
    expect(paces.size).toBeLessThan(4000)
    for (let i = 99_001; i < 100_000; i++) expect(paces.of(`1415${i}`).take(1, 99_999)).toBe(false)
  })
})
