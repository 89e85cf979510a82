// What a campaign's message to a list of destinations would take: the limiter itself, on a clock that is only counted. Pure; it sends
// nothing and charges no limit of anybody.

import { finished } from '../lib/slices.js'
import { dayText } from './day-calendar.js'
import type { LimitWorld } from './limiter-lane.js'
import { bindingOf, isWhole, type Binding } from './plan-binding.js'
import type { HeldTime } from './plan-spans.js'
import type { PlannedDestination, PlanOrder } from './plan-order.js'
import { runInSlices, type CarrierRun, type Asks, type LimitFigure, type Run } from './plan-run.js'
import { timelineOf, type Stretch } from './plan-timeline.js'

export interface PlanSums {
  readonly messages: number
  readonly segments: number
  /** Of the segments that have a price, in micro-units. */
  readonly priceMicros: number
  /** Segments that have none. */
  readonly unpriced: number
}

export type { PlannedDestination, PlanOrder }

export type PlanByCarrier = PlanSums & CarrierRun

export interface Midnight {
  readonly atMs: number
  /** The day that begins: `2026-11-24`. */
  readonly day: string
  /** Messages that still wait then. */
  readonly waiting: number
}

export interface Plan extends PlanSums {
  readonly startMs: number
  /** When the last leaves; undefined where nothing ever does. */
  readonly lastMs: number | undefined
  /** Messages whose life is over before their turn comes: counted as if they waited on. */
  readonly tooLate: number
  /** Messages that fail at a day's cap, by the campaign's policy. */
  readonly failed: number
  /** Messages that never leave, not within a year, or not as far as was looked. */
  readonly never: number
  readonly byCarrier: readonly PlanByCarrier[]
  /** The limit that holds longest first. */
  readonly held: readonly HeldTime[]
  /** What each limit in the way is, by the name that it has in the rest. */
  readonly figures: ReadonlyMap<string, LimitFigure>
  /** In Los Angeles, from the first after the start to the last before the end. */
  readonly midnights: readonly Midnight[]
  readonly timeline: readonly Stretch[]
  /** What makes it as long as it is: the limits that bind its end first. */
  readonly binding: readonly Binding[]
  /** What else would be sooner, the most first. */
  readonly shorter: readonly Shorter[]
}

export interface Shorter {
  /** `fewerSegments`: so many in each message of more than one; `trustScore`: if the brand had it. */
  readonly by: { readonly fewerSegments: number } | { readonly trustScore: number }
  /** When the last would leave then. */
  readonly lastMs: number
}

/** What would be in force if the brand had a better score. */
export interface Better {
  readonly trustScore: number
  readonly world: LimitWorld
}

/** Less than that is no news. */
const WORTH = 0.01
/** In all: half a minute of work, where others have their turns between. */
const ASKS = 30_000_000

/** At once; see planInSlices. */
export function planOf(order: PlanOrder, world: LimitWorld, better: readonly Better[] = []): Plan {
  return finished(planInSlices(order, world, better))
}

/**
 * Works in slices: of a hundred thousand messages each run takes a tenth of a second to one, and there may be eight of them.
 *
 * @param world what is in force; see LimitWorld
 */
export function* planInSlices(
  order: PlanOrder,
  world: LimitWorld,
  better: readonly Better[] = [],
): Generator<void, Plan> {
  const { startMs, lifeMs, destinations } = order
  const asks: Asks = { left: ASKS }
  const run = yield* runInSlices(order, world, asks)
  const { lastMs, failed, never, held, times, days, figures } = run
  const waits = !isWhole(run) || lastMs! > startMs
  const messages = destinations.length - failed
  return {
    ...sumsOf(destinations),
    ...{ startMs, lastMs, failed, never, held, figures },
    tooLate: times.reduce((count, atMs) => (atMs > startMs + lifeMs ? count + 1 : count), 0),
    byCarrier: run.byCarrier.map((one) => ({
      ...one,
      ...sumsOf(destinations.filter(({ carrier }) => carrier === one.carrier)),
    })),
    midnights: midnightsOf(order, run),
    timeline: timelineOf({ times, startMs, messages, held, dayOf: (atMs) => days.day(atMs) }),
    binding: destinations.length > 0 && waits ? yield* bindingOf(order, world, run, asks) : [],
    shorter: destinations.length > 0 && waits ? yield* shorterOf(order, world, better, run, asks) : [],
  }
}

function sumsOf(destinations: readonly PlannedDestination[]): PlanSums {
  let [all, priceMicros, unpriced] = [0, 0, 0]
  for (const { segments, price } of destinations) {
    all += segments
    if (price === undefined) unpriced += segments
    else priceMicros += price * segments
  }
  return { messages: destinations.length, segments: all, priceMicros, unpriced }
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

/** The same order again: with a segment less, and with better scores. */
function* shorterOf(
  order: PlanOrder,
  world: LimitWorld,
  better: readonly Better[],
  before: Run,
  asks: Asks,
): Generator<void, readonly Shorter[]> {
  const found: Shorter[] = []
  const consider = (by: Shorter['by'], run: Run): void => {
    if (run.lastMs === undefined || run.isCut) return
    const [now, then] = [isWhole(before) ? before.lastMs! - order.startMs : Infinity, run.lastMs - order.startMs]
    const isMore = now === Infinity && run.times.length > before.times.length
    if (isMore || then < now * (1 - WORTH)) found.push({ by, lastMs: run.lastMs })
  }
  for (const { trustScore, world: with_ } of better) consider({ trustScore }, yield* runInSlices(order, with_, asks))
  if (order.destinations.some(({ segments }) => segments > 1))
    consider({ fewerSegments: 1 }, yield* runInSlices(shortened(order), world, asks))
  return found.sort((a, b) => a.lastMs - b.lastMs)
}

function shortened(order: PlanOrder): PlanOrder {
  const alike = new Map<PlannedDestination, PlannedDestination>()
  const less = (one: PlannedDestination): PlannedDestination => {
    let shorter = alike.get(one)
    if (shorter === undefined) alike.set(one, (shorter = { ...one, segments: Math.max(1, one.segments - 1) }))
    return shorter
  }
  return { ...order, destinations: order.destinations.map(less) }
}
