// One connection to a vendor: keeps its binds up, sends messages within window and pace, the segments of one strictly one after the
// other over one bind, and tells what became of each.

import type { RoutedConnection } from '../../directory/snapshot.js'
import { maySendOver } from '../../directory/may-send-over.js'
import type { Destination, SendResult } from '../../delivery/destination.js'
import { isAskedFor } from '../../delivery/taken.js'
import type { Delivery, SegmentDelivery } from '../../message/delivery.js'
import { EncodeError, status, statusName, type AppRequest, type ResponsePdu, type Session } from '../../smpp/index.js'
import { LogPace } from '../../telemetry/log-pace.js'
import { leavesUntouched, type Leaving } from '../../text/leave.js'
import { vendorDestinationId } from '../destination-ids.js'
import { Pace } from '../pace.js'
import { begun, leavingOf } from './departure.js'
import { submitSm } from './egress.js'
import type { StallWatch } from './stall-watch.js'
import { errorOf, isTaken, refusalOf, refusalStatus } from './statuses.js'
import { UnderWay } from './under-way.js'
import { Versions } from './versions.js'
import { VendorBind, type BindKind, type BindOwner } from './vendor-bind.js'
import type { VendorOptions, VendorPorts } from './vendor-ports.js'
import { VendorReceipts } from './vendor-receipts.js'
import { VendorRequests, type ReadBatch } from './vendor-requests.js'

/** Of messages that can't be sent, one line in so many ms. */
const LINE_EVERY_MS = 1000

export class VendorConnection implements Destination, BindOwner {
  readonly id: string
  #connection: RoutedConnection
  readonly #ports: VendorPorts
  readonly #options: VendorOptions
  readonly #binds: readonly VendorBind[]
  #pace: Pace
  /** Segments that may be under way at a time. */
  readonly #places: number
  readonly #receipts: VendorReceipts
  readonly #requests: VendorRequests
  readonly #underWay = new UnderWay()
  readonly #versions: Versions
  readonly #lines = new LogPace(LINE_EVERY_MS)
  #isRetired = false
  #waitsForRecord = false
  /** Window places kept for segments whose mark is being written. */
  #reserved = 0
  #wasUp = false
  #next = 0
  /** When the first of the messages that wait for room on their own bind has waited enough, switch time; Infinity for none. */
  #waitsUntilMs = Infinity

  constructor(connection: RoutedConnection, options: VendorOptions, ports: VendorPorts) {
    this.id = vendorDestinationId(connection.id)
    this.#connection = connection
    this.#options = options
    this.#ports = ports
    this.#places = connection.window * connection.binds
    this.#versions = new Versions(connection)
    this.#receipts = new VendorReceipts(connection, ports)
    this.#requests = new VendorRequests(connection, this.#receipts, ports)
    this.#pace = this.#paceOf(connection)
    const kinds =
      connection.bindMode === 'transceiver' ? (['transceiver'] as const) : (['transmitter', 'receiver'] as const)
    this.#binds = Array.from({ length: connection.binds }, (_, pair) =>
      kinds.map((kind, k) => new VendorBind(this, connection, kind, pair * kinds.length + k, options, ports)),
    ).flat()
  }

  get connection(): RoutedConnection {
    return this.#connection
  }

  start(): void {
    for (const bind of this.#binds) bind.start()
  }

  /** Its rules are others from now on; what a bind is made of must be as before. */
  renew(connection: RoutedConnection): void {
    const { messagesPerSecond } = this.#connection
    this.#versions.renewed(connection, this.#ports.clock.monotonicMs())
    this.#connection = connection
    this.#receipts.renew(connection)
    this.#requests.renew(connection)
    this.bindChanged()
    if (connection.messagesPerSecond === messagesPerSecond) return
    this.#pace.stop()
    this.#pace = this.#paceOf(connection)
    this.#ports.hasRoom(this.id)
  }

  /** Nothing new is sent over it; messages of which the vendor has some segments go on. `stop` ends it. */
  retire(): void {
    this.#isRetired = true
    this.bindChanged()
  }

  #paceOf(connection: RoutedConnection): Pace {
    return new Pace(connection, this.#options.throttlePauseMs, this.#ports, () => this.#ports.hasRoom(this.id))
  }

  /** Sends nothing new, waits for answers, unbinds; resolves when every bind is gone. */
  async stop(): Promise<void> {
    this.#requests.stop()
    this.#pace.stop()
    await Promise.all(this.#binds.map((bind) => bind.stop()))
  }

  async abort(): Promise<void> {
    await Promise.all(this.#binds.map((bind) => bind.abort()))
  }

  /** Lanes may send over it: not where it only brings messages. */
  get up(): boolean {
    if (this.#isRetired || !maySendOver(this.#connection)) return false
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
    const atThisPace = this.#pace.room(nowMs)
    if (atThisPace <= 0) return 0
    // Answered but not durable: beyond a window's worth they take places, so that a crash never doubles more than that.
    const excess = this.#ports.courier.unrecorded(this.#connection.id) - this.#places
    this.#waitsForRecord = excess > 0
    let free = -this.#reserved - Math.max(0, excess)
    for (const bind of this.#binds) if (bind.sends) free += bind.windowFree
    return Math.min(free, atThisPace)
  }

  roomAtMs(nowMs: number): number {
    if (this.#waitsUntilMs <= nowMs) this.#waitsUntilMs = Infinity
    return Math.min(this.#pace.roomAtMs(nowMs), this.#waitsUntilMs)
  }

  // ---- sending -------------------------------------------------------------------------------------------------------

  send(delivery: Delivery, nowMs: number): SendResult {
    if (delivery.kind !== 'segment') return 'full'
    const { courier } = this.#ports
    const { progress, message } = delivery
    if (progress !== undefined && courier.isElsewhere(delivery, this.#connection.id)) return 'sent'
    if (courier.isUnanswered(delivery)) return 'sent'
    if (progress === undefined && leavesUntouched(message.content, this.#connection.leaving)) {
      return this.#sendOver(this.#freest(), delivery, undefined, nowMs)
    }
    const bind = this.#bindFor(delivery, nowMs)
    if (bind === 'later') return bind
    const leaving = this.#underWay.leavingOf(delivery.id) ?? leavingOf(delivery, this.#connection)
    if (leaving.kind === 'cannotLeave') {
      this.#cannotCarry(delivery, leaving.why)
      return 'sent'
    }
    if (leaving.segments.length > 1 || leaving.transliterated > 0) this.#underWay.keep(delivery.id, leaving)
    return this.#sendOver(bind, begun(delivery, leaving, this.#connection), leaving, nowMs)
  }

  /**
   * Once a segment has been taken the others follow over the same bind, as long as that is up. When it has no room though others
   * have, they wait: a moment is enough where its vendor answers, and where it does not they go on over any other.
   */
  #bindFor({ id, progress }: SegmentDelivery, nowMs: number): VendorBind | 'later' | undefined {
    const link = progress === undefined || progress.taken === 0 ? undefined : this.#underWay.linkOf(id)
    const same = link === undefined ? undefined : this.#binds.find((bind) => bind.link === link)
    if (same === undefined) return this.#freest()
    if (same.windowFree > 0) return same
    const untilMs = this.#underWay.waitsUntilMs(id, nowMs)
    if (untilMs <= nowMs) return this.#freest()
    if (this.#waitsUntilMs <= nowMs || untilMs < this.#waitsUntilMs) this.#waitsUntilMs = untilMs
    return 'later'
  }

  #sendOver(
    bind: VendorBind | undefined,
    delivery: SegmentDelivery,
    leaving: Leaving | undefined,
    nowMs: number,
  ): SendResult {
    if (bind === undefined) return 'full'
    if (this.#connection.onUnanswered === 'resend') return this.#submit(bind, delivery, leaving, nowMs)
    if (bind.windowFree === 0) return 'full'
    const { courier } = this.#ports
    this.#reserved++
    this.#pace.take(nowMs)
    courier.mark(delivery, this.#connection.id, (marked) => {
      this.#reserved--
      const thenMs = this.#ports.switchMs()
      const free = this.#bindFor(marked, thenMs)
      const isFree = free !== undefined && free !== 'later'
      if (isFree && this.#submit(free, marked, leaving, thenMs, true) === 'sent') return
      this.#pace.giveBack()
      courier.notSent(marked)
    })
    return 'sent'
  }

  #submit(
    bind: VendorBind,
    delivery: SegmentDelivery,
    leaving: Leaving | undefined,
    nowMs: number,
    isPaid = false,
  ): SendResult {
    const { clock, courier } = this.#ports
    const link = delivery.progress === undefined ? undefined : bind.link
    try {
      // Asking the wall clock shows at a hundred thousand messages a second.
      const wallMs = this.#connection.validity === 'absolute' ? clock.wallMs() : 0
      const pdu = submitSm(delivery, leaving, this.#connection, nowMs, wallMs)
      if (!bind.submit(pdu, delivery, clock.monotonicMs())) return 'full'
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error
      // What this connection can't carry it will never carry: over, with its reason.
      this.#cannotSend(delivery, error.message)
      const result = { kind: 'refused', permanent: true, error: errorOf(status.ESME_RSUBMITFAIL) } as const
      courier.attemptEnded(delivery, this.#connection.id, result)
      return 'sent'
    }
    if (!isPaid) this.#pace.take(nowMs)
    if (link !== undefined) this.#underWay.wentOver(delivery.id, link)
    courier.sending(delivery)
    return 'sent'
  }

  #cannotCarry(delivery: SegmentDelivery, why: string): void {
    this.#ports.metrics.notCarried.count(this.#connection.id)
    this.#cannotSend(delivery, why)
    this.#ports.courier.attemptEnded(delivery, this.#connection.id, { kind: 'cannotCarry' })
  }

  #cannotSend({ id, message }: SegmentDelivery, why: string): void {
    const { clock, log } = this.#ports
    this.#underWay.forget(id)
    if (this.#lines.note('cannotSend', clock.monotonicMs()) === 0) return
    log.event('vendor.cannotSend', { connection: this.#connection.id, messageId: message.id, why })
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
      if (this.#underWay.size > 0) this.#countReplaced(delivery)
      const next = courier.attemptEnded(delivery, id, {
        kind: 'taken',
        vendorMessageId: this.#receipts.idOf(response),
        isAsked: isAskedFor(delivery, this.#versions.at(sentAtMs)),
      })
      if (next !== undefined) return this.#goOn(next)
      // A lane that may not go on now has the next one back already: the message is over with its last segment only.
      if (!isLast(delivery)) return
      metrics.deliverySeconds.record((clock.wallMs() - delivery.message.acceptedAtMs) / 1000)
      if (this.#underWay.size > 0) this.#underWay.forget(delivery.id)
      return
    }
    const commandStatus = refusalStatus(response)
    const refusal = response.command === 'submit_sm_resp' ? refusalOf(commandStatus, permanentCodes) : 'temporary'
    metrics.attempts.count(id, refusal === 'permanent' ? 'permanent' : 'temporary')
    if (refusal === 'throttled') {
      this.#pace.rest(statusName(commandStatus))
      if (onThrottle === 'pauseLane') {
        courier.notSent(delivery, this.#options.throttlePauseMs)
        return
      }
    }
    this.#failed(delivery, refusal === 'permanent')
    courier.attemptEnded(delivery, id, {
      kind: 'refused',
      permanent: refusal === 'permanent',
      error: errorOf(commandStatus),
    })
  }

  /** The segment before it was taken: it goes at once over the same bind, or back to its lane. */
  #goOn(next: SegmentDelivery): void {
    const nowMs = this.#ports.switchMs()
    const mayGo = next.expiresAtMs > nowMs && this.room(nowMs) > 0
    if (!mayGo || this.send(next, nowMs) !== 'sent') this.#ports.courier.notSent(next)
  }

  answeredLate(response: ResponsePdu, delivery: SegmentDelivery, sentAtMs: number): void {
    if (!isTaken(response)) {
      this.#ports.courier.refusedLate(delivery)
      return
    }
    if (isLast(delivery)) this.#underWay.forget(delivery.id)
    const isAsked = isAskedFor(delivery, this.#versions.at(sentAtMs))
    this.#ports.courier.answeredLate(delivery, this.#connection.id, this.#receipts.idOf(response), isAsked)
  }

  unanswered(deliveries: readonly SegmentDelivery[]): void {
    const { courier, metrics } = this.#ports
    for (const delivery of deliveries) {
      metrics.attempts.count(this.#connection.id, 'unanswered')
      this.#failed(delivery, false)
      courier.attemptEnded(delivery, this.#connection.id, { kind: 'unanswered' })
    }
  }

  /** Before its end is told. One that has begun is tried again here; any other may go elsewhere. */
  #failed({ id, progress }: SegmentDelivery, isOver: boolean): void {
    if (this.#underWay.size === 0) return
    if (isOver || progress === undefined || progress.taken === 0) this.#underWay.forget(id)
    else this.#underWay.rest(id)
  }

  /** Once for each message whose characters were replaced, with its first segment. */
  #countReplaced({ id, progress }: SegmentDelivery): void {
    if (progress !== undefined && progress.taken > 0) return
    if ((this.#underWay.leavingOf(id)?.transliterated ?? 0) > 0) {
      this.#ports.metrics.transliterated.count(this.#connection.id)
    }
  }

  requested(request: AppRequest, session: Session<SegmentDelivery>, batch: ReadBatch, stall: StallWatch): void {
    this.#requests.take(request, session, batch, stall)
  }
}

/** Is the segment that it stands at the last, or the only one, of its message? */
function isLast({ progress }: SegmentDelivery): boolean {
  return progress === undefined || progress.taken + 1 === progress.total
}
