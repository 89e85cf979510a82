// The composition root: the only file that knows every class. Builds the switch, starts it in order, stops it in reverse.

import type { Config } from './config/settings.js'
import { startAdmin, type Admin } from './admin/server.js'
import { Courier } from './delivery/courier.js'
import { Dispatcher } from './delivery/dispatcher.js'
import { vendorLane, type LaneTarget } from './delivery/lane-key.js'
import type { ConnectionRules } from './delivery/outcome.js'
import type { NewRoute } from './delivery/reroute.js'
import { restoreDeliveries } from './delivery/restore.js'
import { Sweeper } from './delivery/sweeper.js'
import { createPasswordGate } from './directory/password.js'
import type { Connection, Snapshot } from './directory/snapshot.js'
import { EsmeEdge } from './edges/esme/esme-edge.js'
import { receiversId } from './edges/esme/receivers.js'
import { VendorConnection, vendorDestinationId } from './edges/vendor/vendor-connection.js'
import { registerGauges } from './gauges.js'
import { createInstruments } from './instruments.js'
import { anchorClock } from './lib/anchored-clock.js'
import { bootMonotonicMs, readBootId } from './lib/boot-id.js'
import { systemClock, systemTimers, type Cancel } from './lib/clock.js'
import { createIdSource } from './message/id-source.js'
import type { ConnectionId } from './message/ids.js'
import type { Message } from './message/message.js'
import { runPipeline } from './pipeline/pipeline.js'
import { Correlator, type VendorReceipt } from './receipts/correlator.js'
import { originOf } from './receipts/origin.js'
import { Ticker } from './smpp/index.js'
import { stopInOrder, type StopStep } from './stop.js'
import type { Store } from './store/contracts/store.js'
import { GroupCommit } from './store/group-commit.js'
import { openLmdbStore } from './store/lmdb/lmdb-store.js'
import { MemoryStore } from './store/memory/memory-store.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface AppPorts {
  readonly config: Config
  readonly directory: Snapshot
  readonly metrics: Metrics
  readonly log: Log
  /** The switch can't go on: the store is lost. The owner ends the process. */
  readonly onLost: (error: Error) => void
}

export interface App {
  readonly smppPort: number
  readonly adminPort: number
  /** Takes nothing new, lets what is under way end, flushes; bounded by stop.graceMs. True when nothing was left behind. */
  stop(): Promise<boolean>
}

const DISPATCH_TICK_MS = 20
const SWEEP_TICK_MS = 100
const EXPIRE_TICK_MS = 1000
/** What happened and is not durable yet: above so much nothing more is sent: a store that is slow or failing slows the sending down. */
const MAX_UNRECORDED = 50_000
const CLOCK_STEP_WORTH_TELLING_MS = 1000
const UNANSWERED_MAX = 100_000

/** Everything that stands between a built switch and its sockets. */
export async function startApp(ports: AppPorts): Promise<App> {
  const { config, metrics, log } = ports
  const clock = systemClock()
  const timers = systemTimers()
  const startedMs = clock.monotonicMs()
  const store = await openStore(config)
  const directory = (): Snapshot => ports.directory

  // Time and ids: anchored and durable, so that no clock step and no restart repeats or expires anything.
  const bootId = readBootId(clock.wallMs())
  const bootOffsetMs = bootMonotonicMs() - clock.monotonicMs()
  const anchored = anchorClock(await store.lastAnchor(), {
    wallMs: clock.wallMs(),
    monotonicMs: bootMonotonicMs(),
    bootId,
  })
  const switchOffsetMs = anchored(bootMonotonicMs()) - clock.monotonicMs()
  const nowMs = (): number => clock.monotonicMs() + switchOffsetMs
  const steppedMs = Math.round(clock.wallMs() - nowMs())
  if (Math.abs(steppedMs) > CLOCK_STEP_WORTH_TELLING_MS) log.event('clock.stepped', { byMs: steppedMs })
  const firstEpoch = await store.takeEpoch()
  const epochs = [firstEpoch, await store.takeEpoch()]
  const ids = createIdSource(0, epochs.shift()!, () => {
    void store.takeEpoch().then((epoch) => epochs.push(epoch), ports.onLost)
    return epochs.shift()!
  })

  const instruments = createInstruments(metrics, log, clock)
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers,
      defer: (fn) => void setImmediate(fn),
      anchor: () => ({ switchMs: nowMs(), monotonicMs: clock.monotonicMs() + bootOffsetMs, bootId }),
      onCommitted: (units, elapsedMs) => {
        instruments.onCommitted(units, elapsedMs)
        for (const vendor of vendors) vendor.recorded()
        dispatcher.pump(nowMs())
      },
      onFailure: instruments.onCommitFailed,
      onRecovered: () => log.event('store.recovered', { freeBytes: freeBytes(store) }),
      onLost: ports.onLost,
      onBug: (error, unit) => log.event('store.unitDropped', { unit: unit.kind, error }),
    },
    {
      lazyMs: config.store.commitLazyMs,
      maxUnits: config.store.commitMaxUnits,
      retryMs: 100,
      retryMaxMs: 2000,
      maxReopens: 10,
    },
  )

  const rules = rulesByConnection(ports.directory, config)
  const courier = new Courier(
    {
      recorder,
      ids,
      rules: (connection) => rules.get(connection),
      nowMs,
      wallMs: () => clock.wallMs(),
      events: instruments.courier,
    },
    {
      receiptMaxAgeMs: config.receipts.maxAgeMs,
      receiptsPerAccount: (account) => ports.directory.account(account)?.maxReceipts ?? config.receipts.maxPerAccount,
      receiptResend: { stepMs: config.receipts.retryMs, max: config.receipts.maxTries - 1 },
      unansweredMax: UNANSWERED_MAX,
    },
  )

  let pumpIsDue = false
  const dispatcher = new Dispatcher(
    {
      readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
      destinationsOf,
      limitsOf: () => [],
      maySend: () => recorder.facts < MAX_UNRECORDED,
      overdue: (delivery) => courier.overdue(delivery),
      readFailed: (lane, error) => log.event('store.readFailed', { lane, error }),
      wanted: () => {
        if (pumpIsDue) return
        pumpIsDue = true
        setImmediate(() => {
          pumpIsDue = false
          dispatcher.pump(nowMs())
        })
      },
    },
    {
      readAheadPerLane: config.delivery.readAheadPerLane,
      readAheadTotal: config.delivery.readAheadTotal,
      readAheadFloor: 32,
      quantum: 8,
    },
  )

  const correlator = new Correlator(
    {
      store,
      recorder,
      outbox: (origin, state, error, doneAtMs) => courier.outbox(origin, state, error, doneAtMs),
      offer: (receipts) => courier.offer(receipts),
      claimUnanswered: (vendor, destination) => courier.claimUnanswered(vendor, destination),
      released: (delivery) => courier.released(delivery),
      originOf: (delivery) => originOf(delivery.message),
      onFate: instruments.onFate,
      nowMs,
      wallMs: () => clock.wallMs(),
    },
    { parkedMax: config.receipts.parkedMax, parkedMs: config.receipts.parkedMs, seenMax: 100_000 },
  )
  courier.connect(dispatcher, correlator)

  const sweeper = new Sweeper(
    {
      store,
      seize: (delivery) => dispatcher.seize(delivery),
      overdue: (delivery) => courier.overdue(delivery),
      giveUp: (awaiting) => correlator.giveUp(awaiting),
      sweeping: (on) => {
        dispatcher.sweeping(on)
        correlator.sweeping(on)
      },
      failed: (error) => log.event('store.readFailed', { lane: '', error }),
    },
    config.delivery.sweepRowsPerSecond,
  )

  // At the end of the turn: the answer that a receipt belongs to is often in another socket of the same vendor.
  let receiptsOfTurn: VendorReceipt[] = []
  const takeReceipts = (batch: readonly VendorReceipt[]): void => {
    if (receiptsOfTurn.length === 0) {
      setImmediate(() => {
        const all = receiptsOfTurn
        receiptsOfTurn = []
        correlator.take(all)
      })
    }
    for (const receipt of batch) receiptsOfTurn.push(receipt)
  }

  const ticker = new Ticker(undefined, () => clock.monotonicMs())
  const vendors = ports.directory
    .connections()
    .filter((connection) => connection.active)
    .map(
      (connection) =>
        new VendorConnection(
          connection,
          {
            backoff: { minMs: config.vendor.reconnectMinMs, maxMs: config.vendor.reconnectMaxMs },
            connectMs: config.vendor.connectMs,
            bindMs: config.vendor.bindMs,
            enquireLinkMs: config.vendor.enquireLinkMs,
            responseMs: config.vendor.responseMs,
            throttlePauseMs: config.vendor.throttlePauseMs,
          },
          {
            clock,
            timers,
            ticker,
            chance: Math.random,
            switchMs: nowMs,
            metrics,
            log,
            courier,
            receipts: takeReceipts,
            changed: (id) => dispatcher.changed(id, nowMs()),
            hasRoom: (id) => dispatcher.hasRoom(id),
          },
        ),
    )
  for (const vendor of vendors) dispatcher.add(vendor)

  const pipelinePorts = {
    recorder,
    ids,
    laneOf: (route: readonly ConnectionId[], account: Parameters<typeof vendorLane>[2]) =>
      vendorLane(route, 0, account),
    accepted: (delivery: Parameters<Courier['accepted']>[0]) => courier.accepted(delivery),
    directory,
    refused: (failure: { readonly reason: string }) => metrics.refused.count('esme', failure.reason),
  }
  const pipelineOptions = {
    defaultValidityMs: config.delivery.defaultValidityMs,
    maxValidityMs: config.delivery.maxValidityMs,
    maxQueued: config.store.maxQueued,
  }
  const gate = createPasswordGate()
  const server = config.smpp.server
  const esme = new EsmeEdge(
    {
      systemId: server.systemId,
      server: {
        host: server.host,
        port: server.port,
        maxConnections: server.maxConnections,
        maxUnbound: server.maxUnbound,
        maxUnboundPerIp: server.maxUnboundPerIp,
        sessionInitMs: server.sessionInitMs,
        enquireLinkMs: server.enquireLinkMs,
        inactivityMs: server.inactivityMs,
        responseMs: server.responseMs,
        receiveWindow: server.receiveWindow,
        windowSize: server.sendWindow,
        maxPduBytes: server.maxPduBytes,
        writeStallMs: server.writeStallMs,
        now: () => clock.monotonicMs(),
      },
    },
    {
      directory,
      clock,
      metrics,
      log,
      verify: async (account, password) => {
        const verdict = await gate.check(account?.password, password)
        // Not "wrong": the ESME shall try again, not its owner look for another password.
        if (verdict === 'busy') throw new Error('too many binds wait for the check of their password')
        return verdict === 'right'
      },
      submit: (batch) =>
        runPipeline(batch, pipelinePorts, pipelineOptions, {
          nowMs: nowMs(),
          wallMs: clock.wallMs(),
          queued: dispatcher.total,
        }),
      refused: (failure) => metrics.refused.count('esme', failure.reason),
      notified: (delivery, result) => courier.notified(delivery, result),
      addDestination: (receivers) => dispatcher.add(receivers),
      destinationChanged: (id) => dispatcher.changed(id, nowMs()),
      hasRoom: (id) => dispatcher.hasRoom(id),
    },
  )

  registerGauges({ metrics, dispatcher, correlator, store, vendors, esme, nowMs })
  const rerouted = await restoreDeliveries(
    {
      store,
      dispatcher,
      courier,
      correlator,
      settled: () => recorder.settled(),
      isUsable: (connection) => directory().connection(connection)?.active === true,
      routeAnew: ({ message }) => routeAnew(directory(), message),
    },
    nowMs(),
    UNANSWERED_MAX,
  )
  log.event('store.opened', {
    kind: config.store.kind,
    path: config.store.path,
    epoch: firstEpoch,
    messages: dispatcher.total,
    rerouted,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
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
    }),
    every(SWEEP_TICK_MS, () => void sweeper.step(nowMs())),
    every(EXPIRE_TICK_MS, () => {
      dispatcher.expireReady(nowMs())
      correlator.expireParked(nowMs())
    }),
  ]

  let startedAdmin: Admin | undefined
  let smppPort: number
  try {
    startedAdmin = await startAdmin({
      host: config.admin.host,
      port: config.admin.port,
      metrics,
      readiness,
      onFault: (fault) => log.event('admin.requestFailed', fault),
    })
    log.event('admin.listening', { host: config.admin.host, port: startedAdmin.port })
    for (const vendor of vendors) vendor.start()
    smppPort = await esme.start()
  } catch (error) {
    for (const cancel of intervals) cancel()
    await Promise.all(vendors.map((vendor) => vendor.abort()))
    // Whatever is left running would keep a process alive that serves nobody.
    ticker.stop()
    await startedAdmin?.stop()
    await store.close()
    throw error
  }
  const admin = startedAdmin

  return {
    smppPort,
    adminPort: admin.port,
    async stop() {
      if (stopping) return false
      stopping = true
      esme.stopAccepting()
      const { graceMs } = config.stop
      const steps: readonly StopStep[] = [
        // Vendors first: their last answers and receipts may still reach the ESMEs that are bound.
        {
          name: 'vendors',
          atMostMs: graceMs * VENDORS_SHARE,
          run: () => Promise.all(vendors.map((vendor) => vendor.stop())),
          late: () => void Promise.all(vendors.map((vendor) => vendor.abort())),
        },
        { name: 'commit', atMostMs: LAST_COMMIT_MS, run: () => recorder.settled() },
        {
          name: 'ESMEs',
          atMostMs: ESME_UNBIND_MS,
          run: () => {
            esme.unbind()
            return esme.drained()
          },
        },
        { name: 'listener', atMostMs: LAST_COMMIT_MS, run: () => esme.close() },
        {
          name: 'last commit',
          atMostMs: LAST_COMMIT_MS,
          run: () => recorder.settled(),
          late: () => recorder.abandon(),
        },
        { name: 'store', atMostMs: LAST_COMMIT_MS, run: () => store.close() },
        { name: 'admin', atMostMs: ESME_UNBIND_MS, run: () => admin.stop() },
      ]
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

/** How much of the grace vendors may use to answer; the rest is for what follows from their answers. */
const VENDORS_SHARE = 0.7
/** How long ESMEs may take to answer an unbind. */
const ESME_UNBIND_MS = 2000
/** How long what is known may take to reach the disk. */
const LAST_COMMIT_MS = 3000

async function openStore(config: Config): Promise<Store> {
  const { kind, path, mapBytes, lowWaterBytes } = config.store
  return kind === 'memory' ? new MemoryStore() : openLmdbStore({ folder: path, mapBytes, lowWaterBytes })
}

function destinationsOf(target: LaneTarget): readonly string[] {
  switch (target.kind) {
    case 'vendor':
      return target.route.map(vendorDestinationId)
    case 'esme':
      return [receiversId(target.account)]
    case 'wait':
      return []
  }
}

function rulesByConnection(directory: Snapshot, config: Config): ReadonlyMap<ConnectionId, ConnectionRules> {
  const rules = (connection: Connection): ConnectionRules => ({
    id: connection.id,
    places: connection.window * connection.binds,
    vendor: connection.vendor,
    resend: connection.resend,
    requestReceipt: connection.requestReceipt,
    onUnanswered: connection.onUnanswered,
    waitReceiptMs: connection.waitReceiptMs,
    receiptGraceMs: config.delivery.receiptGraceMs,
  })
  return new Map(directory.connections().map((connection) => [connection.id, rules(connection)]))
}

/** Where a message goes by today's directory, when the connections that it was routed to are gone. */
function routeAnew(directory: Snapshot, message: Message): NewRoute | undefined {
  const account = directory.account(message.account)
  const policy = account && directory.policyFor(account.domain, message.destination.value)
  if (policy === undefined) return undefined
  const route = directory.routeFor(policy, message.destination.value)
  return route.length === 0 ? undefined : { route, failover: policy.failover }
}

function freeBytes(store: Store): number {
  const { usedBytes, limitBytes } = store.usage()
  return limitBytes === 0 ? 0 : limitBytes - usedBytes
}

function every(ms: number, fn: () => void): Cancel {
  const timer = setInterval(fn, ms)
  return () => clearInterval(timer)
}
