import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { geometricBounds, Histogram, quantile } from './histogram.js'

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

  it.each([
    [0, 0],
    [0.5, 5],
    [1, 10],
    [2, 10],
  ])('estimates the quantile %d of 100 even values in one bucket as %d', (q, value) => {
    const histogram = new Histogram([10, 20])
    for (let i = 0; i < 100; i++) histogram.record(i / 10)
    expect(quantile(histogram.snapshot(), q)).toBeCloseTo(value)
  })

  it('estimates 0 of nothing and the last bound of what lies above all', () => {
    const histogram = new Histogram([1])
    expect(quantile(histogram.snapshot(), 0.5)).toBe(0)
    histogram.record(100)
    expect(quantile(histogram.snapshot(), 0.5)).toBe(1)
  })

  it('puts a quantile into the bucket of the exact one', () => {
    const bounds = geometricBounds(0.001, 2, 12)
    const values = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (recorded, q) => {
        const histogram = new Histogram(bounds)
        for (const value of recorded) histogram.record(value)
        const sorted = [...recorded].sort((a, b) => a - b)
        const exact = sorted[Math.ceil(q * sorted.length) - 1] as number
        const bucketOf = (value: number): number => bounds.findIndex((bound) => value <= bound)
        expect(bucketOf(quantile(histogram.snapshot(), q) - 1e-12)).toBe(bucketOf(exact))
      }),
    )
  })
})
