// The delivery room over an LMDB store with many lanes and one destination: how fast the live ones go, with or without a lane
// beside them that is blocked for ever. Measures; expects nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Courier } from '../../src/delivery/courier.js'
import type { Destination, SendResult } from '../../src/delivery/destination.js'
import { Dispatcher } from '../../src/delivery/dispatcher.js'
import { vendorLane } from '../../src/delivery/lane-key.js'
import type { Limit } from '../../src/delivery/limits.js'
import { Sweeper } from '../../src/delivery/sweeper.js'
import { systemClock, systemTimers } from '../../src/lib/clock.js'
import type { Delivery, SegmentDelivery } from '../../src/message/delivery.js'
import { createIdSource, type IdSource } from '../../src/message/id-source.js'
import type { AccountId, ConnectionId, DeliveryId, VendorId } from '../../src/message/ids.js'
import { receiptRequestOf } from '../../src/message/receipt.js'
import { CdrLines } from '../../src/money/cdr.js'
import { Correlator } from '../../src/receipts/correlator.js'
import { originOf } from '../../src/receipts/origin.js'
import type { Store } from '../../src/store/contracts/store.js'
import type { Unit } from '../../src/store/contracts/unit.js'
import { GroupCommit } from '../../src/store/group-commit.js'
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js'

const connection = 'shared' as ConnectionId
const vendor = 'v' as VendorId
const blocked = 'blocked' as AccountId
const route: readonly ConnectionId[] = [connection]
const DAY_MS = 86_400_000
/** Messages accepted and not delivered yet: the sender holds back beyond it. */
const BACKLOG = 4_000
const WINDOW = 400

const never: Limit = { name: 'campaign blocked', take: () => false, giveBack: () => undefined, nextMs: () => Infinity }

/** Answers the next turn of the event loop, as a peer on the same machine would. */
class SharedDestination implements Destination {
  readonly id = `c:${connection}`
  readonly up = true
  #underWay: SegmentDelivery[] = []
  #answering = false
  readonly #answered: (batch: readonly SegmentDelivery[]) => void

  constructor(answered: (batch: readonly SegmentDelivery[]) => void) {
    this.#answered = answered
  }

  room(): number {
    return WINDOW - this.#underWay.length
  }

  roomAtMs(): number {
    return Infinity
  }

  send(delivery: Delivery): SendResult {
    if (delivery.kind !== 'segment') return 'full'
    this.#underWay.push(delivery)
    if (this.#answering) return 'sent'
    this.#answering = true
    setImmediate(() => {
      const batch = this.#underWay
      this.#underWay = []
      this.#answering = false
      this.#answered(batch)
    })
    return 'sent'
  }
}

function segmentOf(account: AccountId, ids: IdSource, nowMs: number): SegmentDelivery {
  const id = ids.next()
  const expiresAtMs = nowMs + 2 * DAY_MS
  return {
    kind: 'segment',
    lane: vendorLane(route, 0, account),
    dueMs: nowMs,
    id: id as string as DeliveryId,
    message: {
      id,
      direction: 'mt',
      asSent: undefined,
      account,
      source: { ton: 5, npi: 0, value: 'Sender' },
      destination: { ton: 1, npi: 1, value: '12025550123' },
      content: { dataCoding: 0, udhi: false, octets: Buffer.from('One message among very many, of a usual length.') },
      shape: 'whole',
      parts: [],
      serviceType: '',
      protocolId: 0,
      priority: 0,
      replyPath: false,
      receiptRequest: receiptRequestOf(0),
      tlvs: [],
      userMessageReference: -1,
      acceptedAtMs: nowMs,
      expiresAtMs,
    },
    route,
    hop: 0,
    failover: 'none',
    failures: 0,
    unansweredBy: '',
    bill: undefined,
    progress: undefined,
    expiresAtMs,
  }
}

export interface Room {
  /** Brings so many messages through, round robin over the live lanes; resolves with messages a second. */
  run(messages: number): Promise<number>
  /** Deliveries in the store now, as counted. */
  readonly total: number
  /** How often the blocked lane was read. */
  readonly blockedReads: number
  /** Deliveries of the blocked lane that were sent. */
  readonly blockedSent: number
  close(): Promise<void>
}

/** @param blockedMessages in a lane whose limit never gives; 0 for no such lane */
export async function openRoom(liveLanes: number, blockedMessages: number): Promise<Room> {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-lanes-'))
  const store = await openLmdbStore({ folder, mapBytes: 16 * 2 ** 30, lowWaterBytes: 0 })
  const clock = systemClock()
  const nowMs = (): number => clock.monotonicMs() + 1_700_000_000_000
  const anchor = () => ({ switchMs: nowMs(), monotonicMs: clock.monotonicMs(), bootId: 'boot' })
  const ids = createIdSource(0, await store.takeEpoch(), () => 0xffff)
  await fill(store, blockedMessages, () => segmentOf(blocked, ids, nowMs()), anchor)

  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers: systemTimers(),
      defer: (fn) => void setImmediate(fn),
      anchor,
      onCommitted: () => dispatcher.pump(nowMs()),
      onFailure: (error) => {
        throw error
      },
      onRecovered: () => undefined,
      onLost: () => undefined,
    },
    { lazyMs: 5, maxUnits: 5_000, retryMs: 100, retryMaxMs: 1_000, maxReopens: 3 },
  )
  const rules = {
    id: connection,
    places: 1000,
    vendor,
    resend: { stepMs: 30_000, max: 20 },
    requestReceipt: 'asAsked',
    onUnanswered: 'resend',
    waitReceiptMs: DAY_MS,
    receiptGraceMs: DAY_MS,
    segmentReceipts: 'all',
    settleOn: 'answer',
    receiptTimeoutMs: DAY_MS,
    onReceiptTimeout: 'charge',
  } as const
  let ended = 0
  let onEnded: () => void = () => undefined
  const cdr = new CdrLines(() => 'EUR')
  const courier = new Courier(
    {
      recorder,
      ids,
      rules: () => rules,
      isUsable: () => true,
      nowMs,
      wallMs: () => clock.wallMs(),
      money: { cdr, moved: () => undefined, vendorPrice: () => undefined },
      events: {
        resent: () => undefined,
        ended: () => {
          ended++
          onEnded()
        },
        receiptQueued: () => undefined,
        receiptDropped: () => undefined,
        receiptEnded: () => undefined,
        moEnded: () => undefined,
        abandoned: () => undefined,
        lateAnswerUsed: () => undefined,
      },
    },
    {
      receiptMaxAgeMs: DAY_MS,
      receiptsPerAccount: () => 1_000,
      receiptResend: { stepMs: 1_000, max: 3 },
      unansweredMax: 1_000,
    },
  )
  let blockedReads = 0
  let blockedSent = 0
  let pumpIsDue = false
  const dispatcher: Dispatcher = new Dispatcher(
    {
      readLane: (lane, dueByMs, held, limit) => {
        if (lane.endsWith(blocked)) blockedReads++
        return store.readLane(lane, dueByMs, held, limit)
      },
      destinationsOf: (target) => (target.kind === 'vendor' ? [`c:${connection}`] : []),
      limitsOf: (target) => (target.kind === 'vendor' && target.account === blocked ? [never] : []),
      overdue: (delivery) => courier.overdue(delivery),
      readFailed: (_, error) => {
        throw error
      },
      wanted: () => {
        if (pumpIsDue) return
        pumpIsDue = true
        setImmediate(() => {
          pumpIsDue = false
          dispatcher.pump(nowMs())
        })
      },
    },
    { readAheadPerLane: 2_000, readAheadTotal: 50_000, readAheadFloor: 32, quantum: 8 },
  )
  const destination = new SharedDestination((batch) => {
    for (const delivery of batch) {
      if (delivery.message.account === blocked) blockedSent++
      courier.attemptEnded(delivery, connection, { kind: 'taken', vendorMessageId: '' })
    }
    dispatcher.hasRoom(destination.id)
  })
  const correlator = new Correlator(
    {
      store,
      recorder,
      outbox: () => [],
      offer: () => undefined,
      claimUnanswered: () => undefined,
      released: () => undefined,
      originOf: ({ message }) => originOf(message),
      failed: () => undefined,
      cdr,
      moved: () => undefined,
      onFate: () => undefined,
      nowMs,
      wallMs: () => clock.wallMs(),
    },
    { parkedMax: 10, parkedMs: 1_000, seenMax: 10 },
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
      failed: (error) => {
        throw error
      },
    },
    5_000,
  )
  dispatcher.add(destination)
  dispatcher.changed(destination.id, nowMs())
  dispatcher.restore(await store.lanes(), nowMs())
  const intervals = [
    setInterval(() => dispatcher.nextTickMs() <= nowMs() && dispatcher.tick(nowMs()), 20),
    setInterval(() => void sweeper.step(nowMs()), 100),
    setInterval(() => dispatcher.expireReady(nowMs()), 1_000),
  ]

  const accounts = Array.from({ length: liveLanes }, (_, i) => `account${i}` as AccountId)
  const listener = {
    durable: (unit: Unit) => {
      if (unit.kind === 'accepted') courier.accepted(unit.delivery)
    },
    refused: () => {
      throw new Error('the store refused a message')
    },
  }
  let next = 0
  const run = async (messages: number): Promise<number> => {
    const startedMs = clock.monotonicMs()
    ended = 0
    let offered = 0
    await new Promise<void>((resolve) => {
      let isDue = false
      const offer = (): void => {
        isDue = false
        const atMs = nowMs()
        for (; offered < messages && offered - ended < BACKLOG; offered++)
          recorder.offer({ kind: 'accepted', delivery: segmentOf(accounts[next++ % liveLanes]!, ids, atMs) }, listener)
      }
      onEnded = () => {
        if (ended === messages) resolve()
        else if (!isDue && offered < messages) {
          isDue = true
          setImmediate(offer)
        }
      }
      offer()
    })
    await recorder.settled()
    return (messages * 1000) / (clock.monotonicMs() - startedMs)
  }
  return {
    run,
    get total() {
      return dispatcher.total
    },
    get blockedReads() {
      return blockedReads
    },
    get blockedSent() {
      return blockedSent
    },
    async close() {
      for (const interval of intervals) clearInterval(interval)
      await recorder.settled()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function fill(
  store: Store,
  count: number,
  make: () => SegmentDelivery,
  anchor: () => Parameters<Store['commit']>[1],
): Promise<void> {
  const perCommit = 5_000
  for (let made = 0; made < count; made += perCommit) {
    const units = Array.from({ length: Math.min(perCommit, count - made) }, (): Unit => ({
      kind: 'accepted',
      delivery: make(),
    }))
    await store.commit(units, anchor())
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

export interface Comparison {
  readonly liveLanes: number
  readonly blockedMessages: number
  readonly messagesPerRound: number
  /** Messages a second of each round, one after the other in turn. */
  readonly alone: readonly number[]
  readonly beside: readonly number[]
  /** Median over the rounds of the speed beside the blocked lane by that without it just before. */
  readonly ratio: number
  readonly blockedReads: number
  readonly blockedSent: number
  readonly leftInStore: number
}

/** Rounds without and with the blocked lane in turn, so that a noisy machine is as noisy for both. The first of each warms up. */
export async function compare(
  liveLanes: number,
  blockedMessages: number,
  messagesPerRound: number,
  rounds: number,
): Promise<Comparison> {
  const without = await openRoom(liveLanes, 0)
  const withBlocked = await openRoom(liveLanes, blockedMessages)
  try {
    const alone: number[] = []
    const beside: number[] = []
    for (let round = -1; round < rounds; round++) {
      const [first, second] = [await without.run(messagesPerRound), await withBlocked.run(messagesPerRound)]
      if (round < 0) continue
      alone.push(Math.round(first))
      beside.push(Math.round(second))
    }
    return {
      liveLanes,
      blockedMessages,
      messagesPerRound,
      alone,
      beside,
      ratio: median(beside.map((speed, round) => speed / alone[round]!)),
      blockedReads: withBlocked.blockedReads,
      blockedSent: withBlocked.blockedSent,
      leftInStore: withBlocked.total,
    }
  } finally {
    await without.close()
    await withBlocked.close()
  }
}
