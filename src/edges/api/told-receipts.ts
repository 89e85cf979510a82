// What becomes of messages of the API, receipt by receipt: the record changes, and whoever is to be told of it gets a webhook, both in the
// step in which the receipt is over. Receipts of one message are taken in their order.

import type { Cancel } from '../../lib/clock.js'
import type { ReceiptDelivery } from '../../message/delivery.js'
import type { KeptRow } from '../../message/kept.js'
import { KEPT_AT_ONCE } from '../../store/contracts/kept.js'
import { statusFields } from './callback-fields.js'
import { receiptChange, type Change } from './message-changes.js'
import { RECORD_TABLE, recordKey, recordOf, recordRow, type MessageRecord } from './message-record.js'
import { API_ECHO } from './message-submission.js'
import type { ToldPorts } from './told-ports.js'
import { webhookRow } from './webhook-row.js'

const STORE_PAUSE_MS = 1_000
const nothing: readonly KeptRow[] = []

/** A record that the store does not have as it is now. */
interface Ahead {
  record: MessageRecord
  /** Changes of it that are not durable. */
  changes: number
}

export interface ToldReceiptsPorts extends Pick<
  ToldPorts,
  'findKept' | 'authIdOf' | 'outbox' | 'nextId' | 'wallMs' | 'timers' | 'defer' | 'events'
> {
  /** It is over, and these rows are to be kept in that step; `durable` is told when they are. */
  readonly over: (delivery: ReceiptDelivery, kept: readonly KeptRow[]) => void
}

export class ToldReceipts {
  readonly #ports: ToldReceiptsPorts
  readonly #ahead = new Map<string, Ahead>()
  /** Whose record is looked up, with its receipts in order. */
  readonly #asked = new Map<string, ReceiptDelivery[]>()
  /** Keys of those that no look-up has asked for yet. */
  #next: string[] = []
  #isLooking = false
  #isStopped = false
  #pause: Cancel | undefined

  constructor(ports: ToldReceiptsPorts) {
    this.#ports = ports
  }

  /** How many are in hand is bounded by whoever hands them over. */
  take(delivery: ReceiptDelivery): void {
    const { account, messageId, echo } = delivery.receipt.origin
    if (echo !== API_ECHO) return this.#unknown(delivery)
    const key = recordKey(account, messageId)
    const ahead = this.#ahead.get(key)
    if (ahead !== undefined) return this.#tell(key, delivery, ahead.record, ahead)
    const asked = this.#asked.get(key)
    if (asked !== undefined) {
      asked.push(delivery)
      return
    }
    this.#asked.set(key, [delivery])
    this.#next.push(key)
    if (this.#isLooking) return
    this.#isLooking = true
    // All of a turn together.
    this.#ports.defer(() => this.#look())
  }

  /** It is over in the store, or never will be, with what was to be kept of it; not told of those without. */
  settled({ receipt }: ReceiptDelivery): void {
    const key = recordKey(receipt.origin.account, receipt.origin.messageId)
    const ahead = this.#ahead.get(key)
    if (ahead !== undefined && --ahead.changes === 0) this.#ahead.delete(key)
  }

  /** Looks nothing up any more: what is in hand stays in its lane. */
  stop(): void {
    this.#isStopped = true
    this.#pause?.()
  }

  #look(): void {
    if (this.#isStopped) return
    const keys = this.#next.length <= KEPT_AT_ONCE ? this.#next : this.#next.slice(0, KEPT_AT_ONCE)
    this.#next = this.#next.slice(keys.length)
    this.#ports.findKept(RECORD_TABLE, keys).then(
      (texts) => {
        for (let i = 0; i < keys.length; i++) this.#found(keys[i]!, texts[i])
        if (this.#next.length > 0) this.#look()
        else this.#isLooking = false
      },
      (error: unknown) => {
        this.#next = [...keys, ...this.#next]
        if (this.#isStopped) return
        this.#ports.events.storeFailed(error)
        this.#pause = this.#ports.timers.after(STORE_PAUSE_MS, () => this.#look())
      },
    )
  }

  #found(key: string, text: string | undefined): void {
    const deliveries = this.#asked.get(key) ?? []
    this.#asked.delete(key)
    const record = text === undefined ? undefined : recordOf(text)
    for (const delivery of deliveries) {
      const ahead = this.#ahead.get(key)
      if (record === undefined) this.#unknown(delivery)
      else this.#tell(key, delivery, ahead?.record ?? record, ahead)
    }
  }

  #unknown(delivery: ReceiptDelivery): void {
    this.#ports.events.unknown(delivery)
    this.#ports.over(delivery, nothing)
  }

  #tell(key: string, delivery: ReceiptDelivery, record: MessageRecord, ahead: Ahead | undefined): void {
    const { over, events } = this.#ports
    const { receipt } = delivery
    const { messageId } = receipt.origin
    const change = receiptChange(messageId, record, receipt)
    if (change === undefined) {
      events.noNews()
      return over(delivery, nothing)
    }
    if (ahead === undefined) this.#ahead.set(key, { record: change.record, changes: 1 })
    else {
      ahead.record = change.record
      ahead.changes++
    }
    events.changed(change.record.state)
    over(delivery, this.#rowsOf(delivery, change))
  }

  #rowsOf({ receipt: { origin } }: ReceiptDelivery, { record, status }: Change): readonly KeptRow[] {
    const { account, messageId } = origin
    const { outbox, nextId, wallMs, authIdOf } = this.#ports
    const row = recordRow(account, messageId, record)
    const authId = authIdOf(account)
    if (record.told === undefined || status === undefined || authId === undefined) return [row]
    const { url, method } = record.told
    if (!outbox.takes(url)) return [row]
    const fields = statusFields(status)
    const webhook = { account: authId, purpose: 'status', method, url, fields, madeAtMs: wallMs() } as const
    return [row, webhookRow(nextId(), messageId, webhook)]
  }
}
