import { describe, expect, it } from 'vitest'
import { finished } from '../lib/slices.js'
import { adviseSize, isPlace } from './advice.js'
import { compositionOf } from './composition.js'
import { NumberHealth, type HealthReport } from './health.js'
import { wantedInsteadOf } from './replacement.js'
import { noonMs, owned } from './rig.suite.js'

const number = '14155550101'
const hourMs = 3_600_000

/** Reports one after the other, all at once. @returns what was said first, and after how many */
function told(reports: readonly HealthReport[], health = new NumberHealth(), nowMs = noonMs): string {
  for (const [i, report] of reports.entries()) {
    const illness = health.report(number, report, nowMs)
    if (illness !== undefined) return `${i + 1}: ${illness.why}, ${illness.note}`
  }
  return 'well'
}

function some(count: number, report: HealthReport): readonly HealthReport[] {
  return Array.from({ length: count }, () => report)
}

describe('a number', () => {
  it.each([
    ['is well where all arrives', [...some(500, 'delivered')], 'well'],
    ['is not judged by fewer than 50 reports', [...some(49, 'undelivered')], 'well'],
    [
      'is ill below 70%',
      [...some(34, 'delivered'), ...some(16, 'undelivered')],
      '50: deliveryRate, 68% of 50 delivered',
    ],
    ['is well at 70%', [...some(35, 'delivered'), ...some(15, 'undelivered')], 'well'],
    [
      'is ill with more than 10% spam',
      [...some(45, 'delivered'), ...some(6, 'spam')],
      '51: spam, 11% of 51 taken for spam',
    ],
    ['is well at 10% spam', [...some(45, 'delivered'), ...some(5, 'spam')], 'well'],
    [
      'is ill when refused three times in a row',
      some(3, 'sourceRefused'),
      '3: sourceRefused, refused 3 times in a row',
    ],
    ['is well when taken in between', ['sourceRefused', 'sourceRefused', 'sourceTaken', 'sourceRefused'], 'well'],
  ] as const)('%s', (_, reports, expected) => {
    expect(told(reports)).toBe(expected)
  })

  it('is judged by the last 24 hours', () => {
    const health = new NumberHealth()
    told(some(40, 'undelivered'), health)
    expect(told(some(40, 'delivered'), health, noonMs + 23 * hourMs)).toBe('10: deliveryRate, 20% of 50 delivered')
    told(some(40, 'undelivered'), health)
    expect(told(some(60, 'delivered'), health, noonMs + 24 * hourMs)).toBe('well')
    expect(health.countsOf(number, noonMs + 24 * hourMs)).toEqual({ delivered: 60, undelivered: 0, spam: 0 })
    expect(health.countsOf(number, noonMs + 480 * hourMs)).toEqual({ delivered: 0, undelivered: 0, spam: 0 })
  })

  it('begins anew when it was ill, or is forgotten', () => {
    const health = new NumberHealth()
    told(some(50, 'undelivered'), health)
    expect(health.countsOf(number, noonMs)).toEqual({ delivered: 0, undelivered: 0, spam: 0 })
    told(some(10, 'spam'), health)
    expect(health.countsOf(number, noonMs)).toEqual({ delivered: 0, undelivered: 10, spam: 10 })
    health.forget(number)
    expect(health.countsOf(number, noonMs)).toEqual({ delivered: 0, undelivered: 0, spam: 0 })
  })
})

describe('what a number is replaced by', () => {
  it.each([
    [number, ['US US-CA 415', 'US US-CA 0', 'US  0']],
    ['16045550100', ['CA CA-BC 604', 'CA CA-BC 0', 'CA  0']],
    ['14365550100', ['US  436', 'US  0']],
    ['18005550100', ['US  0']],
  ])('%s', (of, expected) => {
    const places = wantedInsteadOf(owned(of)).map(({ country, region, areaCode }) => `${country} ${region} ${areaCode}`)
    expect(places).toEqual(expected)
  })
})

describe('the composition of a pool', () => {
  const quarantine = { atMs: 1, why: 'why' }
  const composition = finished(
    compositionOf([
      ...[owned(number), owned('15105550101', { quarantine }), owned('16045550101'), owned('14365550101')],
      ...[owned('18005550101'), owned('444444')],
    ]),
  )

  it('is counted by type and place', () => {
    expect(composition).toMatchObject({ total: 6, quarantined: 1, byType: { longcode: 4, tollfree: 1, shortcode: 1 } })
    expect(Object.fromEntries(composition.byPlace)).toEqual({
      ...{ US: 3, 'US-CA': 2, 415: 1, 510: 1, CA: 1, 'CA-BC': 1, 604: 1, 436: 1 },
    })
  })

  it('is measured by what is sent a day: 150 messages a number', () => {
    const volumes = [
      ...[
        { place: 'US', perDay: 7500 },
        { place: 'US-CA', perDay: 301 },
        { place: '415', perDay: 150 },
      ],
      ...[
        { place: 'CA', perDay: 0 },
        { place: '212', perDay: 1 },
      ],
    ]
    const advice = adviseSize(volumes, composition, 150)
    expect(advice.map(({ place, wanted, there, missing }) => [place, wanted, there, missing])).toEqual([
      ...[
        ['US', 50, 3, 47],
        ['US-CA', 3, 2, 1],
        ['415', 1, 1, 0],
        ['CA', 0, 1, 0],
        ['212', 1, 0, 1],
      ],
    ])
    expect(advice.map(({ isAboveCampaign }) => isAboveCampaign)).toEqual([true, false, false, false, false])
    expect(advice[1]!.areaCodes).toContain(628)
    expect(advice[4]!.areaCodes).toEqual([212])
  })

  it.each([
    ['US', true],
    ['CA-ON', true],
    ['415', true],
    ['XX', false],
    ['115', false],
    ['876', false],
    ['', false],
  ])('is told by %s: %s', (place, expected) => {
    expect(isPlace(place)).toBe(expected)
  })
})
