import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueHeap } from './heap.js'

describe('DueHeap', () => {
  it('is empty at first', () => {
    const heap = new DueHeap<string>()
    expect([heap.length, heap.nextKey, heap.pop(), heap.popDue(Infinity)]).toEqual([0, Infinity, undefined, undefined])
  })

  it('gives what is due and keeps the rest', () => {
    const heap = new DueHeap<string>()
    heap.push(20, 'later')
    heap.push(10, 'now')
    expect(heap.popDue(9)).toBeUndefined()
    expect(heap.popDue(10)).toBe('now')
    expect(heap.popDue(10)).toBeUndefined()
    expect(heap.nextKey).toBe(20)
    heap.clear()
    expect(heap.length).toBe(0)
  })

  it('refuses a key without an order', () => {
    expect(() => new DueHeap<number>().push(NaN, 1)).toThrow(RangeError)
  })

  it('is a stable sort, whatever is pushed and popped in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })), (steps) => {
        const heap = new DueHeap<readonly [number, number]>()
        const model: (readonly [number, number])[] = []
        steps.forEach((key, i) => {
          if (key === undefined) {
            expect(heap.pop()).toEqual(model.shift())
          } else {
            heap.push(key, [key, i])
            model.push([key, i])
            model.sort((a, b) => a[0] - b[0] || a[1] - b[1])
          }
          expect(heap.length).toBe(model.length)
          expect(heap.nextKey).toBe(model[0]?.[0] ?? Infinity)
        })
        while (model.length > 0) expect(heap.pop()).toEqual(model.shift())
      }),
    )
  })
})
