import { describe, expect, it } from 'vitest'
import { DayCalendar, dayText, readDay } from './day-calendar.js'

const at = (text: string): number => Date.parse(text)
const hours = ({ startMs, endMs }: { startMs: number; endMs: number }): number => (endMs - startMs) / 3_600_000

describe('days of Los Angeles', () => {
  it.each([
    ['2026-11-23T07:59:59.999Z', '2026-11-22', 24, '2026-11-23T08:00:00Z'],
    ['2026-11-23T08:00:00.000Z', '2026-11-23', 24, '2026-11-24T08:00:00Z'],
    ['2026-07-01T06:59:59.999Z', '2026-06-30', 24, '2026-07-01T07:00:00Z'],
    ['2026-07-01T07:00:00.000Z', '2026-07-01', 24, '2026-07-02T07:00:00Z'],
    // The clocks are put forward and back: at two in the morning of these.
    ['2026-03-08T08:00:00.000Z', '2026-03-08', 23, '2026-03-09T07:00:00Z'],
    ['2026-03-09T06:59:59.999Z', '2026-03-08', 23, '2026-03-09T07:00:00Z'],
    ['2026-11-01T07:00:00.000Z', '2026-11-01', 25, '2026-11-02T08:00:00Z'],
    ['2026-11-02T07:59:59.999Z', '2026-11-01', 25, '2026-11-02T08:00:00Z'],
    ['2027-03-14T12:00:00.000Z', '2027-03-14', 23, '2027-03-15T07:00:00Z'],
    ['2024-02-29T20:00:00.000Z', '2024-02-29', 24, '2024-03-01T08:00:00Z'],
    ['2025-01-01T07:59:59.999Z', '2024-12-31', 24, '2025-01-01T08:00:00Z'],
  ])('at %s it is %s, of %d hours, until %s', (now, day, length, end) => {
    const found = new DayCalendar().dayOf(at(now))
    expect([dayText(found.number), hours(found), found.endMs]).toEqual([day, length, at(end)])
  })

  it('follow each other without a gap for years, whatever is asked first', () => {
    const calendar = new DayCalendar()
    let day = calendar.dayOf(at('2024-01-01T12:00:00Z'))
    const lengths: number[] = []
    for (let i = 0; i < 3 * 366; i++) {
      const next = calendar.dayOf(day.endMs)
      expect([next.number, next.startMs]).toEqual([day.number + 1, day.endMs])
      expect(calendar.dayOf(next.startMs - 1)).toEqual(day)
      lengths.push(hours(next))
      day = next
    }
    expect([lengths.filter((h) => h === 23).length, lengths.filter((h) => h === 25).length]).toEqual([3, 3])
    expect(lengths.filter((h) => h === 24)).toHaveLength(3 * 366 - 6)
  })

  it('are written as dates', () => {
    expect(readDay('2026-11-23')).toBe(new DayCalendar().dayOf(at('2026-11-23T20:00:00Z')).number)
    for (const wrong of ['', '2026-11-31', '2026-1-1', '20261123', '2026-13-01', 'x'])
      expect(readDay(wrong)).toBe(undefined)
  })
})
