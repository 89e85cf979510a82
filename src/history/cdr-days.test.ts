import { describe, expect, it } from 'vitest'
import { fileToWrite, oldFiles } from './cdr-days.js'
import { cdrFileAt } from './cdr-files.js'

const DAY_MS = 86_400_000
const TODAY = Date.UTC(2026, 5, 10)
const file = (day: number) => cdrFileAt(TODAY + day * DAY_MS)

describe('the file that is written', () => {
  it.each([
    ['none yet', '', 0],
    ['that of today', file(0), 0],
    ['of yesterday', file(-1), 0],
    ['of tomorrow, by a clock that was set back', file(1), 1],
    ['far ahead, by a clock that was wrong', file(2), 0],
    ['years ahead', file(3650), 0],
  ])('before: %s', (_, current, day) => {
    expect(fileToWrite(current, TODAY + 5)).toBe(file(day))
  })
})

describe('files that are old', () => {
  const old = (days: readonly number[], keepDays: number, ahead = 0) =>
    oldFiles(days.map(file), keepDays, TODAY + ahead * DAY_MS).map((name) => days.find((day) => file(day) === name))

  it('are those of days before the last so many', () => {
    expect(old([-4, -3, -2, -1, 0], 2)).toEqual([-4, -3])
    expect(old([-4, -3, -2, -1], 2)).toEqual([-4, -3])
    expect(old([-2, -1, 0], 2)).toEqual([])
    expect(old([], 2)).toEqual([])
  })

  it('are none the more for a clock that is years ahead, for a day or for some', () => {
    const days = Array.from({ length: 31 }, (_, n) => n - 30)
    expect(old(days, 30)).toEqual([])
    expect(old(days, 30, 3650)).toEqual([-30])
    expect(old([...days, 3650], 30, 3650)).toEqual([-30])
    expect(old([...days, 3650, 3651, 3652], 30, 3652)).toEqual([-30, -29, -28])
    // Right again: the files of that time do not count.
    expect(old([...days, 1, 3650, 3651], 30, 1)).toEqual([-30])
  })

  it('grow older by a day in days without any', () => {
    expect(old([-33, -30, -1, 0], 4)).toEqual([-33])
    expect(old([-30, -1, 0], 4)).toEqual([])
  })
})
