import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Window } from './window.js'

describe('the in-flight window', () => {
  it('takes as many as its limit and gives each back once', () => {
    const window = new Window<string>(2)
    expect([window.add('a', 0), window.add('b', 1), window.add('c', 2)]).toEqual([1, 2, 0])
    expect(window.isFull).toBe(true)
    expect(window.take(1)).toMatchObject({ context: 'a', sentAtMs: 0 })
    expect(window.take(1)).toBeUndefined()
    expect(window.free).toBe(1)
    expect(window.drainAll().map(({ context }) => context)).toEqual(['b'])
    expect(window.size).toBe(0)
  })

  it('expires in order of sending, and only what is old enough', () => {
    const window = new Window<number>(5)
    for (const at of [0, 10, 20, 30]) window.add(at, at)
    window.take(2)
    expect(window.expire(20).map(({ context }) => context)).toEqual([0, 20])
    expect(window.expire(20)).toEqual([])
    expect(window.size).toBe(1)
  })

  it('wraps from 0x7fffffff to 1 and skips a sequence whose request is still in flight', () => {
    const window = new Window<string>(2, 0x7fffffff)
    expect([window.add('last', 0), window.add('first', 0)]).toEqual([0x7fffffff, 1])
    window.take(0x7fffffff)
    for (let i = 2; i <= 9; i++) {
      const sequence = window.add('short', 0)
      expect(sequence & 3).not.toBe(1)
      expect(window.take(sequence)?.context).toBe('short')
    }
    expect(window.take(1)?.context).toBe('first')
  })

  it('does as a plain map does, for any order of calls', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const) }),
      fc.record({ do: fc.constant('take' as const), which: fc.nat(20) }),
      fc.record({ do: fc.constant('expire' as const), ago: fc.nat(10) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 100 }), (limit, steps) => {
        const window = new Window<number>(limit, 0x7ffffff8)
        const model = new Map<number, number>()
        let now = 0
        for (const each of steps) {
          now++
          if (each.do === 'add') {
            const sequence = window.add(now, now)
            expect(sequence === 0).toBe(model.size === limit)
            expect(model.has(sequence)).toBe(false)
            if (sequence !== 0) model.set(sequence, now)
          } else if (each.do === 'take') {
            const sequence = [...model.keys()][each.which] ?? 5
            expect(window.take(sequence)?.context).toBe(model.get(sequence))
            model.delete(sequence)
          } else {
            const expected = [...model].filter(([, at]) => at <= now - each.ago)
            expect(window.expire(now - each.ago).map(({ sequence, context }) => [sequence, context])).toEqual(expected)
            for (const [sequence] of expected) model.delete(sequence)
          }
          expect(window.size).toBe(model.size)
        }
      }),
    )
  })
})
