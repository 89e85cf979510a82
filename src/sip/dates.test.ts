// The Date header, both ways.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDate, writeDate } from './dates.js'

it('comes back from being written', () => {
  const max = Date.UTC(9999, 11, 31)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: max / 1000 }), (seconds) => {
      expect(parseDate(writeDate(seconds * 1000))).toBe(seconds * 1000)
    }),
  )
  expect(writeDate(Date.UTC(2010, 10, 13, 23, 29))).toBe('Sat, 13 Nov 2010 23:29:00 GMT')
})

it.each([
  ...['', 'Sat', 'Fri, 01 Jan 2010 16:00:00 EST', 'Sat, 31 Feb 2010 23:29:00 GMT', '2010-11-13T23:29:00Z'],
  ...['Sat, 13 Nov 2010 23:29:00', 'Sat, 13 Nov 2010 25:29:00 GMT', 'Sat, 13 Nov 10 23:29:00 GMT', 'x, y z a b GMT'],
])('%j is no date', (text) => {
  expect(parseDate(text)).toBeUndefined()
})
