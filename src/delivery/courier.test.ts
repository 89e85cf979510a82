import { describe, expect, it } from 'vitest'
import type { ReceiptDelivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import type { NotifyResult } from './courier.js'
import { rateLimit } from './limits.js'
import { a, b, firstOf, makeRig, routeAB, rulesOf, vendorReceipt, type Rig } from './rig.suite.js'

/** A rig whose first segment was sent over `a` and is under way. */
async function oneUnderWay(options: Parameters<typeof makeRig>[0] = {}, changes: Parameters<Rig['submit']>[0] = {}) {
  const rig = makeRig(options)
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  const { message } = rig.submit(changes)
  await rig.settle()
  return { rig, vendor, esme, message, delivery: firstOf(vendor) }
}

const nothingLeft = async (rig: Rig): Promise<void> => {
  await rig.advance(7_200_000)
  const { deliveries, awaiting } = await contentsOf(rig.store)
  expect({ deliveries, awaiting }).toEqual({ deliveries: [], awaiting: [] })
  expect(rig.dispatcher.total).toBe(0)
}

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

describe('where a second sending is unwanted', () => {
  const rules = [rulesOf(a, { onUnanswered: 'waitReceipt' }), rulesOf(b)]

  it('the mark is durable before the sending, and after a crash it is not sent again', async () => {
    const store = new MemoryStore()
    const rig = makeRig({ rules, store })
    const vendor = rig.addDestination('c:a')
    const marked: string[] = []
    vendor.onSend = (delivery) => {
      if (delivery.kind === 'segment')
        rig.courier.mark(delivery, a, (segment) => {
          marked.push(segment.unansweredBy)
        })
      return true
    }
    rig.submit()
    store.hold()
    const settling = rig.settle()
    await settling
    store.release(1)
    await rig.settle()
    expect(marked).toEqual([])
    store.release()
    await rig.settle()
    expect(marked).toEqual(['a'])
    const next = makeRig({ rules, store: new MemoryStore(store.snapshot()), clock: rig.clock, epoch: 2 })
    const again = next.addDestination('c:a')
    let refused = 0
    again.onSend = (delivery) => {
      if (delivery.kind === 'segment' && next.courier.isUnanswered(delivery)) refused++
      return true
    }
    await next.restore()
    await next.advance(599_999)
    expect(refused).toBe(1)
    expect(next.log).toEqual([])
    await next.advance(2)
    expect(next.log.at(-1)).toMatch(/^(ended UNKNOWN unanswered)$/)
  })

  it('what is not sent again takes nothing from the limits', async () => {
    const { rig } = await oneMarked()
    const limit = rateLimit('account acme', 1, rig.nowMs())
    const next = await oneMarked({
      ...{ store: rig.store, clock: rig.clock, epoch: 2 },
      limitsOf: ({ kind }) => (kind === 'vendor' ? [limit] : []),
    })
    const { id } = next.rig.submit()
    await next.rig.settle()
    expect(next.vendor.underWay).toMatchObject([{ id }])
  })

  /** A vendor that is sent only what is marked, under way by its marked form. */
  async function oneMarked(options: Parameters<typeof makeRig>[0] = {}) {
    const rig = makeRig({ rules, ...options })
    const vendor = rig.addDestination('c:a')
    vendor.onSend = (delivery) => {
      if (delivery.kind !== 'segment' || rig.courier.isUnanswered(delivery)) return true
      rig.courier.mark(delivery, a, (marked) => void vendor.underWay.push(marked))
      return true
    }
    await rig.restore()
    if (options.store === undefined) rig.submit()
    await rig.settle()
    return { rig, vendor }
  }

  it.each([0, 10_000])('what is refused with a pause of %i ms, or could not be sent, goes again', async (pauseMs) => {
    const { rig, vendor } = await oneMarked()
    for (let sent = 1; sent <= 3; sent++) {
      expect(vendor.sent).toHaveLength(sent)
      const marked = firstOf(vendor)
      expect(marked.unansweredBy).toBe('a')
      rig.courier.notSent(marked, pauseMs)
      rig.dispatcher.hasRoom('c:a')
      await rig.advance(pauseMs)
    }
    expect(rig.log).toEqual([])
    expect(rig.dispatcher.total).toBe(1)
    const life = await oneMarked({
      store: new MemoryStore((rig.store as MemoryStore).snapshot()),
      clock: rig.clock,
      epoch: 2,
    })
    // Under way when it died: not sent again.
    expect(life.vendor.underWay).toEqual([])
    await life.rig.advance(600_001)
    expect(life.rig.log.at(-1)).toBe('ended UNKNOWN unanswered')
  })

  it('what came back unsent is sent after a crash', async () => {
    const { rig, vendor } = await oneMarked()
    vendor.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    rig.courier.notSent(firstOf(vendor))
    await rig.settle()
    const life = await oneMarked({
      store: new MemoryStore((rig.store as MemoryStore).snapshot()),
      clock: rig.clock,
      epoch: 2,
    })
    expect(life.vendor.underWay).toHaveLength(1)
  })

  it('its mark is taken back before the store knows it, however many come back', async () => {
    const { rig, vendor } = await oneMarked({ dispatcher: { readAheadPerLane: 1, readAheadFloor: 1 } })
    for (let i = 0; i < 9; i++) rig.submit()
    await rig.settle()
    const out = vendor.underWay.splice(0)
    expect(out).toHaveLength(10)
    for (const marked of out) rig.courier.notSent(marked)
    for (let i = 0; i < 10; i++) {
      rig.dispatcher.hasRoom('c:a')
      await rig.settle()
    }
    expect(rig.log).toEqual([])
    expect(vendor.underWay).toHaveLength(10)
  })

  it('a mark of a connection that resends, or that is gone, or none at all, hinders nothing', async () => {
    const { rig, delivery } = await oneUnderWay({ rules })
    expect(rig.courier.isUnanswered(delivery)).toBe(false)
    expect(rig.courier.isUnanswered({ ...delivery, unansweredBy: b })).toBe(false)
    expect(rig.courier.isUnanswered({ ...delivery, unansweredBy: 'gone' as typeof a })).toBe(false)
  })
})

describe('a receipt to its sender', () => {
  async function receiptUnderWay() {
    const { rig, esme, delivery } = await oneUnderWay()
    rig.courier.attemptEnded(delivery, a, { kind: 'refused', permanent: true, error: '011' })
    await rig.settle()
    return { rig, esme }
  }
  const isSent = async (rig: Rig, esme: { underWay: unknown[] }, result: NotifyResult): Promise<void> => {
    rig.courier.notified(esme.underWay.shift() as ReceiptDelivery, result)
    rig.dispatcher.hasRoom('a:acme')
    await rig.settle()
  }

  it('taken: it is over', async () => {
    const { rig, esme } = await receiptUnderWay()
    await isSent(rig, esme, 'taken')
    expect(rig.log.at(-1)).toBe('receipt done')
    await nothingLeft(rig)
  })

  it('refused for good: set aside at once', async () => {
    const { rig, esme } = await receiptUnderWay()
    await isSent(rig, esme, 'refusedForGood')
    expect(rig.log.at(-1)).toBe('receipt setAside')
    await nothingLeft(rig)
  })

  it.each(['refused', 'unanswered'] as const)(
    '%s: again after 5 s and 10 s, then set aside; it blocks nothing',
    async (result) => {
      const { rig, esme } = await receiptUnderWay()
      const startMs = rig.nowMs()
      await isSent(rig, esme, result)
      await rig.advance(5_000)
      await isSent(rig, esme, result)
      await rig.advance(10_000)
      expect(esme.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 5_000, 15_000])
      await isSent(rig, esme, result)
      expect(rig.log.at(-1)).toBe('receipt setAside')
      await nothingLeft(rig)
    },
  )

  it('lost with its session: the next one gets it at once, in order; set aside when that was its third in a row', async () => {
    const { rig, esme } = await receiptUnderWay()
    const startMs = rig.nowMs()
    await isSent(rig, esme, 'lost')
    await isSent(rig, esme, 'lost')
    expect(esme.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 0, 0])
    expect(esme.sent.at(-1)!.delivery).toMatchObject({ failures: 0 })
    await isSent(rig, esme, 'lost')
    expect(rig.log.at(-1)).toBe('receipt setAside')
    await nothingLeft(rig)
  })

  it('one that ends every session is set aside; those lost with it spend no try and come next', async () => {
    const rig = makeRig()
    const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
    const made = [1, 2, 3, 4].map(() => rig.submit().message.id)
    await rig.settle()
    for (let i = 0; i < 4; i++)
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
    await rig.settle()
    for (let session = 0; session < 5; session++) {
      for (const lost of esme.underWay.splice(0)) rig.courier.notified(lost as ReceiptDelivery, 'lost')
      rig.dispatcher.hasRoom('a:acme')
      await rig.settle()
      expect(esme.underWay.map((delivery) => (delivery as ReceiptDelivery).receipt.origin.messageId)).toEqual(
        made.slice(session < 2 ? 0 : 1),
      )
      // One that is taken has not spent a try on what it was lost with; the next first one begins anew.
      if (session === 3) rig.courier.notified(esme.underWay.shift() as ReceiptDelivery, 'taken')
      if (session === 3) made.splice(0, 1)
    }
    expect(rig.log.filter((line) => line === 'receipt setAside')).toHaveLength(1)
    for (const taken of esme.underWay.splice(0)) rig.courier.notified(taken as ReceiptDelivery, 'taken')
    await nothingLeft(rig)
  })

  it('too old: dropped, whether read ahead or not', async () => {
    const rig = makeRig({ courier: { receiptMaxAgeMs: 10_000 } })
    const vendor = rig.addDestination('c:a', 100)
    for (let i = 0; i < 20; i++) rig.submit()
    await rig.settle()
    for (let i = 0; i < 20; i++)
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
    await rig.advance(10_000)
    rig.dispatcher.expireReady(rig.nowMs())
    for (let i = 0; i < 5; i++) {
      await rig.sweeper.step(rig.nowMs())
      await rig.advance(1_000)
    }
    expect(rig.log.filter((line) => line === 'receipt expired')).toHaveLength(20)
    await nothingLeft(rig)
  })

  it('beyond the bound of its account is not kept, and that is told', async () => {
    const rig = makeRig({ courier: { receiptsPerAccount: () => 2 } })
    const vendor = rig.addDestination('c:a')
    for (let i = 0; i < 3; i++) {
      rig.submit()
      await rig.settle()
      rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '011' })
      await rig.settle()
    }
    expect(rig.log.filter((line) => line === 'receipt dropped acme')).toHaveLength(1)
    expect(rig.dispatcher.total).toBe(2)
  })
})

it('a segment over a connection that nobody knows any more goes back unsent', async () => {
  const { rig, vendor, delivery } = await oneUnderWay()
  rig.courier.attemptEnded(delivery, 'gone' as typeof a, { kind: 'unanswered' })
  await rig.settle()
  expect(vendor.sent.at(-1)!.delivery).toMatchObject({ id: delivery.id, failures: 0 })
})
