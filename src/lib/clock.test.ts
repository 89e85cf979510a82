import { describe, expect, it } from 'vitest'
import { systemClock, systemTimers, turnClock } from './clock.js'
import { FakeClock } from './fake-clock.js'

describe('system clock and timers', () => {
  it('tells a monotonic time that does not go back and a wall time near the system’s', () => {
    const clock = systemClock()
    const first = clock.monotonicMs()
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(first)
    expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(1000)
  })

  it('fires once, in order, and not after cancel', async () => {
    const timers = systemTimers()
    const fired: string[] = []
    const cancel = timers.after(1, () => fired.push('cancelled'))
    timers.after(0, () => fired.push('first'))
    cancel()
    await new Promise<void>((resolve) => timers.after(5, resolve))
    expect(fired).toEqual(['first'])
  })

  it('does not fire at once for a wait beyond 31 bits', async () => {
    const timers = systemTimers()
    let fired = false
    const cancel = timers.after(2 ** 32, () => (fired = true))
    await new Promise<void>((resolve) => timers.after(5, resolve))
    cancel()
    expect(fired).toBe(false)
  })
})

describe('turnClock', () => {
  it('says the same until the turn is over, and is asked anew only when somebody wants to know', () => {
    const machine = new FakeClock({ monotonicMs: 100, wallMs: 5000 })
    const ends: (() => void)[] = []
    const clock = turnClock(machine, (fn) => ends.push(fn))
    const told = (): readonly number[] => [clock.monotonicMs(), clock.wallMs()]
    expect(told()).toEqual([100, 5000])
    machine.advance(7)
    expect([...told(), ...told()]).toEqual([100, 5000, 100, 5000])
    expect(ends).toHaveLength(1)
    ends.pop()!()
    expect(ends).toHaveLength(0)
    expect(told()).toEqual([107, 5007])
  })

  it('is at most one turn of the event loop behind', async () => {
    const clock = turnClock(systemClock(), setImmediate)
    const before = clock.monotonicMs()
    await new Promise<void>((resolve) => systemTimers().after(5, resolve))
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(4)
  })
})

describe('FakeClock', () => {
  it('fires timers in order of time at their own moment, and those they set', () => {
    const clock = new FakeClock({ monotonicMs: 100 })
    const fired: [string, number][] = []
    const note = (name: string) => () => fired.push([name, clock.monotonicMs()])
    clock.after(20, note('b'))
    clock.after(10, () => {
      note('a')()
      clock.after(5, note('nested'))
    })
    clock.setTimer(120, note('c'))
    clock.setTimer(50, note('overdue'))
    expect(clock.pending).toBe(4)
    clock.advance(30)
    expect(fired).toEqual([
      ['overdue', 100],
      ['a', 110],
      ['nested', 115],
      ['b', 120],
      ['c', 120],
    ])
    expect(clock.monotonicMs()).toBe(130)
    expect(clock.pending).toBe(0)
  })

  it('does not fire what was cancelled', () => {
    const clock = new FakeClock()
    let fired = 0
    const cancel = clock.after(1, () => fired++)
    cancel()
    clock.advance(10)
    expect(fired).toBe(0)
  })

  it('steps the wall clock alone', () => {
    const clock = new FakeClock({ wallMs: 1_000 })
    clock.advance(5)
    clock.stepWall(-600)
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([5, 405])
  })

  it('refuses to go back', () => {
    expect(() => new FakeClock().advance(-1)).toThrow(RangeError)
    expect(() => new FakeClock().advance(NaN)).toThrow(RangeError)
  })
})
