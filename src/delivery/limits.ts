// The chain of limits that a delivery must pass before it leaves: all of them give, or none does.

import {
  available,
  nextAvailableMs,
  refund,
  take,
  type Bucket,
  type BucketRate,
  checkRate,
  fullBucket,
} from '../lib/token-bucket.js'

/** One limit, shared by all lanes it concerns. Times are ms of the caller's clock. */
export interface Limit {
  /** For traces and metrics: `account acme`, `number 12025550123`. */
  readonly name: string
  /** Takes `count` if that is possible now. */
  take(count: number, nowMs: number): boolean
  giveBack(count: number): void
  /** When to ask for `count` again. */
  nextMs(count: number, nowMs: number): number
  /** Asked after a refusal: must what asked fail, since it may not wait? Absent: it may. */
  failsNow?(count: number, nowMs: number): boolean
}

/**
 * A rate of so many a second, counted in whole thousandths, the least 0.001; with a burst of one second, or of one where that
 * is less.
 */
export function rateLimit(name: string, perSecond: number, nowMs: number): Limit & { room(nowMs: number): number } {
  const rate: BucketRate = checkRate({
    tokens: Math.max(1, Math.round(perSecond * 1000)),
    perMs: 1_000_000,
    burst: Math.max(1, Math.ceil(perSecond)),
  })
  const bucket: Bucket = fullBucket(rate, nowMs)
  return {
    name,
    take: (count, atMs) => take(bucket, rate, atMs, count),
    giveBack: (count) => refund(bucket, rate, count),
    nextMs: (count, atMs) => nextAvailableMs(bucket, rate, atMs, count),
    room: (atMs) => Math.max(0, available(bucket, rate, atMs)),
  }
}

export type Passage =
  { readonly passed: true } | { readonly passed: false; readonly limit: Limit; readonly againMs: number }

const passed: Passage = { passed: true }

/** Takes `count` from every limit, or from none and says which one refused and when to ask again. */
export function passAll(limits: readonly Limit[], count: number, nowMs: number): Passage {
  for (let i = 0; i < limits.length; i++) {
    const limit = limits[i]!
    if (limit.take(count, nowMs)) continue
    for (let taken = 0; taken < i; taken++) limits[taken]!.giveBack(count)
    return { passed: false, limit, againMs: limit.nextMs(count, nowMs) }
  }
  return passed
}
