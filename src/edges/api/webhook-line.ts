// The webhooks of one endpoint, in the order in which they were made, as far as they are in memory. Data and small facts only; what
// happens to them is webhook-lines'.

import { BoundedQueue } from '../../lib/bounded-queue.js'
import type { WheelEntry } from '../../lib/timer-wheel.js'

/**
 * A webhook that was read in.
 *
 *   behind ─▶ ready ─▶ out ─▶ ending ─▶ gone
 *     └────▶ resting ◀──┘
 *
 * `behind` waits for an earlier one of its message, `resting` for the next try, `ending` for its removal to be durable.
 */
export interface HeldWebhook extends WheelEntry {
  readonly kind: 'webhook'
  readonly key: string
  readonly line: WebhookLine
  readonly message: string
  text: string
  tries: number
  notBeforeMs: number
  state: 'behind' | 'ready' | 'out' | 'resting' | 'ending'
  /** The next of its message. */
  after: HeldWebhook | undefined
  /** While it is out: since when. */
  sentAtMs: number
}

export interface WebhookLine extends WheelEntry {
  readonly kind: 'line'
  readonly endpoint: string
  /** Rows in the store, those that are held among them. */
  waiting: number
  /** Rows that were read in. */
  held: number
  /** Up to this key all rows were read in, '' for none. */
  cursor: string
  /** The last key that is only in the store; '' when there is none. */
  beyond: string
  isReading: boolean
  /** No more than are held. */
  readonly ready: BoundedQueue<HeldWebhook>
  /** The last one of each message. */
  readonly tails: Map<string, HeldWebhook>
  /** In the order in which they were sent. */
  readonly out: Set<HeldWebhook>
  /** How many may be out: grows with what is answered swiftly, shrinks with what is not answered. */
  limit: number
  /** It has answered swiftly of late. Only such ones may take the last places. */
  isSwift: boolean
  /** It stands in a queue to be served. */
  isListed: boolean
}

/** What an endpoint of which nothing is known may have out. */
const FIRST_LIMIT = 4

export function newLine(endpoint: string): WebhookLine {
  return {
    kind: 'line',
    endpoint,
    waiting: 0,
    held: 0,
    cursor: '',
    beyond: '',
    isReading: false,
    ready: new BoundedQueue(Number.MAX_SAFE_INTEGER),
    tails: new Map(),
    out: new Set(),
    limit: FIRST_LIMIT,
    isSwift: false,
    isListed: false,
    next: undefined,
    previous: undefined,
    dueMs: 0,
  }
}

/** Something of it can be sent now. */
export function isServable({ ready, out, limit }: WebhookLine): boolean {
  return ready.length > 0 && out.size < limit
}
