// One limit that a segment must pass, as the chain of them sees it: how much room it has and when it has more. Types only.

import type { Line } from './limiter-line.js'

/** Counts are segments; times are switch time in ms. */
export interface Gate {
  /** What it is, for the registry of gates: no two have the same. */
  readonly key: string
  /** For traces and metrics: `campaign C1 to att`. */
  readonly name: string
  /**
   * Whoever was refused stands in it, and nobody else goes before those, or a long message would never find enough room between
   * short ones. Absent where nothing comes free by waiting a little.
   */
  readonly line: Line | undefined
  /** A message of more than this needs no more room than this, and leaves the rest owing; Infinity where nothing may be owed. */
  readonly most: number
  /** Segments a second in the long run; Infinity for a day's. */
  readonly perSecond: number
  /** Below 0 where something is owed. */
  room(nowMs: number): number
  /** Takes, whatever room there is: who asks has looked. */
  take(count: number, nowMs: number): void
  /** Takes back what was taken at this very moment. */
  undo(count: number, nowMs: number): void
  /** When there would be so much room if nobody else took any, no earlier than `nowMs`; Infinity for never. */
  roomAtMs(count: number, nowMs: number): number
  /** Nothing is lost when it is forgotten and made anew. */
  isAtRest(nowMs: number): boolean
  /** It was forgotten: whoever still has it must get the new one. */
  isForgotten: boolean
}
