import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedQueue } from './bounded-queue.js'

type Step = { readonly do: 'push' | 'unshift' | 'shift' | 'drain'; readonly times: number }

describe('BoundedQueue', () => {
  it('says no at its bound and adds nothing', () => {
    const queue = new BoundedQueue<number>(2)
    expect([queue.push(1), queue.unshift(0), queue.push(2), queue.unshift(-1)]).toEqual([true, true, false, false])
    expect([queue.isFull, queue.room, [...queue]]).toEqual([true, 0, [0, 1]])
    expect(queue.peek()).toBe(0)
  })

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a bound of %s', (max) => {
    expect(() => new BoundedQueue(max)).toThrow(RangeError)
  })

  it('behaves like an array, through growth, wrap and shrinking', () => {
    const step: fc.Arbitrary<Step> = fc.record({
      do: fc.constantFrom('push', 'push', 'unshift', 'shift', 'shift', 'drain'),
      times: fc.integer({ min: 1, max: 1500 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 1, max: 5000 }), (steps, max) => {
        const queue = new BoundedQueue<number>(max)
        let model: number[] = []
        let next = 0
        for (const { do: verb, times } of steps) {
          if (verb === 'drain') {
            expect(queue.drainAll()).toEqual(model)
            model = []
          }
          for (let i = 0; verb !== 'drain' && i < times; i++) {
            if (verb === 'shift') {
              if (queue.shift() !== model.shift()) throw new Error('shift differs')
            } else {
              const fits = model.length < max
              if (fits) model[verb](next)
              if (queue[verb](next++) !== fits) throw new Error(`${verb} differs`)
            }
          }
          expect(queue.length).toBe(model.length)
        }
        expect([...queue]).toEqual(model)
      }),
      { numRuns: 50 },
    )
  })
})
