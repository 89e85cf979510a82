// Switch time: the clock of due and expiry times. Begins at wall time, then follows the monotonic clock only, so that no step of
// the wall clock expires or hastens anything. Pure: asks no clock itself.

/** Where switch time stood at some moment that was kept. */
export interface ClockReading {
  /** Switch time, ms. */
  readonly switchMs: number
  /** The machine's monotonic clock, ms; means something only within its boot. */
  readonly monotonicMs: number
  readonly bootId: string
}

/** What the machine's clocks say now. */
export interface MachineTime {
  /** ms since 1970, may be wrong by any amount. */
  readonly wallMs: number
  readonly monotonicMs: number
  readonly bootId: string
}

/**
 * Anchors switch time at a start.
 *
 * - Nothing kept: it begins at wall time.
 * - Kept in this boot: it went on by as much as the monotonic clock did, whatever the wall clock says.
 * - Kept in another boot: how long the machine was off only the wall clock can tell; but it never goes back.
 *
 * @returns switch time (ms) at a reading of the same monotonic clock (ms)
 */
export function anchorClock(kept: ClockReading | undefined, now: MachineTime): (monotonicMs: number) => number {
  const offsetMs = switchTimeNow(kept, now) - now.monotonicMs
  return (monotonicMs) => offsetMs + monotonicMs
}

function switchTimeNow(kept: ClockReading | undefined, now: MachineTime): number {
  if (kept === undefined) return now.wallMs
  const elapsedMs = now.monotonicMs - kept.monotonicMs
  // A monotonic clock that went back is not the same clock: a copied disk, a restored snapshot of the machine.
  if (kept.bootId === now.bootId && elapsedMs >= 0) return kept.switchMs + elapsedMs
  return Math.max(kept.switchMs, now.wallMs)
}
