// The door for SIP: listens, tells requests apart, knows who is registered, stops in order. What becomes of a message is not its concern.

import type { Snapshot } from '../../directory/snapshot.js'
import type { Clock } from '../../lib/clock.js'
import type { Failure } from '../../message/failure.js'
import type { AccountId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import {
  hostPort,
  lifetimeMs,
  openEndpoint,
  parseUri,
  refusalOf,
  registrarExtensions,
  type Binding,
  type BoundFlow,
  type EndpointOptions,
  type Flow,
  type FlowKind,
  type RegistrarSettings,
  type ServerTransaction,
  type SipEndpoint,
  type SipRequest,
} from '../../sip/index.js'
import { LogPace } from '../../telemetry/log-pace.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { Authenticator, type AuthenticatorOptions, type SipLogIns } from './authenticate.js'
import { CountedTransaction, type AnswerCounts } from './counted.js'
import { EndpointCounts } from './endpoint-counts.js'
import { Location, type BindingEnd, type LocationPorts } from './location.js'
import { takeRegister, type RegisterPorts } from './register.js'
import { acceptedTypes } from './statuses.js'
import { TakeMessage } from './take-message.js'

export interface SipEdgeOptions {
  readonly endpoint: EndpointOptions
  readonly registrar: RegistrarSettings
  /** Most users registered at a time. */
  readonly maxUsers: number
  readonly authenticator: AuthenticatorOptions
  /** Octets of a body. */
  readonly maxOctets: number
  /** A host name of ours, for warnings. */
  readonly agent: string
  readonly retryAfterS: number
}

export interface SipEdgePorts {
  readonly directory: () => Snapshot
  readonly clock: Clock
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly log: Log
  readonly logIns: SipLogIns
  readonly random: (bytes: number) => Uint8Array
  readonly keep: LocationPorts['keep']
  /** What came with a request of this key was accepted by an earlier run. */
  readonly isAccepted: (key: string) => boolean
  /** Why no message may come in now; undefined as a rule. */
  readonly refuses: () => Failure | undefined
  readonly submit: (batch: readonly Submission[]) => void
  readonly submitMo: (batch: readonly Submission[]) => void
  /** A user has his first phone, or lost his last. */
  readonly reachable: (account: AccountId, is: boolean) => void
  /** A phone of his registered, for the first time or again. */
  readonly registered: (account: AccountId) => void
  /** Runs it when the current turn of the event loop is over. */
  readonly defer: (fn: () => void) => void
}

const methods = ['MESSAGE', 'REGISTER', 'OPTIONS']
const schemes = ['sip', 'sips', 'tel']
const abilities = { methods, knownMethods: methods, schemes, extensions: registrarExtensions }
/** RFC 3261 §11.2. */
const optionsFields = [
  { name: 'allow', value: methods.join(', ') },
  { name: 'accept', value: acceptedTypes.join(', ') },
  { name: 'supported', value: registrarExtensions.join(', ') },
]
type Following = Iterator<readonly [aor: string, account: AccountId], undefined>
/** Of anomalies that may come by the thousand, one line in so many ms. */
const LINE_EVERY_MS = 1000
/** Users that are looked up in a new directory at a time. */
const FOLLOWED_AT_ONCE = 2000

export class SipEdge {
  readonly location: Location
  readonly #options: SipEdgeOptions
  readonly #ports: SipEdgePorts
  readonly #authenticator: Authenticator
  readonly #messages: TakeMessage
  readonly #registering: RegisterPorts
  readonly #counts: AnswerCounts
  readonly #endpointCounts: EndpointCounts
  readonly #pace = new LogPace(LINE_EVERY_MS)
  /** Users that may not be in the directory any more. */
  #following: Following | undefined
  readonly #connections = new Map<FlowKind, number>()
  #endpoint: SipEndpoint | undefined
  /** Those that are not told of yet. */
  #overloads = 0
  #owed = 0
  #stopping = false
  #drainWaiters: (() => void)[] = []

  constructor(options: SipEdgeOptions, ports: SipEdgePorts) {
    this.#options = options
    this.#ports = ports
    const { clock, nowMs, metrics, directory, keep, reachable } = ports
    const ended = (account: AccountId, binding: Binding, why: BindingEnd): void =>
      this.#bindingEnded(account, binding, why)
    this.location = new Location({ keep, changed: reachable, ended }, nowMs())
    this.#authenticator = new Authenticator(options.authenticator, ports)
    this.#endpointCounts = new EndpointCounts(metrics)
    this.#counts = {
      requests: metrics.sipRequests,
      settled: () => {
        if (--this.#owed === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve()
      },
    }
    this.#messages = new TakeMessage(
      { ...options, repeatedMs: lifetimeMs(options.endpoint.transactions.timers) },
      {
        ...{ directory, clock, nowMs, metrics },
        authenticator: this.#authenticator,
        isAccepted: ports.isAccepted,
        refuses: () => (this.#stopping ? stopping : ports.refuses()),
        submit: ports.submit,
        submitMo: ports.submitMo,
        defer: ports.defer,
      },
    )
    this.#registering = {
      location: this.location,
      settings: options.registrar,
      maxUsers: options.maxUsers,
      nowMs,
      wallMs: () => clock.wallMs(),
      retryAfterS: options.retryAfterS,
      registered: (account, refreshed, isNew) => {
        if (isNew) for (const binding of refreshed) this.#registered(account, binding)
        ports.registered(account)
      },
      metrics,
      refused: (account, flow, status, why) => {
        const count = this.#pace.note(`register ${account} ${status}`, clock.monotonicMs())
        if (count > 0) ports.log.event('sip.registerRefused', { account, remote: remoteOf(flow), status, why })
      },
    }
  }

  /** Listens; rejects, with nothing left open, where it cannot. */
  async start(): Promise<SipEndpoint> {
    const { log, metrics } = this.#ports
    const endpoint = await openEndpoint(this.#options.endpoint, {
      onRequest: (request, flow, transaction) => this.#take(request, flow, transaction),
      onOpen: ({ kind }) => this.#connections.set(kind, this.connectionsOf(kind) + 1),
      onEnd: ({ id, kind }) => {
        this.#connections.set(kind, this.connectionsOf(kind) - 1)
        this.location.flowEnded(id)
      },
      onFault: (flow, why) => {
        metrics.sipFaults.count(flow.kind)
        const count = this.#pace.note(`fault ${flow.kind}`, this.#ports.clock.monotonicMs())
        if (count > 0) log.event('sip.malformed', { transport: flow.kind, remote: remoteOf(flow), why, count })
      },
      onRefused: (remote, bound) => {
        metrics.sipConnectionsRefused.count(bound)
        const count = this.#pace.note(`refused ${bound}`, this.#ports.clock.monotonicMs())
        if (count > 0) log.event('sip.connectionRefused', { remote, bound, count })
      },
      onError: (listener, error) => log.event('sip.listenerFailed', { listener, error }),
    })
    this.#endpoint = endpoint
    for (const { kind, host, port } of endpoint.listeners) log.event('sip.listening', { transport: kind, host, port })
    return endpoint
  }

  get endpoint(): SipEndpoint | undefined {
    return this.#endpoint
  }

  /** Open connections of a kind, registered over or not. */
  connectionsOf(kind: FlowKind): number {
    return this.#connections.get(kind) ?? 0
  }

  /** The way to a contact, undefined where it is gone for good: its connection is over, or nothing listens here as it did. */
  flowOf(bound: BoundFlow): Flow | undefined {
    if (bound.kind === 'udp') return this.#endpoint?.datagramFlow(bound.address, bound.port, bound.listener)
    return this.#endpoint?.flow(bound.flowId)
  }

  /** To be called every 100 ms or so. */
  tick(nowMs: number): void {
    this.location.tick(nowMs)
    if (this.#endpoint !== undefined) this.#tellOverloads(this.#endpointCounts.take(this.#endpoint.counters))
    if (this.#following !== undefined) this.#followOn(this.#following)
  }

  /** The directory has changed: who is not in it any more is registered no more. That takes a while where many are. */
  follow(): void {
    this.#following = [...this.location.users()].values()
  }

  /** New connections, registrations and messages are refused from here on; answers to what was sent are taken. */
  stopAccepting(): void {
    this.#stopping = true
    this.#endpoint?.stopAccepting()
  }

  /** Resolves when every request has its answer. */
  drained(): Promise<void> {
    if (this.#owed === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  async close(): Promise<void> {
    await this.#endpoint?.close()
  }

  #take(request: SipRequest, flow: Flow, raw: ServerTransaction): void {
    this.#owed++
    const transaction = new CountedTransaction(request, raw, this.#counts)
    try {
      this.#handle(request, flow, transaction)
    } catch (error) {
      this.#ports.log.event('sip.handlerFailed', { method: request.method, remote: remoteOf(flow), error })
      transaction.answer(500)
    }
  }

  #handle(request: SipRequest, flow: Flow, transaction: ServerTransaction): void {
    const refusal = refusalOf(request, abilities)
    if (refusal !== undefined) return void transaction.answer(refusal.status, { fields: refusal.fields })
    switch (request.method) {
      case 'MESSAGE':
        return this.#messages.take(request, flow, transaction)
      case 'REGISTER':
        return this.#register(request, flow, transaction)
      default:
        transaction.answer(200, { fields: optionsFields })
    }
  }

  #register(request: SipRequest, flow: Flow, transaction: ServerTransaction): void {
    if (this.#stopping) return void transaction.answer(503)
    const who = this.#authenticator.check(request, flow.remote.address, this.#ports.nowMs())
    if (who.kind === 'refused') return void transaction.answer(who.status, who.parts)
    takeRegister(request, flow, transaction, who.account, this.#registering)
  }

  #tellOverloads(more: number): void {
    this.#overloads += more
    if (this.#overloads === 0 || this.#pace.note('overloaded', this.#ports.clock.monotonicMs()) === 0) return
    this.#ports.log.event('sip.overloaded', { count: this.#overloads })
    this.#overloads = 0
  }

  #registered(account: AccountId, { flow, userAgent, expiresAtMs, refreshedAtMs }: Binding): void {
    const told = { account, transport: flow.kind, remote: hostPort(flow.address, flow.port), userAgent }
    this.#ports.log.event('sip.registered', { ...told, expiresMs: expiresAtMs - refreshedAtMs })
  }

  #bindingEnded(account: AccountId, { flow }: Binding, why: BindingEnd): void {
    const remote = hostPort(flow.address, flow.port)
    this.#ports.log.event('sip.unregistered', { account, transport: flow.kind, remote, why })
  }

  #followOn(users: Following): void {
    const directory = this.#ports.directory()
    for (let i = 0; i < FOLLOWED_AT_ONCE; i++) {
      const next = users.next()
      if (next.done === true) {
        this.#following = undefined
        return
      }
      const [aor, account] = next.value
      if (accountAt(aor, directory) !== account) this.location.forget(aor)
    }
  }
}

/** The account that may register there. */
export function accountAt(aor: string, directory: Snapshot): AccountId | undefined {
  const uri = parseUri(aor)
  const account = uri?.user === undefined ? undefined : directory.sipAccount(uri.user, uri.host)
  return account?.active === true ? account.id : undefined
}

const stopping: Failure = { reason: 'stopping', cause: 'the switch is going down' }

function remoteOf({ remote }: Flow): string {
  return hostPort(remote.address, remote.port)
}
