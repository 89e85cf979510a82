import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FullWindow } from './full-window.js'

const STALL_MS = 1000

/** One that was found to have a window of so many. */
function known(size: number): FullWindow {
  const window = new FullWindow(STALL_MS)
  window.asked(size, 0, 0)
  expect(window.isStalled(size, 0, STALL_MS)).toBe(true)
  expect(window.size).toBe(size)
  return window
}

describe('a window that nothing is known of', () => {
  it.each([
    // withheld, others, quiet for ms, full
    [1, 0, 999, false],
    [1, 0, 1000, true],
    [9, 0, 5000, true],
    [2, 1, 5000, false],
    [0, 0, 5000, false],
    [0, 3, 5000, false],
  ])('%i withheld, %i others, quiet for %i ms: %s', (withheld, others, quietMs, full) => {
    const window = new FullWindow(STALL_MS)
    expect(window.asked(withheld, others, 70)).toBe(false)
    expect(window.isStalled(withheld, others, 70 + quietMs)).toBe(full)
    expect(window.size).toBe(full ? withheld : 0)
  })

  it('is never full before anything was asked', () => {
    expect(new FullWindow(STALL_MS).isStalled(1, 0, 1e9)).toBe(false)
  })

  it('is judged once for what was asked', () => {
    const window = new FullWindow(STALL_MS)
    window.asked(2, 0, 0)
    expect([1000, 1100, 9000].map((nowMs) => window.isStalled(2, 0, nowMs))).toEqual([true, false, false])
  })

  it('waits anew after a sign that more may come', () => {
    const window = new FullWindow(STALL_MS)
    window.asked(2, 0, 0)
    window.mayAsk(900)
    expect(window.isStalled(2, 0, 1899)).toBe(false)
    expect(window.isStalled(2, 0, 1900)).toBe(true)
    // Judged: a sign alone begins nothing.
    window.mayAsk(2000)
    expect(window.isStalled(2, 0, 9000)).toBe(false)
  })
})

describe('a window that is known', () => {
  it.each([
    // size, unanswered at the end of the read, withheld, others, full at once
    [2, 2, 2, 0, true],
    [2, 2, 1, 1, false],
    [2, 1, 1, 0, false],
    [2, 3, 3, 0, false],
    [1, 1, 1, 0, true],
    [3, 3, 2, 0, false],
  ])('of %i with %i unanswered, %i withheld and %i others: %s', (size, unanswered, withheld, others, full) => {
    const window = known(size)
    window.seen(unanswered)
    expect(window.asked(withheld, others, 5000)).toBe(full)
    expect(window.size).toBe(unanswered > size ? 0 : size)
  })

  it('costs the wait once only, and again when more were seen', () => {
    const window = known(2)
    for (let nowMs = 2000; nowMs < 5000; nowMs += 500) {
      window.seen(2)
      expect(window.asked(2, 0, nowMs)).toBe(true)
    }
    window.seen(3)
    expect(window.asked(2, 0, 5000)).toBe(false)
    expect(window.isStalled(2, 0, 6000)).toBe(true)
  })
})

it('whatever comes: nothing stays withheld for longer than the stall while nothing else is owed', () => {
  const step = fc.record({
    withheld: fc.integer({ min: 0, max: 4 }),
    others: fc.integer({ min: 0, max: 2 }),
    afterMs: fc.integer({ min: 0, max: 3000 }),
    asks: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const window = new FullWindow(STALL_MS)
      let nowMs = 0
      let askedAtMs = Infinity
      for (const { withheld, others, afterMs, asks } of steps) {
        nowMs += afterMs
        if (asks) {
          window.seen(withheld + others)
          askedAtMs = window.asked(withheld, others, nowMs) ? Infinity : nowMs
        }
        const isDue = withheld > 0 && others === 0 && nowMs - askedAtMs >= STALL_MS
        expect(window.isStalled(withheld, others, nowMs)).toBe(isDue)
        if (isDue) askedAtMs = Infinity
      }
    }),
  )
})
