import { describe, expect, it } from 'vitest'
import { brandOf, campaignOf as registered } from './brand.suite.js'
import type { Brand } from './brand.js'
import type { Campaign } from './campaign.js'
import { carriers } from './carriers.js'
import { DayBook } from './day-book.js'
import { limitsInForce } from './in-force.js'
import { Limiter } from './limiter.js'
import { planOf, type PlannedDestination, type PlanOrder } from './plan.js'
import { simulate } from './simulate.js'
import { shippedTables } from './tables.js'
import { campaignOf, laneOf, shared, TestWorld } from './world.suite.js'

const noon = Date.parse('2026-11-23T20:00:00Z')
const midnight = Date.parse('2026-11-24T08:00:00Z')
const dayMs = 86_400_000

const list = (carrier: PlannedDestination['carrier'], count: number, segments = 1, price = 0): PlannedDestination[] =>
  Array.from({ length: count }, () => ({ carrier, segments, price }))

function orderOf(more: Partial<PlanOrder>): PlanOrder {
  return {
    ...{ account: 'acme', campaign: 'C1', numbers: ['12025550101'], service: 'sms', destinations: [] },
    ...{ startMs: noon, lifeMs: Infinity },
    ...more,
  }
}

describe('a plan', () => {
  it('says what it takes: segments, price, carriers, and when the first and the last leave', () => {
    const world = new TestWorld(campaignOf('C1', { verizon: shared(10), tmobile: shared(40) }))
    const destinations = [...list('verizon', 110, 2, 7), ...list('tmobile', 20, 2, 5)]
    const plan = planOf(orderOf({ destinations, lifeMs: 10_000 }), world)
    expect(plan).toMatchObject({ messages: 130, segments: 260, priceMicros: 2 * (770 + 100), unpriced: 0, failed: 0, never: 0 }) // prettier-ignore
    // 220 segments at ten a second, ten of them at once; a few ms late as machines are.
    expect(Math.floor(plan.lastMs! / 1000) * 1000).toBe(noon + 21_000)
    expect(plan.tooLate - 55).toBeLessThan(3)
    expect(
      plan.byCarrier.map(({ carrier, sent, firstMs, priceMicros }) => [carrier, sent, firstMs, priceMicros]),
    ).toEqual([
      ['verizon', 110, noon, 1540],
      ['tmobile', 20, noon, 200],
    ])
    expect(plan.held.map(({ limit }) => limit)).toEqual(['campaign C1 to verizon'])
    expect(plan.held[0]!.periods[0]!.fromMs).toBe(noon)
    expect(plan.figures.get('campaign C1 to verizon')).toEqual({ kind: 'bucket', most: 10 })
    expect(plan.binding).toMatchObject([
      { limits: ['campaign C1 to verizon'], lastMs: noon, costMs: plan.lastMs! - noon },
    ])
    expect(plan.shorter).toMatchObject([{ by: { fewerSegments: 1 } }])
    expect(plan.shorter[0]!.lastMs).toBeLessThan(noon + 10_100)
    expect(plan.timeline.reduce((sum, { sent }) => sum + sent, 0)).toBe(130)
    expect(plan.timeline[3]).toMatchObject({ sent: 5, limit: 'campaign C1 to verizon' })
  })

  it('draws the midnights of Los Angeles, and begins with what the day has used', () => {
    const day = { key: 'tmobile:ein:1', segments: 1000 }
    const world = new TestWorld(campaignOf('C1', { tmobile: { ...shared(75), day } }))
    const order = orderOf({ destinations: list('tmobile', 2300), used: new Map([['tmobile:ein:1', 800]]) })
    const plan = planOf(order, world)
    expect(plan.midnights).toEqual([
      { atMs: midnight, day: '2026-11-24', waiting: 2100 },
      { atMs: midnight + dayMs, day: '2026-11-25', waiting: 1100 },
      { atMs: midnight + 2 * dayMs, day: '2026-11-26', waiting: 100 },
    ])
    expect(plan.held[0]).toMatchObject({ limit: 'day of tmobile:ein:1' })
    expect(plan.binding.map(({ limits }) => limits)).toEqual([['day of tmobile:ein:1'], ['campaign C1 to tmobile']])
    expect(plan.binding[0]!.lastMs).toBeLessThan(noon + 31_000)
    expect(plan.lastMs).toBeLessThan(midnight + 2 * dayMs + 2000)
    const better = new TestWorld(campaignOf('C1', { tmobile: { ...shared(75), day: { ...day, segments: 3000 } } }))
    const shorter = planOf(order, world, [{ trustScore: 75, world: better }]).shorter
    expect(shorter).toMatchObject([{ by: { trustScore: 75 } }])
    expect(shorter[0]!.lastMs).toBeGreaterThan(midnight)
  })

  it('says what fails at the cap, and what never leaves', () => {
    const day = { key: 'tmobile:ein:1', segments: 100 }
    const failing = new TestWorld(campaignOf('C1', { tmobile: { day } }, { atCap: 'fail' }))
    const failed = planOf(orderOf({ destinations: list('tmobile', 150) }), failing)
    expect(failed).toMatchObject({ failed: 50, never: 0, lastMs: noon })
    expect(failed.binding).toEqual([{ limits: ['day of tmobile:ein:1'], lastMs: noon, costMs: undefined }])
    const holding = new TestWorld(campaignOf('C1', { tmobile: { day } }))
    const long = planOf(orderOf({ destinations: list('tmobile', 3, 101) }), holding)
    expect([long.never, long.lastMs]).toEqual([3, undefined])
    expect(long.binding.map(({ limits }) => limits)).toEqual([['day of tmobile:ein:1']])
    expect(long.shorter.map(({ by }) => by)).toEqual([{ fewerSegments: 1 }])
  })

  it('names the limits of numbers as one, and shares the list among them', () => {
    const world = new TestWorld(campaignOf('C1', { minor: { perNumber: { perSecond: 1, perMinute: undefined } } }))
    const plan = planOf(orderOf({ destinations: list('minor', 100), numbers: ['1', '2', '3', '4'] }), world)
    expect(Math.floor(plan.lastMs! / 1000) * 1000).toBe(noon + 24_000)
    expect(plan.held.map(({ limit }) => limit)).toEqual(['numbers to minor'])
  })

  it('names the account’s limit where that binds, also for those who wait behind others at a campaign’s', () => {
    const world = new TestWorld(campaignOf('C1', { att: shared(75), verizon: shared(75) }))
    world.accounts.set('acme', 10)
    const destinations = [...list('att', 500), ...list('verizon', 500)]
    const plan = planOf(orderOf({ destinations, numbers: ['1', '2', '3', '4', '5', '6', '7', '8'] }), world)
    expect(plan.binding[0]).toMatchObject({ limits: ['account acme'] })
    expect(plan.held[0]!.limit).toBe('account acme')
    expect(plan.timeline.slice(1, -1).every(({ limit }) => limit === 'account acme')).toBe(true)
  })

  it('counts segments that have no price apart', () => {
    const destinations = [...list('abroad', 2, 3, 10), { carrier: 'abroad' as const, segments: 4, price: undefined }]
    expect(planOf(orderOf({ destinations }), new TestWorld())).toMatchObject({ priceMicros: 60, unpriced: 4 })
  })

  it('of nothing is nothing', () => {
    const nothing = { messages: 0, lastMs: undefined, shorter: [], binding: [], midnights: [], timeline: [] }
    expect(planOf(orderOf({}), new TestWorld())).toMatchObject(nothing)
  })

  it('of a hundred thousand phones takes about a second, with all that would shorten it', () => {
    const world = new TestWorld({ ...limitsInForce(brandOf(), registered(), tables), campaign: 'C1', atCap: 'hold' })
    const numbers = Array.from({ length: 49 }, (_, i) => `1202555${1000 + i}`)
    const each = [...carriers, 'unknown', 'att', 'verizon', 'tmobile'] as const
    const all = each.map((carrier) => ({ carrier, segments: 1, price: 1 }))
    const destinations = Array.from({ length: 100_000 }, (_, i) => all[i % all.length]!)
    const begunMs = performance.now()
    expect(planOf(orderOf({ destinations, numbers }), world)).toMatchObject({ messages: 100_000, never: 0 })
    // Many times as much, for machines that do other things too.
    expect(performance.now() - begunMs).toBeLessThan(20_000)
  })
})

const tables = shippedTables()

/** A usual day, and the days before those of 25 and of 23 hours. */
const starts = [noon, Date.parse('2026-10-31T19:00:00Z'), Date.parse('2027-03-13T20:00:00Z')]

/** Numbers that look random and are the same each time. */
function randoms(seed: number): () => number {
  let state = seed * 7919 + 1
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
}

const useCases = ['declared', 'mixed', 'lowVolumeMixed', 'soleProprietor', 'proxy', 'political', 'charity'] as const

/** As the registry could have it. */
function randomCampaign(random: () => number): { readonly brand: Brand; readonly campaign: Campaign } {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const useCase = pick(useCases)
  const kind =
    useCase === 'soleProprietor' ? 'soleProprietor' : pick(['standard', 'standard', 'lowVolumeStandard'] as const)
  const numbers = Array.from(
    { length: kind === 'soleProprietor' ? 1 : 1 + Math.floor(random() * 40) },
    (_, i) => `1202555${1000 + i}`,
  )
  return {
    brand: brandOf({ id: 'B', kind, trustScore: Math.floor(random() * 101) }),
    campaign: registered({ id: 'C1', brand: 'B', useCase, numbers }),
  }
}

describe('the forecast', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i))('of random campaign %i is what the limiter then does', (seed) => {
    const random = randoms(seed)
    const { brand, campaign } = randomCampaign(random)
    const world = new TestWorld({ ...limitsInForce(brand, campaign, tables), atCap: 'hold' })
    world.accounts.set('acme', [0, 5, 30, 100][Math.floor(random() * 4)]!)
    // Of a list that is gone in a minute, a message more or less at one a second would be more than 2%.
    const size = 4000 + Math.floor(random() * 8000)
    const segments = 1 + Math.floor(random() * 4)
    const of = [...carriers, 'unknown', 'abroad', 'att', 'tmobile', 'verizon'] as const
    const destinations = Array.from({ length: size }, () => ({
      carrier: of[Math.floor(random() * of.length)]!,
      segments,
      price: 1,
    }))
    const startMs = starts[seed % starts.length]! + Math.floor(random() * dayMs)
    const plan = planOf(orderOf({ destinations, numbers: campaign.numbers, startMs }), world)

    // Then: as messages come in, by each number in turn, whoever begins, on a machine that is late by some ms.
    const limiter = new Limiter(world, new DayBook({ wallMs: (nowMs) => nowMs }))
    const first = Math.floor(random() * campaign.numbers.length)
    const lanes = new Map<
      string,
      { limit: ReturnType<Limiter['of']>; messages: { arrivesMs: number; segments: number }[] }
    >()
    destinations.forEach(({ carrier }, i) => {
      const number = campaign.numbers[(i + first) % campaign.numbers.length]!
      const key = `${carrier}|${number}`
      let lane = lanes.get(key)
      if (lane === undefined) lanes.set(key, (lane = { limit: limiter.of(laneOf({ carrier, number })), messages: [] }))
      lane.messages.push({ arrivesMs: startMs + Math.floor(i / 100), segments })
    })
    let lastMs = startMs
    const waiting = simulate(lanes.values(), Infinity, {
      sent: (_, __, nowMs) => (lastMs = nowMs),
      latenessMs: () => Math.floor(random() * 4),
    })
    expect([waiting, plan.never]).toEqual([0, 0])
    const tookMs = lastMs - startMs
    const difference = Math.abs(plan.lastMs! - startMs - tookMs) / tookMs
    expect(difference).toBeLessThan(0.02)
  })
})
