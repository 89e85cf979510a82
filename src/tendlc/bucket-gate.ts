// So many segments a second, with a burst of one second: the gate of a campaign at a carrier, of a number, of an account.

import {
  available,
  changeRate,
  checkRate,
  fullBucket,
  reachedMs,
  refund,
  takeOwing,
  type Bucket,
  type BucketRate,
} from '../lib/token-bucket.js'
import type { Gate } from './limiter-gate.js'
import { Line } from './limiter-line.js'

const BURST_MS = 1000

/**
 * In any `w` ms at most `perSecond · w / 1000` segments and one second's worth (1 where that is less, whole where it is not) leave;
 * where one message alone is longer than that, its length instead, and it is made up for before the next.
 */
export class BucketGate implements Gate {
  readonly key: string
  readonly name: string
  readonly line = new Line()
  isForgotten = false
  #perSecond: number
  #rate: BucketRate
  readonly #bucket: Bucket

  /**
   * @param perSecond counted in thousandths, the least 0.001
   * @param emptyAtMs when nothing of it was left, as far as anybody knows; -Infinity for a full one
   */
  constructor(key: string, name: string, perSecond: number, nowMs: number, emptyAtMs = -Infinity) {
    this.key = key
    this.name = name
    this.#perSecond = perSecond
    this.#rate = rateOf(perSecond)
    this.#bucket = emptyAtMs === -Infinity ? fullBucket(this.#rate, nowMs) : { level: 0, atMs: Math.floor(emptyAtMs) }
  }

  get perSecond(): number {
    return this.#perSecond
  }

  get most(): number {
    return this.#rate.burst
  }

  /** What is owed stays owed. */
  change(perSecond: number, nowMs: number): void {
    if (perSecond === this.#perSecond) return
    const rate = rateOf(perSecond)
    changeRate(this.#bucket, this.#rate, rate, nowMs)
    this.#perSecond = perSecond
    this.#rate = rate
  }

  room(nowMs: number): number {
    return available(this.#bucket, this.#rate, nowMs)
  }

  take(count: number, nowMs: number): void {
    takeOwing(this.#bucket, this.#rate, nowMs, count)
  }

  undo(count: number): void {
    refund(this.#bucket, this.#rate, count)
  }

  roomAtMs(count: number, nowMs: number): number {
    return reachedMs(this.#bucket, this.#rate, nowMs, count)
  }

  isAtRest(nowMs: number): boolean {
    return this.line.isEmpty(nowMs) && this.room(nowMs) >= this.#rate.burst
  }
}

function rateOf(perSecond: number): BucketRate {
  return checkRate({
    tokens: Math.max(1, Math.round(perSecond * 1000)),
    perMs: BURST_MS * 1000,
    burst: Math.max(1, Math.floor(perSecond)),
  })
}
