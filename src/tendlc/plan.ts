// What a campaign's message to a list of destinations would take: the limiter itself, on a clock that is only counted. Pure; it sends
// nothing and charges no limit of anybody.

import { DayBook } from './day-book.js'
import { dayText } from './day-calendar.js'
import type { LimitedLane, LimitWorld } from './limiter-lane.js'
import { Limiter } from './limiter.js'
import { grouped, HeldTimes, type HeldTime } from './plan-held.js'
import { simulate, type SimulatedLane, type SimulatedMessage } from './simulate.js'

type Carrier = LimitedLane['carrier']

export interface PlannedDestination {
  readonly carrier: Carrier
  /** What a segment to it costs, in the least unit of the currency; whole. */
  readonly price: number
}

export interface PlanOrder {
  readonly account: string
  readonly campaign: string | undefined
  /** Who send it: each in turn sends to the next destination. At least one; undefined for a number without any pace. */
  readonly numbers: readonly (string | undefined)[]
  readonly service: 'sms' | 'mms'
  readonly destinations: readonly PlannedDestination[]
  /** Of each message. */
  readonly segments: number
  /** When all of it is there, in ms since 1970. */
  readonly startMs: number
  /** How long a message may wait, in ms; Infinity for ever. */
  readonly lifeMs: number
  /** Segments of this Pacific day that are used already, by day key. */
  readonly used?: ReadonlyMap<string, number>
}

export interface PlanByCarrier {
  readonly carrier: Carrier
  readonly messages: number
  readonly segments: number
  readonly price: number
  readonly sent: number
  /** Undefined where nothing ever leaves. */
  readonly lastMs: number | undefined
  /** Which limits hold it, the one that does so longest first. */
  readonly held: readonly HeldTime[]
}

export interface Midnight {
  readonly atMs: number
  /** The day that begins: `2026-11-24`. */
  readonly day: string
  /** Messages that still wait then. */
  readonly waiting: number
}

export interface Plan {
  readonly messages: number
  readonly segments: number
  readonly price: number
  readonly startMs: number
  /** When the last leaves; undefined where nothing ever does. */
  readonly lastMs: number | undefined
  /** Messages whose life is over before their turn comes: counted as if they waited on. */
  readonly tooLate: number
  /** Messages that fail at a day's cap, by the campaign's policy. */
  readonly failed: number
  /** Messages that never leave, or not within a year. */
  readonly never: number
  readonly byCarrier: readonly PlanByCarrier[]
  readonly held: readonly HeldTime[]
  /** In Los Angeles, from the first after the start to the last before the end. */
  readonly midnights: readonly Midnight[]
  /** Messages sent by then, at most 200 points in the order of time, for a curve. */
  readonly progress: readonly { readonly atMs: number; readonly sent: number }[]
  /** What would be sooner, the most first. */
  readonly shorter: readonly Shorter[]
}

export interface Shorter {
  /** A limit that would not be there, by its name; or a message of fewer segments. */
  readonly without: { readonly limit: string } | { readonly segments: number }
  /** When the last would leave then. */
  readonly lastMs: number
}

const MOST_MS = 366 * 86_400_000
/** A prime: what asks in turn is not late in turn. */
const LATEST_MS = 5
const POINTS = 200
/** Limits of which it is asked what would be without them. */
const ASKED_WITHOUT = 4

/** @param world what is in force; see LimitWorld */
export function planOf(order: PlanOrder, world: LimitWorld): Plan {
  const run = runOf(order, world)
  const { lastMs, held } = run
  const waits = lastMs !== undefined && lastMs > order.startMs
  return {
    messages: order.destinations.length,
    segments: order.destinations.length * order.segments,
    price: sum(order.destinations.map(({ price }) => price)) * order.segments,
    startMs: order.startMs,
    ...{ lastMs, held, tooLate: run.tooLate, failed: run.failed, never: run.never },
    byCarrier: run.byCarrier,
    midnights: midnightsOf(order, run),
    progress: progressOf(run.times),
    shorter: waits || run.never > 0 || run.failed > 0 ? shorterOf(order, world, held, lastMs) : [],
  }
}

interface Run {
  readonly lastMs: number | undefined
  readonly tooLate: number
  readonly failed: number
  readonly never: number
  readonly held: readonly HeldTime[]
  readonly byCarrier: readonly PlanByCarrier[]
  /** When each message left, in order. */
  readonly times: readonly number[]
  readonly days: DayBook
}

/** @param without a limit that is not there, with its minute */
function runOf(order: PlanOrder, world: LimitWorld, without?: string): Run {
  const { startMs, lifeMs, segments } = order
  const days = new DayBook({ wallMs: (nowMs) => nowMs })
  days.load(usedRows(order, days), startMs)
  const leaveOut = (name: string): boolean => kindOf(grouped(name)) === without
  const limiter = new Limiter(world, days, without === undefined ? {} : { leaveOut })
  const lanes = lanesOf(order, limiter)
  const all = new HeldTimes()
  const byCarrier = new Map<Carrier, { sent: number; lastMs: number | undefined; readonly held: HeldTimes }>()
  for (const { limit } of lanes)
    if (!byCarrier.has(limit.lane.carrier))
      byCarrier.set(limit.lane.carrier, { sent: 0, lastMs: undefined, held: new HeldTimes() })
  const times: number[] = []
  let failed = 0
  let asked = 0
  const never = simulate(lanes, startMs + MOST_MS, {
    // As irregular as a machine: lanes that came to limits in step for ever would meet there as they never do.
    latenessMs: () => (asked++ * 7) % LATEST_MS,
    sent: (_, { limit }, nowMs) => {
      times.push(nowMs)
      const of = byCarrier.get(limit.lane.carrier)!
      of.sent++
      of.lastMs = nowMs
    },
    failed: () => failed++,
    held: ({ limit }, name, nowMs, againMs) => {
      all.add(name, nowMs, againMs)
      byCarrier.get(limit.lane.carrier)!.held.add(name, nowMs, againMs)
    },
  })
  return {
    lastMs: times.at(-1),
    tooLate: times.filter((atMs) => atMs > startMs + lifeMs).length,
    failed,
    never,
    held: all.all(),
    byCarrier: [...byCarrier].map(([carrier, { sent, lastMs, held }]) => {
      const prices = order.destinations.flatMap((each) => (each.carrier === carrier ? [each.price] : []))
      const messages = prices.length
      const price = sum(prices) * segments
      return { carrier, messages, segments: messages * segments, price, sent, lastMs, held: held.all() }
    }),
    times,
    days,
  }
}

function usedRows({ used, startMs }: PlanOrder, days: DayBook) {
  const day = dayText(days.day(startMs).number)
  return [...(used ?? [])].map(([key, segments]) => ({ table: 'capday', key: `${key}|${day}`, text: String(segments) }))
}

function lanesOf(order: PlanOrder, limiter: Limiter): readonly SimulatedLane<SimulatedMessage>[] {
  const { account, campaign, numbers, service, destinations } = order
  const counts = new Map<Carrier, number[]>()
  destinations.forEach(({ carrier }, i) => {
    let ofCarrier = counts.get(carrier)
    if (ofCarrier === undefined) counts.set(carrier, (ofCarrier = numbers.map(() => 0)))
    ofCarrier[i % numbers.length]!++
  })
  const message: SimulatedMessage = { arrivesMs: order.startMs, segments: order.segments }
  return [...counts].flatMap(([carrier, ofNumbers]) =>
    ofNumbers.flatMap((count, i) => {
      if (count === 0) return []
      const limit = limiter.of({ account, campaign, carrier, service, number: numbers[i] })
      return [{ limit, messages: new Array<SimulatedMessage>(count).fill(message) }]
    }),
  )
}

function midnightsOf({ startMs, destinations }: PlanOrder, { days, times, failed }: Run): readonly Midnight[] {
  const midnights: Midnight[] = []
  const lastMs = times.at(-1) ?? startMs
  let sent = 0
  for (let { endMs, number } = days.day(startMs); endMs <= lastMs; { endMs, number } = days.day(endMs)) {
    while (sent < times.length && times[sent]! < endMs) sent++
    midnights.push({ atMs: endMs, day: dayText(number + 1), waiting: destinations.length - failed - sent })
  }
  return midnights
}

function progressOf(times: readonly number[]): Plan['progress'] {
  const step = Math.max(1, Math.ceil(times.length / POINTS))
  const points = times.flatMap((atMs, i) => ((i + 1) % step === 0 ? [{ atMs, sent: i + 1 }] : []))
  const last = points.at(-1)
  return times.length === 0 || last?.sent === times.length
    ? points
    : [...points.slice(0, POINTS - 1), { atMs: times.at(-1)!, sent: times.length }]
}

/** The same order again: without each of the limits that hold it longest, and with a shorter text. */
function shorterOf(
  order: PlanOrder,
  world: LimitWorld,
  held: readonly HeldTime[],
  lastMs: number | undefined,
): readonly Shorter[] {
  const found: Shorter[] = []
  const before = lastMs ?? Infinity
  const names = [...new Set(held.map(({ limit }) => kindOf(limit)))].slice(0, ASKED_WITHOUT)
  for (const limit of names) {
    const run = runOf(order, world, limit)
    if (run.lastMs !== undefined && (run.lastMs < before || run.never + run.failed === 0))
      found.push({ without: { limit }, lastMs: run.lastMs })
  }
  if (order.segments > 1) {
    const segments = order.segments - 1
    const run = runOf({ ...order, segments }, world)
    if (run.lastMs !== undefined && run.lastMs < before) found.push({ without: { segments }, lastMs: run.lastMs })
  }
  return found.sort((a, b) => a.lastMs - b.lastMs)
}

/** A limit and its minute are one. */
function kindOf(limit: string): string {
  return limit.replace(/, minute$/, '')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
