// For tests: SIP users behind the real dispatcher, with phones that do what a test says and a clock that stands still. No expectations.

import { Dispatcher } from '../../delivery/dispatcher.js'
import { esmeLane, moLane } from '../../delivery/lane-key.js'
import type { NotifyResult } from '../../delivery/notices.js'
import { addressOf } from '../../message/address.js'
import type { Delivery, EsmeDelivery, MoDelivery, ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId, DeliveryId, LaneKey, MessageId } from '../../message/ids.js'
import type { Message } from '../../message/message.js'
import { receiptRequestOf } from '../../message/receipt.js'
import type { MessageState } from '../../message/state.js'
import {
  field,
  parseMessage,
  reachable,
  type Binding,
  type ClientOutcome,
  type ClientRequest,
  type Flow,
  type FlowKind,
} from '../../sip/index.js'
import type { LaneSlice } from '../../store/contracts/store.js'
import { contentOf } from './content.js'
import type { UserName } from './egress.js'
import { defaultSipUserSettings, type SipUserPorts, type SipUserSettings } from './sip-user-ports.js'
import { SipUsers } from './sip-users.js'

export const bob = 'bob' as AccountId
const startMs = 1_000_000

/** A request that a phone has not answered. */
export interface Asked {
  readonly request: ClientRequest
  readonly flow: Flow
  readonly contact: string
  readonly text: string
  /** The message's or receipt's. */
  readonly id: string
  end(outcome: ClientOutcome): void
  answer(status: number, head?: string): void
}

export function messageOf(id: string, changes: Partial<Message> = {}): Message {
  return {
    id: id as MessageId,
    direction: 'mo',
    account: bob,
    source: addressOf(1, 1, '15551230002'),
    destination: addressOf(1, 1, '15551230001'),
    asSent: undefined,
    content: contentOf(`text ${id}`),
    shape: 'whole',
    parts: [],
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: receiptRequestOf(0),
    tlvs: [],
    userMessageReference: -1,
    acceptedAtMs: Date.parse('2026-11-22T12:00:00Z'),
    expiresAtMs: Infinity,
    ...changes,
  }
}

export function moOf(id: string, changes: Partial<Message> = {}, account = bob): MoDelivery {
  return {
    kind: 'mo',
    lane: moLane(account),
    dueMs: startMs,
    id: id as DeliveryId,
    message: messageOf(id, changes),
    failures: 0,
    taken: 0,
    bill: undefined,
    expiresAtMs: Infinity,
  }
}

export function receiptOf(id: string, echo: string | undefined, state: MessageState = 'DELIVERED'): ReceiptDelivery {
  const { source, destination, acceptedAtMs } = messageOf(id)
  const request = receiptRequestOf(1)
  const origin = {
    ...{ messageId: id as MessageId, account: bob, source: destination, destination: source, asSent: undefined },
    ...{ request, acceptedAtMs, userMessageReference: -1, head: '', echo, parts: [] },
  }
  const receipt = { origin, state, error: '000', doneAtMs: acceptedAtMs + 5000 }
  const place = { lane: esmeLane(bob), dueMs: startMs, id: id as DeliveryId }
  return { kind: 'receipt', ...place, receipt, failures: 0, expiresAtMs: Infinity }
}

export class UserRig {
  nowMs = startMs
  readonly users: SipUsers
  readonly dispatcher: Dispatcher
  /** In the order of sending. */
  readonly asked: Asked[] = []
  readonly sentTexts: string[] = []
  readonly told: { readonly id: string; readonly result: NotifyResult }[] = []
  readonly events: string[] = []
  readonly removed: string[] = []
  readonly #receipts = new Set<string>()
  /** What a store would have. */
  readonly #kept = new Map<string, Delivery>()
  readonly #reading: (() => void)[] = []
  readonly names = new Map<AccountId, UserName>([[bob, { aor: 'sip:bob@sip.example.com', domain: 'sip.example.com' }]])
  /** What `request` says next instead of sending. */
  says: 'notSent' | 'full' | undefined
  bindings: Binding[] = []
  readonly #closed = new Set<number>()
  #flows = 0

  constructor(settings: Partial<SipUserSettings> = {}) {
    this.dispatcher = new Dispatcher(
      {
        readLane: (lane, dueByMs, held) => this.#readLane(lane, dueByMs, held),
        destinationsOf: (target) => (target.kind === 'esme' ? [`a:${target.account}`] : []),
        limitsOf: () => [],
        overdue: (delivery) => this.#over(delivery),
        readFailed: () => undefined,
        wanted: () => undefined,
      },
      { quantum: 8, readAheadPerLane: 1000, readAheadTotal: 10_000, readAheadFloor: 1000 },
    )
    const ports: SipUserPorts = {
      nameOf: (account) => this.names.get(account),
      isUser: (user, domain) => [...this.names.values()].some(({ aor }) => aor === `sip:${user}@${domain}`),
      phonesOf: (aor, nowMs) =>
        reachable(
          this.bindings.filter((each) => each.aor === aor),
          nowMs,
        ),
      flowOf: ({ kind, flowId, address, port, listener }) =>
        this.#closed.has(flowId)
          ? undefined
          : ({ kind, id: flowId, remote: { address, port }, listener, isOpen: true } as unknown as Flow),
      request: (request, flow, onFinal) => this.#request(request, flow, onFinal),
      lost: (binding) => {
        this.events.push(`lost ${binding.contact}`)
        this.unregister(binding.contact)
      },
      notified: (delivery, result) => this.#notified(delivery, result),
      hasRoom: (id) => this.dispatcher.hasRoom(id),
      nowMs: () => this.nowMs,
      events: {
        answered: (kind, meaning) => this.events.push(`${kind} ${meaning}`),
        cannotSend: (_, why) => this.events.push(`cannotSend ${why}`),
        notTold: ({ id }) => this.events.push(`notTold ${id}`),
        passedOver: (account) => this.events.push(`passedOver ${account}`),
      },
    }
    this.users = new SipUsers(
      {
        ...ports,
        added: (destination) => this.dispatcher.add(destination),
        removed: (id) => {
          this.removed.push(id)
          this.dispatcher.remove(id, this.nowMs)
        },
        changed: (id) => this.dispatcher.changed(id, this.nowMs),
      },
      { ...defaultSipUserSettings, ...settings },
    )
  }

  /** A phone registers, or registers again. */
  register(contact: string, kind: FlowKind = 'udp', changes: Partial<Binding> = {}): Binding {
    const before = this.bindings.length
    this.bindings = this.bindings.filter((each) => each.contact !== contact)
    const flowId = kind === 'udp' ? 0 : ++this.#flows
    const binding: Binding = {
      ...{ aor: 'sip:bob@sip.example.com', contact, q: 1000, expiresAtMs: Infinity, refreshedAtMs: this.nowMs },
      ...{ callId: '', cseq: 1, instance: '', regId: 0, path: [], userAgent: '' },
      flow: { kind, address: '192.0.2.1', port: 5060, listener: 'x', flowId },
      ...changes,
    }
    this.bindings.push(binding)
    if (before === 0) this.users.reachable(bob, true)
    this.users.registered(bob)
    this.pump()
    return binding
  }

  unregister(contact: string): void {
    this.bindings = this.bindings.filter((each) => each.contact !== contact)
    if (this.bindings.length === 0) this.users.reachable(bob, false)
  }

  /** Its connection ends, with what was sent over it. */
  close(binding: Binding): void {
    const { flowId } = binding.flow
    this.#closed.add(flowId)
    for (const asked of [...this.asked]) if (asked.flow.id === flowId) asked.end({ kind: 'failed' })
    this.unregister(binding.contact)
    this.pump()
  }

  offer(...deliveries: EsmeDelivery[]): void {
    for (const delivery of deliveries) {
      if (delivery.kind === 'receipt') this.#receipts.add(delivery.id)
      this.#kept.set(delivery.id, delivery)
      this.dispatcher.offer(delivery, this.nowMs)
    }
    this.pump()
  }

  isReceipt(id: string): boolean {
    return this.#receipts.has(id)
  }

  advance(ms: number): void {
    this.nowMs += ms
    this.dispatcher.tick(this.nowMs)
    this.pump()
  }

  pump(): void {
    do {
      this.#reading.shift()?.()
      this.dispatcher.pump(this.nowMs)
    } while (this.#reading.length > 0)
  }

  /** Brought at the next pump, so that no test waits for a promise. */
  #readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>): Promise<LaneSlice> {
    const brought = (taken: (slice: LaneSlice) => void): void => {
      const ofLane = [...this.#kept.values()].filter((each) => each.lane === lane && !held.has(each.id))
      const deliveries = ofLane.filter(({ dueMs }) => dueMs <= dueByMs)
      deliveries.sort((a, b) => a.dueMs - b.dueMs || (a.id < b.id ? -1 : 1))
      const later = ofLane.map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > dueByMs)
      taken({ deliveries, more: false, nextDueMs: later.length === 0 ? undefined : Math.min(...later) })
    }
    const promised = { then: (taken: (slice: LaneSlice) => void) => this.#reading.push(() => brought(taken)) }
    return promised as unknown as Promise<LaneSlice>
  }

  #over(delivery: Delivery): void {
    this.#kept.delete(delivery.id)
    this.dispatcher.release(delivery)
  }

  /** The first request that is not answered, of that contact if one is named. */
  next(contact?: string): Asked {
    const asked = this.asked.find((each) => contact === undefined || each.contact === contact)
    if (asked === undefined) throw new Error(`nothing was asked of ${contact ?? 'anybody'}`)
    return asked
  }

  #request(request: ClientRequest, flow: Flow, onFinal: (outcome: ClientOutcome) => void): 'sent' | 'notSent' | 'full' {
    const { says } = this
    if (says !== undefined) return says
    const text = Buffer.from(request.body ?? []).toString()
    const id = /^(?:[0-9-]+\.)?([^.@]+)\./.exec(field(request, 'call-id') ?? '')?.[1] ?? ''
    const asked: Asked = {
      ...{ request, flow, contact: request.uri, text, id },
      end: (outcome) => {
        const at = this.asked.indexOf(asked)
        if (at < 0) throw new Error('answered twice')
        this.asked.splice(at, 1)
        onFinal(outcome)
        this.pump()
      },
      answer: (status, head = '') => asked.end({ kind: 'response', response: responseOf(status, head) }),
    }
    this.asked.push(asked)
    this.sentTexts.push(`${request.uri} ${text}`)
    return 'sent'
  }

  #notified(delivery: EsmeDelivery, result: NotifyResult): void {
    this.told.push({ id: delivery.id, result })
    if (result === 'later' || result === 'lost') this.dispatcher.putBack(delivery, this.nowMs)
    else {
      // As the group commit does: later in the same turn.
      this.#over(delivery)
      if (result !== 'refused') return
      const again = { ...delivery, failures: delivery.failures + 1, dueMs: this.nowMs + 30_000 }
      this.#kept.set(again.id, again)
      this.dispatcher.offer(again, this.nowMs)
    }
  }
}

function responseOf(status: number, head: string) {
  const text =
    `SIP/2.0 ${status} x\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n` +
    `Call-ID: 1\r\nCSeq: 1 MESSAGE\r\n${head}Content-Length: 0\r\n\r\n`
  const response = parseMessage(Buffer.from(text))
  if (response.kind !== 'response') throw new Error('no response')
  return response
}
