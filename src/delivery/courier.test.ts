import { describe, expect, it } from 'vitest'
import type { ReceiptDelivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { a, b, firstOf, makeRig, routeAB, rulesOf, vendorReceipt } from './rig.suite.js'
import { nothingLeft, oneUnderWay } from './under-way.suite.js'

describe('a segment that was never answered', () => {
  const ways = [
    { onUnanswered: 'resend', failover: 'none' },
    { onUnanswered: 'resend', failover: 'next' },
    { onUnanswered: 'waitReceipt', failover: 'none' },
  ] as const

  for (const { onUnanswered, failover } of ways)
    for (const durable of [true, false]) {
      const name = `${onUnanswered}, failover ${failover}, ${durable ? 'after' : 'before'} its way back is durable`
      // With failover the next connection is down, so that the segment waits for it.
      const begin = () =>
        oneUnderWay({ rules: [rulesOf(a, { onUnanswered }), rulesOf(b)] }, { route: routeAB, failover })

      it(`a late answer spares the resend: ${name}`, async () => {
        const { rig, vendor, esme, message, delivery } = await begin()
        const other = rig.addDestination('c:b')
        other.up = false
        rig.dispatcher.changed('c:b', rig.nowMs())
        rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
        if (durable) await rig.settle()
        rig.courier.answeredLate(delivery, a, 'id7')
        other.up = true
        rig.dispatcher.changed('c:b', rig.nowMs())
        await rig.advance(3_000_000)
        expect([...vendor.sent, ...other.sent]).toHaveLength(1)
        expect(rig.log).toContain('late a')
        const receipt = vendorReceipt(['id7'])
        rig.correlator.take([receipt])
        await rig.settle()
        expect(receipt.answers).toEqual(['stored'])
        expect(rig.receiptsTo(esme)).toEqual([`DELIVERED 000 ${message.id}`])
        rig.courier.notified(esme.underWay[0] as ReceiptDelivery, 'taken')
        await nothingLeft(rig)
      })

      it(`a receipt spares it too: ${name}`, async () => {
        const { rig, vendor, esme, message, delivery } = await begin()
        rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
        if (durable && failover === 'none') await rig.settle()
        const receipt = vendorReceipt(['never heard'], 'UNDELIVERABLE', { error: '27' })
        rig.correlator.take([receipt])
        await rig.advance(4_999)
        expect(receipt.answers).toEqual(['stored'])
        rig.correlator.expireParked(rig.nowMs())
        expect(rig.log).not.toContain('fate matchedUnanswered')
        await rig.advance(1)
        rig.correlator.expireParked(rig.nowMs())
        await rig.advance(3_000_000)
        expect(rig.log).toContain('fate matchedUnanswered')
        expect(vendor.sent).toHaveLength(1)
        expect(rig.receiptsTo(esme)).toEqual([`UNDELIVERABLE 27 ${message.id}`])
        // The answer that comes after that is of no use any more.
        rig.courier.answeredLate(delivery, a, 'never heard')
        rig.courier.notified(esme.underWay[0] as ReceiptDelivery, 'taken')
        await nothingLeft(rig)
      })
    }

  it('is not taken for another: two to the same phone are told apart by nobody', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 2; i++) rig.submit()
    await rig.settle()
    for (let i = 0; i < 2; i++) rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
    const receipt = vendorReceipt(['x'])
    rig.correlator.take([receipt])
    await rig.settle()
    expect(rig.log).toContain('fate parked')
    await rig.advance(6_000)
    rig.correlator.expireParked(rig.nowMs())
    await rig.advance(24_000)
    expect(vendor.sent).toHaveLength(4)
  })

  it('is spared its resend by a receipt that was there before it was given up', async () => {
    const { rig, vendor, esme, message, delivery } = await oneUnderWay()
    rig.correlator.take([vendorReceipt(['never heard'])])
    await rig.advance(20_000)
    rig.correlator.expireParked(rig.nowMs())
    rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    await rig.advance(1_000)
    rig.correlator.expireParked(rig.nowMs())
    await rig.advance(1_000_000)
    expect(vendor.sent).toHaveLength(1)
    expect(rig.receiptsTo(esme)).toEqual([`DELIVERED 000 ${message.id}`])
    const { parked } = await contentsOf(rig.store)
    expect(parked).toEqual([])
  })

  it('does not get the early receipt of another message to the same phone, nor one older than itself', async () => {
    const rig = makeRig()
    const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
    rig.correlator.take([vendorReceipt(['of long ago'])])
    await rig.advance(10_000)
    const [first, second] = [rig.submit().message.id, rig.submit().message.id]
    await rig.settle()
    const [one, two] = [firstOf(vendor), firstOf(vendor)]
    rig.courier.attemptEnded(two, a, { kind: 'unanswered' })
    rig.correlator.take([vendorReceipt(['id1'], 'UNDELIVERABLE')])
    await rig.settle()
    rig.correlator.expireParked(rig.nowMs())
    await rig.advance(4_000)
    rig.courier.attemptEnded(one, a, { kind: 'taken', vendorMessageId: 'id1' })
    await rig.settle()
    // Repeated by the vendor, it is not taken for the other's either.
    rig.correlator.take([vendorReceipt(['id1'], 'UNDELIVERABLE')])
    await rig.advance(10_000)
    rig.correlator.expireParked(rig.nowMs())
    await rig.settle()
    expect(rig.receiptsTo(esme)).toEqual([`UNDELIVERABLE 000 ${first}`])
    await rig.advance(30_000)
    expect(firstOf(vendor).message.id).toBe(second)
  })

  it('a late answer over another connection, a second one, or one for what is under way again changes nothing', async () => {
    const { rig, vendor, delivery } = await oneUnderWay()
    rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    rig.courier.answeredLate(delivery, b, 'x')
    await rig.advance(30_000)
    expect(vendor.sent).toHaveLength(2)
    const again = firstOf(vendor)
    rig.courier.sending(again)
    rig.courier.answeredLate(delivery, a, 'x')
    await rig.settle()
    expect(rig.log).not.toContain('late a')
  })

  it('waits for its receipt until the deadline and not longer, also after a restart', async () => {
    const rules = [rulesOf(a, { onUnanswered: 'waitReceipt' })]
    const { rig, delivery, message } = await oneUnderWay({ rules }, { expiresAtMs: 1_000_000 + 60_000 })
    rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    await rig.advance(500_000)
    expect(rig.log.filter((line) => line.startsWith('ended'))).toEqual([])
    const store = new MemoryStore((rig.store as MemoryStore).snapshot())
    for (const life of [rig, makeRig({ rules, store, clock: rig.clock, epoch: 2 })]) {
      const isNew = life !== rig
      const esme = isNew ? life.addDestination('a:acme') : undefined
      if (!isNew) continue
      await life.restore()
      await life.advance(99_999)
      expect(life.log).toEqual([])
      await life.advance(1)
      expect(life.log).toContain('ended UNKNOWN unanswered')
      expect(life.receiptsTo(esme!)).toEqual([`UNKNOWN 000 ${message.id}`])
    }
  })

  it('fails at once where the connection says so', async () => {
    const rules = [rulesOf(a, { onUnanswered: 'fail' })]
    const { rig, vendor, esme, delivery, message } = await oneUnderWay({ rules })
    rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    await rig.advance(3_000_000)
    expect(vendor.sent).toHaveLength(1)
    expect(rig.receiptsTo(esme)).toEqual([`UNKNOWN 000 ${message.id}`])
  })

  it('more than may be remembered: the rest is sent again as usual', async () => {
    const rig = makeRig({ courier: { unansweredMax: 2 } })
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 3; i++) rig.submit()
    await rig.settle()
    const all = [firstOf(vendor), firstOf(vendor), firstOf(vendor)]
    for (const delivery of all) rig.courier.attemptEnded(delivery, a, { kind: 'unanswered' })
    await rig.settle()
    all.forEach((delivery, i) => rig.courier.answeredLate(delivery, a, `id${i}`))
    await rig.advance(30_000)
    expect(vendor.sentIds.slice(3)).toEqual([all[2]!.id])
  })
})

it('a segment over a connection that nobody knows any more goes back unsent', async () => {
  const { rig, vendor, delivery } = await oneUnderWay()
  rig.courier.attemptEnded(delivery, 'gone' as typeof a, { kind: 'unanswered' })
  await rig.settle()
  expect(vendor.sent.at(-1)!.delivery).toMatchObject({ id: delivery.id, failures: 0 })
})
