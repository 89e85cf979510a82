import { expect, it } from 'vitest'
import { LogPace } from './log-pace.js'

it('tells of the first at once, then once per pause how many there were', () => {
  const pace = new LogPace(1000)
  expect([0, 1, 999, 1000, 1001, 2500].map((at) => pace.note('a', at))).toEqual([1, 0, 0, 3, 0, 2])
  expect(pace.note('b', 1)).toBe(1)
})

it('forgets rather than grow', () => {
  const pace = new LogPace(1000, 2)
  pace.note('a', 0)
  pace.note('b', 0)
  pace.note('c', 0)
  expect(pace.note('a', 0)).toBe(1)
})
