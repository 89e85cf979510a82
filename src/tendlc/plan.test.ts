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

const list = (carrier: PlannedDestination['carrier'], count: number, price = 0): PlannedDestination[] =>
  Array.from({ length: count }, () => ({ carrier, price }))

/** A moment, but for what a machine may be late. */
const about = (atMs: number): unknown => expect.closeTo(atMs, -3)

function orderOf(more: Partial<PlanOrder>): PlanOrder {
  return {
    ...{ account: 'acme', campaign: 'C1', numbers: ['12025550101'], service: 'sms', destinations: [] },
    ...{ segments: 1, startMs: noon, lifeMs: Infinity },
    ...more,
  }
}

describe('a plan', () => {
  it('says what it takes: segments, price, carriers, and when the last leaves', () => {
    const world = new TestWorld(campaignOf('C1', { verizon: shared(10), tmobile: shared(40) }))
    const plan = planOf(
      orderOf({ destinations: [...list('verizon', 110, 7), ...list('tmobile', 20, 5)], segments: 2, lifeMs: 9_900 }),
      world,
    )
    expect(plan).toMatchObject({ messages: 130, segments: 260, price: 2 * (770 + 100), failed: 0, never: 0 })
    // 220 segments at ten a second, ten of them at once.
    expect(plan.lastMs).toEqual(about(noon + 21_000))
    expect(plan.tooLate).toBe(56)
    expect(plan.byCarrier.map(({ carrier, sent, lastMs, price }) => [carrier, sent, lastMs, price])).toEqual([
      ['verizon', 110, about(noon + 21_000), 1540],
      ['tmobile', 20, noon, 200],
    ])
    expect(plan.held.map(({ limit }) => limit)).toEqual(['campaign C1 to verizon'])
    expect(plan.held[0]!.periods).toEqual([{ fromMs: noon, toMs: about(noon + 21_000) }])
    expect(plan.shorter).toEqual([
      { without: { limit: 'campaign C1 to verizon' }, lastMs: noon },
      { without: { segments: 1 }, lastMs: about(noon + 10_000) },
    ])
    expect(plan.progress.at(-1)).toEqual({ atMs: about(noon + 21_000), sent: 130 })
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
    expect(plan.shorter[0]).toEqual({ without: { limit: 'day of tmobile:ein:1' }, lastMs: about(noon + 29_667) })
    expect(plan.lastMs).toBeLessThan(midnight + 2 * dayMs + 2000)
  })

  it('says what fails at the cap, and what never leaves', () => {
    const day = { key: 'tmobile:ein:1', segments: 100 }
    const failing = new TestWorld(campaignOf('C1', { tmobile: { day } }, { atCap: 'fail' }))
    expect(planOf(orderOf({ destinations: list('tmobile', 150) }), failing)).toMatchObject({
      failed: 50,
      never: 0,
      lastMs: noon,
    })
    const holding = new TestWorld(campaignOf('C1', { tmobile: { day } }))
    const long = planOf(orderOf({ destinations: list('tmobile', 3), segments: 101 }), holding)
    expect([long.never, long.lastMs]).toEqual([3, undefined])
    expect(long.shorter.map(({ without }) => without)).toEqual([{ limit: 'day of tmobile:ein:1' }, { segments: 100 }])
  })

  it('names the limits of numbers as one, and shares the list among them', () => {
    const world = new TestWorld(campaignOf('C1', { minor: { perNumber: { perSecond: 1, perMinute: undefined } } }))
    const plan = planOf(orderOf({ destinations: list('minor', 100), numbers: ['1', '2', '3', '4'] }), world)
    expect(plan.lastMs).toEqual(about(noon + 24_000))
    expect(plan.held.map(({ limit }) => limit)).toEqual(['numbers to minor'])
  })

  it('of nothing is nothing', () => {
    expect(planOf(orderOf({}), new TestWorld())).toMatchObject({
      messages: 0,
      lastMs: undefined,
      shorter: [],
      midnights: [],
    })
  })
})

/** Numbers that look random and are the same each time. */
function randoms(seed: number): () => number {
  let state = seed * 7919 + 1
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
}

const tables = shippedTables()
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
      price: 1,
    }))
    const startMs = noon + Math.floor(random() * dayMs)
    const plan = planOf(orderOf({ destinations, segments, numbers: campaign.numbers, startMs }), world)

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
    console.log(
      `${campaign.useCase} ${brand.kind} ${brand.trustScore}, ${size} × ${segments}: ${Math.round(tookMs / 1000)} s, forecast ${(difference * 100).toFixed(2)}% off`,
    )
    expect(difference).toBeLessThan(0.02)
  })
})
