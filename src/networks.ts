// The networks of numbers as the composition root ties them in: providers and what is kept of them, the stage that asks before a
// message is accepted, the desk that asks after. Decides nothing.

import type { Config } from './config/settings.js'
import { undecidedLane } from './delivery/lane-key.js'
import { LookupDesk, type LookupDeskPorts } from './delivery/lookup-desk.js'
import type { Policy, Snapshot } from './directory/snapshot.js'
import type { Clock, Timers } from './lib/clock.js'
import { keptAnswers } from './lookup/kept-answers.js'
import { Lookups } from './lookup/lookups.js'
import type { LookupEvents, LookupOptions } from './lookup/lookup-ports.js'
import type { LookupProvider } from './lookup/provider.js'
import type { AccountId, LaneKey } from './message/ids.js'
import type { SegmentDelivery } from './message/delivery.js'
import type { MobileNetwork } from './phone/network.js'
import type { CandidatePorts } from './pipeline/candidates/candidates.js'
import { Carrier } from './pipeline/carrier/carrier.js'
import type { CarrierPorts, NetworkResult } from './pipeline/carrier/carrier-ports.js'
import { decideLater, policyNow, routeAgain, type LaterRoute } from './pipeline/carrier/decide.js'
import { UndecidedNumbers } from './pipeline/carrier/undecided-numbers.js'
import type { AnswersStore } from './store/contracts/answers.js'
import { LogPace } from './telemetry/log-pace.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface NetworksPorts {
  readonly config: Config['lookup']
  readonly providers: readonly LookupProvider[]
  readonly answers: AnswersStore
  readonly directory: () => Snapshot
  readonly candidates: CandidatePorts
  /** Deliveries of a lane in the store. */
  readonly waiting: (lane: LaneKey) => number
  readonly proceed: CarrierPorts['proceed']
  readonly decided: LookupDeskPorts['decided']
  readonly hasRoom: LookupDeskPorts['hasRoom']
  readonly clock: Clock
  readonly timers: Timers
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly log: Log
}

export interface Networks {
  readonly carrier: Carrier
  readonly desk: LookupDesk
  /** To which numbers accepted messages wait for their network. */
  readonly undecided: UndecidedNumbers
  /** Where a message goes whose connections are gone, by what is known of its network. */
  readonly routeAnew: (delivery: SegmentDelivery) => LaterRoute | undefined
  /** Clears away answers that are over: a small step, to be taken every second or so. */
  sweep(): Promise<void>
  /** Nobody is asked any more; what waits goes on as it is, and is asked about after the next start. */
  stop(): Promise<void>
}

/** Of failures that come by the thousand, one line in so many ms. */
const LINE_EVERY_MS = 1000
/** Rows that one step looks at. */
const SWEPT_AT_ONCE = 1000

const nobodyAsked: NetworkResult = { kind: 'unknown', text: 'lookups are off' }

export function createNetworks(ports: NetworksPorts): Networks {
  const { config, providers, clock, timers, directory, candidates, nowMs, metrics, log } = ports
  const lookups =
    providers.length === 0
      ? undefined
      : new Lookups(providers, optionsOf(config), {
          clock,
          timers,
          events: eventsOf(ports),
          storeOf: (list) => keptAnswers(ports.answers, list),
          unknownProvider: (provider) => log.event('lookup.unknownProvider', { provider }),
        })
  if (lookups !== undefined) log.event('lookup.ready', { file: config.file, providers: providers.length })
  const lookupFor = ({ hlr }: Policy) => (hlr === undefined ? undefined : lookups?.for(hlr.providers))

  const undecided = new UndecidedNumbers()
  const carrier = new Carrier(
    {
      undecided,
      networksFor: lookupFor,
      undecidedRoom: (account: AccountId) => config.maxUndecided - ports.waiting(undecidedLane(account)),
      proceed: ports.proceed,
      events: { onLocated: (outcome) => metrics.located.count(outcome) },
    },
    { waitMs: config.waitMs },
  )
  const desk = new LookupDesk(
    {
      ask: (delivery, told) => {
        const found = policyNow(directory(), delivery)
        const lookup = found && lookupFor(found.policy)
        const answered = (result: NetworkResult): void => {
          const input = { againMs: nowMs() + config.retryMs, wallMs: clock.wallMs() }
          const decision = decideLater(directory(), delivery, result, candidates, input)
          metrics.decided.count(decision.kind)
          told(decision)
        }
        if (lookup === undefined) answered(nobodyAsked)
        else lookup.ask(delivery.message.destination.value, (_, result) => answered(result))
      },
      decided: ports.decided,
      hasRoom: ports.hasRoom,
    },
    config.maxAtDesk,
  )
  metrics.gauge('lookupsOut', () =>
    Object.entries(lookups?.counts ?? {}).map(([what, value]) => ({ labels: { what }, value })),
  )

  let cursor = ''
  let isSweeping = false
  return {
    carrier,
    desk,
    undecided,
    routeAnew: (delivery) =>
      routeAgain(directory(), delivery, networkOf(delivery, directory(), lookupFor), candidates, clock.wallMs()),
    async sweep() {
      if (lookups === undefined || isSweeping) return
      isSweeping = true
      try {
        cursor = await ports.answers.dropExpired(cursor, SWEPT_AT_ONCE, clock.wallMs())
      } catch (error) {
        log.event('lookup.storeFailed', { error })
      } finally {
        isSweeping = false
      }
    },
    async stop() {
      carrier.stop()
      desk.stop()
      await lookups?.close()
    },
  }
}

/** As it was rated, or as it is known by now; no question is asked. */
function networkOf(
  { bill, message }: SegmentDelivery,
  directory: Snapshot,
  lookupFor: (policy: Policy) => { known(number: string): NetworkResult | undefined } | undefined,
): MobileNetwork | undefined {
  if (bill !== undefined && bill.mcc !== '') return { mcc: bill.mcc, mnc: bill.mnc }
  const policy = policyNow(directory, { message })?.policy
  const known = policy && lookupFor(policy)?.known(message.destination.value)
  return known?.kind === 'network' ? known.network : undefined
}

function optionsOf(config: Config['lookup']): LookupOptions {
  const { timeoutMs, maxInFlight, maxQueued, maxAskers, next, refreshPauseMs, breaker } = config
  const { ttlMs, unknownTtlMs, staleMs, cacheMax } = config
  const { percent, ...rules } = breaker
  return {
    ...{ timeoutMs, maxInFlight, maxQueued, maxAskers, next, refreshPauseMs },
    breaker: { ...rules, ratio: percent / 100 },
    cache: { ttlMs, unknownTtlMs, staleMs, max: cacheMax },
  }
}

function eventsOf({ metrics, log, clock }: NetworksPorts): LookupEvents {
  const pace = new LogPace(LINE_EVERY_MS)
  const open = new Map<string, number>()
  metrics.gauge('breakers', () => [...open].map(([provider, value]) => ({ labels: { provider }, value })))
  return {
    asked: (provider, outcome, seconds) => {
      metrics.lookups.count(provider, outcome)
      metrics.lookupSeconds.record(seconds)
    },
    failed: (provider, kind, why) => {
      const count = pace.note(`${provider} ${kind}`, clock.monotonicMs())
      if (count > 0) log.event('lookup.failed', { provider, kind, why, count })
    },
    cache: (outcome) => metrics.lookupCache.count(outcome),
    overloaded: () => {
      metrics.lookupOverloads.count()
      const count = pace.note('overloaded', clock.monotonicMs())
      if (count > 0) log.event('lookup.overloaded', { count })
    },
    breaker: (provider, state) => {
      open.set(provider, state === 'closed' ? 0 : 1)
      log.event('lookup.breaker', { provider, state })
    },
    storeFailed: (error) => {
      if (pace.note('store', clock.monotonicMs()) > 0) log.event('lookup.storeFailed', { error })
    },
    fault: (error) => log.event('lookup.fault', { error }),
  }
}
