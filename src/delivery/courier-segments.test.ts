// Messages of several segments, through the real courier, dispatcher, correlator and group commit.
import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { MemoryStore } from '../store/memory/memory-store.js'
import { rateLimit } from './limits.js'
import {
  a,
  b,
  firstOf,
  makeRig,
  routeA,
  routeAB,
  rulesOf,
  vendorReceipt,
  type FakeDestination,
  type Rig,
  type RigOptions,
} from './rig.suite.js'

/** As an edge sends it: with the segments that it makes there. */
function begun(delivery: SegmentDelivery, total: number, connection = a): SegmentDelivery {
  if (delivery.progress !== undefined && delivery.progress.taken > 0) return delivery
  return { ...delivery, progress: { connection, total, taken: 0, group: undefined } }
}

/** A rig with a message of `total` segments, whose first is under way over `a`. */
async function firstUnderWay(
  total: number,
  options: RigOptions = {},
  changes: Parameters<Rig['submit']>[0] = {},
): Promise<{
  readonly rig: Rig
  readonly vendor: FakeDestination
  readonly esme: FakeDestination
  readonly segment: SegmentDelivery
  readonly parts: readonly string[]
}> {
  const rig = makeRig(options)
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  const { message } = rig.submit({ parts: [1, 1], ...changes })
  await rig.settle()
  const segment = begun(firstOf(vendor), total)
  return { rig, vendor, esme, segment, parts: message.parts.map(({ id }) => id) }
}

const takenAs = (vendorMessageId: string) => ({ kind: 'taken', vendorMessageId }) as const
const permanent = { kind: 'refused', permanent: true, error: '011' } as const
const temporary = { kind: 'refused', permanent: false, error: '088' } as const

async function nothingLeft(rig: Rig, esme: FakeDestination): Promise<void> {
  for (const delivery of esme.underWay.splice(0))
    if (delivery.kind === 'receipt') rig.courier.notified(delivery, 'taken')
  await rig.settle()
  const { deliveries, awaiting, groups, parked, collected } = await contentsOf(rig.store)
  expect([...deliveries, ...awaiting, ...groups, ...parked, ...collected]).toEqual([])
  expect(rig.dispatcher.total).toBe(0)
}

describe('segments of one message', () => {
  it('go one after the other; delivered when all are, and each part is told', async () => {
    const { rig, vendor, esme, segment, parts } = await firstUnderWay(3)
    let next: SegmentDelivery | undefined = segment
    for (const id of ['x', 'y', 'z']) next = rig.courier.attemptEnded(next!, a, takenAs(id))
    expect(next).toBeUndefined()
    await rig.settle()
    expect((await contentsOf(rig.store)).groups).toMatchObject([{ wanted: 3 }])
    for (const id of ['y', 'x', 'y', 'z']) {
      expect(rig.receiptsTo(esme)).toEqual([])
      rig.correlator.take([vendorReceipt([id])])
      await rig.settle()
    }
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `DELIVERED 000 ${id}`))
    expect(vendor.sent).toHaveLength(1)
    await nothingLeft(rig, esme)
  })

  it('one that is reported lost is the end of all, told once; later reports tell nothing', async () => {
    const { rig, esme, segment, parts } = await firstUnderWay(3)
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    rig.correlator.take([vendorReceipt(['x'], 'UNDELIVERABLE', { error: '027' })])
    await rig.settle()
    expect(rig.courier.attemptEnded(second, a, takenAs('y'))).toBeUndefined()
    rig.correlator.take([vendorReceipt(['y'], 'UNDELIVERABLE')])
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `UNDELIVERABLE 027 ${id}`))
    await nothingLeft(rig, esme)
  })

  it('one that is refused for good is the end of all; reports on those before it tell nothing', async () => {
    for (const isDurable of [true, false]) {
      const { rig, esme, segment, parts } = await firstUnderWay(3)
      const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
      if (isDurable) await rig.settle()
      expect(rig.courier.attemptEnded(second, a, permanent)).toBeUndefined()
      rig.correlator.take([vendorReceipt(['x'])])
      await rig.settle()
      expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `REJECTED 011 ${id}`))
      expect(rig.log.filter((line) => line.startsWith('ended'))).toEqual(['ended REJECTED rejectedByVendor'])
      await nothingLeft(rig, esme)
    }
  })

  it('refused for good when a report has ended the message already: not told again', async () => {
    const { rig, esme, segment, parts } = await firstUnderWay(3)
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    await rig.settle()
    rig.correlator.take([vendorReceipt(['x'], 'UNDELIVERABLE')])
    await rig.settle()
    rig.courier.attemptEnded(second, a, permanent)
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `UNDELIVERABLE 000 ${id}`))
    expect(rig.log.filter((line) => line.startsWith('ended'))).toEqual([])
    await nothingLeft(rig, esme)
  })

  it('refused for good while a report that ends the message is being placed: told once, by one of them', async () => {
    const { rig, esme, segment } = await firstUnderWay(3)
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    await rig.settle()
    rig.correlator.take([vendorReceipt(['x'], 'UNDELIVERABLE')])
    rig.courier.attemptEnded(second, a, permanent)
    await rig.settle()
    expect(rig.receiptsTo(esme)).toHaveLength(2)
    await nothingLeft(rig, esme)
  })

  it('what is on the way is told once, whichever segment made it', async () => {
    const { rig, esme, segment } = await firstUnderWay(2, {}, { parts: [0x11, 1] })
    rig.courier.attemptEnded(rig.courier.attemptEnded(segment, a, takenAs('x'))!, a, takenAs('y'))
    await rig.settle()
    for (const id of ['y', 'x']) rig.correlator.take([vendorReceipt([id], 'ENROUTE')])
    await rig.settle()
    expect(rig.receiptsTo(esme).map((text) => text.slice(0, 11))).toEqual(['ENROUTE 000'])
  })

  it('a failure for now resends what failed only, over the same connection', async () => {
    const { rig, vendor, segment } = await firstUnderWay(3, {}, { route: routeAB, failover: 'next' })
    const other = rig.addDestination('c:b')
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    rig.courier.attemptEnded(second, a, temporary)
    vendor.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    await rig.advance(40_000)
    expect(other.sent).toEqual([])
    vendor.up = true
    rig.dispatcher.changed('c:a', rig.nowMs())
    await rig.settle()
    expect(firstOf(vendor)).toMatchObject({ id: segment.id, failures: 1, progress: { taken: 1, connection: a } })
  })

  it('first: the report on the first is waited for when the last is taken, even when it came before', async () => {
    const { rig, esme, segment, parts } = await firstUnderWay(2, { rules: [rulesOf(a, { segmentReceipts: 'first' })] })
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    rig.correlator.take([vendorReceipt(['x'])])
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual([])
    rig.courier.attemptEnded(second, a, takenAs('y'))
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `DELIVERED 000 ${id}`))
    await nothingLeft(rig, esme)
  })

  it('reports that never come: the sender is told that the end is not known, once', async () => {
    const { rig, esme, segment, parts } = await firstUnderWay(2, {}, { expiresAtMs: 1_010_000 })
    rig.courier.attemptEnded(rig.courier.attemptEnded(segment, a, takenAs('x'))!, a, takenAs('y'))
    await rig.settle()
    rig.correlator.take([vendorReceipt(['x'])])
    for (let i = 0; i < 20; i++) {
      await rig.advance(1_000)
      await rig.sweeper.step(rig.nowMs())
    }
    rig.correlator.take([vendorReceipt(['y'])])
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `UNKNOWN 000 ${id}`))
    await rig.advance(60_000)
    rig.correlator.expireParked(rig.nowMs())
    await nothingLeft(rig, esme)
  })
})

describe('the next segment', () => {
  it('takes from the limits of its lane, and waits in its place where they say no', async () => {
    const limit = rateLimit('account acme', 1, 1_000_000)
    const { rig, vendor, segment } = await firstUnderWay(3, {
      limitsOf: (target) => (target.kind === 'vendor' ? [limit] : []),
    })
    const behind = rig.submit({ registered: 0 })
    await rig.settle()
    expect(rig.courier.attemptEnded(segment, a, takenAs('x'))).toBeUndefined()
    await rig.advance(999)
    expect(vendor.sent).toHaveLength(1)
    await rig.advance(1)
    expect(firstOf(vendor)).toMatchObject({ id: segment.id, progress: { taken: 1 } })
    await rig.advance(1_000)
    expect(vendor.sentIds).toEqual([segment.id, segment.id, behind.id])
  })

  it('that was not sent gives back what it took, and comes again in its place', async () => {
    const limit = rateLimit('account acme', 2, 1_000_000)
    const { rig, vendor, segment } = await firstUnderWay(3, {
      limitsOf: (target) => (target.kind === 'vendor' ? [limit] : []),
    })
    const second = rig.courier.attemptEnded(segment, a, takenAs('x'))!
    rig.courier.notSent(second)
    await rig.settle()
    expect(firstOf(vendor).progress).toMatchObject({ taken: 1 })
  })

  it('does not go when the validity is over: the message ends', async () => {
    const { rig, esme, segment, parts } = await firstUnderWay(2, {}, { expiresAtMs: 1_010_000 })
    rig.clock.advance(10_000)
    expect(rig.courier.attemptEnded(segment, a, takenAs('x'))).toBeUndefined()
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `EXPIRED 000 ${id}`))
  })

  it('is not sent while too much is not durable', async () => {
    let maySend = true
    const { rig, vendor, segment } = await firstUnderWay(2, { ports: { maySend: () => maySend } })
    maySend = false
    expect(rig.courier.attemptEnded(segment, a, takenAs('x'))).toBeUndefined()
    await rig.settle()
    expect(vendor.sent).toHaveLength(1)
  })

  it('goes to the connection that has those before it, after a restart too', async () => {
    const { rig, segment } = await firstUnderWay(3, {}, { route: routeAB })
    rig.courier.attemptEnded(segment, a, takenAs('x'))
    await rig.settle()
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2 })
    const other = life.addDestination('c:b')
    other.onSend = (delivery) => delivery.kind === 'segment' && life.courier.isElsewhere(delivery, b)
    await life.restore()
    await life.settle()
    const vendor = life.addDestination('c:a')
    life.dispatcher.changed('c:a', life.nowMs())
    await life.settle()
    expect(firstOf(vendor)).toMatchObject({ route: routeA, progress: { taken: 1 } })
    expect(life.dispatcher.total).toBe(1)
    expect(life.courier.isElsewhere(segment, b)).toBe(false)
  })

  it('that only finds out whose it is takes nothing from the limits', async () => {
    const { rig, segment } = await firstUnderWay(3, {}, { route: routeAB })
    rig.courier.attemptEnded(segment, a, takenAs('x'))
    await rig.settle()
    const limit = rateLimit('account acme', 1, rig.nowMs())
    const limitsOf: RigOptions['limitsOf'] = ({ kind }) => (kind === 'vendor' ? [limit] : [])
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2, limitsOf })
    const other = life.addDestination('c:b')
    other.onSend = (delivery) => delivery.kind === 'segment' && life.courier.isElsewhere(delivery, b)
    await life.restore()
    await life.settle()
    const vendor = life.addDestination('c:a')
    await life.settle()
    expect(vendor.sentIds).toEqual([segment.id])
  })

  it.each([
    ['that is gone', { rules: [rulesOf(b)] }],
    ['that is not active any more', { isUsable: (connection: ConnectionId) => connection !== a }],
  ])('of a connection %s: the message is over', async (_, changes) => {
    const { rig, segment, parts } = await firstUnderWay(3, {}, { route: routeAB })
    rig.courier.attemptEnded(segment, a, takenAs('x'))
    await rig.settle()
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2, ...changes })
    const [other, esme] = [life.addDestination('c:b'), life.addDestination('a:acme')]
    other.onSend = (delivery) => delivery.kind === 'segment' && life.courier.isElsewhere(delivery, b)
    await life.restore()
    await life.settle()
    expect(life.log).toContain('ended UNDELIVERABLE noRoute')
    expect(life.receiptsTo(esme)).toEqual(parts.map((id) => `UNDELIVERABLE 000 ${id}`))
    expect((await contentsOf(life.store)).groups).toEqual([])
  })

  it('of a message that is given a new route: it is over, and the record of it is waited for', async () => {
    const { rig, segment } = await firstUnderWay(3)
    rig.courier.attemptEnded(segment, a, takenAs('x'))
    await rig.settle()
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2 })
    await life.restore()
    const [row] = (await contentsOf(life.store)).deliveries
    if (row?.kind !== 'segment') throw new Error('it is not there')
    await life.courier.reroute(row, { route: [b], failover: 'none' })
    expect(life.log).toContain('ended UNDELIVERABLE noRoute')
  })
})

describe('a segment that was never answered', () => {
  it('a late answer goes on with the next one, and with nothing else', async () => {
    for (const onUnanswered of ['resend', 'waitReceipt'] as const)
      for (const isDurable of [true, false]) {
        const rules = [rulesOf(a, { onUnanswered }), rulesOf(b)]
        const { rig, vendor, esme, segment, parts } = await firstUnderWay(2, { rules }, { route: routeAB })
        rig.courier.attemptEnded(segment, a, { kind: 'unanswered' })
        if (isDurable) await rig.settle()
        rig.courier.answeredLate(segment, a, 'x')
        await rig.settle()
        const second = firstOf(vendor)
        expect(second).toMatchObject({ route: routeA, unansweredBy: '', progress: { taken: 1 } })
        rig.courier.attemptEnded(second, a, { kind: 'unanswered' })
        rig.courier.answeredLate(segment, a, 'again')
        await rig.settle()
        rig.courier.answeredLate(second, a, 'y')
        rig.correlator.take([vendorReceipt(['x']), vendorReceipt(['y'])])
        await rig.advance(1_000_000)
        expect(vendor.sent).toHaveLength(2)
        expect(rig.receiptsTo(esme)).toEqual(parts.map((id) => `DELIVERED 000 ${id}`))
        await nothingLeft(rig, esme)
      }
  })

  it('goes on as it was cut there, though another connection has cut it otherwise since', async () => {
    const { rig, vendor, segment } = await firstUnderWay(2, {}, { route: routeAB, failover: 'next' })
    const other = rig.addDestination('c:b')
    rig.courier.attemptEnded(segment, a, { kind: 'unanswered' })
    await rig.settle()
    rig.courier.attemptEnded(begun(firstOf(other), 5, b), b, temporary)
    await rig.settle()
    rig.courier.answeredLate(segment, a, 'x')
    await rig.settle()
    expect(firstOf(vendor)).toMatchObject({ progress: { connection: a, total: 2, taken: 1 } })
  })

  it('is not taken for the one that a receipt with an unknown id is about', async () => {
    const { rig, vendor, segment } = await firstUnderWay(2)
    rig.courier.attemptEnded(segment, a, { kind: 'unanswered' })
    rig.correlator.take([vendorReceipt(['never heard'])])
    await rig.advance(6_000)
    rig.correlator.expireParked(rig.nowMs())
    const life = makeRig({ store: rig.store, clock: rig.clock, epoch: 2 })
    life.courier.restoreWaiting((await contentsOf(rig.store)).deliveries)
    expect(life.courier.claimUnanswered('v' as never, '447700900123', Infinity, 'DELIVERED')).toBeUndefined()
    await rig.advance(30_000)
    expect(vendor.sent).toHaveLength(2)
  })
})

it('what a sweep has read of it before it went on is not ended', async () => {
  const { rig, segment } = await firstUnderWay(2, {}, { expiresAtMs: 1_010_000 })
  await rig.settle()
  const [row] = (await contentsOf(rig.store)).deliveries
  ;(rig.store as MemoryStore).hold()
  rig.courier.notSent(rig.courier.attemptEnded(segment, a, takenAs('x'))!)
  expect(rig.dispatcher.seize(row!)).toBe(false)
  ;(rig.store as MemoryStore).release()
  await rig.settle()
  expect(rig.log).toEqual([])
})

it('the end of every message is told where somebody wants to know, asked for or not', async () => {
  const told: string[] = []
  const { rig, segment } = await firstUnderWay(
    1,
    { told: (_account, id, parts, state, error) => void told.push(`${id} ${parts.length} ${state} ${error}`) },
    { parts: [0, 0] },
  )
  const whole = { ...segment, progress: undefined }
  rig.courier.attemptEnded(whole, a, permanent)
  await rig.settle()
  expect(told).toEqual([`${segment.message.id} 2 REJECTED 011`])
  expect((await contentsOf(rig.store)).deliveries).toEqual([])
})
