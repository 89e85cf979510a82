// Random histories of the whole delivery room: whatever happens, nothing is lost, stuck, counted wrong or sent twice at once.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import type { Delivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import {
  failures,
  gate,
  limitsOfVendors,
  narrow,
  raise,
  steps,
  storeFails,
  sweep,
  turn,
  upTo,
  withCrashes,
} from './chance.suite.js'
import type { SendResult } from './destination.js'
import type { Limit } from './limits.js'
import type { ConnectionRules } from './connection-rules.js'
import type { AttemptResult } from './outcome.js'
import { a, acme, b, makeRig, routeA, routeAB, rulesOf, vendorReceipt, type FakeDestination } from './rig.suite.js'

const routeB = [b]

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      count: fc.integer({ min: 1, max: 6 }),
      route: fc.constantFrom(routeA, routeAB, routeB),
      failover: fc.constantFrom('none' as const, 'next' as const),
      inMs: fc.constantFrom(0, 0, 0, 700.5),
      validMs: fc.constantFrom(2_000.25, 100_000),
      registered: fc.constantFrom(0, 1, 0x11),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      over: fc.constantFrom(0, 1),
      which: fc.nat(5),
      how: fc.constantFrom('taken', 'takenNoId', 'temporary', 'permanent', 'unanswered', 'notSent', 'pause'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('told' as const),
      which: fc.nat(5),
      how: fc.constantFrom(
        'taken' as const,
        'refused' as const,
        'refusedForGood' as const,
        'unanswered' as const,
        'lost' as const,
        'later' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('receipt' as const),
      which: fc.nat(5),
      state: fc.constantFrom('ENROUTE' as const, 'DELIVERED' as const, 'UNDELIVERABLE' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flip' as const), which: fc.nat(2) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: steps,
      sweep: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: sweep },
  { weight: 1, arbitrary: storeFails },
  { weight: 3, arbitrary: turn },
)
const LENGTH = upTo(120)

/** One life of the daemon over a store. */
function boot(
  store: MemoryStore,
  clock: FakeClock,
  epoch: number,
  rules: readonly ConnectionRules[],
  limit: Limit | undefined,
  waits: boolean,
) {
  const rig = makeRig({
    store,
    clock,
    epoch,
    rules,
    dispatcher: narrow,
    limitsOf: limitsOfVendors(limit),
  })
  const underWay = new Set<string>()
  /** Ended in this life. */
  const over = new Set<string>()
  const doubles: string[] = []
  const destinations = ['c:a', 'c:b', 'a:acme'].map((id) => {
    const destination = rig.addDestination(id, 3)
    const send = destination.send.bind(destination)
    // Once refused it waits for a place of its own, in its lane, while others go past it.
    const waiting = new Map<string, number>()
    const waitsUntil = ({ id, failures }: Delivery, nowMs: number): number => {
      if (!waits || failures !== 1) return 0
      if (!waiting.has(id)) waiting.set(id, nowMs + 900)
      return waiting.get(id)!
    }
    destination.roomAtMs = (nowMs = 0) => Math.min(...[...waiting.values()].filter((untilMs) => untilMs > nowMs))
    destination.send = (delivery: Delivery, nowMs: number): SendResult => {
      if (!destination.up || destination.room() <= 0) return 'full'
      if (delivery.kind === 'segment' && rig.courier.isUnanswered(delivery)) return 'sent'
      if (waitsUntil(delivery, nowMs) > nowMs) return 'later'
      if (underWay.has(delivery.id) || over.has(delivery.id)) doubles.push(delivery.id)
      underWay.add(delivery.id)
      if (delivery.kind === 'segment') rig.courier.sending(delivery)
      return send(delivery, nowMs)
    }
    return destination
  })
  const take = (destination: FakeDestination, which: number): Delivery | undefined => {
    const [delivery] = destination.underWay.splice(which % Math.max(1, destination.underWay.length), 1)
    if (delivery !== undefined) underWay.delete(delivery.id)
    return delivery
  }
  return { rig, destinations, doubles, over, take }
}

const results: Record<string, AttemptResult> = { ...failures, takenNoId: { kind: 'taken', vendorMessageId: '' } }

const ways = fc.record({
  onUnanswered: fc.constantFrom('resend' as const, 'waitReceipt' as const, 'fail' as const),
  requestReceipt: fc.constantFrom('asAsked' as const, 'always' as const, 'never' as const),
  limited: fc.boolean(),
  waits: fc.boolean(),
})

type Known = typeof event extends fc.Arbitrary<infer E> ? E | { readonly kind: 'crash' } : never

async function play(
  events: readonly Known[],
  way: typeof ways extends fc.Arbitrary<infer W> ? W : never,
): Promise<void> {
  const clock = new FakeClock({ monotonicMs: 1_000_000.25 })
  let store = new MemoryStore()
  let epoch = 1
  const rules = [a, b].map((id) =>
    rulesOf(id, {
      resend: { stepMs: 1_000, max: 3 },
      waitReceiptMs: 3_000,
      onUnanswered: way.onUnanswered,
      requestReceipt: way.requestReceipt,
    }),
  )
  const limit = way.limited ? gate() : undefined
  let life = boot(store, clock, epoch, rules, limit, way.waits)
  const acceptedIds: string[] = []
  const ends = new Map<string, number>()
  let ids = 0
  let crashes = 0
  let refusedBefore = 0
  const takenAs: { readonly id: string; readonly to: string }[] = []
  const unanswered: {
    readonly delivery: Extract<Delivery, { kind: 'segment' }>
    readonly over: typeof a
    readonly life: unknown
  }[] = []

  const countEnds = ({ rig: of, over }: typeof life): void => {
    const record = of.recorder.record.bind(of.recorder)
    const recordLazily = of.recorder.recordLazily.bind(of.recorder)
    const count = (unit: Parameters<typeof record>[0]): void => {
      const isEnd = unit.kind === 'answered' ? unit.outcome.kind !== 'requeued' : unit.kind === 'receiptedUnanswered'
      if (!isEnd || !('delivery' in unit)) return
      ends.set(unit.delivery.id, (ends.get(unit.delivery.id) ?? 0) + 1)
      over.add(unit.delivery.id)
    }
    of.recorder.record = (unit, listener) => (count(unit), record(unit, listener))
    of.recorder.recordLazily = (unit, listener) => (count(unit), recordLazily(unit, listener))
  }
  countEnds(life)

  const storeHolds = async (): Promise<number> => (await contentsOf(store)).deliveries.length
  const check = async (): Promise<void> => {
    expect(life.doubles).toEqual([])
    expect(life.rig.bugs).toEqual([])
    expect(life.rig.dispatcher.total).toBe(await storeHolds())
  }

  for (const e of events) {
    const { rig, destinations, take } = life
    switch (e.kind) {
      case 'submit':
        for (let i = 0; i < e.count; i++) {
          const dueMs = rig.nowMs() + e.inMs
          const { id } = rig.submit({
            route: e.route,
            failover: e.failover,
            dueMs,
            expiresAtMs: dueMs + e.validMs,
            registered: e.registered,
            to: `4477009001${ids % 7}`,
          })
          acceptedIds.push(id)
        }
        await rig.settle()
        break
      case 'answer': {
        const vendor = destinations[e.over]!
        const delivery = take(vendor, e.which)
        if (delivery?.kind !== 'segment') break
        const over = e.over === 0 ? a : b
        if (e.how === 'notSent') rig.courier.notSent(delivery)
        else if (e.how === 'pause') rig.courier.notSent(delivery, 700)
        else if (e.how === 'taken') {
          const vendorMessageId = `id${ids++}`
          takenAs.push({ id: vendorMessageId, to: delivery.message.destination.value })
          rig.courier.attemptEnded(delivery, over, { kind: 'taken', vendorMessageId })
        } else {
          if (e.how === 'unanswered') unanswered.push({ delivery, over, life })
          rig.courier.attemptEnded(delivery, over, results[e.how]!)
        }
        rig.dispatcher.hasRoom(vendor.id)
        break
      }
      case 'told': {
        const delivery = take(destinations[2]!, e.which)
        if (delivery?.kind !== 'receipt') break
        rig.courier.notified(delivery, e.how)
        rig.dispatcher.hasRoom('a:acme')
        break
      }
      case 'late': {
        const late = unanswered.at(-1 - e.which)
        if (late?.life === life) rig.courier.answeredLate(late.delivery, late.over, `id${ids++}`)
        break
      }
      case 'receipt': {
        const known = takenAs.at(-1 - e.which)
        const about = known ?? { id: `id${ids}`, to: '44770090010' }
        rig.correlator.take([vendorReceipt([about.id], e.state, { destination: about.to })])
        break
      }
      case 'flip': {
        const destination = destinations[e.which]!
        destination.up = !destination.up
        rig.dispatcher.changed(destination.id, rig.nowMs())
        if (destination.up) break
        for (let delivery = take(destination, 0); delivery !== undefined; delivery = take(destination, 0)) {
          if (delivery.kind !== 'segment') rig.courier.notified(delivery, 'lost')
          else rig.courier.attemptEnded(delivery, e.which === 0 ? a : b, { kind: 'unanswered' })
        }
        break
      }
      case 'advance':
        await rig.advance(e.ms)
        // As in the daemon, where ticks fall together: nothing is durable in between.
        rig.dispatcher.expireReady(rig.nowMs())
        rig.correlator.expireParked(rig.nowMs())
        if (e.sweep) await rig.sweeper.step(rig.nowMs())
        break
      case 'sweep':
        await rig.sweeper.step(rig.nowMs())
        break
      case 'storeFails':
        store.failNext(e.failure)
        break
      case 'turn':
        await rig.settle()
        break
      case 'crash':
        crashes++
        refusedBefore += refusals(rig.log)
        store = new MemoryStore(store.snapshot())
        life = boot(store, clock, ++epoch, rules, limit, way.waits)
        countEnds(life)
        await life.rig.restore()
        break
    }
  }

  // From here on all goes well: everything must come to its end.
  const { rig, destinations, take } = life
  raise(destinations, rig)
  for (let rounds = 0; rounds < 120; rounds++) {
    await rig.advance(1_000)
    rig.dispatcher.expireReady(rig.nowMs())
    for (const [i, destination] of destinations.entries()) {
      for (let delivery = take(destination, 0); delivery !== undefined; delivery = take(destination, 0)) {
        if (delivery.kind !== 'segment') rig.courier.notified(delivery, 'taken')
        else rig.courier.attemptEnded(delivery, i === 0 ? a : b, { kind: 'taken', vendorMessageId: '' })
      }
      rig.dispatcher.hasRoom(destination.id)
    }
    if (rounds % 10 === 0) {
      await rig.settle()
      await check()
    }
  }
  await rig.settle()
  await check()
  expect(rig.dispatcher.total).toBe(0)
  expect([...rig.dispatcher.lanes()]).toEqual([])
  expect(rig.dispatcher.waiting(`e:${acme}` as never)).toBe(0)
  // Refused by a failing store means never accepted. All others end: once, or after a crash perhaps once more.
  expect(ends.size).toBe(acceptedIds.length - refusedBefore - refusals(rig.log))
  if (crashes === 0) expect([...ends.values()].every((count) => count === 1)).toBe(true)
}

function refusals(log: readonly string[]): number {
  return log.filter((line) => line === 'refused').length
}

describe('deliveries', () => {
  it('end exactly once, whatever answers, receipts, links, limits, time and store do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, LENGTH), ways, (events, way) => play(events, way)),
      { numRuns: 150, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
    )
  })

  it('come to an end also when the switch dies at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(withCrashes(event, 12), LENGTH), ways, (events, way) => play(events, way)),
      { numRuns: 100, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
    )
  })
})
