// One connection to a vendor: keeps its binds up, sends segments within window and pace, and passes on what comes back.

import type { Cancel } from '../../lib/clock.js'
import type { Connection } from '../../directory/snapshot.js'
import { rateLimit } from '../../delivery/limits.js'
import type { Destination } from '../../delivery/destination.js'
import type { Delivery, SegmentDelivery } from '../../message/delivery.js'
import type { ConnectionId } from '../../message/ids.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import {
  candidates,
  isLocked,
  learnMatch,
  learnResponse,
  normalise,
  nothingLearnt,
  type LearntIds,
} from '../../receipts/vendor-ids.js'
import {
  EncodeError,
  status,
  statusName,
  type AppRequest,
  type PduOf,
  type ResponsePdu,
  type Session,
} from '../../smpp/index.js'
import { submitSm } from './egress.js'
import { isReceipt, readReceipt } from './ingress.js'
import { errorOf, refusalOf } from './statuses.js'
import { VendorBind, type BindKind, type BindOwner } from './vendor-bind.js'
import type { VendorOptions, VendorPorts } from './vendor-ports.js'

export function vendorDestinationId(connection: ConnectionId): string {
  return `c:${connection}`
}

export class VendorConnection implements Destination, BindOwner {
  readonly id: string
  readonly #connection: Connection
  readonly #ports: VendorPorts
  readonly #options: VendorOptions
  readonly #binds: readonly VendorBind[]
  readonly #rate: ReturnType<typeof rateLimit> | undefined
  /** Segments that may be under way at a time. */
  readonly #places: number
  #waitsForRecord = false
  #learnt: LearntIds = nothingLearnt
  #pausedUntilMs = 0
  /** Window places kept for segments whose mark is being written. */
  #reserved = 0
  #wasUp = false
  #next = 0
  #cancelResume: Cancel | undefined

  constructor(connection: Connection, options: VendorOptions, ports: VendorPorts) {
    this.id = vendorDestinationId(connection.id)
    this.#connection = connection
    this.#options = options
    this.#ports = ports
    this.#places = connection.window * connection.binds
    const { messagesPerSecond } = connection
    this.#rate =
      messagesPerSecond > 0 ? rateLimit(`connection ${connection.id}`, messagesPerSecond, ports.switchMs()) : undefined
    const kinds =
      connection.bindMode === 'transceiver' ? (['transceiver'] as const) : (['transmitter', 'receiver'] as const)
    this.#binds = Array.from({ length: connection.binds }, (_, pair) =>
      kinds.map((kind, k) => new VendorBind(this, connection, kind, pair * kinds.length + k, options, ports)),
    ).flat()
  }

  get connection(): Connection {
    return this.#connection
  }

  start(): void {
    for (const bind of this.#binds) bind.start()
  }

  /** Sends nothing new, waits for answers, unbinds; resolves when every bind is gone. */
  async stop(): Promise<void> {
    this.#cancelResume?.()
    await Promise.all(this.#binds.map((bind) => bind.stop()))
  }

  async abort(): Promise<void> {
    await Promise.all(this.#binds.map((bind) => bind.abort()))
  }

  get up(): boolean {
    for (const bind of this.#binds) if (bind.sends && bind.bound) return true
    return false
  }

  /** For metrics: how many of the binds of each kind are up. */
  bound(): ReadonlyMap<BindKind, number> {
    const byKind = new Map<BindKind, number>()
    for (const { kind, bound } of this.#binds) byKind.set(kind, (byKind.get(kind) ?? 0) + (bound ? 1 : 0))
    return byKind
  }

  get inFlight(): number {
    return this.#binds.reduce((sum, bind) => sum + bind.inFlight, 0)
  }

  room(nowMs: number): number {
    if (this.#pausedUntilMs > nowMs) return 0
    // Answered but not durable: beyond a window's worth they take places, so that a crash never doubles more than that.
    const excess = this.#ports.courier.unrecorded(this.#connection.id) - this.#places
    this.#waitsForRecord = excess > 0
    let free = -this.#reserved - Math.max(0, excess)
    for (const bind of this.#binds) if (bind.sends) free += bind.windowFree
    return this.#rate === undefined ? free : Math.min(free, this.#rate.room(nowMs))
  }

  roomAtMs(nowMs: number): number {
    if (this.#pausedUntilMs > nowMs) return this.#pausedUntilMs
    if (this.#rate === undefined) return Infinity
    const atMs = this.#rate.nextMs(1, nowMs)
    return atMs > nowMs ? atMs : Infinity
  }

  send(delivery: Delivery, nowMs: number): boolean {
    if (delivery.kind !== 'segment') return false
    const { courier } = this.#ports
    if (courier.isUnanswered(delivery)) return true
    if (this.#connection.onUnanswered === 'resend') return this.#submit(delivery, nowMs)
    this.#reserved++
    this.#rate?.take(1, nowMs)
    courier.mark(delivery, this.#connection.id, (marked) => {
      this.#reserved--
      if (this.#submit(marked, this.#ports.switchMs(), true)) return
      this.#rate?.giveBack(1)
      courier.notSent(marked)
    })
    return true
  }

  #submit(delivery: SegmentDelivery, nowMs: number, isPaid = false): boolean {
    const { clock, courier } = this.#ports
    const bind = this.#freest()
    if (bind === undefined) return false
    try {
      if (!bind.submit(submitSm(delivery, this.#connection, nowMs, clock.wallMs()), delivery, clock.monotonicMs()))
        return false
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error
      // What this connection can't carry it will never carry: over, with its reason.
      this.#ports.log.event('vendor.cannotSend', {
        connection: this.#connection.id,
        messageId: delivery.message.id,
        why: error.message,
      })
      courier.attemptEnded(delivery, this.#connection.id, {
        kind: 'refused',
        permanent: true,
        error: errorOf(status.ESME_RSUBMITFAIL),
      })
      return true
    }
    if (!isPaid) this.#rate?.take(1, nowMs)
    courier.sending(delivery)
    return true
  }

  /** Round robin among the binds that have room. */
  #freest(): VendorBind | undefined {
    for (let tries = this.#binds.length; tries > 0; tries--) {
      this.#next = (this.#next + 1) % this.#binds.length
      const bind = this.#binds[this.#next]!
      if (bind.sends && bind.windowFree > 0) return bind
    }
    return undefined
  }

  // ---- what binds tell -----------------------------------------------------------------------------------------------

  /** One of the binds has come up or gone down. */
  bindChanged(): void {
    const isUp = this.up
    if (isUp === this.#wasUp) {
      if (isUp) this.#ports.hasRoom(this.id)
      return
    }
    this.#wasUp = isUp
    this.#ports.changed(this.id)
  }

  /** A commit is done: answers that took places may be durable. */
  recorded(): void {
    if (this.#waitsForRecord) this.#ports.hasRoom(this.id)
  }

  windowOpened(): void {
    this.#ports.hasRoom(this.id)
  }

  answered(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void {
    const { courier, metrics, clock } = this.#ports
    const { id, permanentCodes, onThrottle } = this.#connection
    metrics.vendorSeconds.record((clock.monotonicMs() - sentAtMs) / 1000)
    if (isTaken(response)) {
      metrics.attempts.count(id, 'sent')
      metrics.deliverySeconds.record((clock.wallMs() - delivery.message.acceptedAtMs) / 1000)
      courier.attemptEnded(delivery, id, { kind: 'taken', vendorMessageId: this.#idOf(response) })
      return
    }
    const commandStatus = statusOf(response)
    const refusal = response.command === 'submit_sm_resp' ? refusalOf(commandStatus, permanentCodes) : 'temporary'
    metrics.attempts.count(id, refusal === 'permanent' ? 'permanent' : 'temporary')
    if (refusal === 'throttled') {
      this.#pause(commandStatus)
      if (onThrottle === 'pauseLane') return courier.notSent(delivery, this.#options.throttlePauseMs)
    }
    courier.attemptEnded(delivery, id, {
      kind: 'refused',
      permanent: refusal === 'permanent',
      error: errorOf(commandStatus),
    })
  }

  answeredLate(response: ResponsePdu, delivery: SegmentDelivery): void {
    if (!isTaken(response)) return
    this.#ports.courier.answeredLate(delivery, this.#connection.id, this.#idOf(response))
  }

  unanswered(deliveries: readonly SegmentDelivery[]): void {
    const { courier, metrics } = this.#ports
    for (const delivery of deliveries) {
      metrics.attempts.count(this.#connection.id, 'unanswered')
      courier.attemptEnded(delivery, this.#connection.id, { kind: 'unanswered' })
    }
  }

  /** A request of the vendor: a receipt to be placed, or undefined when it is answered already. */
  requested(request: AppRequest, session: Session<SegmentDelivery>): VendorReceipt | undefined {
    const { metrics, log } = this.#ports
    const { id } = this.#connection
    if (request.command !== 'deliver_sm' && request.command !== 'data_sm') {
      refuse(session, request, status.ESME_RINVCMDID)
      return undefined
    }
    if (!isReceipt(request)) {
      // Nobody takes messages from phones yet: permanent, or the vendor would send it for ever.
      log.event('vendor.moRefused', { connection: id, destination: request.destination_addr })
      refuse(session, request, status.ESME_RX_R_APPN)
      return undefined
    }
    const read = readReceipt(request)
    if (read === undefined) {
      metrics.vendorReceipts.count(id, 'unreadable')
      log.event('receipts.unreadable', { connection: id, why: 'neither an id nor a text of Appendix B' })
      session.respond(request, status.ESME_ROK)
      return undefined
    }
    return this.#receipt(request, session, read)
  }

  #receipt(
    request: PduOf<'deliver_sm'> | PduOf<'data_sm'>,
    session: Session<SegmentDelivery>,
    read: NonNullable<ReturnType<typeof readReceipt>>,
  ): VendorReceipt {
    const { id, vendor, receiptIds } = this.#connection
    const ids = this.#candidateIds(read.ids)
    return {
      vendor,
      connection: id,
      ids,
      report: read.report,
      stored: () => void session.respond(request, status.ESME_ROK),
      failed: () => refuse(session, request, status.ESME_RX_T_APPN),
      ...(receiptIds.form === 'auto' && {
        learn: (index: number) => this.#learn(read.ids, ids[index]!),
      }),
    }
  }

  /** Every key that the ids of a receipt may stand for, none twice. */
  #candidateIds(raws: readonly string[]): readonly string[] {
    const { receiptIds } = this.#connection
    const first = candidates(raws[0]!, receiptIds, this.#learnt)
    if (raws.length === 1) return first
    return [...new Set([...first, ...raws.slice(1).flatMap((raw) => candidates(raw, receiptIds, this.#learnt))])]
  }

  /** Only the id that led there teaches: text and TLV may carry one id in two forms. */
  #learn(raws: readonly string[], matched: string): void {
    const { id, receiptIds } = this.#connection
    const teacher = raws.find((raw) => candidates(raw, receiptIds, this.#learnt).includes(matched))
    if (teacher === undefined) return
    const wasLocked = isLocked(this.#learnt)
    this.#learnt = learnMatch(this.#learnt, teacher, matched)
    if (!wasLocked && isLocked(this.#learnt)) {
      this.#ports.log.event('vendor.idFormLearnt', {
        connection: id,
        form: `${teacher} in a receipt is ${matched} in a response`,
      })
    }
  }

  #idOf(response: PduOf<'submit_sm_resp'>): string {
    const { receiptIds } = this.#connection
    if (receiptIds.form === 'auto') this.#learnt = learnResponse(this.#learnt, response.message_id)
    return normalise(response.message_id, receiptIds)
  }

  /** The vendor asked to slow down: the whole connection rests for a moment. */
  #pause(commandStatus: number): void {
    const { throttlePauseMs } = this.#options
    const nowMs = this.#ports.switchMs()
    if (this.#pausedUntilMs > nowMs) return
    this.#pausedUntilMs = nowMs + throttlePauseMs
    this.#ports.log.event('vendor.throttled', {
      connection: this.#connection.id,
      status: statusName(commandStatus),
      pauseMs: throttlePauseMs,
    })
    this.#cancelResume = this.#ports.timers.after(throttlePauseMs, () => this.#ports.hasRoom(this.id))
  }
}

/** Only its own response takes a submit_sm: generic_nack and those of other commands never do, whatever their status. */
function isTaken(response: ResponsePdu): response is PduOf<'submit_sm_resp'> & { readonly status: 0 } {
  return response.command === 'submit_sm_resp' && response.status === status.ESME_ROK
}

/** Why an answer is a refusal; ESME_RUNKNOWNERR for one that claims success and is the wrong one. */
function statusOf(response: ResponsePdu): number {
  return response.status === status.ESME_ROK ? status.ESME_RUNKNOWNERR : response.status
}

function refuse(session: Session<SegmentDelivery>, request: AppRequest, commandStatus: number): void {
  // alert_notification has no response (SMPP 3.4 §4.12.1).
  if (request.command === 'alert_notification') return
  session.respond(request, commandStatus)
}
