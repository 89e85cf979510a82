// One run of the limiter ahead of time, in slices: when each message of a list leaves, and which limits hold it. Nothing is sent, and
// no limit of anybody is charged.

import { DayBook, DAY_TABLE } from './day-book.js'
import { dayText } from './day-calendar.js'
import { gatesOf, type GateSpec, type LimitedLane, type LimitWorld } from './limiter-lane.js'
import { Limiter } from './limiter.js'
import type { PlannedCarrier, PlannedDestination, PlanOrder } from './plan-order.js'
import { HeldSpans, limitOf, type HeldTime } from './plan-spans.js'
import { ASKS_SLICE, simulateInSlices, type SimulatedLane, type SimulatedMessage } from './simulate.js'

/** What becomes of the messages to one carrier. */
export interface CarrierRun {
  readonly carrier: PlannedCarrier
  readonly messages: number
  readonly sent: number
  /** Undefined where nothing ever leaves. */
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  /** Which limits hold it, the one that does so longest first. */
  readonly held: readonly HeldTime[]
  /** The limit that some fail at. */
  readonly failedBy: string | undefined
}

export interface Run {
  readonly lastMs: number | undefined
  readonly failed: number
  /** Those that do not leave within a year, or not as far as was looked. */
  readonly never: number
  /** It was looked no further. */
  readonly isCut: boolean
  readonly held: readonly HeldTime[]
  readonly byCarrier: readonly CarrierRun[]
  /** When each message left, in order. */
  readonly times: readonly number[]
  readonly days: DayBook
  /** Limits in the way, by their name. */
  readonly figures: ReadonlyMap<string, LimitFigure>
}

export interface LimitFigure {
  readonly kind: GateSpec['kind']
  /** Segments a second, in any minute, on a day. */
  readonly most: number
}

const PLAN_MOST_MS = 366 * 86_400_000
/** A prime: what asks in turn is not late in turn. */
const LATEST_MS = 5

/** How many times limits may still be asked: a microsecond each. */
export interface Asks {
  left: number
}

/** What holds those who wait behind others at a limit is looked for so often, in ms. */
const LOOKED_MS = 2000

interface Tally {
  messages: number
  sent: number
  firstMs: number | undefined
  lastMs: number | undefined
  readonly held: HeldSpans
  failedBy: string | undefined
}

/**
 * @param asks counted down
 * @param without limits that are not there, by their names, with their minutes
 */
export function* runInSlices(
  order: PlanOrder,
  world: LimitWorld,
  asks: Asks,
  without: ReadonlySet<string> = new Set(),
): Generator<void, Run> {
  const { startMs } = order
  const days = new DayBook({ wallMs: (nowMs) => nowMs })
  days.load(usedRows(order, days), startMs)
  const leaveOut = (name: string): boolean => without.has(limitOf(name))
  const limiter = new Limiter(world, days, { dayAskMs: Infinity, ...(without.size > 0 && { leaveOut }) })
  const lanes = lanesOf(order, limiter)
  const all = new HeldSpans()
  const byCarrier = new Map<PlannedCarrier, Tally>()
  const tallyOf = ({ carrier }: LimitedLane): Tally => {
    let tally = byCarrier.get(carrier)
    if (tally === undefined)
      byCarrier.set(carrier, (tally = { messages: 0, sent: 0, firstMs: undefined, lastMs: undefined, held: new HeldSpans(), failedBy: undefined })) // prettier-ignore
    return tally
  }
  const figures = new Map<string, LimitFigure>()
  const culprits = new Culprits(limiter)
  for (const { limit, messages } of lanes) {
    tallyOf(limit.lane).messages += messages.length
    for (const spec of gatesOf(limit.lane, world)) figures.set(limitOf(spec.name), figureOf(spec))
  }
  const times: number[] = []
  let failed = 0
  let asked = 0
  const slices = simulateInSlices(lanes, startMs + PLAN_MOST_MS, {
    // As irregular as a machine: lanes that came to limits in step for ever would meet there as they never do.
    latenessMs: () => (asked++ * 7) % LATEST_MS,
    sent: (_, { limit }, nowMs) => {
      times.push(nowMs)
      const tally = tallyOf(limit.lane)
      tally.sent++
      tally.firstMs ??= nowMs
      tally.lastMs = nowMs
    },
    failed: (_, { limit }) => {
      failed++
      tallyOf(limit.lane).failedBy = limitOf(limit.name)
    },
    held: ({ limit }, name, nowMs, nextMs) => {
      const againMs = Math.min(nextMs, startMs + PLAN_MOST_MS)
      const by = culprits.of(limit.lane, name, nowMs)
      all.add(by, nowMs, againMs)
      tallyOf(limit.lane).held.add(by, nowMs, againMs)
    },
  })
  let isCut = false
  while (slices.next().done !== true) {
    asks.left -= ASKS_SLICE
    if (asks.left <= 0) {
      isCut = true
      break
    }
    yield
  }
  const never = order.destinations.length - times.length - failed
  return {
    ...{ lastMs: times.at(-1), failed, never, isCut, held: all.all(), times, days, figures },
    byCarrier: [...byCarrier].map(([carrier, { held, ...tally }]) => ({ carrier, ...tally, held: held.all() })),
  }
}

/** Who waits behind others at a limit that has room is held by what those wait for, further on its way. */
class Culprits {
  readonly #limiter: Limiter
  readonly #known = new Map<string, { readonly by: string; readonly untilMs: number }>()

  constructor(limiter: Limiter) {
    this.#limiter = limiter
  }

  of(lane: LimitedLane, name: string, nowMs: number): string {
    const known = this.#known.get(name)
    if (known !== undefined && nowMs < known.untilMs) return known.by
    const uses = this.#limiter.use(lane, nowMs)
    const from = uses.findIndex((use) => use.name === name)
    const by = limitOf(uses.slice(Math.max(0, from)).find(({ room }) => room < 1)?.name ?? name)
    this.#known.set(name, { by, untilMs: nowMs + LOOKED_MS })
    return by
  }
}

function figureOf(spec: GateSpec): LimitFigure {
  const { kind } = spec
  return { kind, most: kind === 'bucket' ? spec.perSecond : kind === 'minute' ? spec.perMinute : spec.cap }
}

function usedRows({ used, startMs }: PlanOrder, days: DayBook) {
  const day = dayText(days.day(startMs).number)
  return [...(used ?? [])].map(([key, segments]) => ({ table: DAY_TABLE, key: `${key}|${day}`, text: String(segments) })) // prettier-ignore
}

/** Messages of as many segments are one object. */
function lanesOf(order: PlanOrder, limiter: Limiter): readonly SimulatedLane<SimulatedMessage>[] {
  const { account, campaign, numbers, service, destinations, startMs } = order
  const alike = new Map<PlannedDestination, SimulatedMessage>()
  const lanes = new Map<PlannedCarrier, (SimulatedMessage[] | undefined)[]>()
  destinations.forEach((destination, i) => {
    const { carrier, segments } = destination
    let message = alike.get(destination)
    if (message === undefined) alike.set(destination, (message = { arrivesMs: startMs, segments }))
    let ofCarrier = lanes.get(carrier)
    if (ofCarrier === undefined) lanes.set(carrier, (ofCarrier = new Array<undefined>(numbers.length).fill(undefined)))
    const at = i % numbers.length
    const lane = ofCarrier[at]
    if (lane === undefined) ofCarrier[at] = [message]
    else lane.push(message)
  })
  return [...lanes].flatMap(([carrier, ofNumbers]) =>
    ofNumbers.flatMap((messages, i) =>
      messages === undefined
        ? []
        : [{ limit: limiter.of({ account, campaign, carrier, service, number: numbers[i] }), messages }],
    ),
  )
}
