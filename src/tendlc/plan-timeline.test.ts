import { expect, it } from 'vitest'
import { DayCalendar } from './day-calendar.js'
import { timelineOf, type TimelineOf } from './plan-timeline.js'

const calendar = new DayCalendar()
const noon = Date.parse('2026-11-23T20:00:00Z')
const midnight = Date.parse('2026-11-24T08:00:00Z')
const hour = 3_600_000

const of = (times: readonly number[], more: Partial<TimelineOf> = {}) =>
  timelineOf({ times, startMs: noon, messages: times.length, held: [], dayOf: (atMs) => calendar.dayOf(atMs), ...more })

it('a few seconds are told by the second, until the last has left', () => {
  const times = Array.from({ length: 30 }, (_, i) => noon + i * 100)
  expect(of(times).map(({ fromMs, toMs, sent, waiting }) => [fromMs - noon, toMs - noon, sent, waiting])).toEqual([
    [0, 1000, 10, 20],
    [1000, 2000, 10, 10],
    [2000, 3000, 10, 0],
  ])
})

it('stretches end at whole hours and at midnights, and say what holds longest in each', () => {
  const periods = [{ fromMs: noon + hour, toMs: midnight }]
  const held = [
    { limit: 'day', periods, heldMs: 11 * hour },
    { limit: 'second', periods: [{ fromMs: noon, toMs: noon + 1.5 * hour }], heldMs: 1.5 * hour },
  ]
  const stretches = of([noon, midnight, midnight + 11 * hour], { startMs: noon + 60_000, held })
  expect(stretches[0]).toEqual({
    ...{ fromMs: noon + 60_000, toMs: noon + hour, sent: 1, waiting: 2, limit: 'second' },
  })
  expect(stretches[1]!.limit).toBe('day')
  expect(stretches.some(({ toMs }) => toMs === midnight)).toBe(true)
  expect(stretches.every(({ fromMs }, i) => i === 0 || fromMs % hour === 0)).toBe(true)
  expect(stretches.at(-1)).toMatchObject({ sent: 1, waiting: 0, limit: undefined })
})

it('weeks are told by whole days, also where one has 25 hours', () => {
  const start = Date.parse('2026-10-20T19:00:00Z')
  const times = Array.from({ length: 60 }, (_, i) => start + i * 24 * hour)
  const stretches = of(times, { startMs: start })
  expect(stretches.length).toBeGreaterThan(15)
  expect(stretches.length).toBeLessThan(30)
  expect(stretches.every(({ toMs }) => calendar.dayOf(toMs).startMs === toMs)).toBe(true)
  expect(stretches.reduce((sum, { sent }) => sum + sent, 0)).toBe(60)
})

it('where nothing leaves there is nothing to draw', () => {
  expect(of([])).toEqual([])
})
