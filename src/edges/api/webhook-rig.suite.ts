// A world for the outbox: a store that can crash, receivers that can fail, and time that moves when told to. For tests only.

import { FakeClock } from '../../lib/fake-clock.js'
import type { KeptRow } from '../../message/kept.js'
import type { KeptPage, KeptRange } from '../../store/contracts/kept.js'
import { defaultWebhookLimits, type WebhookLimits } from './webhook-lines.js'
import { type Attempted, type OutboxPorts, WebhookOutbox } from './webhook-outbox.js'
import { messageOfKey, type Webhook, webhookRow } from './webhook-row.js'

/** Lets everything happen that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

export interface Try {
  readonly url: string
  readonly message: string
  readonly say: string
  readonly atMs: number
}

export class World {
  readonly clock = new FakeClock()
  readonly rows = new Map<string, string>()
  /** What receivers were told, in order. */
  readonly tries: Try[] = []
  readonly triedKeys = new Set<string>()
  /** Keys of all rows that were ever durable. */
  readonly everKept = new Set<string>()
  readonly events: string[] = []
  limits: WebhookLimits
  /** How long a commit takes, ms; 0: no time at all. */
  commitMs: () => number = () => 0
  /** Whether a commit under way at a crash is kept. */
  survives: () => boolean = () => false
  attempt: (webhook: Webhook, said: string) => Promise<Attempted> = () => Promise.resolve({ kind: 'told' })
  storeFails = false
  outbox: WebhookOutbox
  #life = 0
  #id = 0
  #commits: { readonly keep: () => void; readonly told: () => void }[] = []

  constructor(limits: Partial<WebhookLimits> = {}) {
    this.limits = { ...defaultWebhookLimits, ...limits }
    this.outbox = this.#made()
  }

  /** A webhook of a message is made, and the outbox told once it is durable. */
  async make(message: string, say: string, url = 'http://a.example/'): Promise<void> {
    const life = this.#life
    const row = this.row(message, say, url)
    await this.commit([row])
    if (life === this.#life) this.outbox.added([row])
  }

  row(message: string, say: string, url = 'http://a.example/'): KeptRow {
    const id = (this.#id++).toString(16).padStart(16, '0')
    const webhook: Webhook = {
      account: 'MA',
      purpose: 'status',
      method: 'POST',
      url,
      fields: [['Say', say]],
      madeAtMs: 0,
    }
    return webhookRow(id, message, webhook)
  }

  /** Moves time in steps, with all that happens in between. */
  async pass(ms: number, stepMs = 250): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs))
      await settled()
    }
  }

  /** The process dies here; another one starts with what is durable. */
  async crash(): Promise<void> {
    this.#life++
    // Commits survive from the first on, or not at all.
    for (const { keep } of this.#commits.splice(0)) {
      if (!this.survives()) break
      keep()
    }
    this.outbox = this.#made()
    await this.outbox.start()
    await settled()
  }

  commit(rows: readonly KeptRow[]): Promise<void> {
    if (this.storeFails) return Promise.reject(new Error('the disk fails'))
    const life = this.#life
    const keep = (): void => {
      for (const { key, text } of rows) {
        if (text === '') this.rows.delete(key)
        else this.rows.set(key, text)
        this.everKept.add(key)
      }
    }
    const takesMs = this.commitMs()
    if (takesMs === 0 && this.#commits.length === 0) {
      keep()
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const commit = { keep, told: () => (life === this.#life ? resolve() : undefined) }
      this.#commits.push(commit)
      this.clock.after(takesMs, () => {
        // Commits take effect, and are told of, in the order of their calls.
        const at = this.#commits.indexOf(commit)
        for (const before of this.#commits.splice(0, at + 1)) {
          before.keep()
          before.told()
        }
      })
    })
  }

  #made(): WebhookOutbox {
    const life = this.#life
    const isAlive = (): boolean => life === this.#life
    const never = new Promise<never>(() => {})
    const ports: OutboxPorts = {
      commit: (rows) => (isAlive() ? this.commit(rows) : never),
      findKept: (_table, keys) => Promise.resolve(keys.map((key) => this.rows.get(key))),
      keptRows: (_table, range) => Promise.resolve(this.#page(range)),
      attempt: (webhook, key) => {
        if (!isAlive()) return never
        this.triedKeys.add(key)
        const say = webhook.fields[0]![1]
        this.tries.push({ url: webhook.url, message: messageOfKey(key), say, atMs: this.clock.monotonicMs() })
        return this.attempt(webhook, say)
      },
      ended: () => Promise.resolve([]),
      nowMs: () => this.clock.monotonicMs(),
      timers: { after: (ms, fn) => this.clock.after(ms, () => (isAlive() ? fn() : undefined)) },
      events: {
        tried: (_purpose, outcome) => this.events.push(outcome),
        givenUp: (webhook, message, why) => this.events.push(`givenUp ${message} ${webhook.fields[0]![1]} ${why}`),
        dropped: (url) => this.events.push(`dropped ${url}`),
        unreadable: (key) => this.events.push(`unreadable ${key}`),
        storeFailed: () => this.events.push('storeFailed'),
        fault: (error) => this.events.push(`fault ${String(error)}`),
      },
    }
    return new WebhookOutbox(this.limits, ports)
  }

  #page({ from = '', to = '', limit }: KeptRange): KeptPage {
    const keys = [...this.rows.keys()].filter((key) => key >= from && (to === '' || key < to)).sort()
    const rows = keys.slice(0, limit).map((key) => ({ table: 'callback', key, text: this.rows.get(key)! }))
    return { rows, cursor: keys.length > limit ? `${rows.at(-1)!.key} ` : '' }
  }
}

export const refused: Attempted = { kind: 'failed', why: 'refused', detail: 'HTTP 500' }
export const timedOut: Attempted = { kind: 'failed', why: 'timeout', detail: 'timeout' }
