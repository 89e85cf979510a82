// For tests: one life of the switch with accounts of the API as destinations: courier, dispatcher, correlator and group commit over a memory
// store, records, and an outbox whose receivers write down what they are told.

import { makeRig, routeA } from '../../delivery/rig.suite.js'
import type { CourierOptions } from '../../delivery/courier-ports.js'
import { echoLane, esmeLane, moLane, recordLane, vendorLane } from '../../delivery/lane-key.js'
import { FakeClock } from '../../lib/fake-clock.js'
import type { Bill } from '../../message/bill.js'
import type { MoDelivery, ReceiptDelivery, SegmentDelivery } from '../../message/delivery.js'
import { echoTlv } from '../../message/echo.js'
import type { AccountId, DeliveryId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import { receiptRequestOf, type Receipt } from '../../message/receipt.js'
import { usualKeywords } from '../../powerpack/keywords.js'
import { account, Rig as PackRig } from '../../powerpack/rig.suite.js'
import { segment } from '../../store/conformance-rows.suite.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { encodeGsm7 } from '../../text/gsm7.js'
import { ApplicationBook } from './application-book.js'
import { statusFields } from './callback-fields.js'
import { uuidOf } from './ids.js'
import { defaultAcknowledgements } from './inbound.js'
import { acceptedChange } from './message-changes.js'
import { RECORD_TABLE, recordKey, recordOf, recordRow, type MessageRecord } from './message-record.js'
import { checkRequest, type MessageRequest } from './message-request.js'
import { API_ECHO } from './message-submission.js'
import { ToldAccounts } from './told-accounts.js'
import { inboundEnded } from './told-inbound.js'
import { defaultToldLimits, type ToldLimits, type ToldPorts } from './told-ports.js'
import { defaultWebhookLimits } from './webhook-lines.js'
import { WebhookOutbox, type Attempted } from './webhook-outbox.js'
import { webhookRow, type Webhook } from './webhook-row.js'

export const authId = 'MA0123456789ABCDEFGH'
export const acme = account
export const phone = '14155550528'
export const statusUrl = 'https://app.example/states'
const bill: Bill = {
  ...{ customer: 'c', policy: 'p', units: 2, day: 0, state: 'held', mcc: '310', mnc: '410' },
  price: { currency: 'USD', ownMicros: 4500, exchange: '1', baseMicros: 4500 },
  onSilence: undefined,
  sent: undefined,
}

export interface LifeOptions {
  readonly store?: MemoryStore
  readonly clock?: FakeClock
  readonly epoch?: number
  readonly limits?: ToldLimits
  readonly attempt?: (webhook: Webhook, message: string) => Promise<Attempted>
  readonly ports?: Partial<ToldPorts>
  readonly courier?: Partial<CourierOptions>
  /** A message is durable. */
  readonly accepted?: (id: MessageId) => void
}

export function requestOf(more: Record<string, unknown> = {}): MessageRequest {
  const checked = checkRequest({ src: '14155550100', dst: phone, text: 'hi', url: statusUrl, ...more })
  if (checked.kind === 'mistake') throw new Error(checked.error)
  return checked.request
}

export type Life = ReturnType<typeof makeLife>

export function makeLife(options: LifeOptions = {}) {
  const store = options.store ?? new MemoryStore()
  const clock = options.clock ?? new FakeClock({ monotonicMs: 1_000_000 })
  const rig = makeRig({
    ...{ store, clock, epoch: options.epoch ?? 1, tellsTaken: () => true },
    courier: { recorded: { echo: API_ECHO, keepMs: 90 * 86_400_000 }, ...options.courier },
  })
  const { courier, dispatcher, recorder, ids, nowMs } = rig
  const packs = new PackRig()
  const applications = new ApplicationBook()
  const events: string[] = []
  const told: { readonly message: string; readonly webhook: Webhook }[] = []
  const authIds = new Map<AccountId, string>([[acme, authId]])
  let takesWebhooks = true
  const outbox = new WebhookOutbox(defaultWebhookLimits, {
    commit: (rows) =>
      new Promise((resolve) => recorder.record({ kind: 'kept', rows, fact: true }, { durable: () => resolve() })),
    findKept: (table, keys) => store.findKept(table, keys),
    keptRows: (table, range) => store.keptRows(table, range),
    attempt: async (webhook, key) => {
      const message = key.slice(-16)
      const attempted = await (options.attempt?.(webhook, message) ?? { kind: 'told' as const })
      if (attempted.kind === 'told') told.push({ message, webhook })
      return attempted
    },
    ended: inboundEnded({
      findKept: (table, keys) => store.findKept(table, keys),
      accountOf: (of) => (of === authId ? acme : undefined),
      wallMs: () => clock.wallMs(),
    }),
    nowMs,
    timers: clock,
    events: {
      tried: () => undefined,
      givenUp: (_, message, why) => events.push(`given up ${message} ${why}`),
      dropped: () => events.push('dropped'),
      unreadable: (key) => events.push(`unreadable ${key}`),
      storeFailed: () => undefined,
      fault: (error) => events.push(`fault ${String(error)}`),
    },
  })
  const accounts = new ToldAccounts(
    {
      courier,
      recorder,
      findKept: (table, keys) => store.findKept(table, keys),
      powerpacks: packs.packs,
      added: (side) => dispatcher.add(side),
      removed: (id) => dispatcher.remove(id, nowMs()),
      changed: (id) => dispatcher.changed(id, nowMs()),
      hasRoom: (id) => dispatcher.hasRoom(id),
      authIdOf: (of) => authIds.get(of),
      outbox: { takes: (url) => takesWebhooks && outbox.takes(url), added: (rows) => outbox.added(rows) },
      applications,
      rules: { keywords: usualKeywords, acknowledgements: defaultAcknowledgements },
      nextId: () => ids.next(),
      nowMs,
      wallMs: () => clock.wallMs(),
      timers: clock,
      defer: queueMicrotask,
      events: {
        changed: (state) => events.push(state),
        noNews: () => events.push('no news'),
        unknown: () => events.push('unknown'),
        received: (intent, isTold) => events.push(`received ${intent}${isTold ? ' told' : ''}`),
        storeFailed: () => events.push('look-up failed'),
        fault: (error) => events.push(`fault ${String(error)}`),
      },
      ...options.ports,
    },
    options.limits ?? defaultToldLimits,
  )

  /** Until nothing happens any more without time. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 6; turn++) await rig.settle()
  }
  /** A message that is durable, and in its vendor's lane. */
  const accept = (request = requestOf(), to = phone): MessageId => {
    const id = ids.next()
    const from = request.src
    const { record, status } = acceptedChange(request, {
      ...{ id, from, to, units: 2, bill, requesterIp: '192.0.2.1', atMs: clock.wallMs() },
    })
    const delivery = deliveryOf(id, from, to, nowMs(), clock.wallMs())
    const kept: KeptRow[] = [recordRow(acme, id, record)]
    if (record.told !== undefined && status !== undefined) {
      const { url, method } = record.told
      const fields = statusFields(status)
      kept.push(
        webhookRow(ids.next(), id, {
          account: authId,
          purpose: 'status',
          method,
          url,
          fields,
          madeAtMs: clock.wallMs(),
        }),
      )
    }
    recorder.offer(
      { kind: 'accepted', delivery, kept },
      {
        durable: () => {
          options.accepted?.(id)
          courier.accepted(delivery)
          outbox.added(kept)
        },
        refused: () => undefined,
      },
    )
    return id
  }
  /** Receipts that are durable in their lane. */
  const offer = (receipts: readonly ReceiptDelivery[]): void =>
    recorder.record({ kind: 'uncollected', parts: [], outbox: receipts }, courier)
  const receiptOf = (id: MessageId, state: Receipt['state'], changes: Partial<Receipt['origin']> = {}) => {
    const origin = {
      ...{ messageId: id, account: acme, asSent: undefined, request: receiptRequestOf(0x11), echo: API_ECHO },
      source: { ton: 1, npi: 1, value: '14155550100' },
      destination: { ton: 1, npi: 1, value: phone },
      ...{ acceptedAtMs: clock.wallMs(), userMessageReference: -1, head: '', parts: [] },
      ...changes,
    }
    const delivery: ReceiptDelivery = {
      ...{
        kind: 'receipt',
        lane: (origin.echo === undefined ? esmeLane : origin.echo === API_ECHO ? recordLane : echoLane)(origin.account),
        dueMs: nowMs(),
        id: ids.nextDelivery(),
        failures: 0,
      },
      receipt: { origin, state, error: '000', doneAtMs: clock.wallMs() },
      expiresAtMs: nowMs() + 1_000_000_000,
    }
    return delivery
  }
  /** A message from a phone. */
  const receive = (text: string, to: string, changes: Partial<Message> = {}): MessageId => {
    const id = ids.next()
    const base = deliveryOf(id, phone, to, nowMs(), clock.wallMs()).message
    const content = { dataCoding: 0, udhi: false, octets: encodeGsm7(text) ?? new Uint8Array() }
    const delivery: MoDelivery = {
      ...{ kind: 'mo', lane: moLane(acme), dueMs: nowMs(), id: id as string as DeliveryId, failures: 0, taken: 0 },
      message: { ...base, direction: 'mo', content, tlvs: [], receiptRequest: receiptRequestOf(0), ...changes },
      bill: undefined,
      expiresAtMs: nowMs() + 1_000_000_000,
    }
    recorder.offer(
      { kind: 'accepted', delivery },
      { durable: () => courier.accepted(delivery), refused: () => undefined },
    )
    return id
  }
  const recordsOf = async (): Promise<ReadonlyMap<string, MessageRecord>> => {
    const { rows } = await store.keptRows(RECORD_TABLE, { limit: 1000 })
    return new Map(rows.map(({ key, text }) => [key.slice(key.indexOf('|') + 1), recordOf(text)!]))
  }
  const recordIn = async (id: MessageId): Promise<MessageRecord | undefined> => {
    const [text] = await store.findKept(RECORD_TABLE, [recordKey(acme, id)])
    return text === undefined ? undefined : recordOf(text)
  }
  /** What receivers were told of a message, in order: `sequence status`. */
  const toldOf = (id: MessageId): readonly string[] =>
    told
      .filter(({ message }) => message === id)
      .map(({ webhook: { fields } }) => `${field(fields, 'Sequence')} ${field(fields, 'Status')}`)

  return {
    ...{ rig, store, clock, packs, applications, events, told, outbox, accounts, authIds, authId },
    ...{ settle, accept, offer, receiptOf, receive, recordIn, recordsOf, toldOf, uuidOf },
    /** The outbox has no room any more. */
    fillOutbox: () => void (takesWebhooks = false),
    follow: (...of: readonly AccountId[]) => accounts.follow(of),
  }
}

export function field(fields: Webhook['fields'], name: string): string {
  return fields.find(([each]) => each === name)?.[1] ?? ''
}

function deliveryOf(id: MessageId, from: string, to: string, nowMs: number, wallMs: number): SegmentDelivery {
  const base = segment(1)
  const expiresAtMs = nowMs + 48 * 3_600_000
  return {
    ...base,
    ...{ id: id as string as DeliveryId, lane: vendorLane(routeA, 0, acme), route: routeA, dueMs: nowMs, expiresAtMs },
    message: {
      ...base.message,
      ...{ id, account: acme, acceptedAtMs: wallMs, expiresAtMs },
      source: { ton: 1, npi: 1, value: from },
      destination: { ton: 1, npi: 1, value: to },
      receiptRequest: receiptRequestOf(0x11),
      tlvs: [echoTlv(API_ECHO)],
      parts: [],
    },
  }
}
