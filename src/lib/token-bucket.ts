// Token buckets in whole numbers: no drift, whatever the rate. Time is an argument; a bucket is two numbers that its owner keeps.

/**
 * `tokens` per `perMs` milliseconds, at most `burst` saved up. All whole, 1 or more; `burst * perMs` stays below 2^53
 * (2,000,000 a day with a day's burst is 2^47).
 */
export interface BucketRate {
  readonly tokens: number
  readonly perMs: number
  readonly burst: number
}

/** `level` is counted in 1/perMs of a token, so that each elapsed millisecond adds exactly `tokens`. */
export interface Bucket {
  level: number
  atMs: number
}

/** Throws RangeError with the reason when the rate cannot be counted exactly. */
export function checkRate(rate: BucketRate): BucketRate {
  for (const key of ['tokens', 'perMs', 'burst'] as const) {
    if (!Number.isSafeInteger(rate[key]) || rate[key] < 1) {
      throw new RangeError(`${key} of a rate is a whole number of 1 or more, not ${rate[key]}`)
    }
  }
  if (!Number.isSafeInteger(rate.burst * rate.perMs)) throw new RangeError('burst × perMs of a rate exceeds 2^53')
  return rate
}

/** A bucket that holds its whole burst. */
export function fullBucket(rate: BucketRate, nowMs: number): Bucket {
  return { level: rate.burst * rate.perMs, atMs: Math.floor(nowMs) }
}

// A clock that goes back adds nothing and takes nothing away.
function refill(bucket: Bucket, rate: BucketRate, nowMs: number): void {
  const wholeMs = Math.floor(nowMs)
  const elapsedMs = wholeMs - bucket.atMs
  if (elapsedMs <= 0) return
  const full = rate.burst * rate.perMs
  const missing = full - bucket.level
  // Compared by division first: the product of a long pause and a high rate need not fit 53 bits.
  bucket.level = elapsedMs >= missing / rate.tokens ? full : bucket.level + elapsedMs * rate.tokens
  bucket.atMs = wholeMs
}

/** Whole tokens in the bucket now. */
export function available(bucket: Bucket, rate: BucketRate, nowMs: number): number {
  refill(bucket, rate, nowMs)
  return Math.floor(bucket.level / rate.perMs)
}

/** Takes `count` tokens if all are there; false, and nothing taken, otherwise. */
export function take(bucket: Bucket, rate: BucketRate, nowMs: number, count = 1): boolean {
  refill(bucket, rate, nowMs)
  const cost = count * rate.perMs
  if (bucket.level < cost) return false
  bucket.level -= cost
  return true
}

/** Gives `count` tokens back, never above the burst. */
export function refund(bucket: Bucket, rate: BucketRate, count = 1): void {
  bucket.level = Math.min(rate.burst * rate.perMs, bucket.level + count * rate.perMs)
}

/** The first whole millisecond at which `take(count)` succeeds if nobody else takes; Infinity when more than the burst is asked. */
export function nextAvailableMs(bucket: Bucket, rate: BucketRate, nowMs: number, count = 1): number {
  if (count > rate.burst) return Infinity
  refill(bucket, rate, nowMs)
  const missing = count * rate.perMs - bucket.level
  return missing <= 0 ? nowMs : bucket.atMs + Math.ceil(missing / rate.tokens)
}

/**
 * Takes `count` where the bucket has that many, or for more than it ever has, where it is full: the level is below 0 then, and
 * nobody takes anything until that is made up for. In any time of `w` ms no more than the burst, or the most ever taken at
 * once where that is more, and the rate times `w` are taken.
 */
export function takeOwing(bucket: Bucket, rate: BucketRate, nowMs: number, count: number): boolean {
  refill(bucket, rate, nowMs)
  if (bucket.level < Math.min(count, rate.burst) * rate.perMs) return false
  bucket.level -= count * rate.perMs
  return true
}

/** The first whole millisecond at which `tokens` would be there if nobody took any and there were no burst to end at. */
export function reachedMs(bucket: Bucket, rate: BucketRate, nowMs: number, tokens: number): number {
  refill(bucket, rate, nowMs)
  const missing = tokens * rate.perMs - bucket.level
  return missing <= 0 ? nowMs : bucket.atMs + Math.ceil(missing / rate.tokens)
}

/** From now on another rate holds: what is owed stays owed, what is saved up stays as far as the new burst goes. */
export function changeRate(bucket: Bucket, from: BucketRate, to: BucketRate, nowMs: number): void {
  refill(bucket, from, nowMs)
  bucket.level = Math.min(to.burst * to.perMs, Math.floor((bucket.level / from.perMs) * to.perMs))
}
