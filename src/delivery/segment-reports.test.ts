// What vendors report, or never do, on segments of one message: nobody else's end is told by it, and the rest is not sent in vain.
import { expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { MemoryStore } from '../store/memory/memory-store.js'
import { StoreError } from '../store/contracts/store.js'
import { a, b, firstOf, makeRig, routeAB, rulesOf, vendorReceipt, type Rig, type RigOptions } from './rig.suite.js'

const ofFirst = { rules: [rulesOf(a, { segmentReceipts: 'first' })] } as const
const takenAs = (vendorMessageId: string) => ({ kind: 'taken', vendorMessageId }) as const
const temporary = { kind: 'refused', permanent: false, error: '088' } as const
const permanent = { kind: 'refused', permanent: true, error: '011' } as const

/** As an edge sends it: with the segments that it makes there. */
function begun(delivery: SegmentDelivery, total: number, connection = a): SegmentDelivery {
  if (delivery.progress !== undefined && delivery.progress.taken > 0) return delivery
  return { ...delivery, progress: { connection, total, taken: 0, group: undefined } }
}

/** A rig with one message whose first segment is under way over `a`. */
async function underWay(total: number, options: RigOptions = {}, changes: Parameters<Rig['submit']>[0] = {}) {
  const rig = makeRig(options)
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  rig.submit(changes)
  await rig.settle()
  /** Reports on some segments, and all that happens at once. */
  const report = async (ids: readonly string[], state?: 'UNDELIVERABLE' | 'ENROUTE', doneAtMs = 5_000) => {
    rig.correlator.take(ids.map((id) => vendorReceipt([id], state, { doneAtMs })))
    await rig.settle()
  }
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      await rig.advance(1_000)
      rig.correlator.expireParked(rig.nowMs())
      await rig.sweeper.step(rig.nowMs())
    }
  }
  /** The states that the sender is told. */
  const told = () => rig.receiptsTo(esme).map((text) => text.split(' ')[0])
  return { rig, vendor, esme, segment: begun(firstOf(vendor), total), report, pass, told }
}

/** Its segments are taken one after the other under these ids. */
function allTaken(rig: Rig, segment: SegmentDelivery, ids: readonly string[]): SegmentDelivery | undefined {
  let next: SegmentDelivery | undefined = segment
  for (const id of ids) next = rig.courier.attemptEnded(next!, a, takenAs(id))
  return next
}

async function nothingIsAwaited(rig: Rig): Promise<void> {
  const { awaiting, groups, parked } = await contentsOf(rig.store)
  expect([...awaiting, ...groups, ...parked]).toEqual([])
}

it('first: an early report is not taken for another message to the same phone', async () => {
  for (const second of [temporary, permanent]) {
    const { rig, vendor, segment, report, pass } = await underWay(3, ofFirst)
    const single = rig.submit()
    await rig.settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
    rig.courier.attemptEnded(allTaken(rig, segment, ['x'])!, a, second)
    await pass(1)
    await report(['x'])
    await pass(40)
    expect(vendor.sentIds.filter((id) => id === single.id)).toHaveLength(2)
    expect(rig.log).not.toContain('fate matchedUnanswered')
  }
})

it('first: the report counts however long the rest takes', async () => {
  const { rig, vendor, segment, report, pass, told } = await underWay(2, ofFirst)
  rig.courier.attemptEnded(allTaken(rig, segment, ['x'])!, a, temporary)
  await report(['x'])
  await pass(31)
  rig.courier.attemptEnded(firstOf(vendor), a, temporary)
  await pass(61)
  expect(told()).toEqual([])
  expect(allTaken(rig, firstOf(vendor), ['y'])).toBeUndefined()
  await rig.settle()
  expect(told()).toEqual(['DELIVERED'])
  await nothingIsAwaited(rig)
})

it('first: a report after the last one is taken ends it, and so does a failure before', async () => {
  const later = await underWay(3, ofFirst)
  allTaken(later.rig, later.segment, ['x', 'y', 'z'])
  await later.rig.settle()
  expect(await contentsOf(later.rig.store)).toMatchObject({ groups: [{ wanted: 1 }], deliveries: [] })
  await later.report(['x'])
  expect(later.told()).toEqual(['DELIVERED'])
  await nothingIsAwaited(later.rig)

  const { rig, segment, report, told } = await underWay(3, ofFirst)
  const second = allTaken(rig, segment, ['x'])!
  await report(['x'], 'UNDELIVERABLE')
  expect(told()).toEqual(['UNDELIVERABLE'])
  expect(allTaken(rig, second, ['y'])).toBeUndefined()
  await rig.settle()
  expect(told()).toHaveLength(1)
  await nothingIsAwaited(rig)
})

it.each([
  ['the last has none', ['x', ''], ['x'], ['DELIVERED']],
  ['the first has none', ['', 'y'], ['y'], ['DELIVERED']],
  ['one between has none', ['x', '', 'z'], ['z', 'x'], ['DELIVERED']],
  ['most have none', ['', 'y', '', ''], ['y'], ['DELIVERED']],
  ['none has one', ['', '', ''], [], ['DELIVERED']],
  ['one for all', ['x', 'x', 'x'], ['x'], ['DELIVERED']],
  ['one for two of them', ['x', 'y', 'y'], ['y', 'x'], ['DELIVERED']],
])('ids of segments, %s: told when the reports that come have come', async (_, ids, reports, states) => {
  for (const when of ['at the end', 'as soon as possible']) {
    const { rig, segment, report, told } = await underWay(ids.length)
    const left = [...reports]
    let next: SegmentDelivery | undefined = segment
    for (const [i, id] of ids.entries()) {
      next = rig.courier.attemptEnded(next!, a, takenAs(id))
      await rig.settle()
      if (i < ids.length - 1) expect(told()).toEqual([])
      if (when !== 'at the end' && left.includes(id)) await report(left.splice(left.indexOf(id), 1))
    }
    for (const id of left) {
      expect(told()).toEqual([])
      await report([id])
    }
    expect(told()).toEqual(states)
    await nothingIsAwaited(rig)
  }
})

it('the only segment with an id is reported lost: the message is', async () => {
  const { rig, segment, report, told } = await underWay(2)
  allTaken(rig, segment, ['', 'y'])
  await report(['y'], 'UNDELIVERABLE')
  expect(told()).toEqual(['UNDELIVERABLE'])
})

it('one id for all, reported on for each of them: told once, and nobody else is told', async () => {
  const { rig, vendor, segment, report, told, pass } = await underWay(2)
  rig.submit()
  await rig.settle()
  rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
  allTaken(rig, segment, ['x', 'x'])
  await report(['x'])
  await report(['x'], undefined, 6_000)
  await pass(61)
  expect(vendor.sent).toHaveLength(3)
  expect(told()).toEqual(['DELIVERED'])
  await nothingIsAwaited(rig)
})

it('what is silent is known after a restart too', async () => {
  const { rig, segment } = await underWay(4)
  allTaken(rig, segment, ['x', '', 'z'])
  await rig.settle()
  const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2 })
  const [vendor, esme] = [life.addDestination('c:a'), life.addDestination('a:acme')]
  await life.restore()
  await life.settle()
  expect(allTaken(life, firstOf(vendor), ['z'])).toBeUndefined()
  life.correlator.take([vendorReceipt(['x']), vendorReceipt(['z'])])
  await life.settle()
  expect(life.receiptsTo(esme)).toHaveLength(1)
  await nothingIsAwaited(life)
})

it('the last is taken while its group can not be read: the end is not known', async () => {
  const { rig, segment, report, pass, told } = await underWay(2, ofFirst, { expiresAtMs: 1_010_000 })
  const second = allTaken(rig, segment, ['x'])!
  await rig.settle()
  const store = rig.store as MemoryStore
  const findGroups = store.findGroups.bind(store)
  store.findGroups = () => Promise.reject(new StoreError('io', 'unreadable'))
  allTaken(rig, second, ['y'])
  await rig.settle()
  store.findGroups = findGroups
  await report(['x'])
  await pass(20)
  expect(told()).toEqual(['UNKNOWN'])
  await nothingIsAwaited(rig)
})

it('a report that ends it while the last is being taken: told once', async () => {
  for (const state of ['UNDELIVERABLE', undefined] as const) {
    const { rig, segment, report, told } = await underWay(2, ofFirst)
    const second = allTaken(rig, segment, ['x'])!
    await rig.settle()
    const reported = report(['x'], state)
    allTaken(rig, second, ['y'])
    await reported
    expect(told()).toEqual([state ?? 'DELIVERED'])
    await nothingIsAwaited(rig)
  }
})

it('a segment that is reported lost stops the rest: what is under way, what waits for its resend, what waits in its lane', async () => {
  for (const [before, tries] of [
    [[], 0],
    [[temporary], 1],
    [[{ kind: 'unanswered' }], 1],
  ] as const) {
    const { rig, vendor, segment, report, told } = await underWay(4)
    vendor.onSend = (delivery) => {
      expect(delivery.kind === 'segment' && rig.courier.isElsewhere(delivery, a)).toBe(true)
      return true
    }
    const second = allTaken(rig, segment, ['x'])!
    for (const result of before) rig.courier.attemptEnded(second, a, result)
    await report(['x'], 'UNDELIVERABLE')
    if (before.length === 0) expect(rig.courier.attemptEnded(second, a, takenAs('y'))).toBeUndefined()
    await rig.advance(40_000)
    expect(vendor.sent).toHaveLength(1 + tries)
    await report(before.length === 0 ? ['y'] : [])
    expect(told()).toEqual(['UNDELIVERABLE'])
    expect(rig.log.filter((line) => line.startsWith('ended'))).toEqual([])
    await nothingIsAwaited(rig)
    expect((await contentsOf(rig.store)).deliveries.filter(({ kind }) => kind === 'segment')).toEqual([])
  }
})

it('what waits for its next segment and is stopped gives back what it took from the limits', async () => {
  const { rig, vendor, segment, report } = await underWay(3)
  rig.courier.notSent(allTaken(rig, segment, ['x'])!)
  await report(['x'], 'UNDELIVERABLE')
  const returned: unknown[] = []
  const notSent = rig.dispatcher.notSent.bind(rig.dispatcher)
  rig.dispatcher.notSent = (delivery) => {
    returned.push(delivery.id)
    notSent(delivery)
  }
  await rig.settle()
  expect(rig.courier.isElsewhere(firstOf(vendor), a)).toBe(true)
  expect(returned).toEqual([segment.id])
})

it('one of several over the one that never answered, a single one over the other: no receipt claims it', async () => {
  const rules = [rulesOf(a), rulesOf(b)]
  const { rig, segment, report, pass, told } = await underWay(3, { rules }, { route: routeAB, failover: 'next' })
  const other = rig.addDestination('c:b')
  await rig.settle()
  rig.courier.attemptEnded(segment, a, { kind: 'unanswered' })
  await rig.settle()
  const single = begun(firstOf(other), 1, b)
  rig.courier.sending(single)
  rig.courier.attemptEnded(single, b, temporary)
  await rig.settle()
  await report(['of its first over a'])
  await pass(8)
  expect(told()).toEqual([])
  // The one that did not answer may do so yet, and goes on as it was cut there.
  rig.courier.answeredLate(segment, a, 'x')
  await rig.settle()
  expect(rig.log).toContain('late a')
})
