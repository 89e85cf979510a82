// For tests: courier, dispatcher, correlator and group commit as the daemon joins them, over the memory store, a fake clock
// and destinations that do what a test says. No expectations.

import { FakeClock } from '../lib/fake-clock.js'
import type { Move } from '../message/bill.js'
import type { Delivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { Limited } from '../message/limited.js'
import { createIdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, DeliveryId, VendorId } from '../message/ids.js'
import { combinedRequest, receiptRequestOf } from '../message/receipt.js'
import { CdrLines } from '../money/cdr.js'
import { Correlator, type CorrelatorOptions, type VendorReceipt } from '../receipts/correlator.js'
import { originOf } from '../receipts/origin.js'
import { anchorAt, segment } from '../store/conformance-rows.suite.js'
import type { Store } from '../store/contracts/store.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Courier, type CourierOptions, type CourierPorts } from './courier.js'
import type { Destination, SendResult } from './destination.js'
import { Dispatcher, type DispatcherOptions, type DispatcherPorts } from './dispatcher.js'
import { vendorLane, type LaneTarget } from './lane-key.js'
import type { Limit } from './limits.js'
import type { ConnectionRules } from './connection-rules.js'
import { Sweeper } from './sweeper.js'

export const acme = 'acme' as AccountId
export const a = 'a' as ConnectionId
export const b = 'b' as ConnectionId

const ruleDefaults: Omit<ConnectionRules, 'id'> = {
  places: 10,
  vendor: 'v' as VendorId,
  resend: { stepMs: 30_000, max: 20 },
  requestReceipt: 'asAsked',
  segmentReceipts: 'all',
  onUnanswered: 'resend',
  waitReceiptMs: 600_000,
  receiptGraceMs: 1_000,
  settleOn: 'answer',
  receiptTimeoutMs: 100_000,
  onReceiptTimeout: 'charge',
}

export function rulesOf(id: ConnectionId, changes: Partial<ConnectionRules> = {}): ConnectionRules {
  return { ...ruleDefaults, id, ...changes }
}

/** Takes what it has room for and keeps it under way until the test ends it. */
export class FakeDestination implements Destination {
  readonly id: string
  up = true
  window: number
  /** Under way, in the order of sending. */
  readonly underWay: Delivery[] = []
  /** All that was ever sent, with its time. */
  readonly sent: { readonly delivery: Delivery; readonly atMs: number }[] = []
  /** Called instead of keeping what is sent under way; false is `full`. */
  onSend: ((delivery: Delivery, nowMs: number) => boolean | 'later') | undefined

  constructor(id: string, window = 10) {
    this.id = id
    this.window = window
  }

  room(): number {
    return this.window - this.underWay.length
  }

  roomAtMs(): number {
    return Infinity
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    const goes = this.onSend?.(delivery, nowMs) ?? true
    if (goes !== true) return goes === false ? 'full' : goes
    this.sent.push({ delivery, atMs: nowMs })
    if (this.onSend === undefined) this.underWay.push(delivery)
    return 'sent'
  }

  get sentIds(): readonly DeliveryId[] {
    return this.sent.map(({ delivery }) => delivery.id)
  }
}

export interface RigOptions {
  readonly store?: Store
  readonly epoch?: number
  readonly rules?: readonly ConnectionRules[]
  readonly limitsOf?: (target: LaneTarget) => readonly Limit[]
  readonly dispatcher?: Partial<DispatcherOptions>
  readonly courier?: Partial<CourierOptions>
  readonly correlator?: Partial<CorrelatorOptions>
  readonly ports?: Partial<DispatcherPorts>
  readonly clock?: FakeClock
  readonly sweepRowsPerSecond?: number
  readonly told?: CourierPorts['told']
  readonly money?: Partial<CourierPorts['money']>
  readonly senders?: CourierPorts['senders']
  readonly limited?: CourierPorts['limited']
  readonly tellsTaken?: CourierPorts['tellsTaken']
  readonly endedFrom?: CourierPorts['endedFrom']
  /** Those with rules, unless it is said. */
  readonly isUsable?: CourierPorts['isUsable']
}

export type Rig = ReturnType<typeof makeRig>

export function makeRig(options: RigOptions = {}) {
  const clock = options.clock ?? new FakeClock({ monotonicMs: 1_000_000 })
  const store = options.store ?? new MemoryStore()
  const nowMs = (): number => clock.monotonicMs()
  const deferred: (() => void)[] = []
  const log: string[] = []
  const ids = createIdSource(0, options.epoch ?? 1, () => 0xffff)
  const rules = new Map((options.rules ?? [rulesOf(a), rulesOf(b)]).map((rule) => [rule.id, rule]))
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers: clock,
      defer: (fn) => void deferred.push(fn),
      anchor: () => anchorAt(nowMs()),
      onCommitted: () => dispatcher.pump(nowMs()),
      onFailure: (error) => log.push(`store ${error.failure}`),
      onRecovered: () => log.push('store recovered'),
      onLost: () => log.push('store lost'),
      onBug: (error) => {
        bugs.push(error)
      },
    },
    { lazyMs: 2, maxUnits: 1000, retryMs: 100, retryMaxMs: 400, maxReopens: 3 },
  )
  const bugs: unknown[] = []
  const money: CourierPorts['money'] = {
    cdr: new CdrLines(() => 'EUR'),
    moved: () => undefined,
    vendorPrice: () => undefined,
    ...options.money,
  }
  const courier = new Courier(
    {
      recorder,
      ids,
      rules: (connection) => rules.get(connection),
      isUsable: options.isUsable ?? ((connection) => rules.has(connection)),
      nowMs,
      wallMs: () => clock.wallMs(),
      told: options.told,
      money,
      senders: options.senders,
      limited: options.limited,
      tellsTaken: options.tellsTaken,
      endedFrom: options.endedFrom,
      events: {
        resent: (connection) => log.push(`resent ${connection}`),
        ended: (state, reason) => log.push(`ended ${state} ${reason ?? 'well'}`),
        receiptQueued: (state) => log.push(`receipt ${state}`),
        receiptDropped: (account) => log.push(`receipt dropped ${account}`),
        receiptEnded: (outcome) => log.push(`receipt ${outcome}`),
        moEnded: (outcome) => log.push(`mo ${outcome}`),
        abandoned: (state, reason, part) => log.push(`abandoned ${state} ${reason} ${part.id}`),
        lateAnswerUsed: (connection) => log.push(`late ${connection}`),
      },
    },
    {
      receiptMaxAgeMs: 1_000_000_000,
      receiptsPerAccount: () => 1000,
      receiptResend: { stepMs: 5_000, max: 2 },
      unansweredMax: 100,
      ...options.courier,
    },
  )
  const dispatcher: Dispatcher = new Dispatcher(
    {
      readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
      destinationsOf: (target) =>
        target.kind === 'vendor'
          ? target.route.map((id) => `c:${id}`)
          : target.kind === 'esme'
            ? [`a:${target.account}`]
            : [],
      limitsOf: options.limitsOf ?? (() => []),
      overdue: (delivery) => courier.overdue(delivery),
      maySendAs: (delivery) => courier.maySendAs(delivery),
      capped: (delivery) => courier.capped(delivery),
      limited: options.limited,
      readFailed: (lane) => log.push(`read failed ${lane}`),
      wanted: () => void deferred.push(() => dispatcher.pump(nowMs())),
      ...options.ports,
    },
    { readAheadPerLane: 8, readAheadTotal: 64, readAheadFloor: 2, quantum: 2, ...options.dispatcher },
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
      failed: (message, report) => courier.failed(message, report),
      cdr: money.cdr,
      moved: money.moved,
      onFate: (fate) => log.push(`fate ${fate}`),
      onBug: (error) => bugs.push(error),
      nowMs,
      wallMs: () => clock.wallMs(),
    },
    { parkedMax: 10, parkedMs: 60_000, seenMax: 100, ...options.correlator },
  )
  courier.connect(dispatcher, correlator)
  const sweeper = new Sweeper(
    {
      store,
      seize: (delivery) => dispatcher.seize(delivery),
      overdue: (delivery) => courier.overdue(delivery),
      giveUp: (awaiting) => correlator.giveUp(awaiting),
      giveUpGroup: (group) => correlator.giveUpGroup(group),
      sweeping: (on) => {
        dispatcher.sweeping(on)
        correlator.sweeping(on)
      },
      failed: () => log.push('sweep failed'),
    },
    options.sweepRowsPerSecond ?? 100_000,
  )

  const microtasks = async (): Promise<void> => {
    for (let i = 0; i < 12; i++) await Promise.resolve()
  }
  /** Ends turns of the event loop until nothing is left to do now. What is recorded lazily is committed. */
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 1000; turns++) {
      await microtasks()
      if (deferred.length === 0) {
        const before = recorder.pending
        if (before === 0) return
        void recorder.settled()
        await microtasks()
        if (deferred.length === 0 && recorder.pending === before) return // the store fails or is held
      }
      for (const fn of deferred.splice(0)) fn()
    }
    throw new Error('it never comes to rest')
  }
  /** Lets time pass as the daemon's ticks would. */
  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs() + ms
    for (;;) {
      await settle()
      const nextMs = Math.min(Math.max(dispatcher.nextTickMs(), nowMs()), untilMs)
      clock.advance(nextMs - nowMs())
      dispatcher.tick(nowMs())
      if (nowMs() >= untilMs) return settle()
    }
  }
  const addDestination = (id: string, window?: number): FakeDestination => {
    const destination = new FakeDestination(id, window)
    dispatcher.add(destination)
    dispatcher.changed(id, nowMs())
    return destination
  }
  let made = 0
  /** A message as the pipeline would accept it; its route decides the lane. */
  const submit = (
    changes: Partial<SegmentDelivery> & {
      readonly registered?: number
      readonly to?: string
      /** What each of the parts that it came in asked for; the first has the id of the message. */
      readonly parts?: readonly number[]
      /** What was reserved for it, and how that is undone. */
      readonly move?: Move
      readonly undo?: () => void
      readonly limited?: Limited
      readonly octets?: Uint8Array
    } = {},
  ) => {
    const { registered = 1, to = '447700900123', parts = [], move, undo, limited, octets, ...rest } = changes
    const route = changes.route ?? routeA
    const id = ids.next()
    const expiresAtMs = changes.expiresAtMs ?? nowMs() + 48 * 3_600_000
    const base = segment(++made)
    const delivery: SegmentDelivery = {
      ...base,
      id: id as string as DeliveryId,
      lane: vendorLane(route, 0, changes.message?.account ?? acme, changes.sender, limited),
      route,
      dueMs: nowMs(),
      expiresAtMs,
      message: {
        ...base.message,
        id,
        account: acme,
        ...(limited && { source: { ton: 1, npi: 1, value: limited.number } }),
        ...(octets && { content: { dataCoding: 0, udhi: false, octets } }),
        ...(changes.sender && { source: { ton: 1, npi: 1, value: changes.sender.number } }),
        destination: { ton: 1, npi: 1, value: to },
        receiptRequest:
          parts.length === 0 ? receiptRequestOf(registered) : combinedRequest(parts.map(receiptRequestOf)),
        parts: parts.map((asked, i) => ({
          id: i === 0 ? id : ids.next(),
          receiptRequest: receiptRequestOf(asked),
          userMessageReference: i,
        })),
        acceptedAtMs: clock.wallMs(),
        expiresAtMs,
      },
      ...rest,
    }
    recorder.offer(
      { kind: 'accepted', delivery, move },
      {
        durable: () => courier.accepted(delivery),
        refused: () => {
          undo?.()
          log.push('refused')
        },
      },
    )
    return delivery
  }
  const restore = async (): Promise<void> => {
    dispatcher.restore(await store.lanes(), nowMs())
    await correlator.restore(await store.parked())
  }
  /** What the sender is told now: the receipts sent to its destination. */
  const receiptsTo = (esme: FakeDestination): readonly string[] =>
    esme.sent
      .map(({ delivery }) => delivery as ReceiptDelivery)
      .map(({ receipt }) => `${receipt.state} ${receipt.error} ${receipt.origin.messageId}`)

  return {
    clock,
    store,
    recorder,
    courier,
    dispatcher,
    correlator,
    sweeper,
    log,
    bugs,
    ids,
    nowMs,
    settle,
    advance,
    addDestination,
    submit,
    restore,
    receiptsTo,
  }
}

export const routeA: readonly ConnectionId[] = [a]
export const routeAB: readonly ConnectionId[] = [a, b]

/** Takes the oldest delivery that is under way off a destination. */
export function firstOf(destination: FakeDestination): SegmentDelivery {
  const delivery = destination.underWay.shift()
  if (delivery?.kind !== 'segment') throw new Error('no segment is under way')
  return delivery
}

/** A vendor's receipt; `answer` is filled in with what the vendor is told. */
export function vendorReceipt(
  ids: readonly string[],
  state: VendorReceipt['report']['state'] = 'DELIVERED',
  changes: Partial<VendorReceipt['report']> = {},
): VendorReceipt & { readonly answers: ('stored' | 'failed')[]; readonly learnt: number[] } {
  const answers: ('stored' | 'failed')[] = []
  const learnt: number[] = []
  return {
    vendor: 'v' as VendorId,
    connection: a,
    ids,
    report: { state, error: '000', doneAtMs: 5_000, destination: '447700900123', ...changes },
    learn: (index) => void learnt.push(index),
    stored: () => void answers.push('stored'),
    failed: () => void answers.push('failed'),
    answers,
    learnt,
  }
}

/** A message in the lane of this account. */
export function submitFor(rig: Rig, account: string, changes: Parameters<Rig['submit']>[0] = {}): DeliveryId {
  const lane = vendorLane(changes.route ?? routeA, 0, account as AccountId)
  return rig.submit({ ...changes, lane }).id
}

/** The vendor takes all that it has, and needs no report. */
export function endAll(rig: Rig, destination: FakeDestination): void {
  while (destination.underWay.length > 0)
    rig.courier.attemptEnded(firstOf(destination), a, { kind: 'taken', vendorMessageId: '' })
  rig.dispatcher.hasRoom(destination.id)
}
