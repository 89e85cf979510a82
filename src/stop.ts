// The order and the bounds of a stop: each step gets its share of the grace, and what does not end in time is left behind.

import type { Clock, Timers } from './lib/clock.js'

export interface StopStep {
  readonly name: string
  /** At most so long, and never beyond the grace, but for a last moment. */
  readonly atMostMs: number
  run(): Promise<unknown>
  /** It did not end in time. */
  late?(): unknown
}

export interface StopPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly onSlow: (step: string, afterMs: number) => void
}

/** What even a step gets for which the grace is used up: enough for a commit to a disk that works. */
const LAST_MOMENT_MS = 500

/** Runs the steps one after the other; resolves with true when every one of them ended by itself. */
export async function stopInOrder(steps: readonly StopStep[], graceMs: number, ports: StopPorts): Promise<boolean> {
  const untilMs = ports.clock.monotonicMs() + graceMs
  let orderly = true
  for (const step of steps) {
    const leftMs = Math.max(LAST_MOMENT_MS, untilMs - ports.clock.monotonicMs())
    const boundMs = Math.min(step.atMostMs, leftMs)
    if (await endsWithin(boundMs, step.run(), ports.timers)) continue
    orderly = false
    ports.onSlow(step.name, boundMs)
    step.late?.()
  }
  return orderly
}

/** True when `work` ends by itself in time; it goes on otherwise, and nobody waits for it. */
export async function endsWithin(ms: number, work: Promise<unknown>, timers: Timers): Promise<boolean> {
  let cancel = (): void => undefined
  const late = new Promise<false>((resolve) => {
    cancel = timers.after(ms, () => resolve(false))
  })
  const ended = await Promise.race([work.then(() => true), late])
  cancel()
  return ended
}
