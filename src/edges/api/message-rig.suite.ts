// Messages of the API over a memory store, with a core that takes or refuses what it is told to. For tests only.

import { FakeClock } from '../../lib/fake-clock.js'
import type { Bill } from '../../message/bill.js'
import type { FailureReason } from '../../message/failure.js'
import { createIdSource } from '../../message/id-source.js'
import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import { segmentsOf } from '../../money/units.js'
import { judgeOwning } from '../../powerpack/number-changes.js'
import { account, owned, Rig } from '../../powerpack/rig.suite.js'
import type { ClockAnchor } from '../../store/contracts/store.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { NewMessages } from './message-create.js'
import type { ApiSubmission, Caller, MessagePorts } from './message-ports.js'

const anchor: ClockAnchor = { switchMs: 0, monotonicMs: 0, bootId: 'b' }

export const authId = 'MA0123456789ABCDEFGH'
export const caller: Caller = { authId, account, address: '192.0.2.1' }
export const pack = '11111111-1111-4111-8111-111111111111'
/** A number of the account that is in no pool, and one in that of `pack`. */
export const ownNumber = '14155550100'
export const pooled = '14155550101'

export class MessageRig {
  readonly clock = new FakeClock({ wallMs: Date.UTC(2026, 5, 10, 12) })
  readonly store = new MemoryStore()
  readonly powerpacks = new Rig()
  readonly submitted: ApiSubmission[] = []
  readonly told: KeptRow[] = []
  /** Why the core refuses a destination; undefined: it takes it. */
  refuses: (to: string) => FailureReason | undefined = () => undefined
  /** Of one segment, in micro-units; undefined where nobody pays. */
  price: number | undefined = 4500
  /** What is accepted is not durable before this. */
  gate: Promise<void> = Promise.resolve()
  refusesAll: FailureReason | undefined
  takesWebhooks = true
  readonly #ids = createIdSource(0, 7, () => 8)
  readonly ports: MessagePorts
  messages: NewMessages

  constructor() {
    this.powerpacks.pack(pack, [pooled])
    this.powerpacks.done(judgeOwning(this.powerpacks.packs.book, [owned(ownNumber)]))
    this.ports = {
      submit: (batch) => void this.#submit(batch),
      refuses: () => this.refusesAll && { reason: this.refusesAll, cause: '' },
      commit: (rows) => this.keep(rows),
      findKept: (table, keys) => this.store.findKept(table, keys),
      keptRows: (table, range) => this.store.keptRows(table, range),
      outbox: { takes: () => this.takesWebhooks, added: (rows) => void this.told.push(...rows) },
      powerpacks: this.powerpacks.packs,
      mayCall: (url) => !url.startsWith('http://10.'),
      isOwn: (_, source) => source === 'Acme',
      subAccountsOf: () => [],
      nextId: () => this.#ids.next(),
      wallMs: () => this.clock.wallMs(),
      monotonicMs: () => this.clock.monotonicMs(),
      defer: queueMicrotask,
    }
    this.messages = new NewMessages(this.ports)
  }

  /** A new process over the same store. */
  restart(): void {
    this.messages = new NewMessages(this.ports)
  }

  keep(rows: readonly KeptRow[]): Promise<void> {
    return this.store.commit([{ kind: 'kept', rows }], anchor)
  }

  async rows(table: string): Promise<readonly KeptRow[]> {
    return (await this.store.keptRows(table, { limit: 1000 })).rows
  }

  async #submit(batch: readonly ApiSubmission[]): Promise<void> {
    for (const submission of batch) {
      this.submitted.push(submission)
      const reason = this.refuses(submission.destination.value)
      if (reason !== undefined) {
        submission.answer.refused({ reason, cause: '' })
        continue
      }
      const message = this.#message(submission)
      const rows = submission.kept(message, this.#bill(message))
      await this.gate
      await this.keep(rows)
      submission.answer.accepted(message.id)
    }
  }

  #message(submission: ApiSubmission): Message {
    const { source, powerpack } = submission
    return {
      ...submission,
      id: this.#ids.next(),
      direction: 'mt',
      account,
      source: powerpack === undefined ? source : { ...source, value: pooled },
      shape: 'whole',
      parts: [],
      acceptedAtMs: this.clock.wallMs(),
      expiresAtMs: 0,
    }
  }

  #bill({ content }: Message): Bill | undefined {
    const { price } = this
    if (price === undefined) return undefined
    return {
      ...{ customer: 'c', policy: 'p', units: segmentsOf(content), day: 0, state: 'held', mcc: '310', mnc: '410' },
      price: { currency: 'USD', ownMicros: price, exchange: '1', baseMicros: price },
      onSilence: undefined,
      sent: undefined,
    }
  }
}
