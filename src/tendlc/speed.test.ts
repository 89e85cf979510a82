// What the chain of limits costs with 10,000 campaigns, five carriers and 100,000 numbers, printed. The bound of a segment is what is
// promised; the others are far above what was measured.
import { describe, expect, it } from 'vitest'
import { carriers } from './carriers.js'
import type { LaneLimit } from './limiter-turn.js'
import { simulate } from './simulate.js'
import { campaignOf, laneOf, shared, TestWorld } from './world.suite.js'

const CAMPAIGNS = 10_000
const NUMBERS = 100_000
const ROUNDS = 20

function report(what: string, value: number, unit: string, bound: number): void {
  console.log(`${what}: ${value.toFixed(3)} ${unit}`)
  expect(value).toBeLessThan(bound)
}

const campaigns = Array.from({ length: CAMPAIGNS }, (_, i) =>
  campaignOf(`C${i}`, {
    att: shared(75, 4500),
    tmobile: { ...shared(75), day: { key: `ein:${i}`, segments: 200_000 } },
    verizon: shared(75),
    uscellular: shared(8),
    minor: { perNumber: { perSecond: 1, perMinute: undefined } },
  }),
)

/** A lane of each number, to each carrier in turn. */
function lanesOf(world: TestWorld): LaneLimit[] {
  return Array.from({ length: NUMBERS }, (_, i) =>
    world.limiter.of(
      laneOf({
        account: `account ${i % 100}`,
        campaign: `C${i % CAMPAIGNS}`,
        number: `1${2_000_000_000 + i}`,
        carrier: carriers[Math.floor(i / CAMPAIGNS) % carriers.length]!,
      }),
    ),
  )
}

/** @returns microseconds a segment, the best of many short rounds: what else the machine does is not ours */
function microsOf(rounds: number, count: number, run: (round: number, i: number) => void): number {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const from = process.hrtime.bigint()
    for (let i = 0; i < count; i++) run(round, i)
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / count)
  }
  return best
}

describe('10,000 campaigns and 100,000 numbers', () => {
  const world = new TestWorld(...campaigns)
  for (let i = 0; i < 100; i++) world.accounts.set(`account ${i}`, 1_000_000)
  const heapBefore = process.memoryUsage().heapUsed
  const lanes = lanesOf(world)

  it('a segment that passes', () => {
    let nowMs = 1_000_000
    const first = microsOf(1, NUMBERS, (_, i) => lanes[i]!.take(1, nowMs))
    report('a segment, the first of its lane', first, 'µs', 500)
    const passing = microsOf(ROUNDS, NUMBERS, (round, i) =>
      lanes[i]!.take(1, (nowMs = 1_010_000 + round * 2000 + (i >> 10))),
    )
    report('a segment', passing, 'µs', 5)
    const kept = microsOf(ROUNDS, NUMBERS, (_, i) =>
      world.limiter.vendorHas(world.limiter.daysOf(lanes[i]!.lane), 1, nowMs),
    )
    report('what a vendor has, counted', kept, 'µs', 5)
    const fresh = microsOf(ROUNDS, NUMBERS / 10, (round, i) =>
      world.limiter.of(lanes[i * 10]!.lane).take(1, 1_100_000 + round * 2000 + (i >> 10)),
    )
    report('a segment of a lane that is new each time', fresh, 'µs', 50)
    const octets = (process.memoryUsage().heapUsed - heapBefore) / (NUMBERS + world.limiter.size)
    report(`octets for each of ${NUMBERS} lanes and ${world.limiter.size} limits`, octets, 'octets', 2000)
  })

  it('a segment that must wait', () => {
    const nowMs = 2_000_000
    for (const lane of lanes) while (lane.take(10, nowMs));
    const refused = microsOf(ROUNDS, NUMBERS, (round, i) => {
      const lane = lanes[i]!
      if (!lane.take(1, nowMs + round)) lane.nextMs(1, nowMs + round)
    })
    report('a segment refused', refused, 'µs', 20)
  })
})

it('5,000 numbers of one campaign wait for one another, at its full rate', () => {
  const world = new TestWorld(campaignOf('C1', { att: shared(75, 4500) }))
  const message = { arrivesMs: 0, segments: 1 }
  const lanes = Array.from({ length: 5000 }, (_, i) => ({
    limit: world.limiter.of(laneOf({ number: `${i}` })),
    messages: [message, message, message],
  }))
  let last = 0
  const from = process.hrtime.bigint()
  expect(simulate(lanes, Infinity, { sent: (_, __, nowMs) => (last = nowMs) })).toBe(0)
  report(
    'a segment, with all that ask again meanwhile',
    Number(process.hrtime.bigint() - from) / 1000 / 15_000,
    'µs',
    500,
  )
  expect(last).toBeLessThan(((15_000 - 75) / 75 / 0.97) * 1000)
})
