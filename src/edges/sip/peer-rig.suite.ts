// For tests: a connection to a SIP peer over ways without sockets whose far end the test plays, a fake clock, and a courier that keeps
// what it is told. No expectations.

import type { AttemptResult } from '../../delivery/outcome.js'
import type { RoutedConnection } from '../../directory/snapshot.js'
import { FakeClock } from '../../lib/fake-clock.js'
import { addressOf } from '../../message/address.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { ConnectionId, VendorId } from '../../message/ids.js'
import type { Message } from '../../message/message.js'
import {
  parseMessage,
  type ClientOutcome,
  type ClientRequest,
  type Flow,
  type FlowKind,
  type Hop,
  type SipEndpoint,
} from '../../sip/index.js'
import { deliveryId, messageId, segment } from '../../store/conformance-rows.suite.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { standardText } from '../../text/standard.js'
import { contentOf } from './content.js'
import type { PeerConnection } from './peer-egress.js'
import { PeerLink } from './peer-link.js'
import type { PeerCourier, PeerOptions } from './peer-ports.js'

export const here = 'p' as ConnectionId

export const peerDefaults: PeerConnection = {
  id: here,
  vendor: 'v' as VendorId,
  host: '192.0.2.1',
  port: 5060,
  active: true,
  bindMode: 'transceiver',
  binds: 1,
  window: 10,
  messagesPerSecond: 0,
  systemId: '',
  password: 'secret',
  systemType: '',
  addressRange: '',
  addressTon: 0,
  addressNpi: 0,
  interfaceVersion: 0x34,
  sourceAddress: 'byShape',
  destinationAddress: 'byShape',
  serviceType: '',
  requestReceipt: 'asAsked',
  onUnanswered: 'resend',
  onThrottle: 'resend',
  receiptIds: { form: 'asIs', lowerCase: false, stripLeadingZeros: false },
  permanentCodes: new Set(),
  resend: { stepMs: 30_000, max: 20 },
  validity: 'relative',
  multipart: { ack: 'early', incomplete: 'sendAsReceived', strictPartLimits: false },
  text: standardText,
  leaving: { text: standardText, longMessage: 'payload', languages: [], transliterate: false },
  segmentReceipts: 'all',
  waitReceiptMs: 600_000,
  tariff: 't',
  dialing: { calledIn: undefined, callingIn: undefined, calledOut: undefined, callingOut: undefined },
  type: 'sip',
  direction: 'to',
  capacity: 0,
  weight: 1,
  settleOn: 'answer',
  receiptTimeoutMs: 259_200_000,
  onReceiptTimeout: 'charge',
  sip: {
    ...{ transport: 'udp', domain: '192.0.2.1', fromDomain: undefined, plus: true, userPhone: false, ping: true },
    ...{ username: undefined, addresses: [] },
  },
}

/** A connection with these columns of its own, and these of its `sip`. */
export function peerOf(
  changes: Partial<RoutedConnection> = {},
  sip: Partial<PeerConnection['sip']> = {},
): PeerConnection {
  return { ...peerDefaults, ...changes, sip: { ...peerDefaults.sip, ...sip } }
}

/** A message with a text to this number. */
export function textTo(number: string, text: string, n = 1, changes: Partial<Message> = {}): SegmentDelivery {
  const message: Message = {
    ...segment(n).message,
    id: messageId(n),
    source: addressOf(1, 1, '12025550100'),
    destination: addressOf(1, 1, number),
    content: contentOf(text),
    expiresAtMs: 10_000_000,
    ...changes,
  }
  return { ...segment(n), id: deliveryId(n), message, expiresAtMs: message.expiresAtMs }
}

/** A request that the peer has not answered. */
export interface Asked {
  readonly request: ClientRequest
  readonly flow: Flow
  readonly text: string
  end(outcome: ClientOutcome): void
  /** @param head further lines of the response */
  answer(status: number, head?: string): void
}

export class FakeCourier implements PeerCourier {
  readonly ended: { readonly delivery: SegmentDelivery; readonly result: AttemptResult }[] = []
  readonly back: { readonly delivery: SegmentDelivery; readonly pauseMs: number }[] = []
  readonly marking: (() => void)[] = []
  notDurable = 0

  unrecorded(): number {
    return this.notDurable
  }

  isElsewhere({ progress }: SegmentDelivery, connection: ConnectionId): boolean {
    return progress !== undefined && progress.taken > 0 && progress.connection !== connection
  }

  isUnanswered(delivery: SegmentDelivery): boolean {
    return delivery.unansweredBy !== ''
  }

  mark(delivery: SegmentDelivery, connection: ConnectionId, then: (marked: SegmentDelivery) => void): void {
    this.marking.push(() => then({ ...delivery, unansweredBy: connection }))
  }

  sending(): void {
    // Nobody waits for late answers here.
  }

  notSent(delivery: SegmentDelivery, pauseMs = 0): void {
    this.back.push({ delivery: { ...delivery, unansweredBy: '' }, pauseMs })
  }

  attemptEnded(delivery: SegmentDelivery, _: ConnectionId, result: AttemptResult): SegmentDelivery | undefined {
    this.ended.push({ delivery, result })
    const { progress } = delivery
    if (result.kind !== 'taken' || progress === undefined || progress.taken + 1 === progress.total) return undefined
    return { ...delivery, unansweredBy: '', progress: { ...progress, taken: progress.taken + 1 } }
  }
}

export class PeerRig {
  readonly clock = new FakeClock({ monotonicMs: 1000 })
  readonly courier = new FakeCourier()
  readonly metrics = createMetrics({ processMetrics: false })
  readonly events: { readonly name: string; readonly fields: Readonly<Record<string, unknown>> }[] = []
  /** Unanswered MESSAGEs in the order of sending, and OPTIONS. */
  readonly asked: Asked[] = []
  readonly pings: Asked[] = []
  /** Up or down, as it was told. */
  readonly changes: boolean[] = []
  /** Where the name of the peer leads. */
  hops: readonly Hop[] = [{ kind: 'udp', address: '192.0.2.1', port: 5060, serverName: '192.0.2.1' }]
  /** Ways that can't be had, `kind address`. */
  readonly unreachable = new Set<string>()
  /** What `request` says next instead of sending. */
  says: 'notSent' | 'full' | undefined
  readonly link: PeerLink

  constructor(connection: PeerConnection = peerDefaults, options: Partial<PeerOptions> = {}, isEnabled = true) {
    const endpoint: Pick<SipEndpoint, 'flowTo' | 'request'> = {
      flowTo: (hop) => Promise.resolve(this.unreachable.has(`${hop.kind} ${hop.address}`) ? undefined : flowOf(hop)),
      request: (request, flow, onFinal) => this.#request(request, flow, onFinal),
    }
    let unguessable = 0
    this.link = new PeerLink(
      connection,
      {
        ...{ backoff: { minMs: 1000, maxMs: 8000 }, pingMs: 30_000, throttlePauseMs: 1000 },
        ...{ udpMaxBytes: 1300, largeOnUdp: 'split', maxPieces: 20 },
        ...options,
      },
      {
        clock: this.clock,
        timers: this.clock,
        chance: () => 1,
        unguessable: () => (++unguessable).toString(16).padStart(16, '0'),
        switchMs: () => this.clock.monotonicMs(),
        metrics: this.metrics,
        log: { event: (name, fields) => void this.events.push({ name, fields }), flush: () => undefined },
        courier: this.courier,
        changed: () => void this.changes.push(this.link.up),
        hasRoom: () => undefined,
        endpoint: () => (isEnabled ? endpoint : undefined),
        resolve: () => Promise.resolve(this.hops),
      },
    )
  }

  /** Its servers are known, and asked whether they are there. */
  async start(): Promise<this> {
    this.link.start()
    await settled()
    return this
  }

  /** The same, and they are. */
  async up(): Promise<this> {
    await this.start()
    for (const ping of this.pings.splice(0)) ping.answer(200)
    return this
  }

  /** Time passes, and what waits for promises comes. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settled()
  }

  /** As the dispatcher sends: only when there is room. */
  async send(delivery: SegmentDelivery): Promise<string> {
    const nowMs = this.clock.monotonicMs()
    const said = this.link.room(nowMs) > 0 ? this.link.send(delivery, nowMs) : 'full'
    await settled()
    return said
  }

  /** The only MESSAGE that is unanswered. */
  get message(): Asked {
    const [only, ...more] = this.asked
    if (only === undefined || more.length > 0) throw new Error(`${this.asked.length} messages`)
    return only
  }

  eventsOf(name: string): readonly Readonly<Record<string, unknown>>[] {
    return this.events.filter((event) => event.name === name).map(({ fields }) => fields)
  }

  #request(request: ClientRequest, flow: Flow, onFinal: (outcome: ClientOutcome) => void): 'sent' | 'notSent' | 'full' {
    const { says } = this
    this.says = undefined
    if (says !== undefined) return says
    const all = request.method === 'OPTIONS' ? this.pings : this.asked
    const end = (outcome: ClientOutcome): void => {
      if (all.includes(asked)) all.splice(all.indexOf(asked), 1)
      onFinal(outcome)
    }
    const asked: Asked = {
      ...{ request, flow, end, text: Buffer.from(request.body ?? []).toString() },
      answer: (status, head = '') => end({ kind: 'response', response: responseOf(request, status, head) }),
    }
    all.push(asked)
    return 'sent'
  }
}

export function fieldOf({ request }: Asked, name: string): string | undefined {
  return request.fields.find((each) => each.name === name)?.value
}

/** A server of the peer. */
export function hopOf(address: string, kind: FlowKind = 'udp'): Hop {
  return { kind, address, port: 5060, serverName: 'peer.example.net' }
}

function flowOf({ kind, address, port }: Hop): Flow {
  const all = { id: 1, remote: { address, port }, listener: '', sentBy: '198.51.100.1:5060', isOpen: true }
  const acts = { send: () => true, close: () => undefined }
  if (kind === 'udp') return { ...all, ...acts, kind, to: () => undefined as never }
  return { ...all, ...acts, kind }
}

function responseOf(request: ClientRequest, status: number, head: string) {
  const text =
    `SIP/2.0 ${status} x\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n` +
    `Call-ID: 1\r\nCSeq: 1 ${request.method}\r\n${head}Content-Length: 0\r\n\r\n`
  const response = parseMessage(Buffer.from(text))
  if (response.kind !== 'response') throw new Error(JSON.stringify(response))
  return response
}

/** Promises that are resolved already have been heard of. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

export const bob = '447700900001'
export const resultsOf = ({ courier }: PeerRig): readonly object[] => courier.ended.map(({ result }) => result)
