// One bind of a vendor connection: connects, binds, and comes back with growing pauses when it is lost.

import type { Cancel } from '../../lib/clock.js'
import type { Connection } from '../../directory/snapshot.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import {
  statusName,
  type AppRequest,
  type CloseWhy,
  type Command,
  type PduInput,
  type ResponsePdu,
  type Session,
  type SessionHandlers,
} from '../../smpp/index.js'
import { countPdu } from '../pdu-count.js'
import { backoffMs } from '../backoff.js'
import { StallWatch } from './stall-watch.js'
import type { ReadBatch } from './vendor-requests.js'
import type { VendorOptions, VendorPorts } from './vendor-ports.js'

type VendorSession = Session<SegmentDelivery>
export type BindKind = 'transceiver' | 'transmitter' | 'receiver'

/** The connection that a bind belongs to, as its binds see it. */
export interface BindOwner {
  /** A bind has come up or gone down. */
  bindChanged(): void
  windowOpened(): void
  answered(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void
  answeredLate(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void
  unanswered(deliveries: readonly SegmentDelivery[]): void
  /** A request of the vendor: into the batch of its read, or answered. `stall` is told of answers that are withheld. */
  requested(request: AppRequest, session: VendorSession, batch: ReadBatch, stall: StallWatch): void
}

export class VendorBind implements SessionHandlers<SegmentDelivery> {
  readonly kind: BindKind
  /** Segments may be sent over it. */
  readonly sends: boolean
  readonly #owner: BindOwner
  readonly #connection: Connection
  readonly #number: number
  readonly #options: VendorOptions
  readonly #ports: VendorPorts
  #session: VendorSession | undefined
  #failures = 0
  #stopping = false
  #cancelRetry: Cancel | undefined
  #gone: (() => void)[] = []
  #refusal = ''
  #batch: ReadBatch = newBatch()
  #stall: StallWatch | undefined
  /** Submits that the end of the last session left unanswered, for the log. */
  #left = 0

  constructor(
    owner: BindOwner,
    connection: Connection,
    kind: BindKind,
    number: number,
    options: VendorOptions,
    ports: VendorPorts,
  ) {
    this.#owner = owner
    this.#connection = connection
    this.kind = kind
    this.#number = number
    this.#options = options
    this.#ports = ports
    this.sends = kind !== 'receiver'
  }

  get bound(): boolean {
    return this.#session?.boundAs !== undefined && this.#session.state !== 'CLOSED'
  }

  /** The session that is bound now, by identity; undefined while none is. */
  get link(): object | undefined {
    return this.bound ? this.#session : undefined
  }

  get windowFree(): number {
    return this.#session?.windowFree ?? 0
  }

  get inFlight(): number {
    return this.#session?.inFlight ?? 0
  }

  start(): void {
    const {
      host,
      port,
      systemId,
      password,
      systemType,
      addressTon,
      addressNpi,
      addressRange,
      interfaceVersion,
      window,
    } = this.#connection
    const { connectMs, bindMs, enquireLinkMs, responseMs } = this.#options
    this.#refusal = ''
    this.#left = 0
    this.#ports.log.event('vendor.connecting', { connection: this.#connection.id, bind: this.#number, host, port })
    const session = this.#ports.connect<SegmentDelivery>(
      {
        host,
        port,
        bindAs: `bind_${this.kind}`,
        bind: {
          system_id: systemId,
          password,
          system_type: systemType,
          interface_version: interfaceVersion,
          addr_ton: addressTon,
          addr_npi: addressNpi,
          address_range: addressRange,
        },
        interfaceVersion,
        windowSize: window,
        connectTimeoutMs: connectMs,
        sessionInitMs: connectMs + bindMs,
        enquireLinkMs,
        responseMs,
        // A vendor may have nothing for us for days; enquire_link finds out whether it is there.
        inactivityMs: Number.MAX_SAFE_INTEGER,
        now: () => this.#ports.clock.monotonicMs(),
      },
      () => this,
      this.#ports.ticker,
    )
    this.#session = session
    this.#stall = this.#watchOf(session)
  }

  #watchOf(session: VendorSession): StallWatch {
    const { clock, timers, stalled } = this.#ports
    return new StallWatch(
      { clock, timers, owed: () => session.owed, stalled: () => stalled(session) },
      this.#options.stallMs,
    )
  }

  submit(pdu: PduInput<'submit_sm'>, delivery: SegmentDelivery, monotonicMs: number): boolean {
    return this.#session !== undefined && this.#session.request(pdu, delivery, monotonicMs) !== 0
  }

  /** Leaves in peace; resolves when the connection is gone. */
  stop(): Promise<void> {
    this.#stopping = true
    this.#cancelRetry?.()
    const session = this.#session
    if (session === undefined || session.state === 'CLOSED') return Promise.resolve()
    // First the promise: a session that is not bound yet is gone before `unbind` returns.
    const gone = new Promise<void>((resolve) => this.#gone.push(resolve))
    session.unbind(this.#ports.clock.monotonicMs())
    return gone
  }

  /** Leaves at once. */
  abort(): Promise<void> {
    this.#stopping = true
    this.#cancelRetry?.()
    this.#session?.close('closedByOwner')
    return Promise.resolve()
  }

  onBound(): void {
    this.#failures = 0
    this.#ports.log.event('vendor.bound', {
      connection: this.#connection.id,
      bind: this.#number,
      mode: this.kind,
      systemId: this.#connection.systemId,
    })
    this.#owner.bindChanged()
  }

  onBindRefused(response: ResponsePdu): void {
    this.#refusal = statusName(response.status)
    this.#ports.metrics.bindRefusals.count('vendor', this.#refusal)
  }

  onRequest(request: AppRequest): void {
    // Answers go back over the session that asked, even when another has taken its place meanwhile.
    const session = this.#session
    const stall = this.#stall
    if (session === undefined || stall === undefined) return
    stall.asked()
    this.#owner.requested(request, session, this.#batch, stall)
  }

  onReadEnd(): void {
    const { receipts, mo } = this.#batch
    if (receipts.length === 0 && mo.length === 0) return
    this.#batch = newBatch()
    const stall = this.#stall
    stall?.seen()
    if (receipts.length > 0) this.#ports.receipts(receipts)
    if (mo.length === 0) return
    this.#ports.mo(mo)
    stall?.decided()
  }

  onResponse(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void {
    this.#owner.answered(response, delivery, sentAtMs)
  }

  onLateResponse(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void {
    this.#owner.answeredLate(response, delivery, sentAtMs)
  }

  onUnanswered(deliveries: readonly SegmentDelivery[], why: 'timeout' | 'closed'): void {
    if (why === 'closed') this.#left = deliveries.length
    this.#owner.unanswered(deliveries)
  }

  onWindow(): void {
    this.#owner.windowOpened()
  }

  onPdu(direction: 'in' | 'out', command: Command, commandStatus: number): void {
    countPdu(this.#ports.metrics, direction, command, commandStatus)
  }

  onFault(fault: { readonly why: string }): void {
    this.#ports.log.event('vendor.protocolError', {
      connection: this.#connection.id,
      bind: this.#number,
      why: fault.why,
    })
  }

  onClose(why: CloseWhy, error?: unknown): void {
    const session = this.#session
    const wasBound = session?.boundAs !== undefined
    this.#session = undefined
    this.#stall?.stop()
    // What this read brought and nobody has taken yet can't be answered any more.
    this.#batch = newBatch()
    if (session !== undefined && wasBound) this.#ports.linkClosed(session)
    this.#ports.metrics.sessionEnds.count('vendor', why)
    if (why === 'handlerError')
      this.#ports.log.event('vendor.handlerFailed', { connection: this.#connection.id, bind: this.#number, error })
    if (this.#stopping) this.#ports.log.event('vendor.closed', { connection: this.#connection.id, bind: this.#number })
    else this.#retry(wasBound, this.#describe(why, error))
    if (wasBound) this.#owner.bindChanged()
    for (const resolve of this.#gone.splice(0)) resolve()
  }

  #describe(why: CloseWhy, error: unknown): string {
    if (this.#refusal !== '') return `${why}: ${this.#refusal}`
    return error instanceof Error ? `${why}: ${error.message}` : why
  }

  #retry(wasBound: boolean, why: string): void {
    const nextTryMs = backoffMs(this.#options.backoff, ++this.#failures, this.#ports.chance())
    const what = { connection: this.#connection.id, bind: this.#number, why, nextTryMs }
    if (wasBound) this.#ports.log.event('vendor.lost', { ...what, unanswered: this.#left })
    else this.#ports.log.event('vendor.bindFailed', what)
    this.#cancelRetry = this.#ports.timers.after(nextTryMs, () => this.start())
  }
}

function newBatch(): ReadBatch {
  return { receipts: [], mo: [] }
}
