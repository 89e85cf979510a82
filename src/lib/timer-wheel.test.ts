// The wheel beside a plain sorted list, and its edges: long waits, long sleeps, changes made while it fires.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimerWheel, type WheelEntry } from './timer-wheel.js'

interface Named extends WheelEntry {
  readonly name: number
}
const entry = (name: number): Named => ({ name, dueMs: 0, next: undefined, previous: undefined })

describe('a timer wheel', () => {
  it('fires what is due, never early, in order', () => {
    const wheel = new TimerWheel<Named>(10, 8, 1000)
    const fired: number[] = []
    const [a, b, c] = [entry(1), entry(2), entry(3)]
    wheel.set(a, 1015)
    wheel.set(b, 1015)
    wheel.set(c, 1005)
    wheel.advance(1009, (each) => fired.push(each.name))
    expect(fired).toEqual([])
    wheel.advance(1010, (each) => fired.push(each.name))
    expect(fired).toEqual([3])
    wheel.advance(1020, (each) => fired.push(each.name))
    expect(fired).toEqual([3, 1, 2])
    expect(wheel.size).toBe(0)
  })

  it('keeps waits longer than a turn, and survives a sleep of many turns', () => {
    const wheel = new TimerWheel<Named>(10, 4, 0)
    const fired: number[] = []
    wheel.set(entry(1), 95)
    wheel.set(entry(2), 100_000)
    wheel.set(entry(3), Infinity)
    for (let now = 0; now <= 90; now += 10) wheel.advance(now, (each) => fired.push(each.name))
    expect(fired).toEqual([])
    wheel.advance(99_999, (each) => fired.push(each.name))
    expect(fired).toEqual([1])
    wheel.advance(200_000, (each) => fired.push(each.name))
    expect(fired).toEqual([1, 2])
    expect(wheel.size).toBe(1)
  })

  it('lets the called one set itself again and cancel its neighbour', () => {
    const wheel = new TimerWheel<Named>(10, 8, 0)
    const [a, b] = [entry(1), entry(2)]
    wheel.set(a, 10)
    wheel.set(b, 10)
    const fired: number[] = []
    wheel.advance(10, (each) => {
      fired.push(each.name)
      wheel.cancel(b)
      wheel.set(a, 30)
    })
    expect(fired).toEqual([1])
    wheel.advance(30, (each) => fired.push(each.name))
    expect(fired).toEqual([1, 1])
    expect(wheel.size).toBe(0)
  })

  it('does as a sorted list does', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), name: fc.nat(9), inMs: fc.nat(200) }),
      fc.record({ kind: fc.constant('cancel' as const), name: fc.nat(9), inMs: fc.constant(0) }),
      fc.record({ kind: fc.constant('advance' as const), name: fc.constant(0), inMs: fc.nat(120) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const wheel = new TimerWheel<Named>(7, 8, 0)
        const entries = Array.from({ length: 10 }, (_, name) => entry(name))
        const dueByName = new Map<number, number>()
        let nowMs = 0
        for (const { kind, name, inMs } of steps) {
          if (kind === 'set') {
            wheel.set(entries[name] as Named, nowMs + inMs)
            dueByName.set(name, nowMs + inMs)
          } else if (kind === 'cancel') {
            wheel.cancel(entries[name] as Named)
            dueByName.delete(name)
          } else {
            nowMs += inMs
            wheel.advance(nowMs, (each) => {
              expect(dueByName.get(each.name)).toBeLessThanOrEqual(nowMs)
              dueByName.delete(each.name)
            })
            // At most two ticks behind: one of the wheel, one of a set that was due at once.
            for (const due of dueByName.values()) expect(due).toBeGreaterThan(nowMs - 14)
          }
          expect(wheel.size).toBe(dueByName.size)
        }
      }),
    )
  })
})
