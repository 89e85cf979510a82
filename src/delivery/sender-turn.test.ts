import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { AccountId } from '../message/ids.js'
import type { PoolSender } from '../message/pool-sender.js'
import type { NoSenderReason, SenderStanding } from '../powerpack/sender.js'
import { decidedEnding } from './decided.js'
import { laneTarget, vendorLane, type LaneTarget } from './lane-key.js'
import type { Limit } from './limits.js'
import { NumberPaces } from './number-paces.js'
import { a, acme, b, firstOf, makeRig, routeA, routeAB, rulesOf, type RigOptions } from './rig.suite.js'
import { reroutedEnding } from './reroute.js'

const pack = '7ec4c8c9-cd74-42b5-9e41-0d7670d6bb46'
const one: PoolSender = { number: '14155550101', pack }
const two: PoolSender = { number: '14155550102', pack }
const code: PoolSender = { number: '55777', pack }

/** Numbers that stand as a test says; what is gone is replaced by `instead`. */
function pool(instead: PoolSender | NoSenderReason = two) {
  const standings = new Map<string, SenderStanding>()
  const asked: string[] = []
  const senders: RigOptions['senders'] = {
    standing: ({ number }, destination) => {
      asked.push(`${number} to ${destination}`)
      return standings.get(number) ?? 'usable'
    },
    chooseAgain: () =>
      typeof instead === 'string'
        ? instead
        : { sender: instead, kept: [{ table: 'sent', key: instead.number, text: '1|1' }] },
  }
  return { standings, asked, senders }
}

function paced(perSecond: number): (target: LaneTarget) => readonly Limit[] {
  const paces = new NumberPaces(() => perSecond)
  return (target) => (target.kind === 'vendor' && target.sender !== undefined ? [paces.of(target.sender.number)] : [])
}

const numbersOf = (sent: readonly { readonly delivery: unknown }[]): string[] =>
  sent.map(({ delivery }) => (delivery as SegmentDelivery).message.source.value)

describe('lanes of numbers', () => {
  it('go at their own pace, in order, and hold up nobody', async () => {
    const rig = makeRig({ limitsOf: paced(1) })
    const vendor = rig.addDestination('c:a', 1000)
    const ofOne = Array.from({ length: 5 }, () => rig.submit({ sender: one, registered: 0 }).id)
    const ofTwo = [rig.submit({ sender: two, registered: 0 }).id]
    const plain = Array.from({ length: 20 }, () => rig.submit({ registered: 0 }).id)
    await rig.settle()
    expect(new Set(vendor.sentIds)).toEqual(new Set([ofOne[0], ofTwo[0], ...plain]))
    await rig.advance(4_000)
    const atMs = (id: string) => vendor.sent.find(({ delivery }) => delivery.id === id)!.atMs
    expect(ofOne.map((id) => atMs(id) - atMs(ofOne[0]!))).toEqual([0, 1000, 2000, 3000, 4000])
  })

  it('are one for each account and route of a number, at its one pace', async () => {
    const rig = makeRig({ limitsOf: paced(1) })
    const vendor = rig.addDestination('c:a', 1000)
    rig.submit({ sender: one, registered: 0 })
    rig.submit({ sender: one, registered: 0, lane: vendorLane(routeA, 0, 'other' as AccountId, one) })
    rig.submit({ sender: one, registered: 0, route: routeAB })
    await rig.settle()
    expect(vendor.sent).toHaveLength(1)
    expect(rig.dispatcher.waitingFrom(one.number)).toBe(3)
    await rig.advance(2_000)
    expect(vendor.sent).toHaveLength(3)
    while (vendor.underWay.length > 0)
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: '' })
    await rig.settle()
    expect(rig.dispatcher.waitingFrom(one.number)).toBe(0)
  })

  it('are found again after a restart, with their number', async () => {
    const first = makeRig()
    for (let i = 0; i < 3; i++) first.submit({ sender: one, registered: 0 })
    await first.settle()
    const rig = makeRig({ store: first.store, epoch: 2, clock: first.clock, limitsOf: paced(1) })
    await rig.restore()
    expect(rig.dispatcher.waitingFrom(one.number)).toBe(3)
    const vendor = rig.addDestination('c:a')
    await rig.advance(1_500)
    expect(vendor.sent.map(({ delivery }) => (delivery as SegmentDelivery).sender)).toEqual([one, one])
  })

  it('are kept by resends and by the next connection', async () => {
    const rig = makeRig()
    const first = rig.addDestination('c:a')
    const second = rig.addDestination('c:b')
    rig.submit({ sender: one, registered: 0, route: routeAB, failover: 'next' })
    await rig.settle()
    const refused = { kind: 'refused', permanent: false, error: '088' } as const
    rig.courier.attemptEnded(firstOf(first), a, refused)
    await rig.settle()
    const failedOver = firstOf(second)
    expect(failedOver.lane).toBe(vendorLane([b, a], 0, acme, one))
    rig.courier.attemptEnded(failedOver, b, refused)
    await rig.advance(31_000)
    const resent = firstOf(first)
    expect([resent.lane, resent.sender]).toEqual([vendorLane(routeAB, 0, acme, one), one])
    expect(laneTarget(resent.lane)).toMatchObject({ sender: one })
  })

  it('are kept by a new route, and by what waited for its network', async () => {
    const delivery = makeRig().submit({ sender: one })
    const to = { route: [b], failover: 'none' } as const
    const lane = vendorLane([b], 0, acme, one)
    expect(reroutedEnding(delivery, to).outcome).toMatchObject({ kind: 'requeued', next: { lane, sender: one } })
    const decision = { kind: 'goes', to, network: undefined, price: undefined } as const
    expect(decidedEnding(delivery, decision).outcome).toMatchObject({ kind: 'requeued', next: { lane, sender: one } })
  })

  it('keep little in memory, however many wait', async () => {
    const rig = makeRig({ dispatcher: { readAheadPerLane: 1000, readAheadTotal: 100, readAheadFloor: 32 } })
    for (let i = 0; i < 300; i++)
      for (let n = 0; n < 20; n++) rig.submit({ sender: { number: `1415555${1000 + i}`, pack }, registered: 0 })
    const vendor = rig.addDestination('c:a', 0)
    await rig.settle()
    let held = 0
    for (const { key } of rig.dispatcher.lanes())
      for (const delivery of (await rig.store.readLane(key, Infinity, new Set(), 100)).deliveries)
        if (rig.dispatcher.holds(delivery)) held++
    expect(held).toBeLessThanOrEqual(100 + 300)
    vendor.window = 100_000
    rig.dispatcher.hasRoom('c:a')
    await rig.settle()
    expect(vendor.sent).toHaveLength(6000)
  })
})

describe('at its turn', () => {
  it('a message of a number that is gone is sent by another, which is kept in the same step', async () => {
    const { senders, standings } = pool()
    const rig = makeRig({ senders })
    rig.submit({ sender: one, registered: 0 })
    await rig.settle()
    standings.set(one.number, 'gone')
    const vendor = rig.addDestination('c:a')
    await rig.settle()
    expect(numbersOf(vendor.sent)).toEqual([two.number])
    const sent = firstOf(vendor)
    expect([sent.sender, sent.lane]).toEqual([two, vendorLane(routeA, 0, acme, two)])
    expect(await rig.store.findKept('sent', [two.number])).toEqual(['1|1'])
    expect([rig.dispatcher.waitingFrom(one.number), rig.dispatcher.waitingFrom(two.number)]).toEqual([0, 1])
  })

  it('a short code that replaces a number is no international number', async () => {
    const { senders, standings } = pool(code)
    standings.set(one.number, 'gone')
    const rig = makeRig({ senders })
    const vendor = rig.addDestination('c:a')
    rig.submit({ sender: one, registered: 0 })
    await rig.settle()
    expect(firstOf(vendor).message.source).toEqual({ ton: 3, npi: 0, value: '55777' })
  })

  it('its time spends nothing of the old number, and waits for the new one', async () => {
    const { senders, standings } = pool()
    standings.set(one.number, 'gone')
    const rig = makeRig({ senders, limitsOf: paced(1) })
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 3; i++) rig.submit({ sender: one, registered: 0 })
    await rig.settle()
    expect(numbersOf(vendor.sent)).toEqual([two.number])
    standings.clear()
    rig.submit({ sender: one, registered: 0 })
    await rig.settle()
    expect(numbersOf(vendor.sent)).toEqual([two.number, one.number])
    await rig.advance(2_000)
    expect(numbersOf(vendor.sent)).toEqual([two.number, one.number, two.number, two.number])
  })

  it.each([
    ['optedOut', 'optedOut', '200'],
    ['gone', 'noSender', '090'],
  ] as const)('a message whose number is %s may be over: %s', async (standing, reason, error) => {
    const { senders, standings } = pool('noNumber')
    standings.set(one.number, standing)
    const rig = makeRig({ senders })
    const esme = rig.addDestination('a:acme')
    const vendor = rig.addDestination('c:a')
    const { message } = rig.submit({ sender: one })
    const other = rig.submit({ sender: two, registered: 0 })
    await rig.settle()
    expect(vendor.sentIds).toEqual([other.id])
    expect(rig.log).toContain(`ended REJECTED ${reason}`)
    expect(rig.receiptsTo(esme)).toEqual([`REJECTED ${error} ${message.id}`])
    expect(rig.dispatcher.waitingFrom(one.number)).toBe(0)
  })

  it('what a vendor has a piece of goes on from the same number', async () => {
    const { senders, standings } = pool()
    const rig = makeRig({ senders })
    const vendor = rig.addDestination('c:a')
    const progress = { connection: a, total: 2, taken: 1, group: undefined } as const
    standings.set(one.number, 'gone')
    rig.submit({ sender: one, registered: 0, progress })
    await rig.settle()
    expect(numbersOf(vendor.sent)).toEqual([one.number])
  })

  it('what a vendor may have is asked about before', async () => {
    const { senders, standings } = pool()
    standings.set(one.number, 'gone')
    const rig = makeRig({ senders, rules: [rulesOf(a, { onUnanswered: 'waitReceipt' })] })
    const vendor = rig.addDestination('c:a')
    rig.submit({ sender: one, registered: 0, unansweredBy: a })
    await rig.settle()
    expect(numbersOf(vendor.sent)).toEqual([one.number])
  })

  it('nobody is asked about messages whose sender named its source', async () => {
    const { senders, asked } = pool()
    const rig = makeRig({ senders })
    rig.addDestination('c:a')
    rig.submit({ registered: 0 })
    rig.submit({ sender: one, registered: 0 })
    await rig.settle()
    expect(asked).toEqual([`${one.number} to 447700900123`])
  })
})
