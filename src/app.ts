// The composition root: the only file that knows every class. Builds the switch, starts it in order, stops it in reverse.

import type { Config } from './config/settings.js'
import { AccountDestinations } from './account-destinations.js'
import { openAccounting } from './accounting.js'
import { adminOptions } from './admin-options.js'
import { startAdmin, type Admin } from './admin/server.js'
import type { ApiToken } from './admin/tokens.js'
import { buildCore } from './core.js'
import type { Surroundings } from './directory/resolving.js'
import { RecentStates } from './edges/esme/recent-states.js'
import { createApiInstruments } from './api-instruments.js'
import { poolRefreshOptions, webhookOptions } from './api-options.js'
import { ApiSwitch } from './api-switch.js'
import { registerGauges } from './gauges.js'
import type { LookupProvider } from './lookup/provider.js'
import { createNetworks } from './networks.js'
import { openDirectory, openStore } from './open.js'
import { Standings } from './pipeline/candidates/standings.js'
import { LogInGuard } from './lib/log-in-guard.js'
import { systemClock, systemTimers, turnClock, type Cancel } from './lib/clock.js'
import type { DirectorySource } from './live-directory.js'
import type { AccountId, ConnectionId, MessageId } from './message/ids.js'
import type { CandidatePorts } from './pipeline/candidates/candidates.js'
import { Ticker } from './smpp/index.js'
import { createTraces, traceHooks } from './message-traces.js'
import { createMessageWays } from './message-ways.js'
import { openCarriers } from './open-carriers.js'
import { restoreSwitch } from './restore.js'
import { refusedOrigins, sipEdgeOptions } from './sip-options.js'
import { SipSwitch, type SipListening } from './sip-switch.js'
import { openPools } from './pools.js'
import { registerPoolGauges } from './pool-gauges.js'
import { stopInOrder } from './stop.js'
import { stopSteps } from './stop-steps.js'
import { resumeSwitchTime, takeIds } from './switch-time.js'
import { tieEsmes } from './tied-esmes.js'
import { tiePools } from './tied-pools.js'
import { tieVendors } from './tied-vendors.js'
import { createRecordExport } from './record-files.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface AppPorts {
  readonly config: Config
  readonly directory: DirectorySource
  readonly surroundings: Surroundings
  /** Who may call the API. */
  readonly tokens: readonly ApiToken[]
  /** Of the program, for the API's document. */
  readonly version: string
  /** Who may be asked for networks. */
  readonly lookupProviders: readonly LookupProvider[]
  readonly metrics: Metrics
  readonly log: Log
  /** The switch can't go on: the store is lost. The owner ends the process. */
  readonly onLost: (error: Error) => void
}

export interface App {
  readonly smppPort: number
  readonly adminPort: number
  /** Undefined where the HTTP API is not enabled. */
  readonly apiPort: number | undefined
  /** In the order of the settings; empty where SIP is not enabled. */
  readonly sip: readonly SipListening[]
  /** Reads the directory file again. What comes of it is in the log. */
  reload(by: string): Promise<void>
  /** Takes nothing new, lets what is under way end, flushes; bounded by stop.graceMs. True when nothing was left behind. */
  stop(): Promise<boolean>
}

const DISPATCH_TICK_MS = 20
const SWEEP_TICK_MS = 100
const EXPIRE_TICK_MS = 1000
/** Units that wait for the disk, above which no ESME is read from. */
const HOLD_READING_ABOVE = 100_000
const CLOCK_STEP_WORTH_TELLING_MS = 1000

/** Everything that stands between a built switch and its sockets. */
export async function startApp(ports: AppPorts): Promise<App> {
  const { config, metrics, log } = ports
  const exactClock = systemClock()
  const clock = turnClock(exactClock, setImmediate)
  const timers = systemTimers()
  const startedMs = exactClock.monotonicMs()
  // Before anything is opened: it may be that a certificate cannot be read.
  const sipOptions = config.sip.enabled ? sipEdgeOptions(config, refusedOrigins(config, exactClock, log)) : undefined
  const webhooks = config.api.enabled ? webhookOptions(config) : undefined
  const store = await openStore(config)
  const live = await openDirectory(ports, store, exactClock)
  const directory = live.current

  const time = await resumeSwitchTime(store, exactClock, clock)
  const { nowMs } = time
  if (Math.abs(time.wallAheadMs) > CLOCK_STEP_WORTH_TELLING_MS) log.event('clock.stepped', { byMs: time.wallAheadMs })
  const { ids, epoch } = await takeIds(store, ports.onLost)

  const orClose = <T>(opening: Promise<T>): Promise<T> =>
    opening.catch(async (error: unknown) => {
      await store.close()
      throw error
    })
  const traces = createTraces(config)
  const heldBy = traces && ((id: MessageId) => traces.heldBy(id))
  const accounting = await orClose(
    openAccounting(store.books, directory, { metrics, log }, exactClock.wallMs(), config.books.keepDays, heldBy),
  )
  const instruments = createApiInstruments(metrics, log, clock)
  const pools = await orClose(openPools({ config, store, clock: exactClock, log }))
  const wallMs = (): number => clock.wallMs()
  const carriers = await orClose(
    openCarriers({ ...{ config, store, directory, metrics, log, nowMs, wallMs }, isFirst: epoch === 1 }),
  )
  const refreshOptions = webhooks && poolRefreshOptions(config)
  const tied = pools && tiePools({ config, powerpacks: pools.powerpacks, instruments, nowMs, wallMs })
  live.expectCurrency(accounting.expected)
  const states = new RecentStates(config.smpp.server.queryRemembered)
  const core = buildCore({
    ...{ config, directory, store, time, ids, clock, timers, metrics, log },
    ...tied?.ofCore,
    ...carriers.ofCore,
    traces: traces && traceHooks(traces, nowMs),
    ...(refreshOptions && {
      endedFrom: (source, state, error, isReported) => api?.ended(source, { state, error, isReported }),
    }),
    money: accounting.money,
    onCommitted: () => vendors.recorded(),
    onLost: ports.onLost,
    leftDesk: ({ message }) => networks.undecided.remove(message.account, message.destination.value),
    told: (account, id, parts, state, error, doneAtMs) => states.told(account, id, parts, state, error, doneAtMs),
  })
  const { recorder, courier, dispatcher, correlator, sweeper, isUsable } = core

  const isUp = (connection: ConnectionId): boolean =>
    dispatcher.isServed({ kind: 'vendor', route: [connection], account: '' as AccountId })
  const standings = new Standings({
    isUp,
    isResting: (connection, atMs) => core.success.isResting(connection, atMs),
    nowMs,
    passedOver: (connection, why) => metrics.passedOver.count(connection, why),
  })
  const candidates: CandidatePorts = {
    chance: Math.random,
    placed: (route, ofDirectory) => standings.placed(route, ofDirectory),
  }
  const networks = createNetworks({
    ...{ directory, candidates, clock, timers, nowMs, metrics, log },
    config: config.lookup,
    providers: ports.lookupProviders,
    answers: store.answers,
    waiting: (lane) => dispatcher.waiting(lane),
    proceed: (batch, ofDirectory) => ways.proceed(batch, ofDirectory),
    decided: (delivery, decision) => courier.decided(delivery, decision),
    hasRoom: (id) => dispatcher.hasRoom(id),
  })
  dispatcher.add(networks.desk)

  const ways = createMessageWays({
    ...{ config, directory, core, ids, candidates, accounting, states, clock, nowMs },
    carrier: networks.carrier,
    pools: tied?.ofPipeline(dispatcher),
    limited: carriers.stage(dispatcher),
    moAccepted: (delivery) => sip?.waits(delivery),
  })
  const { reassembly, submit, submitMo } = ways
  const ticker = new Ticker(undefined, () => clock.monotonicMs())
  const vendors = tieVendors({
    ...{ config, core, ways, ticker, clock, timers, nowMs, metrics, log },
    connections: directory().connections(),
    endpoint: () => sip?.edge.endpoint,
  })

  const destinations = new AccountDestinations(dispatcher, nowMs, (account) => {
    const { api, sip, systemId } = directory().account(account) ?? {}
    return [api, sip, systemId].filter((way) => way !== undefined).length > 1
  })
  const logIns = { guard: new LogInGuard(config.logIn), clock, metrics, log }
  const esme = tieEsmes({
    ...{ config, directory, core, ways, states, destinations, logIns, clock, nowMs, metrics, log },
  })

  const sip =
    sipOptions &&
    new SipSwitch({
      ...{ config, directory, store, core, destinations, logIns, clock, timers, nowMs, metrics, log },
      ...{ options: sipOptions, submit, submitMo, mostPending: HOLD_READING_ABOVE },
    })

  const api =
    pools && webhooks
      ? new ApiSwitch({
          ...{ config, webhooks, refreshOptions, pools, directory, store, core, destinations, ids, logIns },
          ...{ book: live.book, clock, timers, nowMs, instruments, log },
          ...{ submit, mostPending: HOLD_READING_ABOVE, version: ports.version },
        })
      : undefined

  registerGauges({ metrics, dispatcher, correlator, store, reassembly, vendors, esme, sip, directory, nowMs })
  carriers.registerGauges(metrics, dispatcher)
  if (pools !== undefined)
    registerPoolGauges({ metrics, dispatcher, powerpacks: pools.powerpacks, outbox: api?.outbox })
  const { rerouted, rerouter } = await restoreSwitch({
    ...{ store, core, reassembly, isUsable, timers, nowMs, log },
    routeAnew: networks.routeAnew,
    undecided: networks.undecided,
  })
  await sip?.restore()
  await api?.restore()
  log.event('store.opened', {
    kind: config.store.kind,
    path: config.store.path,
    epoch,
    messages: dispatcher.total,
    rerouted,
    tookMs: Math.round(exactClock.monotonicMs() - startedMs),
  })

  let stopping = false
  const readiness = (): readonly string[] => [
    ...(stopping ? ['the switch is going down'] : []),
    ...(recorder.accepting ? [] : ['the store refuses new messages']),
  ]
  metrics.gauge('ready', () => [{ labels: {}, value: readiness().length === 0 ? 1 : 0 }])
  const intervals = [
    every(DISPATCH_TICK_MS, () => {
      if (dispatcher.nextTickMs() <= nowMs()) dispatcher.tick(nowMs())
      // Parts that are not read can't be late.
      if (!esme.holds) reassembly.tick(nowMs())
      // A store that falls behind is felt by those who send, before it is felt in memory.
      esme.hold(recorder.pending > (esme.holds ? HOLD_READING_ABOVE / 2 : HOLD_READING_ABOVE))
    }),
    every(SWEEP_TICK_MS, () => {
      void sweeper.step(nowMs())
      esme.tick(clock.monotonicMs())
      sip?.tick()
    }),
    every(EXPIRE_TICK_MS, () => {
      dispatcher.expireReady(nowMs())
      correlator.expireParked(nowMs())
      void networks.sweep()
      tied?.keepOwed(recorder)
      carriers.keepOwed(recorder)
      traces?.forget(nowMs())
      if (stopping) return
      void rerouter.step()
      accounting.step(clock.wallMs())
      api?.tick()
    }),
  ]

  let startedAdmin: Admin | undefined
  let smppPort: number
  let apiPort: number | undefined
  let sipListening: readonly SipListening[] = []
  try {
    startedAdmin = await startAdmin(
      adminOptions({
        ...{ config, live, store, core, accounting, carriers, traces, api, readiness, logIns, nowMs, metrics, log },
        ...{ tokens: ports.tokens, version: ports.version, clock: exactClock },
        standingOf: (id) => (isUp(id) ? standings.standingOf(id, nowMs()) : 'linkDown'),
        sipListening: () => sipListening,
      }),
    )
    log.event('admin.listening', { host: config.admin.host, port: startedAdmin.port })
    // All that was built from the directory of the start follows from here on.
    live.follow((snapshot) => {
      core.follow()
      accounting.follow(snapshot)
      vendors.follow(snapshot.connections())
      esme.follow(snapshot)
      sip?.follow()
      api?.follow()
      rerouter.wake()
    })
    // First: connections to SIP peers send from where is listened.
    sipListening = (await sip?.start()) ?? []
    vendors.start()
    smppPort = await esme.start()
    apiPort = await api?.start()
  } catch (error) {
    for (const cancel of intervals) cancel()
    await vendors.abort()
    // Whatever is left running would keep a process alive that serves nobody.
    ticker.stop()
    await networks.stop()
    await sip?.edge.close()
    await api?.abort()
    await startedAdmin?.stop()
    await store.close()
    throw error
  }
  const admin = startedAdmin
  const records = createRecordExport(config, { books: store.books, recorder, clock, timers, metrics, log })
  records.start()

  return {
    smppPort,
    adminPort: admin.port,
    apiPort,
    sip: sipListening,
    reload: (by) => live.reload(by),
    async stop() {
      if (stopping) return false
      stopping = true
      esme.stopAccepting()
      sip?.edge.stopAccepting()
      api?.stopAccepting()
      reassembly.stop()
      void networks.stop()
      const { graceMs } = config.stop
      const steps = stopSteps({ vendors, recorder, esme, sip, api, records, store, admin }, graceMs)
      const orderly = await stopInOrder(steps, graceMs, {
        clock,
        timers,
        onSlow: (step, afterMs) => log.event('app.stopStepSlow', { step, afterMs: Math.round(afterMs) }),
      })
      for (const cancel of intervals) cancel()
      ticker.stop()
      return orderly
    },
  }
}

function every(ms: number, fn: () => void): Cancel {
  const timer = setInterval(fn, ms)
  return () => clearInterval(timer)
}
