// For tests: a vendor connection over links without sockets whose far end the test plays, a fake clock, and a courier that keeps
// what it is told and hands out the next segment as the real one does. No expectations.

import { FakeClock } from '../../lib/fake-clock.js'
import type { RoutedConnection } from '../../directory/snapshot.js'
import type { AttemptResult } from '../../delivery/outcome.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { ConnectionId, MessageId } from '../../message/ids.js'
import type { Content, Message } from '../../message/message.js'
import { receiptRequestOf } from '../../message/receipt.js'
import type { Submission } from '../../pipeline/stage.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import {
  decode,
  encode,
  Session,
  Ticker,
  Writer,
  type ClientOptions,
  type Pdu,
  type PduInput,
  type PduOf,
  type SessionHandlers,
} from '../../smpp/index.js'
import { connectionId, deliveryId, messageId, segment, vendorId } from '../../store/conformance-rows.suite.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { standardText } from '../../text/standard.js'
import { VendorConnection } from './vendor-connection.js'
import type { VendorCourier, VendorPorts } from './vendor-ports.js'

export const here = connectionId('c')

export const connectionDefaults: RoutedConnection = {
  id: here,
  vendor: vendorId('v'),
  host: 'vendor.example',
  port: 2775,
  active: true,
  bindMode: 'transceiver',
  binds: 1,
  window: 10,
  messagesPerSecond: 0,
  systemId: 'us',
  password: 'secret',
  systemType: '',
  addressRange: '',
  addressTon: 0,
  addressNpi: 0,
  interfaceVersion: 0x34,
  sourceAddress: 'asReceived',
  destinationAddress: 'asReceived',
  serviceType: '',
  requestReceipt: 'asAsked',
  onUnanswered: 'resend',
  onThrottle: 'resend',
  receiptIds: { form: 'asIs', lowerCase: false, stripLeadingZeros: false },
  permanentCodes: new Set(),
  resend: { stepMs: 30_000, max: 20 },
  validity: 'omit',
  multipart: { ack: 'early', incomplete: 'sendAsReceived', strictPartLimits: false },
  text: standardText,
  leaving: { text: standardText, longMessage: 'udh8', languages: [], transliterate: false },
  segmentReceipts: 'all',
  waitReceiptMs: 600_000,
  tariff: 't',
  dialing: { calledIn: undefined, callingIn: undefined, calledOut: undefined, callingOut: undefined },
  type: 'smpp',
  direction: 'both',
  capacity: 0,
  weight: 1,
  settleOn: 'answer',
  receiptTimeoutMs: 259_200_000,
  onReceiptTimeout: 'charge',
}

/** Keeps what the edge tells; segments follow each other as the real one has them. */
export class FakeCourier implements VendorCourier {
  readonly ended: { readonly delivery: SegmentDelivery; readonly result: AttemptResult }[] = []
  readonly back: { readonly delivery: SegmentDelivery; readonly pauseMs: number }[] = []
  readonly late: SegmentDelivery[] = []
  readonly refused: SegmentDelivery[] = []
  /** Marks that are being written. */
  readonly marking: (() => void)[] = []
  readonly elsewhere: SegmentDelivery[] = []
  notDurable = 0

  unrecorded(): number {
    return this.notDurable
  }

  isElsewhere(delivery: SegmentDelivery, connection: ConnectionId): boolean {
    const { progress } = delivery
    if (progress === undefined || progress.taken === 0 || progress.connection === connection) return false
    this.elsewhere.push(delivery)
    return true
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

  attemptEnded(
    delivery: SegmentDelivery,
    _connection: ConnectionId,
    result: AttemptResult,
  ): SegmentDelivery | undefined {
    this.ended.push({ delivery, result })
    const { progress } = delivery
    if (result.kind !== 'taken' || progress === undefined || progress.taken + 1 === progress.total) return undefined
    return { ...delivery, unansweredBy: '', progress: { ...progress, taken: progress.taken + 1 } }
  }

  answeredLate(original: SegmentDelivery): void {
    this.late.push(original)
  }

  refusedLate(original: SegmentDelivery): void {
    this.refused.push(original)
  }
}

/** One bind, seen from the vendor. */
export class FakeLink {
  readonly session: Session<SegmentDelivery>
  readonly #clock: FakeClock
  #written: Buffer[] = []
  #requests = 0

  constructor(
    options: ClientOptions,
    makeHandlers: (session: Session<SegmentDelivery>) => SessionHandlers<SegmentDelivery>,
    clock: FakeClock,
  ) {
    this.#clock = clock
    const transport = {
      write: (bytes: Buffer) => this.#written.push(bytes) > 0,
      wake: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      end: () => undefined,
      destroy: () => undefined,
    }
    this.session = new Session({ ...options, role: 'esme' }, transport, makeHandlers, clock.monotonicMs())
  }

  /** What we have written since the last call. */
  sent(): readonly Pdu[] {
    this.session.flush()
    const bytes = Buffer.concat(this.#written)
    this.#written = []
    const pdus: Pdu[] = []
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
      const pdu = decode(bytes, at, at + bytes.readUInt32BE(at))
      if (pdu.command === 'fault') throw new Error(`we sent what we cannot read: ${pdu.why}`)
      pdus.push(pdu)
    }
    return pdus
  }

  submits(): readonly PduOf<'submit_sm'>[] {
    return this.sent().filter((pdu) => pdu.command === 'submit_sm')
  }

  /** The only submit_sm written since the last look. */
  submit(): PduOf<'submit_sm'> {
    const [pdu, ...more] = this.submits()
    if (pdu === undefined || more.length > 0) throw new Error(`${pdu === undefined ? 0 : 1 + more.length} submits`)
    return pdu
  }

  receive(...pdus: readonly (readonly [PduInput, number])[]): void {
    const writer = new Writer()
    for (const [pdu, sequence] of pdus) encode(writer, pdu, sequence)
    const chunk = writer.take()
    this.session.receive(chunk, this.#clock.monotonicMs())
    // Whoever keeps octets must have copied them by now.
    chunk.fill(0)
  }

  answer({ sequence }: { readonly sequence: number }, status = 0, id = `id${sequence}`): void {
    this.receive([{ command: 'submit_sm_resp', status, message_id: id }, sequence])
  }

  /** The vendor asks for something; all in one read. */
  ask(...pdus: readonly PduInput[]): void {
    this.receive(...pdus.map((pdu) => [pdu, ++this.#requests] as const))
  }

  lose(): void {
    this.session.transportClosed()
  }
}

export type Rig = ReturnType<typeof makeRig>

/** What is behind the connection, where that is not the fake. */
export interface Behind {
  readonly clock: FakeClock
  readonly courier: VendorCourier
  readonly changed: (id: string) => void
  readonly hasRoom: (id: string) => void
  /** The connection as a destination, before it is started. */
  readonly add: (vendor: VendorConnection) => void
}

/** A connection that is started and bound. */
export function makeRig(changes: Partial<RoutedConnection> = {}, behind?: Behind) {
  const clock = behind?.clock ?? new FakeClock({ monotonicMs: 1000 })
  const courier = new FakeCourier()
  const links: FakeLink[] = []
  const events: { readonly name: string; readonly fields: object }[] = []
  const mo: (readonly Submission[])[] = []
  const receipts: VendorReceipt[] = []
  const closed: object[] = []
  const stalled: object[] = []
  const metrics = createMetrics({ processMetrics: false })
  const connection: RoutedConnection = { ...connectionDefaults, ...changes }
  const ports: VendorPorts = {
    clock,
    timers: clock,
    ticker: new Ticker(),
    chance: () => 0,
    switchMs: () => clock.monotonicMs(),
    metrics,
    log: { event: (name, fields) => void events.push({ name, fields }), flush: () => undefined },
    courier: behind?.courier ?? courier,
    receipts: (batch) => void receipts.push(...batch),
    mo: (batch) => void mo.push(batch),
    linkClosed: (link) => void closed.push(link),
    stalled: (link) => void stalled.push(link),
    changed: behind?.changed ?? (() => undefined),
    hasRoom: behind?.hasRoom ?? (() => undefined),
    connect: (options, makeHandlers) => {
      // The rig serves vendor connections only, whose sessions carry segments.
      const makeOurs = makeHandlers as unknown as (
        session: Session<SegmentDelivery>,
      ) => SessionHandlers<SegmentDelivery>
      const link = new FakeLink(options, makeOurs, clock)
      links.push(link)
      link.session.bind(options.bindAs, options.bind, clock.monotonicMs())
      return link.session as never
    },
  }
  const vendor = new VendorConnection(
    connection,
    {
      backoff: { minMs: 1000, maxMs: 1000 },
      connectMs: 1000,
      bindMs: 1000,
      enquireLinkMs: 30_000,
      responseMs: 10_000,
      throttlePauseMs: 1000,
      stallMs: 1000,
    },
    ports,
  )
  /** Accepts the binds of links that are new. */
  const bindAll = (): void => {
    for (const link of links) {
      if (link.session.state !== 'OPEN') continue
      for (const { sequence } of link.sent()) link.receive([{ command: 'bind_transceiver_resp' }, sequence])
    }
  }
  behind?.add(vendor)
  vendor.start()
  bindAll()
  return {
    clock,
    courier,
    /** In the order of connecting; the last of a bind is the one that is up. */
    links,
    link: links[0]!,
    events,
    eventsOf: (name: string) => events.filter((event) => event.name === name).map(({ fields }) => fields),
    /** Messages from phones, by the reads that brought them. */
    mo,
    receipts,
    closed,
    stalled,
    metrics,
    vendor,
    bindAll,
    /** As the dispatcher sends: only when there is room. */
    send: (delivery: SegmentDelivery): boolean =>
      vendor.room(clock.monotonicMs()) > 0 && vendor.send(delivery, clock.monotonicMs()) === 'sent',
  }
}

/** A message that asks for a receipt. */
export function messageOf(content: Content, changes: Partial<Message> = {}): Message {
  return {
    ...segment(1).message,
    id: '00000001000012ab' as MessageId,
    content,
    tlvs: [],
    receiptRequest: receiptRequestOf(1),
    expiresAtMs: 10_000_000,
    ...changes,
  }
}

export function deliveryOf(message: Message, n = 1): SegmentDelivery {
  return { ...segment(n), id: deliveryId(n), message, expiresAtMs: message.expiresAtMs }
}

/** A text in GSM 7 bit, one septet in each octet; ASCII letters and digits only. */
export function text(value: string): Content {
  return { dataCoding: 0, udhi: false, octets: Buffer.from(value, 'latin1') }
}

/** A delivery of its own message id, `length` letters long. */
export function longDelivery(length: number, n = 1, changes: Partial<Message> = {}): SegmentDelivery {
  const letters = Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join('')
  return deliveryOf(messageOf(text(letters), { id: messageId(n), ...changes }), n)
}
