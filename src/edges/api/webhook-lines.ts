// Which webhook is told next: those of a message one after the other, each endpoint within its bounds, none held up by another.
// Pure but for its own state: it is told the time, what came in and what became of each; it sends, reads and writes nothing.

import { TimerWheel } from '../../lib/timer-wheel.js'
import { type HeldWebhook, newLine, type WebhookLine } from './webhook-line.js'
import { endpointOfKey, messageOfKey, rescheduled, scheduleOf } from './webhook-row.js'
import { type TurnLimits, WebhookTurns } from './webhook-turns.js'

export interface WebhookLimits extends TurnLimits {
  /** Rows in memory, over all endpoints; beyond it each still has a few. */
  readonly maxHeld: number
  readonly maxHeldPerEndpoint: number
  /** Rows in the store, over all endpoints; beyond it only endpoints with few of them get more. */
  readonly maxWaiting: number
  readonly maxWaitingPerEndpoint: number
  /** After the n-th failure the next try comes so much later, ms; after the last one there is none. */
  readonly retryMs: readonly number[]
}

export const defaultWebhookLimits: WebhookLimits = {
  maxInFlight: 512,
  maxInFlightPerEndpoint: 64,
  slowMs: 1_000,
  maxHeld: 50_000,
  maxHeldPerEndpoint: 1_000,
  maxWaiting: 1_000_000,
  maxWaitingPerEndpoint: 200_000,
  retryMs: [60_000, 120_000, 240_000],
}

/** What an endpoint has whatever the others do. */
const HELD_ALWAYS = 8
const WAITING_ALWAYS = 1_000
/** Endpoints without a webhook whose pace is remembered. */
const REMEMBERED = 10_000
export const WEBHOOK_TICK_MS = 250
const WHEEL_SLOTS = 2048

/** Where to go on reading an endpoint's rows. */
export interface LineRead {
  readonly line: WebhookLine
  /** Not before this key, nor any of another endpoint. */
  readonly from: string
  readonly limit: number
  /** As it was when the reading began. */
  readonly beyond: string
}

/** held: it is in memory. stored: it will be read in later. unsure: it may be told already; look, then say `found` or `gone`. */
export type Taken = 'held' | 'stored' | 'unsure'

export interface Failed {
  /** There was no answer in time. */
  readonly isSilent: boolean
  readonly tookMs: number
}

export class WebhookLines {
  readonly #limits: WebhookLimits
  readonly #lines = new Map<string, WebhookLine>()
  /** Without a webhook, the one that was needed longest ago first. */
  readonly #idle = new Map<string, WebhookLine>()
  readonly #held = new Map<string, HeldWebhook>()
  readonly #wheel: TimerWheel<HeldWebhook | WebhookLine>
  readonly #turns: WebhookTurns
  readonly #toRead = new Set<WebhookLine>()
  #waiting = 0

  constructor(limits: WebhookLimits, nowMs: number) {
    this.#limits = limits
    this.#wheel = new TimerWheel(WEBHOOK_TICK_MS, WHEEL_SLOTS, nowMs)
    this.#turns = new WebhookTurns(limits, this.#wheel)
  }

  /** Rows that are in the store. */
  get waiting(): number {
    return this.#waiting
  }

  get held(): number {
    return this.#held.size
  }

  get inFlight(): number {
    return this.#turns.inFlight
  }

  get endpoints(): number {
    return this.#lines.size
  }

  /** Does anything wait for time to pass? */
  get isTiming(): boolean {
    return this.#wheel.size > 0
  }

  /** May there be one more row for this endpoint? */
  takes(endpoint: string): boolean {
    const waiting = this.#lines.get(endpoint)?.waiting ?? 0
    const { maxWaiting, maxWaitingPerEndpoint } = this.#limits
    return waiting < maxWaitingPerEndpoint && (this.#waiting < maxWaiting || waiting < WAITING_ALWAYS)
  }

  /** A row that is durable now. */
  added(key: string, text: string, nowMs: number): Taken {
    const line = this.#lineOf(endpointOfKey(key))
    line.waiting++
    this.#waiting++
    // Its endpoint's rows were read since it was committed.
    if (this.#held.has(key)) return 'held'
    if (key <= line.cursor) return 'unsure'
    if (line.beyond === '' && this.#room(line) > 0) {
      this.#hold(line, key, text, nowMs)
      line.cursor = key
      return 'held'
    }
    if (key > line.beyond) line.beyond = key
    this.#mayRead(line)
    return 'stored'
  }

  /** What was unsure is in the store still. */
  found(key: string, text: string, nowMs: number): void {
    if (!this.#held.has(key)) this.#hold(this.#lineOf(endpointOfKey(key)), key, text, nowMs)
  }

  /** What was unsure is not in the store any more. */
  gone(key: string): void {
    this.#left(this.#lineOf(endpointOfKey(key)))
  }

  /** The next one to be sent; it is out from now on. */
  next(nowMs: number): HeldWebhook | undefined {
    return this.#turns.next(nowMs)
  }

  /** Its receiver has it. It keeps its place until it is `removed`. */
  told(webhook: HeldWebhook, tookMs: number): void {
    webhook.state = 'ending'
    this.#turns.back(webhook)
    this.#turns.learn(webhook.line, tookMs, false)
  }

  /**
   * @param text what is kept of it from now on
   * @returns its text with the next try, to be kept; undefined when there is none: it keeps its place until it is `removed`
   */
  failed(webhook: HeldWebhook, { isSilent, tookMs }: Failed, text: string, nowMs: number): string | undefined {
    this.#turns.back(webhook)
    this.#turns.learn(webhook.line, tookMs, isSilent)
    webhook.tries++
    const delayMs = this.#limits.retryMs[webhook.tries - 1]
    if (delayMs === undefined) {
      webhook.state = 'ending'
      return undefined
    }
    webhook.notBeforeMs = Math.ceil(nowMs + delayMs)
    webhook.text = rescheduled(text, webhook)
    this.#rest(webhook)
    return webhook.text
  }

  /** It will never be sent. It keeps its place until it is `removed`. */
  over(webhook: HeldWebhook): void {
    webhook.state = 'ending'
    this.#turns.back(webhook)
  }

  /** Its row is durably gone: the next of its message may go. */
  removed(webhook: HeldWebhook, nowMs: number): void {
    const { line, message, after } = webhook
    this.#held.delete(webhook.key)
    line.held--
    if (after === undefined) line.tails.delete(message)
    else this.#head(after, nowMs)
    this.#left(line)
    this.#mayRead(line)
  }

  /** What time has brought: tries that are due, endpoints that have become slow. */
  advance(nowMs: number): void {
    this.#wheel.advance(nowMs, (due) => {
      if (due.kind === 'webhook') this.#ready(due)
      else this.#turns.watch(due, nowMs)
    })
  }

  /** An endpoint whose rows are to be read in; `read` must follow. */
  nextRead(): LineRead | undefined {
    for (const line of this.#toRead) {
      this.#toRead.delete(line)
      const limit = this.#room(line)
      if (limit < 1 || line.beyond === '' || line.isReading) continue
      line.isReading = true
      // A blank is the least that a longer key can have behind it.
      const from = line.cursor === '' ? `${line.endpoint}|` : `${line.cursor} `
      return { line, from, limit, beyond: line.beyond }
    }
    return undefined
  }

  /** @param isEnd there are no more rows of the endpoint than these */
  read(
    { line, beyond }: LineRead,
    rows: readonly { readonly key: string; readonly text: string }[],
    isEnd: boolean,
    nowMs: number,
  ): void {
    line.isReading = false
    for (const { key, text } of rows) {
      if (!this.#held.has(key)) this.#hold(line, key, text, nowMs)
      if (key > line.cursor) line.cursor = key
    }
    // What came in meanwhile may not have been seen.
    if (line.beyond <= line.cursor || (isEnd && line.beyond === beyond)) line.beyond = ''
    this.#mayRead(line)
    this.#mayIdle(line)
  }

  /** It could not be read: to be tried again. */
  unread({ line }: LineRead): void {
    line.isReading = false
    this.#mayRead(line)
  }

  #lineOf(endpoint: string): WebhookLine {
    const known = this.#lines.get(endpoint)
    if (known !== undefined) return known
    const line = this.#idle.get(endpoint) ?? newLine(endpoint)
    this.#idle.delete(endpoint)
    this.#lines.set(endpoint, line)
    return line
  }

  /** A row of it is gone. */
  #left(line: WebhookLine): void {
    line.waiting--
    this.#waiting--
    this.#mayIdle(line)
  }

  #mayIdle(line: WebhookLine): void {
    if (line.waiting > 0 || line.held > 0 || line.isReading || !this.#lines.delete(line.endpoint)) return
    this.#wheel.cancel(line)
    line.beyond = ''
    this.#idle.set(line.endpoint, line)
    if (this.#idle.size <= REMEMBERED) return
    for (const oldest of this.#idle.keys()) {
      this.#idle.delete(oldest)
      return
    }
  }

  #room(line: WebhookLine): number {
    const { maxHeld, maxHeldPerEndpoint } = this.#limits
    const always = Math.min(HELD_ALWAYS, maxHeldPerEndpoint)
    return Math.max(always - line.held, Math.min(maxHeldPerEndpoint - line.held, maxHeld - this.#held.size))
  }

  /** Not for every single one that leaves: a read costs more than a row. */
  #mayRead(line: WebhookLine): void {
    if (line.beyond === '' || line.isReading) return
    const room = this.#room(line)
    if (room > 0 && room >= line.held) this.#toRead.add(line)
  }

  #hold(line: WebhookLine, key: string, text: string, nowMs: number): void {
    const { tries, notBeforeMs } = scheduleOf(text)
    const { retryMs } = this.#limits
    const webhook: HeldWebhook = {
      kind: 'webhook',
      key,
      line,
      message: messageOfKey(key),
      text,
      tries,
      // Whatever the row says: no try is further away than the schedule has it.
      notBeforeMs: Math.min(notBeforeMs, nowMs + Math.max(0, ...retryMs)),
      state: 'behind',
      after: undefined,
      sentAtMs: 0,
      next: undefined,
      previous: undefined,
      dueMs: 0,
    }
    this.#held.set(key, webhook)
    line.held++
    const tail = line.tails.get(webhook.message)
    line.tails.set(webhook.message, webhook)
    if (tail === undefined) this.#head(webhook, nowMs)
    else tail.after = webhook
  }

  /** It is the first of its message. */
  #head(webhook: HeldWebhook, nowMs: number): void {
    if (webhook.notBeforeMs > nowMs) this.#rest(webhook)
    else this.#ready(webhook)
  }

  #rest(webhook: HeldWebhook): void {
    webhook.state = 'resting'
    this.#wheel.set(webhook, webhook.notBeforeMs)
  }

  #ready(webhook: HeldWebhook): void {
    webhook.state = 'ready'
    webhook.line.ready.push(webhook)
    this.#turns.list(webhook.line)
  }
}
