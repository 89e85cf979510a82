import { describe, expect, it } from 'vitest'
import { geometricBounds, Histogram } from './histogram.js'

describe('Histogram', () => {
  it('counts a value at a bound into that bound’s bucket', () => {
    const histogram = new Histogram([1, 2, 5])
    for (const value of [0.5, 1, 1.5, 5, 6, NaN, Infinity]) histogram.record(value)
    histogram.record(2, 3)
    expect(histogram.snapshot()).toEqual({ bounds: [1, 2, 5], cumulative: [2, 6, 7], sum: 20, count: 8 })
    histogram.reset()
    expect(histogram.snapshot()).toMatchObject({ sum: 0, count: 0 })
  })

  it.each([[[]], [[1, 1]], [[2, 1]], [[1, Infinity]]])('refuses the bounds %j', (bounds) => {
    expect(() => new Histogram(bounds)).toThrow(RangeError)
  })

  it('makes bounds by a factor', () => {
    expect(geometricBounds(0.0001, 2.5, 4)).toEqual([0.0001, 0.00025, 0.000625, 0.00156])
  })
})
