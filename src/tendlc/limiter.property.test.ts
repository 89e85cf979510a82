// What the limiter promises, for random campaigns and random traffic on a clock that is only counted: no limit is ever passed, the
// one that binds is used, every message leaves, in order, and nobody is held up by what is not in its own way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { DayCalendar } from './day-calendar.js'
import type { CarrierLimits } from './in-force.js'
import { gatesOf, type LimitedLane } from './limiter-lane.js'
import { Limiter } from './limiter.js'
import { simulate, type SimulatedLane, type SimulatedMessage } from './simulate.js'
import { campaignOf, laneOf, mostIn, shared, TestWorld } from './world.suite.js'

interface Sent {
  readonly atMs: number
  readonly segments: number
  /** Counts restarts. */
  readonly process: number
}

/** What each gate had, by its key. */
class Ledger {
  readonly byGate = new Map<string, Sent[]>()
  process = 0
  readonly #world: TestWorld

  constructor(world: TestWorld) {
    this.#world = world
  }

  add(lane: LimitedLane, segments: number, atMs: number): void {
    for (const { key } of gatesOf(lane, this.#world)) {
      let sent = this.byGate.get(key)
      if (sent === undefined) this.byGate.set(key, (sent = []))
      sent.push({ atMs, segments, process: this.process })
    }
  }

  /** Throws where any limit was passed. */
  check(lanes: readonly LimitedLane[], longest: number): void {
    const calendar = new DayCalendar()
    for (const gate of lanes.flatMap((lane) => gatesOf(lane, this.#world))) {
      const sent = this.byGate.get(gate.key) ?? []
      if (gate.kind === 'minute')
        expect(mostIn(sent, 60_000)).toBeLessThanOrEqual(
          Math.max(gate.perMinute, longest > gate.perMinute ? longest : 0),
        )
      if (gate.kind === 'day') {
        const days = new Map<number, number>()
        for (const { atMs, segments } of sent) {
          const { number } = calendar.dayOf(atMs)
          days.set(number, (days.get(number) ?? 0) + segments)
        }
        expect(Math.max(0, ...days.values())).toBeLessThanOrEqual(gate.cap)
      }
      if (gate.kind !== 'bucket') continue
      const burst = Math.max(1, Math.floor(gate.perSecond), longest)
      // What a long message left owing is forgotten by a restart.
      const isOwing = longest > Math.max(1, Math.floor(gate.perSecond))
      for (const process of isOwing ? new Set(sent.map((each) => each.process)) : ['all'])
        for (const windowMs of [1, 200, 1000, 2000, 10_000, 60_000])
          // A stretch of so long, its end left out, is a millisecond shorter for whole milliseconds.
          expect(
            mostIn(
              sent.filter((each) => process === 'all' || process === each.process),
              windowMs,
            ),
          ).toBeLessThanOrEqual(burst + (gate.perSecond * windowMs) / 1000)
    }
  }
}

/** As the tables have them. */
const pace = fc.constantFrom<Partial<CarrierLimits>>(
  ...[shared(75, 4500), shared(40, 2400), shared(4, 240), shared(1.25, 75), shared(0.25, 15), shared(8), shared(75)],
  { perNumber: { perSecond: 1, perMinute: 60 } },
  { perNumber: { perSecond: 1, perMinute: undefined } },
)
const perSecond = fc.constantFrom(0, 1, 3, 30, 100)
const dayMs = 86_400_000
/** Midnights before the clocks are put forward, put back and left alone; an hour before each. */
const starts = ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '2026-07-01T06:00:00Z'].map((text) => Date.parse(text))

describe('the limiter', () => {
  it('passes no second, minute or day, whatever is asked, given back, refused and restarted', () => {
    const step = fc.record({
      lane: fc.nat(11),
      waitMs: fc.oneof(fc.nat(30), fc.nat(2000), fc.nat(120_000)),
      segments: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 12 })),
      asks: fc.oneof(fc.nat(5), fc.nat(120)),
      then: fc.constantFrom('has', 'has', 'has', 'has', 'notSent', 'notSentLater', 'refused', 'restart', 'follow'),
    })
    fc.assert(
      fc.property(
        pace,
        pace,
        perSecond,
        fc.integer({ min: 12, max: 400 }),
        fc.array(step, { maxLength: 60 }),
        fc.nat(2),
        (att, tmobile, account, cap, steps, start) => {
          const day = { key: 'ein:1', segments: cap }
          const world = new TestWorld(
            campaignOf('C1', { att, tmobile: { ...tmobile, day }, verizon: shared(4) }),
            campaignOf('C2', { att, tmobile: { ...tmobile, day }, verizon: shared(4) }),
          )
          world.accounts.set('acme', account)
          const lanes = ['C1', 'C2'].flatMap((campaign) =>
            ['1', '2'].flatMap((number) =>
              (['att', 'tmobile', 'unknown'] as const).map((carrier) => laneOf({ campaign, number, carrier })),
            ),
          )
          const ledger = new Ledger(world)
          const rows = new Map<string, string>()
          const keep = (kept: readonly KeptRow[]): void => {
            for (const { key, text } of kept)
              if (text === '') rows.delete(key)
              else rows.set(key, text)
          }
          let limits = lanes.map((lane) => world.limiter.of(lane))
          let nowMs = starts[start]! + 3_500_000
          let later: (() => void)[] = []
          let longest = 1
          for (const { lane: at, waitMs, segments, asks, then } of steps) {
            nowMs += waitMs
            for (const done of later.splice(0)) done()
            const lane = lanes[at]!
            for (let i = 0; i < asks; i++) {
              const limit = limits[at]!
              if (!limit.take(segments, nowMs)) {
                expect(limit.nextMs(segments, nowMs)).toBeGreaterThan(nowMs)
                break
              }
              if (then === 'notSent') limit.giveBack(segments)
              else if (then === 'notSentLater') later.push(() => limit.giveBack(segments))
              else {
                longest = Math.max(longest, segments)
                ledger.add(lane, segments, nowMs)
                if (then === 'refused') world.limiter.vendorRefused(world.limiter.daysOf(lane), segments)
                else keep(world.limiter.vendorHas(world.limiter.daysOf(lane), segments, nowMs))
              }
            }
            if (then === 'follow') {
              world.limiter.follow()
              limits = lanes.map((each) => world.limiter.of(each))
            }
            if (then === 'restart') {
              // Seconds and minutes begin anew with the process: a start takes longer than they do.
              nowMs += 61_000
              later = []
              world.days = world.newDays()
              keep(
                world.days.load(
                  [...rows].map(([key, text]) => ({ table: 'capday', key, text })),
                  nowMs,
                ),
              )
              world.limiter = new Limiter(world, world.days, { startedMs: nowMs })
              limits = lanes.map((each) => world.limiter.of(each))
              ledger.process++
            }
          }
          // What a vendor refused was sent, but is no part of a day.
          if (steps.some(({ then }) => then === 'refused'))
            for (const [key, sent] of ledger.byGate) if (key.startsWith('d|')) sent.length = 0
          ledger.check(lanes, longest)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('uses at least 97% of what binds while work waits, loses nothing, and keeps each lane in order', () => {
    // Which limit binds does not change on the way: those of the carriers, or that of the account.
    const fast = shared(75, 4500)
    const binding = fc.oneof(
      fc.record({ att: pace, verizon: pace, account: fc.constant(0) }),
      fc.record({ att: fc.constant(fast), verizon: fc.constant(fast), account: fc.constantFrom(1, 3, 30, 70) }),
    )
    const traffic = fc.record({
      binding,
      numbers: fc.integer({ min: 1, max: 40 }),
      long: fc.integer({ min: 1, max: 8 }),
      longEvery: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(1_000_000),
    })
    fc.assert(
      fc.property(traffic, ({ binding: { att, verizon, account }, numbers, long, longEvery, seed }) => {
        const world = new TestWorld(campaignOf('C1', { att, verizon }))
        world.accounts.set('acme', account)
        let state = seed
        const random = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
        const lanes = Array.from({ length: numbers }, (_, i) =>
          laneOf({ number: `${i}`, carrier: i % 3 === 0 ? 'verizon' : 'att' }),
        )
        const work = lanes.map((lane): SimulatedLane<SimulatedMessage & { readonly n: number }> => ({
          limit: world.limiter.of(lane),
          messages: Array.from({ length: 40 }, (__, n) => ({
            n,
            arrivesMs: Math.floor(random() * 3) * 5000,
            segments: n % longEvery === 0 ? long : 1,
          })).sort((a, b) => a.arrivesMs - b.arrivesMs || a.n - b.n),
        }))
        const ledger = new Ledger(world)
        const left: Map<unknown, unknown[]> = new Map(work.map((lane) => [lane, []]))
        let last = 0
        const waiting = simulate(work, Infinity, {
          sent: (message, lane, nowMs) => {
            left.get(lane)!.push(message)
            ledger.add(lane.limit.lane, message.segments, nowMs)
            last = nowMs
          },
          latenessMs: () => Math.floor(random() * 3),
        })
        expect(waiting).toBe(0)
        for (const lane of work) expect(left.get(lane)).toEqual(lane.messages)
        ledger.check(lanes, Math.max(1, long))
        expect(last).toBeLessThanOrEqual(10_000 + bestMs(world, lanes, work) / 0.97 + 3000)
      }),
      { numRuns: 150 },
    )
  })

  it('slows no lane for another that is blocked, until midnight or by its own number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(2, 20, 100),
        (blocked, free, account) => {
          const run = (others: number): number => {
            const world = new TestWorld(
              campaignOf('C1', {
                tmobile: { ...shared(75), day: { key: 'ein:1', segments: 0 } },
                minor: { perNumber: { perSecond: 0.01, perMinute: undefined } },
                verizon: shared(40),
              }),
            )
            world.accounts.set('acme', account)
            const of = (carrier: LimitedLane['carrier'], count: number): SimulatedLane<SimulatedMessage>[] =>
              Array.from({ length: count }, (_, i) => ({
                limit: world.limiter.of(laneOf({ carrier, number: `${i}` })),
                messages: Array.from({ length: 1000 }, () => ({ arrivesMs: 0, segments: 1 })),
              }))
            let sent = 0
            const until = 20_000
            simulate(
              [...of('tmobile', others), ...of('unknown', others), ...of('minor', others), ...of('verizon', free)],
              until,
              {
                sent: (_, lane) => void (sent += lane.limit.lane.carrier === 'verizon' ? 1 : 0),
              },
            )
            return sent
          }
          const alone = run(0)
          // Those of the minor carrier have one segment each of what the account may send.
          expect(run(blocked)).toBeGreaterThanOrEqual(alone * 0.97 - blocked - 1)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('lets all that is held go at midnight, in days of 23 and 25 hours too', () => {
    for (const [i, hours] of [23, 25, 24].entries()) {
      const world = new TestWorld(
        campaignOf('C1', { tmobile: { ...shared(75), day: { key: 'ein:1', segments: 2000 } } }),
      )
      const midnight = starts[i]! + 3_600_000
      const times: number[] = []
      const lanes = ['1', '2', '3'].map((number) => ({
        limit: world.limiter.of(laneOf({ carrier: 'tmobile', number })),
        messages: Array.from({ length: 2000 }, () => ({ arrivesMs: midnight, segments: 1 })),
      }))
      expect(simulate(lanes, Infinity, { sent: (_, __, nowMs) => times.push(nowMs) })).toBe(0)
      expect(times.filter((atMs) => atMs < midnight + dayMs / 2)).toHaveLength(2000)
      expect([times[2000], times[4000]]).toEqual([midnight + hours * 3_600_000, midnight + hours * 3_600_000 + dayMs])
    }
  })
})

/**
 * How long the gate that binds needs for all, at its rate. Messages are not split: of a minute less than one of them may stay free where
 * the next is a long one.
 */
function bestMs(
  world: TestWorld,
  lanes: readonly LimitedLane[],
  work: readonly SimulatedLane<SimulatedMessage>[],
): number {
  const longest = Math.max(...work.flatMap(({ messages }) => messages.map(({ segments }) => segments)))
  const loads = new Map<string, { readonly perSecond: number; readonly burst: number; segments: number }>()
  lanes.forEach((lane, i) => {
    const segments = work[i]!.messages.reduce((sum, message) => sum + message.segments, 0)
    for (const gate of gatesOf(lane, world)) {
      if (gate.kind === 'day') continue
      const perSecond = gate.kind === 'bucket' ? gate.perSecond : (gate.perMinute - longest + 1) / 60
      // Of a minute nothing is saved up that the rate, which is the same, would let go at once.
      const burst = gate.kind === 'bucket' ? Math.max(1, Math.floor(perSecond)) : longest
      const load = loads.get(gate.key) ?? { perSecond, burst, segments: 0 }
      load.segments += segments
      loads.set(gate.key, load)
    }
  })
  const each = [...loads.values()].map(
    ({ perSecond, burst, segments }) => (Math.max(0, segments - burst) / perSecond) * 1000,
  )
  return Math.max(0, ...each)
}
