// ESMEs bind to us: authenticates, takes submit_sm in batches, hands receipts to whoever is bound. Decides nothing about messages.

import type { Clock } from '../../lib/clock.js'
import type { Account, Snapshot } from '../../directory/snapshot.js'
import type { NotifyResult } from '../../delivery/courier.js'
import type { ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import {
  listen,
  status,
  statusName,
  type AppRequest,
  type BindCommand,
  type BindRequest,
  type Command,
  type PeerAddress,
  type ResponsePdu,
  type ServerOptions,
  type Session,
  type SessionHandlers,
  type SmppServer,
} from '../../smpp/index.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { countPdu } from '../pdu-count.js'
import { toSubmission } from './ingress.js'
import { resultOf } from './receipt-answer.js'
import { Receivers, receiversId } from './receivers.js'
import { SubmitAnswer } from './submit-answer.js'

export interface EsmeEdgeOptions {
  readonly server: ServerOptions
  /** Our name in bind responses. */
  readonly systemId: string
}

export interface EsmeEdgePorts {
  readonly directory: () => Snapshot
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Log
  /** True when the password is right; takes as long for an unknown account. */
  readonly verify: (account: Account | undefined, password: string) => Promise<boolean>
  /** Takes the submissions of one read; each is answered through its own `answer`. */
  readonly submit: (batch: readonly Submission[]) => void
  readonly notified: (delivery: ReceiptDelivery, result: NotifyResult) => void
  /** Makes an account's receivers known as a destination, once. */
  readonly addDestination: (receivers: Receivers) => void
  readonly destinationChanged: (id: string) => void
  readonly hasRoom: (id: string) => void
}

type EsmeSession = Session<ReceiptDelivery>

type BindKind = 'transmitter' | 'receiver' | 'transceiver'

const kindOfBind: Readonly<Record<BindCommand, BindKind>> = {
  bind_transmitter: 'transmitter',
  bind_receiver: 'receiver',
  bind_transceiver: 'transceiver',
}

export class EsmeEdge {
  readonly #options: EsmeEdgeOptions
  readonly #ports: EsmeEdgePorts
  readonly #receivers = new Map<AccountId, Receivers>()
  readonly #binds = new Map<AccountId, Map<BindKind, number>>()
  #server: SmppServer<ReceiptDelivery> | undefined
  #sessions = 0
  /** Sessions that have not ended; the server counts sockets, which stay a little longer. */
  #live = 0
  #stopping = false
  #holds = false
  #drainWaiters: (() => void)[] = []

  constructor(options: EsmeEdgeOptions, ports: EsmeEdgePorts) {
    this.#options = options
    this.#ports = ports
  }

  /** Listens; resolves with the port. */
  async start(): Promise<number> {
    const { server: options } = this.#options
    this.#server = await listen<ReceiptDelivery>(
      {
        ...options,
        onRefused: (peer, bound) =>
          this.#ports.log.event('esme.connectionRefused', { remote: remoteOf(peer), bound, open: this.openSessions }),
      },
      (session, peer) => {
        this.#live++
        return new EsmeConnection(this, this.#ports, session, peer, ++this.#sessions)
      },
    )
    this.#ports.log.event('esme.listening', { host: this.#server.host, port: this.#server.port })
    return this.#server.port
  }

  /** New connections and messages are refused from here on. */
  stopAccepting(): void {
    this.#stopping = true
    this.#server?.stopAccepting()
    // What is refused costs the store nothing, and answers to receipts wait behind it.
    this.#holdAll(false)
  }

  /**
   * Stops reading from every bound ESME, also from those that bind meanwhile, or reads again. What was read before is answered
   * as ever. For a store that takes nothing, or not fast enough: so its load waits with the senders.
   */
  hold(on: boolean): void {
    if (on !== this.#holds && !this.#stopping) this.#holdAll(on)
  }

  #holdAll(on: boolean): void {
    this.#holds = on
    for (const session of this.#server?.sessions ?? []) if (session.boundAs !== undefined) session.hold(on)
  }

  /** Reading is held: a session that has just bound must not read either. */
  get holds(): boolean {
    return this.#holds
  }

  /** Unbinds every session once its answers are there. */
  unbind(): void {
    for (const session of this.#server?.sessions ?? []) session.unbind(this.#ports.clock.monotonicMs())
  }

  /** Resolves when every session has gone by itself. */
  drained(): Promise<void> {
    if (this.#live === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  /** A session has ended. */
  sessionEnded(): void {
    if (--this.#live === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  get stopping(): boolean {
    return this.#stopping
  }

  get openSessions(): number {
    return this.#server?.sessions.size ?? 0
  }

  get systemId(): string {
    return this.#options.systemId
  }

  /** For metrics: how many sessions of each kind each account has bound. */
  bound(): ReadonlyMap<AccountId, ReadonlyMap<BindKind, number>> {
    return this.#binds
  }

  /** One more bind of this account, unless it has as many as it may. */
  take(account: Account, kind: BindKind): boolean {
    const binds = this.#binds.get(account.id) ?? new Map<BindKind, number>()
    let all = 0
    for (const count of binds.values()) all += count
    if (all >= account.maxBinds) return false
    this.#binds.set(account.id, binds.set(kind, (binds.get(kind) ?? 0) + 1))
    return true
  }

  give(account: AccountId, kind: BindKind): void {
    const binds = this.#binds.get(account)
    binds?.set(kind, (binds.get(kind) ?? 1) - 1)
  }

  receiversOf(account: AccountId): Receivers {
    let receivers = this.#receivers.get(account)
    if (receivers === undefined) {
      receivers = new Receivers(account, () => this.#ports.clock.monotonicMs())
      this.#receivers.set(account, receivers)
      this.#ports.addDestination(receivers)
    }
    return receivers
  }
}

/** One ESME on one connection, from accept to close. */
class EsmeConnection implements SessionHandlers<ReceiptDelivery> {
  readonly #edge: EsmeEdge
  readonly #ports: EsmeEdgePorts
  readonly #session: EsmeSession
  readonly #remote: string
  readonly #number: number
  #account: AccountId | undefined
  #kind: BindKind = 'transceiver'
  #batch: Submission[] = []
  /** Receipts that its end left unanswered, for the log. */
  #left = 0

  constructor(edge: EsmeEdge, ports: EsmeEdgePorts, session: EsmeSession, peer: PeerAddress, number: number) {
    this.#edge = edge
    this.#ports = ports
    this.#session = session
    this.#remote = remoteOf(peer)
    this.#number = number
  }

  onBind(bind: BindRequest): void {
    const account = this.#ports.directory().accountBySystemId(bind.system_id)
    this.#ports.verify(account, bind.password).then(
      (isRight) => this.#decideBind(bind, isRight ? account : undefined, 'wrong system_id or password'),
      (error: unknown) => this.#refuseBind(bind, status.ESME_RSYSERR, String(error)),
    )
  }

  onRequest(request: AppRequest): void {
    if (request.command === 'submit_sm') {
      this.#submit(request)
      return
    }
    if (request.command === 'alert_notification') return
    this.#session.respond(request, status.ESME_RINVCMDID)
  }

  onReadEnd(): void {
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#ports.submit(batch)
  }

  onResponse(response: ResponsePdu, delivery: ReceiptDelivery): void {
    this.#ports.notified(delivery, resultOf(response))
  }

  onUnanswered(deliveries: readonly ReceiptDelivery[], why: 'timeout' | 'closed'): void {
    if (why === 'closed') this.#left = deliveries.length
    for (const delivery of deliveries) this.#ports.notified(delivery, why === 'timeout' ? 'unanswered' : 'lost')
  }

  onWindow(): void {
    if (this.#account !== undefined) this.#ports.hasRoom(receiversId(this.#account))
  }

  onPdu(direction: 'in' | 'out', command: Command, commandStatus: number): void {
    countPdu(this.#ports.metrics, direction, command, commandStatus)
  }

  onFault(fault: { readonly why: string }): void {
    this.#ports.log.event('esme.protocolError', {
      session: this.#number,
      account: this.#account ?? '',
      remote: this.#remote,
      why: fault.why,
    })
  }

  onClose(why: string, error?: unknown): void {
    const { metrics, log } = this.#ports
    metrics.sessionEnds.count('esme', why)
    this.#edge.sessionEnded()
    const who = { session: this.#number, account: this.#account ?? '', remote: this.#remote }
    if (why === 'handlerError') log.event('esme.handlerFailed', { ...who, error })
    if (this.#account === undefined) return
    log.event('esme.closed', { ...who, why, unanswered: this.#left })
    this.#edge.give(this.#account, this.#kind)
    const receivers = this.#edge.receiversOf(this.#account)
    if (receivers.remove(this.#session) && !receivers.up) this.#ports.destinationChanged(receivers.id)
  }

  #decideBind(bind: BindRequest, account: Account | undefined, why: string): void {
    if (account === undefined) return this.#refuseBind(bind, status.ESME_RINVPASWD, why)
    if (!account.active) return this.#refuseBind(bind, status.ESME_RBINDFAIL, 'the account is not active')
    const kind = kindOfBind[bind.command]
    if (!account.bindModes.includes(kind))
      return this.#refuseBind(bind, status.ESME_RBINDFAIL, `the account may not bind as ${kind}`)
    if (this.#edge.stopping) return this.#refuseBind(bind, status.ESME_RBINDFAIL, 'the switch is going down')
    if (!this.#edge.take(account, kind))
      return this.#refuseBind(bind, status.ESME_RBINDFAIL, `the account has its ${account.maxBinds} binds already`)
    if (!this.#session.acceptBind(bind, { system_id: this.#edge.systemId })) return this.#edge.give(account.id, kind)
    this.#account = account.id
    this.#kind = kind
    if (this.#edge.holds) this.#session.hold(true)
    this.#ports.log.event('esme.bound', {
      session: this.#number,
      account: account.id,
      mode: kind,
      remote: this.#remote,
      version: bind.interface_version,
    })
    if (kind === 'transmitter') return
    const receivers = this.#edge.receiversOf(account.id)
    const wasUp = receivers.up
    receivers.add(this.#session, bind.interface_version)
    if (wasUp) this.#ports.hasRoom(receivers.id)
    else this.#ports.destinationChanged(receivers.id)
  }

  #refuseBind(bind: BindRequest, commandStatus: number, why: string): void {
    this.#ports.metrics.bindRefusals.count('esme', statusName(commandStatus))
    this.#ports.log.event('esme.bindRefused', {
      session: this.#number,
      systemId: bind.system_id,
      remote: this.#remote,
      status: statusName(commandStatus),
      why,
    })
    this.#session.rejectBind(bind, commandStatus)
  }

  #submit(pdu: Extract<AppRequest, { command: 'submit_sm' }>): void {
    const { clock, metrics } = this.#ports
    const answer = new SubmitAnswer(this.#session, pdu.sequence, this.#session.nowMs, clock, metrics)
    if (this.#edge.stopping || this.#account === undefined) {
      return answer.refused({ reason: 'stopping', cause: 'the switch is going down' })
    }
    const submission = toSubmission(pdu, { account: this.#account, wallMs: clock.wallMs(), answer })
    if ('reason' in submission) answer.refused(submission)
    else this.#batch.push(submission)
  }
}

function remoteOf(peer: PeerAddress): string {
  return `${peer.address}:${peer.port}`
}
