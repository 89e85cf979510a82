// One server of a SIP peer: the way to it, and whether it is there, found out by OPTIONS and by what becomes of messages. It chooses
// no message.

import type { Cancel } from '../../lib/clock.js'
import { hostPort, type ClientOutcome, type Flow, type Hop } from '../../sip/index.js'
import { backoffMs } from '../backoff.js'
import { retryAfterOf } from './outcomes.js'
import { isThere } from './peer-answers.js'
import { peerOptions, type PeerConnection } from './peer-egress.js'
import type { PeerOptions, PeerPorts } from './peer-ports.js'
import { requestOfPeer } from './peer-requests.js'

/** How long no other connection is tried for what is too large for a datagram, where there was none. */
const NO_STREAM_MS = 300_000
/** A server may not say longer that it wants nothing: what it says may be a mistake. */
const MAX_AWAY_MS = 3_600_000

export interface PeerServerOwner {
  readonly connection: PeerConnection
  /** It has come up or gone down, or rests no more. */
  serverChanged(): void
  /** Unique in the life of the process. */
  nextCallId(): string
}

export class PeerServer {
  readonly hop: Hop
  readonly #owner: PeerServerOwner
  readonly #options: PeerOptions
  readonly #ports: PeerPorts
  #isUp = false
  #isStopped = false
  /** Wants nothing before, switch time. */
  #restsUntilMs = 0
  #failures = 0
  /** The last answer to anything, switch time. */
  #answeredAtMs = -Infinity
  #isAsking = false
  #flow: Flow | undefined
  #noStreamUntilMs = 0
  #cancel: Cancel | undefined

  constructor(hop: Hop, owner: PeerServerOwner, options: PeerOptions, ports: PeerPorts) {
    this.hop = hop
    this.#owner = owner
    this.#options = options
    this.#ports = ports
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** When it may be sent to; Infinity where time alone does not tell. */
  freeAtMs(nowMs: number): number {
    return this.#isUp ? Math.max(nowMs, this.#restsUntilMs) : Infinity
  }

  /** Asks whether it is there, from now on again and again. */
  start(): void {
    this.#ask()
  }

  stop(): void {
    this.#isStopped = true
    this.#isUp = false
    this.#cancel?.()
  }

  // ---- ways ------------------------------------------------------------------------------------------------------------

  /** The way to it, if that is open. */
  get flow(): Flow | undefined {
    return this.#flow?.isOpen === true ? this.#flow : undefined
  }

  /** The way to it, made where there is none. */
  async connect(): Promise<Flow | undefined> {
    const flow = await this.#ports.endpoint()?.flowTo(this.hop)
    if (flow !== undefined) this.#flow = flow
    return flow
  }

  /** May there be a connection for what does not fit a datagram? */
  mayStream(nowMs: number): boolean {
    return this.#noStreamUntilMs <= nowMs
  }

  /** RFC 3261 §18.1.1: to the same address and port. */
  async connectStream(): Promise<Flow | undefined> {
    const flow = await this.#ports.endpoint()?.flowTo({ ...this.hop, kind: 'tcp' })
    if (flow === undefined) this.#noStreamUntilMs = this.#ports.switchMs() + NO_STREAM_MS
    return flow
  }

  // ---- what became of messages -----------------------------------------------------------------------------------------

  answered(): void {
    this.#answeredAtMs = this.#ports.switchMs()
    this.#failures = 0
  }

  /** It did not answer what was sent at `sentAtMs`: unless it has answered something since, it is not there. */
  silent(sentAtMs: number): void {
    if (this.#isUp && this.#answeredAtMs <= sentAtMs) this.#failed('no answer to a message')
  }

  /** There is no way to it any more. */
  unreachable(): void {
    if (this.#isUp) this.#failed('no connection')
  }

  #failed(why: string): void {
    if (this.#isStopped) return
    this.#isAsking = false
    const wasUp = this.#isUp
    this.#isUp = false
    const nextTryMs = backoffMs(this.#options.backoff, ++this.#failures, this.#ports.chance())
    this.#ports.log.event('sip.peerDown', { ...this.#said, why, nextTryMs })
    this.#askAfter(nextTryMs)
    if (wasUp) this.#owner.serverChanged()
  }

  /** It wants nothing for a while; one that says for how long is not there until then. */
  busy(retryAfterMs: number | undefined): void {
    if (this.#isStopped) return
    const { throttlePauseMs } = this.#options
    const { log, switchMs, timers } = this.#ports
    const { connection } = this.#owner
    const nowMs = switchMs()
    if (retryAfterMs === undefined) {
      if (this.#restsUntilMs > nowMs) return
      this.#restsUntilMs = nowMs + throttlePauseMs
      log.event('vendor.throttled', { connection: connection.id, status: '503', pauseMs: throttlePauseMs })
      timers.after(throttlePauseMs, () => this.#owner.serverChanged())
      return
    }
    this.#isAsking = false
    const wasUp = this.#isUp
    this.#isUp = false
    const pauseMs = Math.max(throttlePauseMs, Math.min(retryAfterMs, MAX_AWAY_MS))
    if (wasUp) log.event('vendor.throttled', { connection: connection.id, status: '503', pauseMs })
    this.#askAfter(pauseMs)
    if (wasUp) this.#owner.serverChanged()
  }

  // ---- is it there? ----------------------------------------------------------------------------------------------------

  #askAfter(ms: number): void {
    this.#cancel?.()
    this.#cancel = this.#isStopped ? undefined : this.#ports.timers.after(ms, () => this.#ask())
  }

  #ask(): void {
    if (this.#isAsking || this.#isStopped) return
    this.#isAsking = true
    void this.connect().then((flow) => this.#reached(flow))
  }

  #reached(flow: Flow | undefined): void {
    // Told otherwise meanwhile: it is asked again in its time.
    if (!this.#isAsking || this.#isStopped) return
    if (flow === undefined) return this.#failed('no connection')
    const { connection } = this.#owner
    if (!connection.sip.ping) return this.#there()
    const marks = { sentBy: flow.sentBy, callId: this.#owner.nextCallId(), cseq: 1 }
    const sent = requestOfPeer(this.#ports, 'OPTIONS', peerOptions(connection, marks), flow, (outcome) =>
      this.#heard(outcome),
    )
    if (sent === 'sent') return
    this.#isAsking = false
    // So many wait for answers that this one tells nothing.
    this.#askAfter(this.#options.backoff.minMs)
  }

  #heard(outcome: ClientOutcome): void {
    if (!this.#isAsking || this.#isStopped) return
    if (outcome.kind !== 'response') return this.#failed(outcome.kind === 'timeout' ? 'no answer' : 'connection lost')
    const { response } = outcome
    const { status } = response
    if (!isThere(status)) this.#failed(`it answers ${status}`)
    else if (status === 503) this.busy(retryAfterOf(response) ?? this.#options.pingMs)
    else this.#there()
  }

  #there(): void {
    this.#isAsking = false
    this.answered()
    this.#askAfter(this.#options.pingMs)
    if (this.#isUp) return
    this.#isUp = true
    this.#ports.log.event('sip.peerUp', this.#said)
    this.#owner.serverChanged()
  }

  get #said(): { readonly connection: string; readonly transport: string; readonly remote: string } {
    const { kind, address, port } = this.hop
    return { connection: this.#owner.connection.id, transport: kind, remote: hostPort(address, port) }
  }
}
