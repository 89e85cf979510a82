// What makes a plan as long as it is: the limits that bind its end, one after the other, each tried without those before. In slices.

import type { LimitWorld } from './limiter-lane.js'
import type { PlanOrder } from './plan-order.js'
import { runInSlices, type Asks, type CarrierRun, type Run } from './plan-run.js'

export interface Binding {
  /** Those that bind it at once: one alone would change nothing. */
  readonly limits: readonly string[]
  /** When the last leaves without them and those before. */
  readonly lastMs: number
  /** How much sooner that is than with them; undefined where not all leave with them. */
  readonly costMs: number | undefined
}

/** Of which it is asked what would be without them. */
const STEPS = 4
/** Carriers that end so near the end end together. */
const NEAR = 0.01
const NEAR_MIN_MS = 1000

/** @param asks that may be made of limits in all */
export function* bindingOf(
  order: PlanOrder,
  world: LimitWorld,
  whole: Run,
  asks: Asks,
): Generator<void, readonly Binding[]> {
  const found: Binding[] = []
  const without = new Set<string>()
  let run = whole
  while (found.length < STEPS) {
    const limits = [...new Set(endingOf(run, order.startMs).flatMap((carrier) => strongestOf(carrier) ?? []))]
    if (limits.length === 0) break
    for (const limit of limits) without.add(limit)
    const next = yield* runInSlices(order, world, asks, without)
    if (next.lastMs === undefined || next.isCut) break
    const costMs = isWhole(run) && isWhole(next) ? Math.max(0, run.lastMs! - next.lastMs) : undefined
    found.push({ limits, lastMs: next.lastMs, costMs })
    run = next
  }
  return found
}

/** All of it leaves. */
export function isWhole({ failed, never, lastMs }: Run): boolean {
  return failed + never === 0 && lastMs !== undefined
}

/** Carriers of which some never leave, or else those that end last. */
function endingOf({ byCarrier, lastMs = 0 }: Run, startMs: number): readonly CarrierRun[] {
  const missing = byCarrier.filter(({ messages, sent }) => sent < messages)
  if (missing.length > 0) return missing
  const fromMs = lastMs - Math.max(NEAR_MIN_MS, (lastMs - startMs) * NEAR)
  return byCarrier.filter((carrier) => carrier.lastMs! >= fromMs)
}

function strongestOf({ failedBy, held }: CarrierRun): string | undefined {
  return failedBy ?? held[0]?.limit
}
