// One connection to a SIP peer: sends messages within window and pace, to one number one after the other (RFC 3428 §8), the pieces of a
// message strictly so, and tells what became of each. How a piece gets there is peer-attempt.ts.

import { maySendOver } from '../../directory/may-send-over.js'
import type { Destination, SendResult } from '../../delivery/destination.js'
import type { Delivery, SegmentDelivery } from '../../message/delivery.js'
import { DigestClient } from '../../sip/index.js'
import { LogPace } from '../../telemetry/log-pace.js'
import { vendorDestinationId } from '../destination-ids.js'
import { Pace } from '../pace.js'
import { PeerAttempt, type AttemptEnd } from './peer-attempt.js'
import { calledUri, type PeerConnection } from './peer-egress.js'
import { PeerPlans, type Plan } from './peer-plan.js'
import type { PeerOptions, PeerPorts } from './peer-ports.js'
import { PeerServers } from './peer-servers.js'
import type { PeerServerOwner } from './peer-server.js'

/** Of what goes wrong with messages, one line in so many ms. */
const LINE_EVERY_MS = 1000
/** When nothing could be sent though a server is there: so many requests wait for answers, or it does not read. */
const LOOK_AGAIN_MS = 1000

export class PeerLink implements Destination, PeerServerOwner {
  readonly id: string
  #connection: PeerConnection
  readonly #options: PeerOptions
  readonly #ports: PeerPorts
  readonly #servers: PeerServers
  readonly #digest: DigestClient | undefined
  readonly #plans: PeerPlans
  readonly #lines = new LogPace(LINE_EVERY_MS)
  /** Messages under way at a time. */
  readonly #places: number
  #pace: Pace
  /** URIs that a message is under way to. */
  readonly #busy = new Set<string>()
  #inFlight = 0
  /** Places kept for messages whose mark is being written. */
  #reserved = 0
  /** Told apart by these from all others, also of other runs. */
  readonly #run: string
  #calls = 0
  #waitsUntilMs = 0
  #waitsForRecord = false
  #isRetired = false
  #wasUp = false
  #settleWaiters: (() => void)[] = []

  constructor(connection: PeerConnection, options: PeerOptions, ports: PeerPorts) {
    this.id = vendorDestinationId(connection.id)
    this.#connection = connection
    this.#options = options
    this.#ports = ports
    this.#places = connection.window * connection.binds
    this.#run = ports.unguessable()
    this.#servers = new PeerServers(this, options, ports)
    this.#plans = new PeerPlans(options, ports.switchMs)
    this.#pace = this.#paceOf(connection)
    const { username } = connection.sip
    if (username !== undefined) {
      const credentials = { username, password: connection.password }
      this.#digest = new DigestClient({ credentials, cnonce: ports.unguessable })
    }
  }

  get connection(): PeerConnection {
    return this.#connection
  }

  /** Finds its servers and asks whether they are there. */
  start(): void {
    this.#servers.start()
  }

  /** Its rules are others from now on; where it leads, and who we are there, must be as before. */
  renew(connection: PeerConnection): void {
    const { messagesPerSecond } = this.#connection
    this.#connection = connection
    this.serverChanged()
    if (connection.messagesPerSecond === messagesPerSecond) return
    this.#pace.stop()
    this.#pace = this.#paceOf(connection)
    this.#ports.hasRoom(this.id)
  }

  /** Nothing new is sent over it. `stop` ends it. */
  retire(): void {
    this.#isRetired = true
    this.serverChanged()
  }

  #paceOf(connection: PeerConnection): Pace {
    return new Pace(connection, this.#options.throttlePauseMs, this.#ports, () => this.#ports.hasRoom(this.id))
  }

  /** Sends nothing new; resolves when everything is answered. */
  async stop(): Promise<void> {
    this.retire()
    this.#pace.stop()
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.#settleWaiters.push(resolve))
    this.#servers.stop()
  }

  /** Waits for nothing. What is unanswered comes to its end with its transaction. */
  abort(): Promise<void> {
    this.retire()
    this.#pace.stop()
    this.#servers.stop()
    for (const resolve of this.#settleWaiters.splice(0)) resolve()
    return Promise.resolve()
  }

  get up(): boolean {
    return !this.#isRetired && maySendOver(this.#connection) && this.#servers.isUp
  }

  /** For metrics: how many servers are up, by transport. */
  bound(): ReadonlyMap<string, number> {
    return this.#servers.upByTransport()
  }

  get inFlight(): number {
    return this.#inFlight + this.#reserved
  }

  room(nowMs: number): number {
    if (this.#waitsUntilMs > nowMs || this.#servers.freeAtMs(nowMs) > nowMs) return 0
    // Answered but not durable: beyond a window's worth they take places, so that a crash never doubles more than that.
    const excess = this.#ports.courier.unrecorded(this.#connection.id) - this.#places
    this.#waitsForRecord = excess > 0
    return Math.min(this.#places - this.inFlight - Math.max(0, excess), this.#pace.room(nowMs))
  }

  roomAtMs(nowMs: number): number {
    const waitsUntilMs = Math.max(this.#waitsUntilMs, this.#servers.freeAtMs(nowMs))
    return waitsUntilMs > nowMs ? waitsUntilMs : this.#pace.roomAtMs(nowMs)
  }

  /** A commit is done: answers that took places may be durable. */
  recorded(): void {
    if (this.#waitsForRecord) this.#ports.hasRoom(this.id)
  }

  serverChanged(): void {
    const isUp = this.up
    if (isUp !== this.#wasUp) {
      this.#wasUp = isUp
      this.#ports.changed(this.id)
    } else if (isUp) this.#ports.hasRoom(this.id)
  }

  nextCallId(): string {
    return `${this.#run}.${++this.#calls}`
  }

  // ---- sending ---------------------------------------------------------------------------------------------------------

  send(delivery: Delivery, nowMs: number): SendResult {
    if (delivery.kind !== 'segment') return 'full'
    const { courier } = this.#ports
    if (delivery.progress !== undefined && courier.isElsewhere(delivery, this.#connection.id)) return 'sent'
    if (courier.isUnanswered(delivery)) return 'sent'
    const server = this.#servers.pick(nowMs, undefined)
    if (server === undefined) return 'full'
    const uri = calledUri(delivery.message, this.#connection)
    if (this.#busy.has(uri)) return 'later'
    const plan = this.#plans.of(delivery, this.#connection, server, nowMs)
    if (plan.kind === 'cannotLeave') {
      this.#cannotCarry(delivery, plan.why)
      return 'sent'
    }
    this.#pace.take(nowMs)
    this.#busy.add(uri)
    if (this.#connection.onUnanswered === 'resend') {
      this.#attempt(plan, uri)
      return 'sent'
    }
    this.#reserved++
    courier.mark(plan.delivery, this.#connection.id, (marked) => {
      this.#reserved--
      this.#attempt({ ...plan, delivery: marked }, uri)
    })
    return 'sent'
  }

  #attempt({ delivery, body, isLarge }: Plan, uri: string): void {
    const connection = this.#connection
    const { message, progress } = delivery
    const callId = `${message.id}.${progress?.taken ?? 0}.${this.nextCallId()}`
    const mayRepeat = connection.onUnanswered === 'resend'
    const { expiresAtMs } = delivery
    const sending = { message, connection, body, isLarge, callId, mayRepeat, expiresAtMs }
    this.#inFlight++
    this.#ports.courier.sending(delivery)
    const attempt = new PeerAttempt(sending, this.#servers, this.#digest, this.#ports, (end) => {
      this.#inFlight--
      this.#busy.delete(uri)
      this.#ended(delivery, body.length, end)
      if (this.inFlight === 0) for (const resolve of this.#settleWaiters.splice(0)) resolve()
      this.#ports.hasRoom(this.id)
    })
    attempt.start()
  }

  #ended(delivery: SegmentDelivery, octets: number, end: AttemptEnd): void {
    const { courier, metrics } = this.#ports
    const { id, onThrottle } = this.#connection
    switch (end.kind) {
      case 'taken':
        return this.#taken(delivery)
      case 'silent':
        metrics.attempts.count(id, 'unanswered')
        courier.attemptEnded(delivery, id, { kind: 'unanswered' })
        return
      case 'busy':
        if (onThrottle === 'pauseLane') {
          metrics.attempts.count(id, 'temporary')
          courier.notSent(delivery, end.retryAfterMs ?? this.#options.throttlePauseMs)
          return
        }
        return this.#refused(delivery, false, end.error, end.retryAfterMs)
      case 'temporary':
        if (end.error === '401' || end.error === '407') this.#unknownThere(Number(end.error))
        return this.#refused(delivery, false, end.error, end.retryAfterMs)
      case 'permanent':
        metrics.attempts.count(id, 'permanent')
        courier.attemptEnded(delivery, id, { kind: 'refused', permanent: true, error: end.error, state: end.state })
        return
      case 'split':
        if (this.#plans.shrink(delivery, octets)) return courier.notSent(delivery)
        metrics.attempts.count(id, 'permanent')
        courier.attemptEnded(delivery, id, {
          ...{ kind: 'refused', permanent: true, error: String(end.status), state: 'UNDELIVERABLE' },
        })
        return
      case 'replan':
        this.#pace.giveBack()
        return courier.notSent(delivery)
      case 'notSent':
        this.#pace.giveBack()
        this.#waitsUntilMs = this.#ports.switchMs() + LOOK_AGAIN_MS
        return courier.notSent(delivery)
    }
  }

  #refused(delivery: SegmentDelivery, permanent: boolean, error: string, afterMs: number | undefined): void {
    const { courier, metrics } = this.#ports
    const { id } = this.#connection
    metrics.attempts.count(id, 'temporary')
    courier.attemptEnded(delivery, id, { kind: 'refused', permanent, error, afterMs })
  }

  /** There are no reports on it: that it was taken is all that will be known. */
  #taken(delivery: SegmentDelivery): void {
    const { courier, metrics, clock, switchMs } = this.#ports
    const { id } = this.#connection
    const { message, progress } = delivery
    metrics.attempts.count(id, 'sent')
    const next = courier.attemptEnded(delivery, id, { kind: 'taken', vendorMessageId: '', isAsked: false })
    if (next !== undefined) {
      const nowMs = switchMs()
      const mayGo = next.expiresAtMs > nowMs && this.room(nowMs) > 0
      if (!mayGo || this.send(next, nowMs) !== 'sent') courier.notSent(next)
    } else if (progress === undefined || progress.taken + 1 === progress.total)
      metrics.deliverySeconds.record((clock.wallMs() - message.acceptedAtMs) / 1000)
  }

  #cannotCarry(delivery: SegmentDelivery, why: string): void {
    const { metrics, log, clock, courier } = this.#ports
    const { id: connection } = this.#connection
    metrics.notCarried.count(connection)
    if (this.#lines.note('cannotSend', clock.monotonicMs()) > 0)
      log.event('vendor.cannotSend', { connection, messageId: delivery.message.id, why })
    courier.attemptEnded(delivery, connection, { kind: 'cannotCarry' })
  }

  #unknownThere(status: number): void {
    const { log, clock } = this.#ports
    const count = this.#lines.note('challenged', clock.monotonicMs())
    if (count > 0) log.event('sip.peerChallenged', { connection: this.#connection.id, status, count })
  }
}
