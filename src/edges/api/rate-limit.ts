// How many requests an account may make in a stretch of time: exactly so many in any of that length. No clock.
import type { ApiRate } from './api-ports.js'

/** When the last requests were made, the oldest at `next`. */
interface Recent {
  readonly atMs: Float64Array
  next: number
}

export class RateLimit {
  readonly #rate: ApiRate
  readonly #max: number
  /** The account that asked last is the last. */
  readonly #accounts = new Map<string, Recent>()

  /** @param max accounts that are remembered; of more those that have not asked for longest are forgotten */
  constructor(rate: ApiRate, max: number) {
    this.#rate = rate
    this.#max = max
  }

  /** Counts a request where there may be one. @returns how long to wait for the next, ms; 0 where this one may be */
  take(account: string, nowMs: number): number {
    const { requests, windowMs } = this.#rate
    if (requests === 0) return 0
    const recent = this.#accounts.get(account) ?? { atMs: new Float64Array(requests).fill(-Infinity), next: 0 }
    this.#accounts.delete(account)
    this.#accounts.set(account, recent)
    const waitMs = recent.atMs[recent.next]! + windowMs - nowMs
    if (waitMs > 0) return waitMs
    recent.atMs[recent.next] = nowMs
    recent.next = (recent.next + 1) % requests
    if (this.#accounts.size > this.#max) {
      for (const oldest of this.#accounts.keys()) {
        this.#accounts.delete(oldest)
        break
      }
    }
    return 0
  }
}
