// For tests: plays random histories of messages that leave in several segments: daemon, vendors, senders, store failures and crashes.
// What is checked at each step stands here too; the tests choose histories.

import { expect } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { isAskedFor, wantsReceipts } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { anchorAt, contentsOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Audit } from './audit.suite.js'
import { failures, gate, raise } from './chance.suite.js'
import type { Happening, Way } from './happenings.suite.js'
import { boot, connections, slowed } from './life.suite.js'
import { answerOnNet, flipOnNet, submitOnNet } from './on-net.suite.js'
import { a, rulesOf, vendorReceipt, type FakeDestination } from './rig.suite.js'
import { phoneOf, World, type Story, type VendorSegment } from './world.suite.js'

/** How long after the end of its validity a report is waited for. */
const GRACE_MS = 1_000
/** How long reports are waited for that decide about money: longer than any message is valid. */
const RECEIPT_TIMEOUT_MS = 100_000

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
  const limit = way.limited ? gate() : undefined
  const world = new World()
  let life = boot(store, clock, epoch, rules, world, limit, audit)
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
          rig.courier.attemptEnded(delivery, over, failures[e.how])
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
      case 'submitOnNet': {
        const units = Math.max(1, e.parts.length)
        const reserved = way.money && audit.reserve(e.price, units, clock.wallMs())
        if (way.money !== undefined && reserved === undefined) break
        submitOnNet(rig, world, e, reserved && { ...reserved, undo: () => audit.books.undo(reserved.move) })
        break
      }
      case 'answerOnNet':
        answerOnNet(rig, world, life.user, e)
        break
      case 'flipOnNet':
        flipOnNet(rig, life.user)
        break
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
        life = boot(store, clock, ++epoch, rules, world, limit, audit)
        await life.rig.restore()
        break
    }
  }

  // From here on all goes well: everything must come to its end.
  const { rig, destinations, user, take } = life
  raise([...destinations, user], rig)
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
    while (user.underWay.length > 0) answerOnNet(rig, world, user, { which: 0, how: 'taken', goOn: true })
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
  for (const story of world.stories.values()) checkEnd(story, world, audit)
  await audit.end(store)
  return audit
}

/** The rule of the connection, as its sender sees it. */
function checkEnd(story: Story, world: World, audit: Audit): void {
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
  // The records say what was told; of a failure that a crash has made forgotten they may say that nothing is known.
  const recorded = audit.stateOf(message.id)
  const isForgotten = story.survivedCrash && recorded === 'UNKNOWN'
  if (recorded !== undefined && told.length > 0 && !isForgotten) expect(recorded).toBe(state)
  const asking =
    message.parts.length === 0 ? [{ id: message.id, receiptRequest: message.receiptRequest }] : message.parts
  for (const { id, receiptRequest } of asking) expect(story.ends.has(id)).toBe(isAskedFor(receiptRequest, state))
  if (world.strays.has(phoneOf(story))) return
  if (!story.isTroubled) expect(state).toBe('DELIVERED')
  if (state !== 'DELIVERED') return
  expect(story.taken).toBe(story.cuts[story.over === a ? 0 : 1])
  for (const segment of story.segments) if (segment?.isAsked === true) expect(world.delivered).toContain(segment.id)
}
