// Switch time and ids of one run: anchored to what the store remembers, so that no clock step and no restart repeats or
// expires anything. Belongs to the composition root.

import { anchorClock } from './lib/anchored-clock.js'
import { bootMonotonicMs, readBootId } from './lib/boot-id.js'
import type { Clock } from './lib/clock.js'
import { createIdSource, type IdSource } from './message/id-source.js'
import type { ClockAnchor, Store } from './store/contracts/store.js'

export interface SwitchTime {
  /** Switch time, ms: goes on over restarts, whatever the wall clock does. */
  readonly nowMs: () => number
  /** What a commit keeps of it. */
  readonly anchor: () => ClockAnchor
  /** How far the wall clock is ahead of it now, ms. */
  readonly wallAheadMs: number
}

/**
 * @param exact tells where the machine's clocks stand to each other now
 * @param clock of the same machine, from now on
 */
export async function resumeSwitchTime(
  store: Pick<Store, 'lastAnchor'>,
  exact: Clock,
  clock: Clock,
): Promise<SwitchTime> {
  const bootId = readBootId(exact.wallMs())
  // The process's monotonic clock starts anew with it, the machine's does not.
  const bootOffsetMs = bootMonotonicMs() - exact.monotonicMs()
  const kept = await store.lastAnchor()
  const machine = { wallMs: exact.wallMs(), monotonicMs: bootMonotonicMs(), bootId }
  const switchOffsetMs = anchorClock(kept, machine)(bootMonotonicMs()) - exact.monotonicMs()
  const nowMs = (): number => clock.monotonicMs() + switchOffsetMs
  return {
    nowMs,
    anchor: () => ({ switchMs: nowMs(), monotonicMs: clock.monotonicMs() + bootOffsetMs, bootId }),
    wallAheadMs: Math.round(exact.wallMs() - (exact.monotonicMs() + switchOffsetMs)),
  }
}

/** Ids of one run. The next epoch is taken ahead: it must be durable when the counter of the first is used up. */
export async function takeIds(
  store: Pick<Store, 'takeEpoch'>,
  onLost: (error: Error) => void,
): Promise<{ readonly ids: IdSource; readonly epoch: number }> {
  const epoch = await store.takeEpoch()
  const ahead = [await store.takeEpoch()]
  const ids = createIdSource(0, epoch, () => {
    void store.takeEpoch().then((next) => ahead.push(next), onLost)
    return ahead.shift()!
  })
  return { ids, epoch }
}
