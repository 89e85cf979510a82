// For tests: random histories of messages that leave in several segments, and their play: daemon, vendors, senders, store failures
// and crashes. What is checked at each step stands here too; the tests choose histories.

import fc from 'fast-check'
import { expect } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { isAskedFor, wantsReceipts } from '../message/receipt.js'
import { isFinal, type MessageState } from '../message/state.js'
import { anchorAt, contentsOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Audit } from './audit.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import type { SendResult } from './destination.js'
import type { Limit } from './limits.js'
import type { AttemptResult } from './outcome.js'
import { a, b, makeRig, routeA, routeAB, rulesOf, vendorReceipt, type FakeDestination } from './rig.suite.js'
import { phoneOf, World, type Story, type VendorSegment } from './world.suite.js'

const connections = [a, b] as const

export const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      route: fc.constantFrom(routeA, routeAB),
      failover: fc.constantFrom('none' as const, 'next' as const),
      /** Segments that it makes over each connection. */
      cuts: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      /** What its parts asked for; the message itself asks where there are none. */
      parts: fc.array(fc.constantFrom(0, 1, 1, 2, 3, 0x10, 0x11), { maxLength: 3 }),
      registered: fc.constantFrom(0, 1, 1, 2, 3, 0x10, 0x11),
      /** Several messages go to the same phone. */
      phone: fc.nat(5),
      validMs: fc.constantFrom(3_000.25, 60_000, 60_000, 60_000),
      /** Of a unit, where somebody pays. */
      price: fc.constantFrom(0, 7, 100, 400, 2_500),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      over: fc.constantFrom(0, 0, 1),
      which: fc.nat(4),
      how: fc.constantFrom(
        ...(['taken', 'taken', 'taken', 'taken', 'taken', 'takenNoId', 'takenSameId', 'takenOldId'] as const),
        ...(['temporary', 'permanent', 'unanswered', 'cannotCarry', 'notSent', 'pause'] as const),
      ),
      goOn: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat(3) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      which: fc.nat(8),
      state: fc.constantFrom(
        ...(['DELIVERED', 'DELIVERED', 'DELIVERED', 'ENROUTE', 'UNDELIVERABLE'] as MessageState[]),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('early' as const), over: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('missing' as const), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flip' as const), which: fc.nat(1) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 100.3, 1_000, 5_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('storeFails' as const),
      failure: fc.constantFrom('full' as const, 'io' as const),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'turn' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('microtasks' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
)
/** How long after the end of its validity a report is waited for. */
const GRACE_MS = 1_000
export const LENGTH = { maxLength: 150, size: 'max' } as const
export const crash = fc.constant({ kind: 'crash' as const })

export const ways = fc.record({
  onUnanswered: fc.constantFrom('resend' as const, 'waitReceipt' as const, 'fail' as const),
  requestReceipt: fc.constantFrom('asAsked' as const, 'asAsked' as const, 'always' as const, 'never' as const),
  segmentReceipts: fc.constantFrom('all' as const, 'all' as const, 'first' as const, 'last' as const),
  limited: fc.boolean(),
  /** Vendors give ids that other messages have had: little can be said of states then, but all of money. */
  reuses: fc.constantFrom(false, false, true),
  /** Turns of microtasks that a reading of the store takes after it has looked. */
  slow: fc.constantFrom(0, 3, 8),
})

export type Happening = typeof event extends fc.Arbitrary<infer E> ? E | { readonly kind: 'crash' } : never
export type Way = (typeof ways extends fc.Arbitrary<infer W> ? W : never) & {
  /** Somebody pays, by these rules. */
  readonly money?: Pick<ConnectionRules, 'settleOn' | 'onReceiptTimeout'>
}

/** How long reports are waited for that decide about money: longer than any message is valid. */
const RECEIPT_TIMEOUT_MS = 100_000

/** Rows are as they were when the store looked. */
function slowed(store: MemoryStore, turns: number): MemoryStore {
  const wait = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  }
  const findAwaiting = store.findAwaiting.bind(store)
  const findGroups = store.findGroups.bind(store)
  store.findAwaiting = async (keys) => {
    const rows = await findAwaiting(keys)
    await wait()
    return rows
  }
  store.findGroups = async (ids) => {
    const rows = await findGroups(ids)
    await wait()
    return rows
  }
  return store
}

/** One life of the daemon over a store. */
function boot(
  store: MemoryStore,
  clock: FakeClock,
  epoch: number,
  rules: readonly ConnectionRules[],
  world: World,
  gate: Limit | undefined,
  audit: Audit,
) {
  const rig = makeRig({
    money: {
      moved: (move) => audit.books.apply(move),
      vendorPrice: () => ({ currency: 'EUR', ownMicros: 3, exchange: '1', baseMicros: 3 }),
    },
    store,
    clock,
    epoch,
    rules,
    dispatcher: { readAheadPerLane: 4, readAheadTotal: 10, readAheadFloor: 1, quantum: 2 },
    correlator: { parkedMax: 1_000, parkedMs: 20_000, claimAfterMs: 2_000, seenMax: 1_000 },
    limitsOf: (target) => (gate === undefined || target.kind !== 'vendor' ? [] : [gate]),
    told: (_account, id, _parts, state) => void world.stories.get(id)?.recorded.push(state),
  })
  const wrong: string[] = []
  const accepted = rig.courier.accepted.bind(rig.courier)
  rig.courier.accepted = (delivery) => {
    world.accepted.add(delivery.message.id)
    accepted(delivery)
  }
  const destinations = connections.map((connection, c) => {
    const destination = rig.addDestination(`c:${connection}`, 3)
    destination.send = (delivery: Delivery, nowMs: number): SendResult => {
      if (!destination.up || destination.room() <= 0 || delivery.kind !== 'segment') return 'full'
      if (rig.courier.isElsewhere(delivery, connection)) return 'sent'
      if (rig.courier.isUnanswered(delivery)) return 'sent'
      const story = world.story(delivery)
      const total = story.cuts[c]!
      const isBegun = delivery.progress !== undefined && delivery.progress.taken > 0
      const progress = isBegun
        ? delivery.progress
        : total === 1 && (delivery.progress === undefined || delivery.unansweredBy === '')
          ? undefined
          : { connection, total, taken: 0, group: undefined }
      const index = progress?.taken ?? 0
      if (index !== story.taken && world.crashes === 0)
        wrong.push(`${delivery.id}: segment ${index} is sent when ${story.taken} are taken`)
      if (index > 0 && connection !== story.over) wrong.push(`${delivery.id} goes on over another connection`)
      if (destination.underWay.some(({ id }) => id === delivery.id)) wrong.push(`${delivery.id} is sent twice at once`)
      if (story.recorded.length > 0 && world.crashes === 0) wrong.push(`${delivery.id} is sent after its end`)
      const begun: SegmentDelivery = { ...delivery, progress }
      destination.sent.push({ delivery: begun, atMs: nowMs })
      if (rules[c]!.onUnanswered === 'resend') {
        destination.underWay.push(begun)
        rig.courier.sending(begun)
      } else rig.courier.mark(begun, connection, (marked) => void destination.underWay.push(marked))
      return 'sent'
    }
    return destination
  })
  const esme = rig.addDestination('a:acme', 1_000)
  esme.onSend = (delivery) => {
    if (delivery.kind !== 'receipt') return false
    const { origin, state } = delivery.receipt
    const story = world.storyOfPart(origin.messageId)
    if (story === undefined) wrong.push(`nobody knows ${origin.messageId}`)
    else if (isFinal(state)) {
      const before = story.ends.get(origin.messageId)
      if (before !== undefined && before.id !== delivery.id) wrong.push(`${origin.messageId} is told its end twice`)
      story.ends.set(origin.messageId, delivery)
    }
    rig.courier.notified(delivery, 'taken')
    return true
  }
  const take = (destination: FakeDestination, which: number): SegmentDelivery | undefined => {
    const [delivery] = destination.underWay.splice(which % Math.max(1, destination.underWay.length), 1)
    return delivery?.kind === 'segment' ? delivery : undefined
  }
  return { rig, destinations, esme, wrong, take }
}

/** Does the vendor report on this segment, as the edge asks it to? */
function isAskedOf({ message, progress, bill }: SegmentDelivery, way: Way): boolean {
  const { requestReceipt, segmentReceipts, money } = way
  const isAlways = bill !== undefined && money?.settleOn === 'receipt'
  if (requestReceipt === 'never' && !isAlways) return false
  if (!isAlways && requestReceipt === 'asAsked' && !wantsReceipts(message.receiptRequest)) return false
  if (progress === undefined || segmentReceipts === 'all') return true
  return progress.taken === (segmentReceipts === 'first' ? 0 : progress.total - 1)
}

type Taking = 'taken' | 'takenNoId' | 'takenSameId' | 'takenOldId'

const results: Record<string, AttemptResult> = {
  temporary: { kind: 'refused', permanent: false, error: '088' },
  permanent: { kind: 'refused', permanent: true, error: '011' },
  unanswered: { kind: 'unanswered' },
  cannotCarry: { kind: 'cannotCarry' },
}

/** @returns what was committed, in order */
export async function play(events: readonly Happening[], way: Way, audit = new Audit()): Promise<Audit> {
  const clock = new FakeClock({ monotonicMs: 1_000_000.25 })
  let store = audit.watch(slowed(new MemoryStore(), way.slow))
  await audit.payIn(store, anchorAt(1))
  let epoch = 1
  const rules = connections.map((id) =>
    rulesOf(id, {
      resend: { stepMs: 1_000, max: 3 },
      waitReceiptMs: 3_000,
      receiptGraceMs: GRACE_MS,
      onUnanswered: way.onUnanswered,
      requestReceipt: way.requestReceipt,
      segmentReceipts: way.segmentReceipts,
      receiptTimeoutMs: RECEIPT_TIMEOUT_MS,
      ...way.money,
    }),
  )
  let tokens = 0
  const gate: Limit | undefined = way.limited
    ? {
        name: 'gate',
        take: () => tokens < 3 && (tokens++, true),
        giveBack: () => void (tokens = Math.max(0, tokens - 1)),
        nextMs: (_, nowMs) => ((tokens = 0), nowMs + 500),
      }
    : undefined
  const world = new World()
  let life = boot(store, clock, epoch, rules, world, gate, audit)
  let unanswered: { readonly delivery: SegmentDelivery; readonly over: ConnectionId }[] = []

  const lost = (delivery: SegmentDelivery, over: ConnectionId): void => {
    world.story(delivery).isTroubled = true
    unanswered.push({ delivery, over })
    life.rig.courier.attemptEnded(delivery, over, { kind: 'unanswered' })
  }
  const taken = (
    vendor: FakeDestination,
    delivery: SegmentDelivery,
    over: ConnectionId,
    how: Taking,
    goOn: boolean,
  ) => {
    const before = world.story(delivery).segments[(delivery.progress?.taken ?? 0) - 1]
    const same = how === 'takenSameId' && before?.isAsked === isAskedOf(delivery, way) ? before : undefined
    const isAsked = isAskedOf(delivery, way)
    const segment =
      how === 'takenNoId'
        ? undefined
        : how === 'takenOldId' && way.reuses
          ? world.vendorTookAgain(delivery, isAsked)
          : (same ?? world.vendorTook(delivery, isAsked))
    world.noted(delivery, over, segment)
    const vendorMessageId = segment?.id ?? ''
    const next = life.rig.courier.attemptEnded(delivery, over, { kind: 'taken', vendorMessageId })
    if (next === undefined) return
    const mayGo = goOn && next.expiresAtMs > life.rig.nowMs()
    if (!mayGo || vendor.send(next, life.rig.nowMs()) !== 'sent') life.rig.courier.notSent(next)
  }
  const report = (segment: VendorSegment, state: MessageState): void => {
    if (!segment.isAsked) return
    const said = world.reported(segment, state, life.rig.nowMs(), GRACE_MS)
    if (said === 'DELIVERED') world.delivered.add(segment.id)
    const destination = phoneOf(segment.story)
    const receipt = vendorReceipt([segment.id], said, { destination })
    // It may have come too late by the time that it comes again.
    const failed = (): void => void world.strays.add(destination)
    life.rig.correlator.take([{ ...receipt, failed }])
  }
  const check = (): void => {
    expect(life.wrong).toEqual([])
    expect(life.rig.bugs).toEqual([])
  }

  for (const e of events) {
    const { rig, destinations, take } = life
    switch (e.kind) {
      case 'submit': {
        const { route, failover, cuts, parts, registered, phone, validMs } = e
        const to = `44770090012${phone}`
        const expiresAtMs = rig.nowMs() + validMs
        const money = way.money === undefined ? undefined : { ...way.money, units: Math.max(1, parts.length, cuts[0]) }
        const reserved = money && audit.reserve(e.price, money.units, clock.wallMs())
        if (money !== undefined && reserved === undefined) break
        const paid = reserved && { ...reserved, undo: () => audit.books.undo(reserved.move) }
        const delivery = rig.submit({ route, failover, parts, registered, to, expiresAtMs, ...paid })
        world.stories.set(delivery.message.id, {
          delivery,
          cuts,
          taken: 0,
          over: undefined,
          segments: [],
          isTroubled: validMs < 60_000,
          survivedCrash: false,
          ends: new Map(),
          recorded: [],
        })
        break
      }
      case 'answer': {
        const vendor = destinations[e.over]!
        const over = connections[e.over]
        const delivery = take(vendor, e.which)
        if (delivery === undefined || over === undefined) break
        if (e.how === 'notSent') rig.courier.notSent(delivery)
        else if (e.how === 'pause') rig.courier.notSent(delivery, 700)
        else if (e.how === 'taken' || e.how === 'takenNoId' || e.how === 'takenSameId' || e.how === 'takenOldId')
          taken(vendor, delivery, over, e.how, e.goOn)
        else if (e.how === 'unanswered') lost(delivery, over)
        else {
          world.story(delivery).isTroubled = true
          rig.courier.attemptEnded(delivery, over, results[e.how]!)
        }
        rig.dispatcher.hasRoom(vendor.id)
        break
      }
      case 'late': {
        const late = unanswered.at(-1 - e.which)
        if (late === undefined) break
        const before = rig.log.filter((line) => line === `late ${late.over}`).length
        const segment = world.vendorTook(late.delivery, isAskedOf(late.delivery, way))
        rig.courier.answeredLate(late.delivery, late.over, segment.id)
        const isUsed = rig.log.filter((line) => line === `late ${late.over}`).length > before
        if (isUsed) world.noted(late.delivery, late.over, segment)
        else world.strays.add(phoneOf(segment.story))
        break
      }
      case 'report': {
        const segment = world.segments.at(-1 - e.which)
        if (segment !== undefined) report(segment, e.state)
        break
      }
      case 'early': {
        // The vendor reports before it answers.
        const vendor = destinations[e.over]!
        const delivery = take(vendor, 0)
        const over = connections[e.over]
        if (delivery === undefined || over === undefined) break
        const segment = world.vendorTook(delivery, isAskedOf(delivery, way))
        report(segment, 'DELIVERED')
        await rig.settle()
        world.noted(delivery, over, segment)
        const next = rig.courier.attemptEnded(delivery, over, { kind: 'taken', vendorMessageId: segment.id })
        if (next !== undefined) rig.courier.notSent(next)
        break
      }
      case 'missing': {
        const segment = world.segments.at(-1 - e.which)
        if (segment === undefined) break
        segment.isMissing = true
        segment.story.isTroubled = true
        break
      }
      case 'flip': {
        const destination = destinations[e.which]!
        destination.up = !destination.up
        rig.dispatcher.changed(destination.id, rig.nowMs())
        if (destination.up) break
        for (let delivery = take(destination, 0); delivery !== undefined; delivery = take(destination, 0))
          lost(delivery, connections[e.which]!)
        break
      }
      case 'advance':
        await rig.advance(e.ms)
        rig.dispatcher.expireReady(rig.nowMs())
        rig.correlator.expireParked(rig.nowMs())
        await rig.sweeper.step(rig.nowMs())
        break
      case 'sweep':
        await rig.sweeper.step(rig.nowMs())
        break
      case 'storeFails':
        store.failNext(e.failure)
        break
      case 'turn':
        await rig.settle()
        await audit.check(store, rig.recorder.pending === 0)
        break
      case 'microtasks':
        for (let i = 0; i < e.count; i++) await Promise.resolve()
        break
      case 'crash':
        check()
        rig.recorder.abandon()
        world.crashes++
        unanswered = []
        for (const story of world.stories.values()) {
          story.isTroubled = story.survivedCrash = true
          world.strays.add(phoneOf(story))
        }
        // What is on its way to the store is lost.
        store.restore(store.snapshot())
        store = audit.watch(slowed(new MemoryStore(store.snapshot()), way.slow))
        await audit.restart(store)
        life = boot(store, clock, ++epoch, rules, world, gate, audit)
        await life.rig.restore()
        break
    }
  }

  // From here on all goes well: everything must come to its end.
  const { rig, destinations, take } = life
  for (const destination of destinations) {
    if (destination.up) continue
    destination.up = true
    rig.dispatcher.changed(destination.id, rig.nowMs())
  }
  let reported = 0
  const longRounds = way.money?.settleOn === 'receipt' ? 25 : 0
  for (let rounds = 0; rounds < 90 + longRounds; rounds++) {
    await rig.advance(rounds < 90 ? 1_000 : 5_000)
    rig.dispatcher.expireReady(rig.nowMs())
    for (const [i, destination] of destinations.entries()) {
      for (let delivery = take(destination, 0); delivery !== undefined; delivery = take(destination, 0))
        taken(destination, delivery, connections[i]!, 'taken', true)
      rig.dispatcher.hasRoom(destination.id)
    }
    for (; reported < world.segments.length; reported++) {
      const segment = world.segments[reported]!
      if (!segment.isMissing) report(segment, 'DELIVERED')
    }
    rig.correlator.expireParked(rig.nowMs())
    await rig.sweeper.step(rig.nowMs())
    rig.dispatcher.hasRoom('a:acme')
  }
  await rig.settle()
  check()
  const { deliveries, awaiting, groups, parked } = await contentsOf(store)
  expect({ deliveries, awaiting, groups, parked }).toEqual({ deliveries: [], awaiting: [], groups: [], parked: [] })
  expect(rig.dispatcher.total).toBe(0)
  for (const story of world.stories.values()) checkEnd(story, world)
  await audit.end(store)
  return audit
}

/** The rule of the connection, as its sender sees it. */
function checkEnd(story: Story, world: World): void {
  const { message } = story.delivery
  const told = [...story.ends.values()].map(({ receipt }) => receipt.state)
  if (!world.accepted.has(message.id)) return expect(told).toEqual([])
  const states = new Set([...told, ...story.recorded])
  const [state] = states
  if (state === undefined) throw new Error(`${message.id} has no end`)
  // The record of an end may be lost with the switch, and another one made.
  if (!story.survivedCrash) expect(story.recorded).toHaveLength(1)
  else if (story.recorded.length > 1) return
  expect(states.size).toBe(1)
  const asking =
    message.parts.length === 0 ? [{ id: message.id, receiptRequest: message.receiptRequest }] : message.parts
  for (const { id, receiptRequest } of asking) expect(story.ends.has(id)).toBe(isAskedFor(receiptRequest, state))
  if (world.strays.has(phoneOf(story))) return
  if (!story.isTroubled) expect(state).toBe('DELIVERED')
  if (state !== 'DELIVERED') return
  expect(story.taken).toBe(story.cuts[story.over === a ? 0 : 1])
  for (const segment of story.segments) if (segment?.isAsked === true) expect(world.delivered).toContain(segment.id)
}
