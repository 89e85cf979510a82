// The durable outbox of webhooks: it goes on from the rows of the store after a restart, sends each in its turn and removes it once it
// was told or given up. What a webhook says and how it is sent is its ports'.

import type { Cancel, Timers } from '../../lib/clock.js'
import type { KeptRow } from '../../message/kept.js'
import { KEPT_AT_ONCE, keptPrefix, type KeptPage, type KeptRange } from '../../store/contracts/kept.js'
import { webhookFailures } from './webhook-client.js'
import type { HeldWebhook } from './webhook-line.js'
import { type LineRead, WEBHOOK_TICK_MS, type WebhookLimits, WebhookLines } from './webhook-lines.js'
import { messageOfKey, textOf, type Webhook, WEBHOOK_TABLE, webhookOf, type WebhookPurpose } from './webhook-row.js'
import { endpointOf } from './webhook-url.js'

/**
 * Why it was not told; of a request, as the client has it, or:
 * refused: a status that is none of success. malformed: an answer that is not what it says. reply: what was answered can't be sent
 * now. account: it is gone. fault: a bug of ours.
 */
export const webhookTroubles = [...webhookFailures, 'refused', 'malformed', 'reply', 'account', 'fault'] as const
export type WebhookTrouble = (typeof webhookTroubles)[number]

export type Attempted =
  /** The receiver has it, and there is no more to do. */
  | { readonly kind: 'told' }
  /**
   * To be tried again, as long as the schedule has it.
   * `again` is what is left of it to do, where that has changed.
   */
  | {
      readonly kind: 'failed'
      readonly why: WebhookTrouble
      /** For the log. */
      readonly detail: string
      readonly again?: Webhook | undefined
    }
  /** It can never be told. */
  | { readonly kind: 'over'; readonly why: WebhookTrouble; readonly detail: string }
  /** It was given up because of the stop: it stays as it is. */
  | { readonly kind: 'stopped' }

export interface OutboxPorts {
  /** Keeps rows as one step, durably. Rejects where nothing of it was kept: it is tried again. */
  readonly commit: (rows: readonly KeptRow[]) => Promise<void>
  readonly findKept: (table: string, keys: readonly string[]) => Promise<readonly (string | undefined)[]>
  readonly keptRows: (table: string, range: KeptRange) => Promise<KeptPage>
  /** One try. @param key of its row, for what is kept together with a change of it */
  readonly attempt: (webhook: Webhook, key: string) => Promise<Attempted>
  /** It ended: what is kept in the step that removes it. */
  readonly ended: (webhook: Webhook, message: string, isTold: boolean) => Promise<readonly KeptRow[]>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly timers: Timers
  readonly events: OutboxEvents
}

/** For counters and the log. */
export interface OutboxEvents {
  tried(purpose: WebhookPurpose, outcome: 'told' | WebhookTrouble, seconds: number): void
  /** No more tries. */
  givenUp(webhook: Webhook, message: string, why: WebhookTrouble, detail: string): void
  /** There are too many rows for its endpoint already: it will not be told. */
  dropped(url: string): void
  /** A row that is none of ours: removed. */
  unreadable(key: string): void
  storeFailed(error: unknown): void
  /** Something threw that must not: a bug of ours. */
  fault(error: unknown): void
}

/** Rows to be kept; and the webhook that is gone with them. */
interface Change {
  readonly rows: readonly KeptRow[]
  readonly removes: HeldWebhook | undefined
}

/** Rows of one commit, as far as changes are not larger. */
const COMMIT_ROWS = 256
const STORE_PAUSE_MS = 1_000

export class WebhookOutbox {
  readonly #ports: OutboxPorts
  readonly #lines: WebhookLines
  /** Rows of messages of which an earlier one is looked up. */
  readonly #unsure = new Map<string, KeptRow[]>()
  #changes: Change[] = []
  #isCommitting = false
  #isStarted = false
  #isStopped = false
  #tick: Cancel | undefined
  readonly #pauses = new Set<() => void>()
  /** Tries whose end is not handed over to be kept yet. */
  #tries = 0
  #whenQuiet: (() => void) | undefined

  constructor(limits: WebhookLimits, ports: OutboxPorts) {
    this.#ports = ports
    this.#lines = new WebhookLines(limits, ports.nowMs())
  }

  /** Rows that wait, the newest of which may not be counted yet. */
  get waiting(): number {
    return this.#lines.waiting
  }

  get inFlight(): number {
    return this.#lines.inFlight
  }

  /** Endpoints that something waits for. */
  get endpoints(): number {
    return this.#lines.endpoints
  }

  /** Looks at all rows that there are and begins to send. Call it before anything is `added`. Rejects as the store does. */
  async start(): Promise<void> {
    let from = ''
    do {
      const { rows, cursor } = await this.#ports.keptRows(WEBHOOK_TABLE, { from, limit: KEPT_AT_ONCE })
      const nowMs = this.#ports.nowMs()
      for (const { key, text } of rows) this.#lines.added(key, text, nowMs)
      from = cursor
    } while (from !== '')
    this.#isStarted = true
    this.#go()
  }

  /** May a row be made for this URL? If not, it is counted as dropped: make none. */
  takes(url: string): boolean {
    const isTaken = this.#lines.takes(endpointOf(url))
    if (!isTaken) this.#ports.events.dropped(url)
    return isTaken
  }

  /** Rows that are durable now; those of other tables do not count. */
  added(rows: readonly KeptRow[]): void {
    let isNew = false
    for (const row of rows) {
      if (row.table !== WEBHOOK_TABLE || row.text === '') continue
      isNew = true
      const waiting = this.#unsure.get(messageOfKey(row.key))
      if (waiting !== undefined) waiting.push(row)
      else if (this.#lines.added(row.key, row.text, this.#ports.nowMs()) === 'unsure') {
        this.#unsure.set(messageOfKey(row.key), [])
        void this.#makeSure(row.key)
      }
    }
    if (isNew) this.#go()
  }

  /**
   * Sends no more. Resolves once what is out has come back and what became of it is kept; whoever is in a hurry closes the client.
   * The rest stays in the store.
   */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#tick?.()
    this.#tick = undefined
    await new Promise<void>((resolve) => {
      this.#whenQuiet = resolve
      for (const end of this.#pauses) end()
      this.#mayBeQuiet()
    })
  }

  #go(): void {
    if (!this.#isStarted || this.#isStopped) return
    const nowMs = this.#ports.nowMs()
    for (let next = this.#lines.next(nowMs); next !== undefined; next = this.#lines.next(nowMs)) void this.#try(next)
    for (let read = this.#lines.nextRead(); read !== undefined; read = this.#lines.nextRead()) void this.#read(read)
    if (this.#lines.isTiming) this.#tick ??= this.#ports.timers.after(WEBHOOK_TICK_MS, () => this.#turn())
  }

  #turn(): void {
    this.#tick = undefined
    this.#lines.advance(this.#ports.nowMs())
    this.#go()
  }

  /** Never rejects. */
  async #try(held: HeldWebhook): Promise<void> {
    this.#tries++
    const webhook = webhookOf(held.text)
    if (webhook !== undefined) await this.#tryOut(held, webhook)
    else {
      this.#ports.events.unreadable(held.key)
      this.#lines.over(held)
      this.#remove(held, [])
    }
    this.#tries--
    this.#go()
    this.#mayBeQuiet()
  }

  async #tryOut(held: HeldWebhook, webhook: Webhook): Promise<void> {
    const { events, nowMs } = this.#ports
    const attempted = await this.#attempt(webhook, held.key)
    const tookMs = nowMs() - held.sentAtMs
    switch (attempted.kind) {
      case 'stopped':
        // It is tried when the switch runs again.
        return this.#lines.over(held)
      case 'told':
        events.tried(webhook.purpose, 'told', tookMs / 1000)
        this.#lines.told(held, tookMs)
        return this.#end(held, webhook, true)
      case 'over':
        events.tried(webhook.purpose, attempted.why, tookMs / 1000)
        events.givenUp(webhook, held.message, attempted.why, attempted.detail)
        this.#lines.over(held)
        return this.#end(held, webhook, false)
      case 'failed': {
        const { again, why, detail } = attempted
        events.tried(webhook.purpose, why, tookMs / 1000)
        const text = again === undefined ? held.text : textOf(again, held)
        const then = this.#lines.failed(held, { isSilent: why === 'timeout', tookMs }, text, nowMs())
        if (then !== undefined)
          return this.#keep({ rows: [{ table: WEBHOOK_TABLE, key: held.key, text: then }], removes: undefined })
        events.givenUp(webhook, held.message, why, detail)
        // Once the receiver has answered it was told, whatever became of its answer.
        return this.#end(held, webhook, (again ?? webhook).replies !== undefined)
      }
    }
  }

  async #attempt(webhook: Webhook, key: string): Promise<Attempted> {
    try {
      return await this.#ports.attempt(webhook, key)
    } catch (error) {
      this.#ports.events.fault(error)
      return { kind: 'failed', why: 'fault', detail: String(error) }
    }
  }

  async #end(held: HeldWebhook, webhook: Webhook, isTold: boolean): Promise<void> {
    let rows: readonly KeptRow[] = []
    try {
      rows = await this.#ports.ended(webhook, held.message, isTold)
    } catch (error) {
      this.#ports.events.fault(error)
    }
    this.#remove(held, rows)
  }

  #remove(held: HeldWebhook, rows: readonly KeptRow[]): void {
    this.#keep({ rows: [...rows, { table: WEBHOOK_TABLE, key: held.key, text: '' }], removes: held })
  }

  #keep(change: Change): void {
    this.#changes.push(change)
    if (!this.#isCommitting) void this.#commitAll()
  }

  /** One commit after the other; what comes meanwhile goes with the next. Never rejects. */
  async #commitAll(): Promise<void> {
    this.#isCommitting = true
    while (this.#changes.length > 0) {
      const changes = this.#takeChanges()
      try {
        await this.#ports.commit(changes.flatMap(({ rows }) => rows))
      } catch (error) {
        this.#ports.events.storeFailed(error)
        this.#changes = [...changes, ...this.#changes]
        // What was told stays in its place, or the next of its message could be told before it once more.
        if (this.#isStopped) break
        await this.#aWhile()
        continue
      }
      const nowMs = this.#ports.nowMs()
      for (const { removes } of changes) if (removes !== undefined) this.#lines.removed(removes, nowMs)
      this.#go()
    }
    this.#isCommitting = false
    this.#mayBeQuiet()
  }

  #takeChanges(): readonly Change[] {
    let count = 0
    for (let rows = 0; count < this.#changes.length && rows < COMMIT_ROWS; count++)
      rows += this.#changes[count]!.rows.length
    return this.#changes.splice(0, count)
  }

  async #makeSure(key: string): Promise<void> {
    try {
      const [text] = await this.#ports.findKept(WEBHOOK_TABLE, [key])
      if (text === undefined) this.#lines.gone(key)
      else this.#lines.found(key, text, this.#ports.nowMs())
      const waiting = this.#unsure.get(messageOfKey(key)) ?? []
      this.#unsure.delete(messageOfKey(key))
      this.added(waiting)
      this.#go()
    } catch (error) {
      this.#ports.events.storeFailed(error)
      await this.#aWhile()
      if (!this.#isStopped) void this.#makeSure(key)
    }
  }

  async #read(read: LineRead): Promise<void> {
    const { from, limit } = read
    const { to } = keptPrefix(`${read.line.endpoint}|`)
    try {
      const range = { from, to, limit: Math.min(limit, KEPT_AT_ONCE) }
      const { rows, cursor } = await this.#ports.keptRows(WEBHOOK_TABLE, range)
      this.#lines.read(read, rows, cursor === '', this.#ports.nowMs())
    } catch (error) {
      this.#ports.events.storeFailed(error)
      await this.#aWhile()
      this.#lines.unread(read)
    }
    this.#go()
  }

  #aWhile(): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#pauses.delete(end)
        resolve()
      }
      const cancel = this.#ports.timers.after(STORE_PAUSE_MS, end)
      this.#pauses.add(end)
    })
  }

  #mayBeQuiet(): void {
    if (this.#tries > 0 || this.#isCommitting) return
    this.#whenQuiet?.()
  }
}
