// Token buckets by name, for names that come from outside: those used last are kept, the others are full again. No clock.

import { available, checkRate, fullBucket, take, type Bucket, type BucketRate } from './token-bucket.js'

export class RecentBuckets {
  readonly #rate: BucketRate
  readonly #max: number
  /** The one used last is the last. */
  readonly #buckets = new Map<string, Bucket>()

  /** @param max names that are kept @throws RangeError for a rate that cannot be counted exactly */
  constructor(rate: BucketRate, max: number) {
    this.#rate = checkRate(rate)
    this.#max = max
  }

  /** Whole tokens that are left. */
  left(name: string, nowMs: number): number {
    const bucket = this.#buckets.get(name)
    return bucket === undefined ? this.#rate.burst : available(bucket, this.#rate, nowMs)
  }

  /** Takes one if there is one. */
  spend(name: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(name) ?? fullBucket(this.#rate, nowMs)
    this.#buckets.delete(name)
    this.#buckets.set(name, bucket)
    if (this.#buckets.size > this.#max) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest)
        break
      }
    }
    return take(bucket, this.#rate, nowMs)
  }

  /** It is full again. */
  refill(name: string): void {
    this.#buckets.delete(name)
  }

  get size(): number {
    return this.#buckets.size
  }
}
