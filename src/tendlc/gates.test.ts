// The gates by themselves: a rate and a minute.
import { describe, expect, it } from 'vitest'
import { BucketGate } from './bucket-gate.js'
import { Line } from './limiter-line.js'
import { MinuteGate } from './minute-gate.js'

describe('a rate', () => {
  it.each([
    [75, 75],
    [8, 8],
    [1.25, 1],
    [0.25, 1],
    [0.0001, 1],
  ])('of %d a second has a burst of %d', (perSecond, burst) => {
    const gate = new BucketGate('k', 'n', perSecond, 0)
    expect([gate.room(0), gate.most, gate.isAtRest(0)]).toEqual([burst, burst, true])
    gate.take(burst, 0)
    expect([gate.room(0), gate.isAtRest(0)]).toEqual([0, false])
    expect(gate.roomAtMs(1, 0)).toBe(Math.ceil(1000 / Math.max(0.001, perSecond)))
    gate.undo(burst)
    expect(gate.room(0)).toBe(burst)
  })

  it('that becomes another keeps what is owed', () => {
    const gate = new BucketGate('k', 'n', 4, 0)
    gate.take(10, 0)
    gate.change(4, 0)
    gate.change(2, 1000)
    expect([gate.perSecond, gate.room(1000), gate.roomAtMs(1, 1000)]).toEqual([2, -2, 2500])
  })
})

describe('a minute', () => {
  it('has so many in any sixty seconds, and the same again half a second later at most', () => {
    const gate = new MinuteGate('k', 'n', 15, 0)
    gate.take(10, 100)
    gate.take(5, 30_700)
    expect([gate.room(59_999), gate.roomAtMs(1, 59_999), gate.roomAtMs(11, 59_999)]).toEqual([0, 60_500, 91_000])
    expect([gate.room(60_499), gate.room(60_500), gate.room(90_999)]).toEqual([0, 10, 10])
    expect([gate.isAtRest(90_999), gate.isAtRest(91_000), gate.room(91_000)]).toEqual([false, true, 15])
  })

  it('that had a longer message than it ever has is full again when that is a minute old', () => {
    const gate = new MinuteGate('k', 'n', 15, 0)
    gate.take(20, 0)
    expect([gate.room(1000), gate.roomAtMs(1, 1000), gate.roomAtMs(40, 1000), gate.room(60_500)]).toEqual([
      -5, 60_500, 60_500, 15,
    ])
  })

  it('takes back what was taken this moment, and no more', () => {
    const gate = new MinuteGate('k', 'n', 15, 0)
    gate.take(3, 0)
    gate.take(4, 1000)
    gate.undo(9, 1000)
    expect(gate.room(1000)).toBe(12)
  })

  it('goes on with all that it had when it becomes another, however large', () => {
    const gate = new MinuteGate('k', 'n', 15, 0)
    gate.take(15, 700)
    gate.change(90_000)
    expect([gate.room(700), gate.perMinute, gate.perSecond]).toEqual([89_985, 90_000, 1500])
    gate.take(80_000, 800)
    gate.change(10)
    expect([gate.room(900), gate.room(61_500)]).toEqual([10 - 80_015, 10])
  })

  it('stands still when its clock goes back, and is empty after a long rest', () => {
    const gate = new MinuteGate('k', 'n', 15, 1_000_000)
    gate.take(5, 1_000_000)
    gate.take(5, 900_000)
    expect([gate.room(1_060_499), gate.room(1_060_500), gate.room(1e12)]).toEqual([5, 15, 15])
  })
})

describe('a line', () => {
  it('counts those before, and lets go of those who do not come', () => {
    const line = new Line()
    const [a, b, c] = [line.join(2, 100), line.join(3, 50), line.join(1, 100)]
    expect([a, b, c, undefined].map((place) => line.ahead(place, 0))).toEqual([0, 2, 5, 6])
    line.leave(a)
    expect([b, c, undefined].map((place) => line.ahead(place, 0))).toEqual([0, 3, 4])
    expect([line.ahead(c, 50), line.isEmpty(50), b.isLeft]).toEqual([0, false, true])
    // Whoever lost its place is at the end again.
    expect(line.ahead(b, 50)).toBe(1)
    c.byMs = 200
    expect([line.isEmpty(199), line.isEmpty(200), line.ahead(undefined, 200)]).toEqual([false, true, 0])
  })

  it('that was cleared begins anew', () => {
    const line = new Line()
    const place = line.join(4, 100)
    line.clear()
    expect([place.isLeft, line.isEmpty(0), line.ahead(undefined, 0)]).toEqual([true, true, 0])
    line.join(1, 100)
    expect(line.ahead(undefined, 0)).toBe(1)
  })
})
