import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absoluteSmppTime, relativeSmppTime, smppTimeToMs } from './time.js'

const now = Date.UTC(2026, 10, 22, 12, 0, 0)

describe('SMPP time', () => {
  it.each([
    ['000002000000000R', 2 * 86_400_000],
    ['000000000130000R', 90_000],
    ['010100000000000R', 395 * 86_400_000],
    ['261122130000000+', 3_600_000],
    ['261122130000004+', 0],
    ['261122130000004-', 7_200_000],
    ['261122115959500+', -500],
    ['991231235959000+', Date.UTC(1999, 11, 31, 23, 59, 59) - now],
  ])('%s is %d ms from now', (time, ms) => expect(smppTimeToMs(time, now)).toBe(ms))

  it.each([
    '',
    '2611221300',
    '26112213000000X+',
    '261322130000000+',
    '260431130000000+',
    '261122250000000+',
    '261122130000000Z',
    '261122130000049+',
  ])('refuses %j', (time) => expect(smppTimeToMs(time, now)).toBeUndefined())

  it('writes relative times that read back as the same time, rounded up to a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 * 31_536_000 }), (ms) => {
        expect(smppTimeToMs(relativeSmppTime(ms * 10), now)).toBe(Math.ceil(ms / 100) * 1000)
      }),
    )
  })

  it('writes absolute times that read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300_000_000 }), (seconds) => {
        expect(smppTimeToMs(absoluteSmppTime(now + seconds * 1000), now)).toBe(seconds * 1000)
      }),
    )
  })

  it('never writes less than a second', () => expect(relativeSmppTime(1)).toBe('000000000001000R'))
})
