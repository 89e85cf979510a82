// The middle of the switch, between the store and the edges: recorder, courier, dispatcher, correlator, sweeper, tied together.
// Belongs to the composition root.

import { AccountLimits } from './account-limits.js'
import type { CarrierLimits } from './carrier-limits.js'
import type { Config } from './config/settings.js'
import { Courier } from './delivery/courier.js'
import type { CourierEvents, CourierPorts, Told } from './delivery/courier-ports.js'
import { Dispatcher } from './delivery/dispatcher.js'
import { LOOKUP_DESK } from './delivery/lookup-desk.js'
import type { LaneTarget } from './delivery/lane-key.js'
import { LimitedSegments } from './delivery/limited-segments.js'
import { NumberPaces } from './delivery/number-paces.js'
import type { ConnectionRules } from './delivery/outcome.js'
import { Success } from './delivery/success.js'
import type { MoneyPorts } from './delivery/settling.js'
import { Sweeper } from './delivery/sweeper.js'
import type { RoutedConnection, Snapshot } from './directory/snapshot.js'
import { maySendOver } from './directory/may-send-over.js'
import { API_ECHO } from './edges/api/message-submission.js'
import { receiversId } from './edges/esme/receivers.js'
import { vendorDestinationId } from './edges/destination-ids.js'
import { createInstruments, type Instruments } from './instruments.js'
import type { LimitInstruments } from './limit-instruments.js'
import type { Clock, Timers } from './lib/clock.js'
import type { Delivery } from './message/delivery.js'
import type { IdSource } from './message/id-source.js'
import type { ConnectionId } from './message/ids.js'
import { toPeer } from './pipeline/translate/dialed.js'
import type { PoolSenders } from './pool-senders.js'
import { Correlator, type VendorReceipt } from './receipts/correlator.js'
import { originOf } from './receipts/origin.js'
import type { Store } from './store/contracts/store.js'
import { GroupCommit } from './store/group-commit.js'
import type { SwitchTime } from './switch-time.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'
import type { TraceHooks } from './message-traces.js'

export interface CorePorts {
  readonly config: Config
  readonly directory: () => Snapshot
  readonly store: Store
  readonly time: SwitchTime
  readonly ids: IdSource
  readonly clock: Clock
  readonly timers: Timers
  readonly metrics: Metrics
  readonly log: Log
  /** A commit is done and everybody concerned has been told. */
  readonly onCommitted: () => void
  readonly onLost: (error: Error) => void
  readonly told: Told
  readonly leftDesk: NonNullable<CourierPorts['leftDesk']>
  readonly money: MoneyPorts
  /** Numbers of pools; left out where there are none. */
  readonly senders?: PoolSenders | undefined
  readonly carrierLimits: CarrierLimits
  readonly limitInstruments: LimitInstruments
  /** Left out: nothing is remembered of single messages. */
  readonly traces?: TraceHooks | undefined
  readonly tellsTaken?: CourierPorts['tellsTaken']
  readonly endedFrom?: CourierPorts['endedFrom']
}

export interface Core {
  readonly recorder: GroupCommit
  readonly courier: Courier
  readonly dispatcher: Dispatcher
  readonly correlator: Correlator
  readonly sweeper: Sweeper
  readonly success: Success
  readonly instruments: Instruments
  /** May messages be sent over it by the directory of now? Its link may be down. */
  readonly isUsable: (connection: ConnectionId) => boolean
  /** Takes the receipts of one read of a vendor. */
  readonly takeReceipts: (batch: readonly VendorReceipt[]) => void
  /** Another directory is in force. Connections that it does not have keep their rules until they are gone. */
  readonly follow: () => void
  readonly connectionGone: (connection: ConnectionId) => void
}

/** What happened and is not durable yet: above so much nothing more is sent, so that a failing store stops the sending. */
const MAX_UNRECORDED = 50_000
const DAY_MS = 86_400_000
const FOR_EVER_MS = 1000 * 365 * DAY_MS
/** Segments that late answers and receipts are matched with while they wait. */
export const UNANSWERED_MAX = 100_000

export function buildCore(ports: CorePorts): Core {
  const { config, directory, store, ids, clock, timers, metrics, log, senders, carrierLimits, limitInstruments } = ports
  const { traces } = ports
  const { nowMs, anchor } = ports.time
  const instruments = createInstruments(metrics, log, clock)
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers,
      defer: (fn) => void setImmediate(fn),
      anchor,
      onCommitted: (units, elapsedMs) => {
        instruments.onCommitted(units, elapsedMs)
        ports.onCommitted()
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

  const success = new Success((connection, percent, attempts, pauseMs) => {
    metrics.rests.count(connection)
    log.event('vendor.resting', { connection, percent, attempts, pauseMs })
  })
  const rules = rulesByConnection(directory(), config)
  const paces = senders && new NumberPaces((number) => senders.perSecond(number))
  const limits = new AccountLimits(directory, nowMs, paces, carrierLimits)
  const limited = new LimitedSegments(carrierLimits)
  const calledAs = (connection: ConnectionId, number: string): string =>
    toPeer(directory().connection(connection)?.dialing.calledOut, { ton: 0, npi: 0, value: number }).value
  const isUsable = (connection: ConnectionId): boolean => maySendOver(directory().connection(connection))
  const courier = new Courier(
    {
      recorder,
      ids,
      calledAs,
      rules: (connection) => rules.get(connection),
      isUsable,
      nowMs,
      wallMs: () => clock.wallMs(),
      told:
        traces === undefined
          ? ports.told
          : (account, id, parts, state, error, doneAtMs) => {
              ports.told(account, id, parts, state, error, doneAtMs)
              traces.ended(id, state, doneAtMs)
            },
      leftDesk: ports.leftDesk,
      money: ports.money,
      senders,
      limited,
      tellsTaken: ports.tellsTaken,
      endedFrom: ports.endedFrom,
      judged: (connection, isTaken, rules) => success.ended(connection, isTaken, rules, nowMs()),
      events: traces === undefined ? instruments.courier : tracedEvents(instruments.courier, traces),
    },
    {
      receiptMaxAgeMs: config.receipts.maxAgeMs,
      receiptsPerAccount: (account) => directory().account(account)?.maxReceipts ?? config.receipts.maxPerAccount,
      recorded: { echo: API_ECHO, keepMs: config.api.keepDays === 0 ? FOR_EVER_MS : config.api.keepDays * DAY_MS },
      receiptResend: { stepMs: config.receipts.retryMs, max: config.receipts.maxTries - 1 },
      unansweredMax: UNANSWERED_MAX,
    },
  )

  const overdue = (delivery: Delivery): void => {
    traces?.leaves(delivery, dispatcher.laneView(delivery.lane), 'expired', nowMs())
    courier.overdue(delivery)
  }
  const maySendAs = (delivery: Delivery): boolean => {
    if (courier.maySendAs(delivery)) return true
    traces?.leaves(delivery, dispatcher.laneView(delivery.lane), 'moved', nowMs())
    return false
  }

  let pumpIsDue = false
  const dispatcher = new Dispatcher(
    {
      readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
      destinationsOf,
      limitsOf: (target) => limits.of(target),
      maySend: () => recorder.facts < MAX_UNRECORDED,
      overdue,
      maySendAs,
      limited,
      letGo:
        traces === undefined
          ? limitInstruments.letGo
          : (lane, delivery, held) => {
              limitInstruments.letGo(lane, delivery, held)
              traces.letGo(lane, delivery, held)
            },
      failed: traces?.failed,
      capped: (delivery) => {
        limitInstruments.capped(delivery)
        courier.capped(delivery)
      },
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
      outbox: (...told) => courier.outbox(...told),
      offer: (receipts) => courier.offer(receipts),
      claimUnanswered: (...asked) => courier.claimUnanswered(...asked),
      released: (delivery) => courier.released(delivery),
      originOf: (delivery) => originOf(delivery.message),
      calledAs,
      heard: (phone, network) => carrierLimits.heard(phone, network),
      failed: (message, report) => courier.failed(message, report),
      cdr: ports.money.cdr,
      moved: ports.money.moved,
      onFate: instruments.onFate,
      onBug: (error) => log.event('receipts.failed', { error }),
      nowMs,
      wallMs: () => clock.wallMs(),
    },
    {
      parkedMax: config.receipts.parkedMax,
      parkedMs: config.receipts.parkedMs,
      claimAfterMs: config.receipts.claimAfterMs,
      seenMax: 100_000,
    },
  )
  courier.connect(dispatcher, correlator)
  if (carrierLimits.isOn()) dispatcher.limitsChanged(nowMs(), true)

  const sweeper = new Sweeper(
    {
      store,
      seize: (delivery) => dispatcher.seize(delivery),
      overdue,
      giveUp: (awaiting) => correlator.giveUp(awaiting),
      giveUpGroup: (group) => correlator.giveUpGroup(group),
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

  const follow = (): void => {
    for (const [id, ofConnection] of rulesByConnection(directory(), config)) rules.set(id, ofConnection)
    if (limits.follow()) dispatcher.limitsChanged(nowMs(), carrierLimits.isOn())
  }
  const connectionGone = (connection: ConnectionId): void => {
    if (directory().connection(connection) === undefined) rules.delete(connection)
  }

  return {
    ...{ recorder, courier, dispatcher, correlator, sweeper, success, instruments, takeReceipts, isUsable },
    follow,
    connectionGone,
  }
}

function tracedEvents(events: CourierEvents, traces: TraceHooks): CourierEvents {
  return {
    ...events,
    ended: (state, reason, delivery) => {
      events.ended(state, reason, delivery)
      if (reason !== undefined) traces.failedBy(reason, delivery)
    },
  }
}

function destinationsOf(target: LaneTarget): readonly string[] {
  switch (target.kind) {
    case 'vendor':
      return target.route.map(vendorDestinationId)
    case 'esme':
      return [receiversId(target.account)]
    case 'undecided':
      return [LOOKUP_DESK]
    case 'wait':
      return []
  }
}

function rulesByConnection(directory: Snapshot, config: Config): Map<ConnectionId, ConnectionRules> {
  const rules = (connection: RoutedConnection): ConnectionRules => ({
    id: connection.id,
    places: connection.window * connection.binds,
    vendor: connection.vendor,
    resend: connection.resend,
    requestReceipt: connection.requestReceipt,
    segmentReceipts: connection.segmentReceipts,
    onUnanswered: connection.onUnanswered,
    waitReceiptMs: connection.waitReceiptMs,
    adaptive: connection.adaptive,
    settleOn: connection.settleOn,
    receiptTimeoutMs: connection.receiptTimeoutMs,
    onReceiptTimeout: connection.onReceiptTimeout,
    receiptGraceMs: config.delivery.receiptGraceMs,
  })
  return new Map(directory.connections().map((connection) => [connection.id, rules(connection)]))
}

function freeBytes(store: Store): number {
  const { usedBytes, limitBytes } = store.usage()
  return limitBytes === 0 ? 0 : limitBytes - usedBytes
}
