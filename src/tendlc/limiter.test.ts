import { describe, expect, it } from 'vitest'
import type { LaneLimit } from './limiter-turn.js'
import { gatesOf, type LimitedLane } from './limiter-lane.js'
import { Limiter } from './limiter.js'
import { campaignOf, laneOf, shared, TestWorld } from './world.suite.js'

const noon = Date.parse('2026-11-23T20:00:00Z')
const midnight = Date.parse('2026-11-24T08:00:00Z')

/** How many of one segment go now. */
function goes(limit: LaneLimit, nowMs: number): number {
  let count = 0
  while (limit.take(1, nowMs)) count++
  return count
}

const standard = campaignOf('C1', {
  att: shared(75, 4500),
  tmobile: { ...shared(75), day: { key: 'ein:12', segments: 200_000 } },
  verizon: shared(75),
  uscellular: shared(8),
  minor: { perNumber: { perSecond: 1, perMinute: undefined } },
})
const perNumber = campaignOf('G', { att: { perNumber: { perSecond: 1, perMinute: 60 } } })
const alone = campaignOf('P', {
  att: shared(0.25, 15),
  tmobile: { perNumber: { perSecond: 1, perMinute: undefined }, day: { key: 'brand:B1', segments: 1000 } },
  verizon: { perNumber: { perSecond: 1, perMinute: undefined } },
  minor: { perNumber: { perSecond: 1, perMinute: undefined } },
})
const ofBrand = campaignOf('Q', { att: shared(40, 2400) }, { sharedBy: 'brand' })

describe('the gates in the way of a lane', () => {
  const world = new TestWorld(standard, perNumber, alone, ofBrand)
  world.accounts.set('acme', 100)
  const account = 'account acme 100'
  const tests: readonly (readonly [string, Partial<LimitedLane>, readonly string[]])[] = [
    ['AT&T', {}, ['campaign C1 to att 75', 'campaign C1 to att, minute 4500', account]],
    ['T-Mobile', { carrier: 'tmobile' }, ['day of ein:12 200000', 'campaign C1 to tmobile 75', account]],
    ['Verizon', { carrier: 'verizon' }, ['campaign C1 to verizon 75', account]],
    ['US Cellular', { carrier: 'uscellular' }, ['campaign C1 to uscellular 8', account]],
    ['a minor carrier', { carrier: 'minor' }, ['number 12025550101 to minor 1', account]],
    [
      'nobody knows whom',
      { carrier: 'unknown' },
      [
        'day of ein:12 200000',
        'campaign C1 to att 75',
        'campaign C1 to att, minute 4500',
        'campaign C1 to tmobile 75',
        'campaign C1 to verizon 75',
        account,
      ],
    ],
    ['abroad', { carrier: 'abroad', number: undefined }, [account]],
    ['a number in no campaign', { campaign: undefined }, ['number 12025550101 1', account]],
    ['a campaign that is not known', { campaign: 'gone' }, ['number 12025550101 1', account]],
    ['class G', { campaign: 'G' }, ['number 12025550101 to att 1', 'number 12025550101 to att, minute 60', account]],
    [
      'a sole proprietor to AT&T',
      { campaign: 'P' },
      ['campaign P to att 0.25', 'campaign P to att, minute 15', account],
    ],
    [
      'a sole proprietor to T-Mobile',
      { campaign: 'P', carrier: 'tmobile' },
      ['day of brand:B1 1000', 'number 12025550101 to tmobile 1', account],
    ],
    [
      'a brand that shares its rate',
      { campaign: 'Q' },
      ['brand B1 to att 40', 'brand B1 to att, minute 2400', account],
    ],
    ['an account without a limit', { account: 'other', campaign: 'G', carrier: 'verizon' }, []],
  ]
  it.each(tests)('to %s', (_, lane, names) => {
    const gates = gatesOf(laneOf(lane), world)
    expect(
      gates.map((gate) => {
        const limit = gate.kind === 'bucket' ? gate.perSecond : gate.kind === 'minute' ? gate.perMinute : gate.cap
        return `${gate.name} ${limit}`
      }),
    ).toEqual(names)
  })
})

describe('a lane', () => {
  it('sends its burst at once and then at its pace, and names what holds it', () => {
    const { limiter } = new TestWorld(standard)
    const limit = limiter.of(laneOf({ carrier: 'verizon' }))
    expect(goes(limit, noon)).toBe(75)
    expect(limit.name).toBe('campaign C1 to verizon')
    expect(limit.nextMs(1, noon)).toBe(noon + 14)
    expect(goes(limit, noon + 13)).toBe(0)
    expect(goes(limit, noon + 14)).toBe(1)
    expect(goes(limit, noon + 1014)).toBe(75)
  })

  it('shares the rate of its campaign with all its numbers, to one carrier', () => {
    const { limiter } = new TestWorld(standard)
    expect(goes(limiter.of(laneOf()), noon)).toBe(75)
    expect(goes(limiter.of(laneOf({ number: '12025550102' })), noon)).toBe(0)
    expect(goes(limiter.of(laneOf({ carrier: 'verizon' })), noon)).toBe(75)
  })

  it('of a sole proprietor sends ten segments to AT&T at 0.25 a second, and its next message waits for what is owed', () => {
    const { limiter } = new TestWorld(alone)
    const limit = limiter.of(laneOf({ campaign: 'P' }))
    expect(limit.take(10, noon)).toBe(true)
    expect(limit.take(1, noon)).toBe(false)
    let atMs = noon
    while (!limit.take(1, atMs)) atMs = limit.nextMs(1, atMs)
    expect(atMs).toBe(noon + 40_000)
    // 15 in any minute are the other limit: 11 are gone, and four more may follow.
    expect(limit.take(5, atMs + 30_000)).toBe(true)
  })

  it('takes from all limits or from none', () => {
    const world = new TestWorld(standard)
    world.accounts.set('acme', 10)
    const limit = world.limiter.of(laneOf())
    expect(goes(limit, noon)).toBe(10)
    expect(limit.name).toBe('account acme')
    expect(world.limiter.use(limit.lane, noon).map(({ name, room }) => [name, room])).toEqual([
      ['campaign C1 to att', 65],
      ['campaign C1 to att, minute', 4490],
      ['account acme', 0],
    ])
  })

  it('gets back what was not sent: all of this moment, later the day alone', () => {
    const world = new TestWorld(standard)
    const limit = world.limiter.of(laneOf({ carrier: 'tmobile' }))
    const rooms = (nowMs: number): readonly number[] => world.limiter.use(limit.lane, nowMs).map(({ room }) => room)
    expect([limit.take(2, noon), limit.take(3, noon)]).toEqual([true, true])
    limit.giveBack(3)
    expect(rooms(noon)).toEqual([199_998, 73])
    expect(limit.take(3, noon)).toBe(true)
    world.limiter.of(laneOf()).take(1, noon + 1)
    limit.giveBack(3)
    expect(rooms(noon)).toEqual([199_998, 70])
  })

  it('follows a change at once, with what is owed and counted', () => {
    const world = new TestWorld(standard)
    const limit = world.limiter.of(laneOf({ carrier: 'tmobile' }))
    expect(limit.take(100, noon)).toBe(true)
    world.campaigns.set('C1', campaignOf('C1', { tmobile: { ...shared(25), day: { key: 'ein:12', segments: 120 } } }))
    world.limiter.follow()
    // 25 are owed.
    expect(world.limiter.use(limit.lane, noon).map(({ room }) => room)).toEqual([20, -25])
    expect([limit.take(20, noon + 1799), limit.take(20, noon + 1800)]).toEqual([false, true])
    expect(limit.take(1, noon + 9000)).toBe(false)
    expect([limit.name, limit.nextMs(1, noon + 9000)]).toEqual(['day of ein:12', noon + 69_000])
    world.campaigns.set('C1', campaignOf('C1', {}))
    world.limiter.follow()
    expect(limit.take(1, noon + 9000)).toBe(true)
  })

  it('of a carrier that is not known is charged for all of the major ones', () => {
    const { limiter } = new TestWorld(standard)
    expect(goes(limiter.of(laneOf({ carrier: 'unknown' })), noon)).toBe(75)
    for (const carrier of ['att', 'tmobile', 'verizon'] as const)
      expect(goes(limiter.of(laneOf({ carrier })), noon)).toBe(0)
  })

  it('is told what it can hope for', () => {
    const world = new TestWorld(standard, alone)
    expect(world.limiter.of(laneOf()).bestPerSecond(noon)).toBe(75)
    world.accounts.set('acme', 30)
    world.limiter.follow()
    expect(world.limiter.of(laneOf()).bestPerSecond(noon)).toBe(30)
    expect(world.limiter.of(laneOf({ account: 'other', campaign: 'P' })).bestPerSecond(noon)).toBe(0.25)
    expect(
      world.limiter.of(laneOf({ account: 'other', carrier: 'abroad', number: undefined })).bestPerSecond(noon),
    ).toBe(Infinity)
  })
})

describe('the cap of a day', () => {
  const capped = (segments: number, atCap: 'hold' | 'fail' = 'hold'): TestWorld =>
    new TestWorld(campaignOf('C1', { tmobile: { day: { key: 'ein:12', segments } } }, { atCap }))

  it('holds until midnight in Los Angeles', () => {
    const limit = capped(100).limiter.of(laneOf({ carrier: 'tmobile' }))
    expect(goes(limit, noon)).toBe(100)
    expect([limit.name, limit.nextMs(1, noon), limit.failsNow(1, noon)]).toEqual([
      'day of ein:12',
      noon + 60_000,
      false,
    ])
    expect(goes(limit, midnight - 1)).toBe(0)
    expect(limit.nextMs(1, midnight - 1)).toBe(midnight)
    expect(goes(limit, midnight)).toBe(100)
  })

  it('goes by the wall clock, in the time of the switch', () => {
    const world = capped(1)
    world.wallAheadMs = 3_600_000
    const limit = world.limiter.of(laneOf({ carrier: 'tmobile' }))
    expect(goes(limit, noon)).toBe(1)
    expect(goes(limit, midnight - 3_600_001)).toBe(0)
    expect(limit.nextMs(1, midnight - 3_600_001)).toBe(midnight - 3_600_000)
    expect(goes(limit, midnight - 3_600_000)).toBe(1)
  })

  it('or lets them fail', () => {
    const limit = capped(100, 'fail').limiter.of(laneOf({ carrier: 'tmobile' }))
    expect(limit.failsNow(1, noon)).toBe(false)
    expect(goes(limit, noon)).toBe(100)
    expect(limit.failsNow(1, noon)).toBe(true)
    expect(limit.failsNow(1, midnight)).toBe(false)
  })

  it('is never owed: what is longer than what is left waits, and shorter ones go past it', () => {
    const { limiter } = capped(100)
    const long = limiter.of(laneOf({ carrier: 'tmobile' }))
    const short = limiter.of(laneOf({ carrier: 'tmobile', number: '12025550102' }))
    expect([long.take(98, noon), long.take(3, noon), long.take(101, midnight)]).toEqual([true, false, false])
    expect(long.nextMs(101, midnight)).toBe(midnight + 60_000)
    expect(goes(short, noon)).toBe(2)
  })

  it('is one for all campaigns of a tax number, and tells of half, seventy percent and all of it once', () => {
    const world = capped(100)
    world.campaigns.set('C2', campaignOf('C2', { tmobile: { day: { key: 'ein:12', segments: 100 } } }))
    const [one, other] = ['C1', 'C2'].map((campaign) => world.limiter.of(laneOf({ campaign, carrier: 'tmobile' })))
    for (let i = 0; i < 49; i++) one!.take(1, noon)
    expect(world.told).toEqual([])
    other!.take(1, noon)
    other!.giveBack(1)
    other!.take(1, noon)
    other!.take(45, noon)
    one!.take(6, noon)
    goes(one!, noon)
    expect(world.told.map(({ percent, used, cap, day, key }) => [percent, used, cap, day, key])).toEqual([
      [50, 50, 100, '2026-11-23', 'ein:12'],
      [70, 95, 100, '2026-11-23', 'ein:12'],
      [100, 95, 100, '2026-11-23', 'ein:12'],
    ])
    one!.take(50, midnight)
    expect(world.told.at(-1)).toMatchObject({ percent: 50, day: '2026-11-24' })
  })
})

describe('those who wait', () => {
  it('go in turn, and a long message among short ones has its turn', () => {
    const world = new TestWorld(campaignOf('C1', { verizon: shared(10) }))
    const lanes = Array.from({ length: 20 }, (_, i) => world.limiter.of(laneOf({ carrier: 'verizon', number: `${i}` })))
    const asksMs = lanes.map(() => 0)
    const went = lanes.map(() => 0)
    for (let nowMs = 0; nowMs < 600_000; nowMs++)
      lanes.forEach((lane, i) => {
        // The first sends eight segments at a time, the others one.
        const segments = i === 0 ? 8 : 1
        while (asksMs[i]! <= nowMs) {
          if (lane.take(segments, nowMs)) went[i]!++
          else asksMs[i] = lane.nextMs(segments, nowMs)
        }
      })
    const total = went[0]! * 8 + went.slice(1).reduce((sum, count) => sum + count, 0)
    expect(total).toBeGreaterThan(6010 * 0.97)
    expect(total).toBeLessThanOrEqual(6010)
    expect(Math.min(...went)).toBeGreaterThan(0.9 * Math.max(...went))
  })

  it('and go away keep nobody from going for longer than a place is kept', () => {
    const world = new TestWorld(campaignOf('C1', { verizon: shared(1) }))
    const [first, gone, last] = [1, 2, 3].map((i) => world.limiter.of(laneOf({ carrier: 'verizon', number: `${i}` })))
    expect([first!.take(1, 0), gone!.take(1, 0), last!.take(1, 0)]).toEqual([true, false, false])
    expect(gone!.nextMs(1, 0)).toBe(1000)
    expect(last!.take(1, 1000)).toBe(false)
    expect(last!.take(1, 2000)).toBe(true)
  })
})

describe('what is remembered', () => {
  it('is what is in use', () => {
    const world = new TestWorld()
    for (let i = 0; i < 100_000; i++) {
      const limit = world.limiter.of(laneOf({ campaign: undefined, number: `${i}` }))
      expect(limit.take(1, i)).toBe(true)
      if (i % 1000 === 0) expect(limit.take(1, i)).toBe(false)
    }
    expect(world.limiter.size).toBeLessThan(5000)
    for (let i = 99_001; i < 100_000; i++)
      expect(world.limiter.of(laneOf({ campaign: undefined, number: `${i}` })).take(1, 99_999)).toBe(false)
  })

  it('a lane that rested takes from the same as those that came since', () => {
    const world = new TestWorld(campaignOf('C1', { verizon: shared(2) }))
    const old = world.limiter.of(laneOf({ carrier: 'verizon' }))
    expect(goes(old, 0)).toBe(2)
    for (let i = 0; i < 5000; i++) world.limiter.of(laneOf({ campaign: undefined, number: `${i}` })).take(1, 10_000 + i)
    expect(goes(world.limiter.of(laneOf({ carrier: 'verizon' })), 20_000)).toBe(2)
    expect(goes(old, 20_000)).toBe(0)
  })
})

it('another limiter begins with nothing taken but the days of the book', () => {
  const world = new TestWorld(campaignOf('C1', { tmobile: { ...shared(5), day: { key: 'ein:12', segments: 100 } } }))
  const lane = laneOf({ carrier: 'tmobile' })
  expect(goes(world.limiter.of(lane), noon)).toBe(5)
  expect(world.limiter.vendorHas(world.limiter.daysOf(lane), 3, noon)).toEqual([
    { table: 'capday', key: 'ein:12|2026-11-23', text: '3' },
  ])
  world.limiter.vendorRefused(world.limiter.daysOf(lane), 2)
  expect(new Limiter(world, world.days).use(lane, noon).map(({ room }) => room)).toEqual([97, 5])
})

it('after a restart no rate has a burst and no minute has room, since what was sent before is not known', () => {
  const world = new TestWorld(standard)
  const limiter = new Limiter(world, world.days, { startedMs: noon })
  const att = limiter.of(laneOf())
  expect(limiter.use(att.lane, noon).map(({ room }) => room)).toEqual([0, 0])
  expect(att.take(1, noon + 14)).toBe(false)
  expect(limiter.use(att.lane, noon + 500).map(({ room }) => room)).toEqual([37, 0])
  expect([goes(att, noon + 60_499), goes(att, noon + 60_500)]).toEqual([0, 75])
  expect(goes(limiter.of(laneOf({ carrier: 'verizon' })), noon + 60_500)).toBe(75)
})
