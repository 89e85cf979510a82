// A plan as stretches of time, for a drawing: what leaves in each and what holds the rest. Stretches end at the midnights of Los Angeles.

import type { CalendarDay } from './day-calendar.js'
import type { HeldTime } from './plan-spans.js'

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  /** Messages that leave in it. */
  readonly sent: number
  /** Messages that still wait at its end. */
  readonly waiting: number
  /** What holds some longest in it; undefined where nothing does. */
  readonly limit: string | undefined
}

export interface TimelineOf {
  /** When each message leaves, in order. */
  readonly times: readonly number[]
  readonly startMs: number
  /** Messages that wait for their turn at the start. */
  readonly messages: number
  readonly held: readonly HeldTime[]
  readonly dayOf: (atMs: number) => CalendarDay
}

/** As many as a person looks at; some more, where midnights are between. */
const STRETCHES = 24
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const seconds = [1, 2, 5, 10, 15, 30].map((count) => count * 1000)
const steps = [...seconds, ...[1, 2, 5, 10, 15, 30].map((count) => count * minute), ...[1, 2, 3, 6, 12].map((count) => count * hour)] // prettier-ignore

/** From the start to the last that leaves; none where nothing does. */
export function timelineOf({ times, startMs, messages, held, dayOf }: TimelineOf): readonly Stretch[] {
  const lastMs = times.at(-1)
  if (lastMs === undefined) return []
  const stretches: Stretch[] = []
  let at = 0
  for (let fromMs = startMs; at < times.length;) {
    const toMs = endOf(fromMs, lastMs - startMs, dayOf)
    const before = at
    while (at < times.length && times[at]! < toMs) at++
    stretches.push({ fromMs, toMs, sent: at - before, waiting: messages - at, limit: longest(held, fromMs, toMs) })
    fromMs = toMs
  }
  return stretches
}

/** Steps are counted from midnight on, so that they end at whole hours. */
function endOf(fromMs: number, lengthMs: number, dayOf: TimelineOf['dayOf']): number {
  const { startMs, endMs } = dayOf(fromMs)
  const step = steps.find((each) => lengthMs <= each * STRETCHES)
  if (step !== undefined) return Math.min(endMs, startMs + (Math.floor((fromMs - startMs) / step) + 1) * step)
  let untilMs = endMs
  for (let days = Math.ceil(lengthMs / day / STRETCHES); days > 1; days--) untilMs = dayOf(untilMs).endMs
  return untilMs
}

function longest(held: readonly HeldTime[], fromMs: number, toMs: number): string | undefined {
  let [most, name]: [number, string | undefined] = [0, undefined]
  for (const { limit, periods } of held) {
    let sum = 0
    for (const period of periods) sum += Math.max(0, Math.min(toMs, period.toMs) - Math.max(fromMs, period.fromMs))
    if (sum > most) [most, name] = [sum, limit]
  }
  return name
}
