// The chain of limits that a delivery must pass before it leaves: all of them give, or none does.

import {
  available,
  nextAvailableMs,
  refund,
  take,
  type Bucket,
  type BucketRate,
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
}

/** A rate of so many a second with a burst of one second. */
export function rateLimit(name: string, perSecond: number, nowMs: number): Limit & { room(nowMs: number): number } {
  const rate: BucketRate = { tokens: perSecond, perMs: 1000, burst: perSecond }
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
