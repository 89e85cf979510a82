// Which endpoint's turn it is: each has its own number of places, and those that hang leave the others theirs. Knows webhooks only as
// what is out or ready. Time is an argument.

import { BoundedQueue } from '../../lib/bounded-queue.js'
import type { TimerWheel } from '../../lib/timer-wheel.js'
import { type HeldWebhook, isServable, type WebhookLine } from './webhook-line.js'

export interface TurnLimits {
  /**
   * Webhooks that are out, over all endpoints. Those of endpoints that are not swift may be half of it, and so may those of swift ones
   * whatever else is out: it is exceeded while endpoints that were swift hang.
   */
  readonly maxInFlight: number
  readonly maxInFlightPerEndpoint: number
  /** An endpoint that takes longer to answer is not swift, ms. */
  readonly slowMs: number
}

export class WebhookTurns {
  readonly #limits: TurnLimits
  /** Has a line in it while that is swift and has something out. */
  readonly #wheel: TimerWheel<HeldWebhook | WebhookLine>
  readonly #swift = new BoundedQueue<WebhookLine>(Number.MAX_SAFE_INTEGER)
  readonly #others = new BoundedQueue<WebhookLine>(Number.MAX_SAFE_INTEGER)
  #out = 0
  #outOfOthers = 0

  constructor(limits: TurnLimits, wheel: TimerWheel<HeldWebhook | WebhookLine>) {
    this.#limits = limits
    this.#wheel = wheel
  }

  get inFlight(): number {
    return this.#out
  }

  /** Something became ready. */
  list(line: WebhookLine): void {
    if (line.isListed || !isServable(line)) return
    line.isListed = true
    ;(line.isSwift ? this.#swift : this.#others).push(line)
  }

  /** The next one to be sent; it is out from now on. */
  next(nowMs: number): HeldWebhook | undefined {
    const { maxInFlight } = this.#limits
    const half = Math.ceil(maxInFlight / 2)
    const isFull = this.#out >= maxInFlight
    // What was swift and hangs goes over to the others, and leaves its place to the swift at once.
    const next = isFull && this.#out - this.#outOfOthers >= half ? undefined : this.#nextOf(this.#swift, true, nowMs)
    if (next !== undefined || isFull || this.#outOfOthers >= half) return next
    return this.#nextOf(this.#others, false, nowMs)
  }

  /** It is not out any more. @throws Error where it was not */
  back(webhook: HeldWebhook): void {
    const { line } = webhook
    if (!line.out.delete(webhook)) throw new Error(`a webhook came back that was not out: ${webhook.key}`)
    this.#out--
    if (!line.isSwift) this.#outOfOthers--
    else if (line.out.size === 0) this.#wheel.cancel(line)
    this.list(line)
  }

  /** What an answer, or that there was none, says of its endpoint. */
  learn(line: WebhookLine, tookMs: number, isSilent: boolean): void {
    const isSwift = tookMs <= this.#limits.slowMs && !isSilent
    if (isSilent) line.limit = Math.max(1, line.limit >>> 1)
    else if (isSwift) line.limit = Math.min(line.limit + 1, this.#limits.maxInFlightPerEndpoint)
    this.#pace(line, isSwift)
    this.list(line)
  }

  /** A swift endpoint has had something out for a while: one that hangs must not keep the places of the swift until it times out. */
  watch(line: WebhookLine, nowMs: number): void {
    const oldest = oldestOut(line)
    if (oldest === undefined || !line.isSwift) return
    const untilMs = oldest.sentAtMs + this.#limits.slowMs
    if (untilMs > nowMs) this.#wheel.set(line, untilMs)
    else this.#pace(line, false)
  }

  /** One of the endpoint whose turn it is, which goes to the end then. */
  #nextOf(queue: BoundedQueue<WebhookLine>, isSwift: boolean, nowMs: number): HeldWebhook | undefined {
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      line.isListed = false
      // Its pace may have changed while it stood here.
      if (line.isSwift !== isSwift) this.list(line)
      else if (isServable(line)) {
        const webhook = line.ready.shift()!
        this.#send(webhook, nowMs)
        this.list(line)
        return webhook
      }
    }
    return undefined
  }

  #send(webhook: HeldWebhook, nowMs: number): void {
    const { line } = webhook
    webhook.state = 'out'
    webhook.sentAtMs = nowMs
    line.out.add(webhook)
    this.#out++
    if (!line.isSwift) this.#outOfOthers++
    else if (line.out.size === 1) this.#wheel.set(line, nowMs + this.#limits.slowMs)
  }

  #pace(line: WebhookLine, isSwift: boolean): void {
    if (line.isSwift === isSwift) return
    line.isSwift = isSwift
    this.#outOfOthers += isSwift ? -line.out.size : line.out.size
    this.#wheel.cancel(line)
    const oldest = oldestOut(line)
    if (isSwift && oldest !== undefined) this.#wheel.set(line, oldest.sentAtMs + this.#limits.slowMs)
  }
}

function oldestOut({ out }: WebhookLine): HeldWebhook | undefined {
  for (const oldest of out) return oldest
  return undefined
}
