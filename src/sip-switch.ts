// SIP as a whole: the door, who is registered, the users as destinations, and what is kept of them, tied to the core of the switch.
// Belongs to the composition root.

import { randomBytes } from 'node:crypto'
import type { AccountDestinations } from './account-destinations.js'
import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import { esmeOf, laneTarget, moLane } from './delivery/lane-key.js'
import type { SendingAccount, Snapshot } from './directory/snapshot.js'
import type { UserName } from './edges/sip/egress.js'
import type { Meaning } from './edges/sip/outcomes.js'
import { Push, type PushOptions } from './edges/sip/push.js'
import { aorOf } from './edges/sip/register.js'
import { accountAt, SipEdge, type SipEdgeOptions } from './edges/sip/sip-edge.js'
import type { SipUserPorts } from './edges/sip/sip-user-ports.js'
import { SipUsers } from './edges/sip/sip-users.js'
import type { Clock, Timers } from './lib/clock.js'
import { logInsOf, type LogInPorts } from './log-ins.js'
import type { Failure } from './message/failure.js'
import type { EsmeDelivery } from './message/delivery.js'
import type { AccountId } from './message/ids.js'
import type { Submission } from './pipeline/stage.js'
import { RepeatedRequests } from './repeated-requests.js'
import { field, lifetimeMs, type ClientOutcome, type ClientRequest, type Flow } from './sip/index.js'
import { sipUserSettings } from './sip-options.js'
import { endsWithin } from './stop.js'
import type { Store } from './store/contracts/store.js'
import type { Unit } from './store/contracts/unit.js'
import { LogPace } from './telemetry/log-pace.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface SipSwitchPorts {
  readonly config: Config
  readonly options: SipEdgeOptions
  readonly directory: () => Snapshot
  readonly store: Store
  readonly core: Pick<Core, 'recorder' | 'courier' | 'dispatcher'>
  readonly destinations: AccountDestinations
  readonly clock: Clock
  readonly timers: Timers
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly logIns: LogInPorts
  /** Units that wait for the disk, above which no message comes in. */
  readonly mostPending: number
  readonly submit: (batch: readonly Submission[]) => void
  readonly submitMo: (batch: readonly Submission[]) => void
  readonly metrics: Metrics
  readonly log: Log
}

/** A listener, as it was bound. */
export interface SipListening {
  readonly kind: Flow['kind']
  readonly port: number
}

/** What a stop waits for answers of phones, ms: those that are there answer at once. */
const LAST_ANSWERS_MS = 1500

type Registered = Extract<Unit, { readonly kind: 'registered' }>

const LINE_EVERY_MS = 1000
/** How long a registration waits for others before it is kept, ms: a small part of what a phone waits before it asks again. */
const KEEP_AFTER_MS = 25
const behind: Failure = { reason: 'throttled', cause: 'the store is behind' }
const failing: Failure = { reason: 'systemError', cause: 'the store is failing' }

export class SipSwitch {
  readonly edge: SipEdge
  readonly users: SipUsers
  readonly #ports: SipSwitchPorts
  readonly #repeated: RepeatedRequests
  readonly #names = new WeakMap<SendingAccount, UserName>()
  readonly #pace = new LogPace(LINE_EVERY_MS)
  readonly #push: Push | undefined
  readonly #toKeep: { readonly unit: Registered; readonly told: (isKept: boolean) => void }[] = []
  #isSending = true
  #unanswered = 0
  #settleWaiters: (() => void)[] = []

  constructor(ports: SipSwitchPorts) {
    const { config, options, directory, store, core, clock, nowMs, metrics, log, destinations } = ports
    const { recorder, courier, dispatcher } = core
    this.#ports = ports
    const repeated = new RepeatedRequests({ store, recorder, nowMs })
    this.#repeated = repeated
    const repeatedMs = lifetimeMs(options.endpoint.transactions.timers)
    this.edge = new SipEdge(options, {
      ...{ directory, clock, nowMs, metrics, log },
      logIns: logInsOf('sip', ports.logIns),
      random: randomBytes,
      keep: (aor, bindings, isUrgent, told) => this.#keep(aor, bindings, isUrgent, told),
      isAccepted: (key) => repeated.has(key),
      refuses: () => (!recorder.accepting ? failing : recorder.pending > ports.mostPending ? behind : undefined),
      submit: (batch) => {
        repeated.given(nowMs() + repeatedMs)
        ports.submit(batch)
      },
      submitMo: (batch) => {
        repeated.given(nowMs() + repeatedMs)
        ports.submitMo(batch)
      },
      reachable: (account, is) => this.users.reachable(account, is),
      registered: (account) => this.users.registered(account),
      defer: (fn) => void setImmediate(fn),
    })
    const { location } = this.edge
    this.users = new SipUsers(
      {
        nameOf: (account) => this.#nameOf(account),
        isUser: (user, domain) => directory().sipAccount(user, domain) !== undefined,
        phonesOf: (aor, atMs) => (this.#isSending ? location.phones(aor, atMs) : []),
        flowOf: (bound) => this.edge.flowOf(bound),
        request: (request, flow, onFinal) => this.#request(request, flow, onFinal),
        lost: (binding) => location.lost(binding),
        notified: (delivery, result, more) => {
          if (typeof result === 'object' && delivery.kind === 'mo') {
            const { account, id: messageId } = delivery.message
            if (this.#pace.note('setAside', clock.monotonicMs()) > 0)
              log.event('sip.setAside', { account, messageId, status: Number(result.error) || 0 })
          }
          courier.notified(delivery, result, more)
          if (result === 'later') this.waits(delivery)
        },
        hasRoom: (id) => dispatcher.hasRoom(id),
        nowMs,
        events: this.#userEvents(),
        added: (user) => destinations.add('sip', user),
        removed: (id) => destinations.remove('sip', id),
        changed: (id) => dispatcher.changed(id, nowMs()),
      },
      sipUserSettings(config),
    )
    this.#push = this.#pushOf(config.sip.push)
  }

  /** What an earlier run knew; before anything comes in. @throws StoreError */
  async restore(): Promise<void> {
    const { store, directory, nowMs, clock, log } = this.#ports
    const startedMs = clock.monotonicMs()
    await this.#repeated.restore()
    const rows = await store.registrations()
    const { location } = this.edge
    const dropped = location.load(rows, (aor) => accountAt(aor, directory()), nowMs())
    if (rows.length === 0) return
    const { users, bindings } = location.size
    log.event('sip.restored', { users, bindings, dropped, tookMs: Math.round(clock.monotonicMs() - startedMs) })
  }

  /** Listens; what waits for users who are registered goes to them. */
  async start(): Promise<readonly SipListening[]> {
    const { listeners } = await this.edge.start()
    this.edge.location.tellAll()
    return listeners.map(({ kind, port }) => ({ kind, port }))
  }

  /** It waits in its lane: whose phones are all away is told outside. */
  waits({ lane }: EsmeDelivery): void {
    if (this.#push === undefined) return
    const account = esmeOf(lane) as AccountId
    const aor = this.#nameOf(account)?.aor
    if (aor === undefined || this.edge.location.isReachable(aor, this.#ports.nowMs())) return
    // Who binds as well has it there.
    if (!this.#ports.core.dispatcher.isServed(laneTarget(lane))) this.#push.wanted(account)
  }

  /** To be called every 100 ms or so. */
  tick(): void {
    this.edge.tick(this.#ports.nowMs())
    this.#repeated.tick()
  }

  /** Requests of an earlier run that may be repeated. */
  get remembered(): number {
    return this.#repeated.size
  }

  follow(): void {
    this.edge.follow()
  }

  /**
   * Answers are given as ever, nothing new goes out; resolves when what was under way has ended, or its phones had their time: one
   * that went away without a word must not hold up a stop.
   */
  async drain(): Promise<void> {
    this.#isSending = false
    this.#push?.stop()
    await this.edge.drained()
    if (this.#unanswered > 0) await endsWithin(LAST_ANSWERS_MS, this.#settled(), this.#ports.timers)
  }

  #settled(): Promise<void> {
    return new Promise<void>((resolve) => this.#settleWaiters.push(resolve))
  }

  /** Phones refresh all the time, and each is content with an answer a moment later: so that many share a commit. */
  #keep(aor: string, bindings: string, isUrgent: boolean, told: (isKept: boolean) => void): void {
    const { core, timers } = this.#ports
    const unit = { kind: 'registered', aor, bindings } as const
    if (!isUrgent) return core.recorder.recordLazily(unit, { durable: () => told(true) })
    if (this.#toKeep.push({ unit, told }) === 1) timers.after(KEEP_AFTER_MS, () => this.#keepAll())
  }

  #keepAll(): void {
    const { core, log, clock } = this.#ports
    for (const { unit, told } of this.#toKeep.splice(0)) {
      const refused = (_: unknown, error: Error): void => {
        if (this.#pace.note('notKept', clock.monotonicMs()) > 0) log.event('sip.notKept', { account: unit.aor, error })
        told(false)
      }
      core.recorder.offer(unit, { durable: () => told(true), refused })
    }
  }

  /** Made once for each account of a directory: it is asked for with every message. */
  #nameOf(id: AccountId): UserName | undefined {
    const account = this.#ports.directory().account(id)
    if (account === undefined) return undefined
    let name = this.#names.get(account)
    if (name !== undefined) return name
    const aor = aorOf(account)
    if (aor === undefined) return undefined
    const { numbersDomain } = this.#ports.config.sip
    name = { aor, domain: account.domain, numbersDomain: numbersDomain === '' ? undefined : numbersDomain }
    this.#names.set(account, name)
    return name
  }

  #pushOf(options: PushOptions): Push | undefined {
    if (options.url === '') return undefined
    const { clock, metrics, log, directory, core } = this.#ports
    return new Push(options, {
      nowMs: () => clock.monotonicMs(),
      bodyOf: (account) => {
        const { sip, domain } = directory().account(account) ?? {}
        if (sip === undefined || domain === undefined) return undefined
        return { account, user: sip.user, domain, waiting: core.dispatcher.waiting(moLane(account)) }
      },
      ended: (why) => {
        metrics.pushes.count(why === 'taken' ? 'sent' : why === 'dropped' ? 'dropped' : 'failed')
        if (why === 'taken') return
        const count = this.#pace.note(`push ${why}`, clock.monotonicMs())
        if (count > 0) log.event('sip.pushFailed', { why, count })
      },
    })
  }

  #request(request: ClientRequest, flow: Flow, onFinal: (outcome: ClientOutcome) => void): 'sent' | 'notSent' | 'full' {
    const { clock, metrics } = this.#ports
    const { endpoint } = this.edge
    if (endpoint === undefined) return 'notSent'
    const sentMs = clock.monotonicMs()
    const isNotification = field(request, 'content-type') === 'message/cpim'
    const result = endpoint.request(request, flow, (outcome) => {
      const status = outcome.kind === 'response' ? outcome.response.status : 0
      const isTaken = status >= 200 && status < 300
      metrics.sipRequests.count('egress', 'MESSAGE', status === 0 ? outcome.kind : String(status))
      if (status > 0) metrics.sipSeconds.record((clock.monotonicMs() - sentMs) / 1000)
      if (isNotification) metrics.imdn.count(isTaken ? 'taken' : 'refused')
      else if (isTaken) metrics.sipMessages.count('egress', flow.kind)
      onFinal(outcome)
      if (--this.#unanswered === 0) for (const resolve of this.#settleWaiters.splice(0)) resolve()
    })
    if (result !== 'sent') return result
    this.#unanswered++
    if (isNotification) metrics.imdn.count('sent')
    return result
  }

  #userEvents(): SipUserPorts['events'] {
    const { metrics, log, clock } = this.#ports
    return {
      answered: (_, meaning) => metrics.sipSends.count(outcomeOf(meaning)),
      cannotSend: (delivery, why) => {
        if (delivery.kind !== 'mo' || this.#pace.note('cannotSend', clock.monotonicMs()) === 0) return
        const { account, id: messageId } = delivery.message
        log.event('sip.cannotSend', { account, messageId, why })
      },
      notTold: () => metrics.imdn.count('notAsked'),
      passedOver: () => metrics.sipPassedOver.count(),
    }
  }
}

function outcomeOf(meaning: Meaning['kind']): 'delivered' | 'offline' | 'over' | 'split' {
  switch (meaning) {
    case 'delivered':
    case 'offline':
    case 'over':
    case 'split':
      return meaning
    case 'again':
      return 'offline'
    case 'challenged':
      return 'over'
  }
}
