// The schedule of resends as a sender sees it, through the real courier, dispatcher and group commit.
import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { AttemptResult } from './outcome.js'
import {
  a,
  b,
  firstOf,
  makeRig,
  routeAB,
  rulesOf,
  type FakeDestination,
  type Rig,
  type RigOptions,
} from './rig.suite.js'

const temporary: AttemptResult = { kind: 'refused', permanent: false, error: '088' }

/** Ends each attempt over `connection` at once. */
function always(rig: Rig, destination: FakeDestination, connection: typeof a, result: AttemptResult): void {
  destination.onSend = (delivery) => {
    rig.courier.sending(delivery as SegmentDelivery)
    rig.courier.attemptEnded(delivery as SegmentDelivery, connection, result)
    return true
  }
}

async function timesOfTries(options: RigOptions, changes: Parameters<Rig['submit']>[0] = {}) {
  const rig = makeRig(options)
  const vendor = rig.addDestination('c:a')
  const esme = rig.addDestination('a:acme')
  always(rig, vendor, a, temporary)
  const startMs = rig.nowMs()
  const delivery = rig.submit(changes)
  await rig.advance(24 * 3_600_000)
  return {
    rig,
    triesAtMs: vendor.sent.map(({ atMs }) => atMs - startMs),
    receipts: rig.receiptsTo(esme),
    receiptsAtMs: esme.sent.map(({ atMs }) => atMs - startMs),
    delivery,
  }
}

describe('a vendor that always says "later"', () => {
  it('is tried at once, then 30, 60, 90 … 600 s after each failure: 20 resends, then the sender is told', async () => {
    const { rig, triesAtMs, receipts, receiptsAtMs, delivery } = await timesOfTries({})
    const pauses = triesAtMs.slice(1).map((atMs, i) => (atMs - triesAtMs[i]!) / 1000)
    expect(triesAtMs[0]).toBe(0)
    expect(pauses).toEqual([
      30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 390, 420, 450, 480, 510, 540, 570, 600,
    ])
    expect(receipts).toEqual([`UNDELIVERABLE 088 ${delivery.message.id}`])
    expect(receiptsAtMs).toEqual([6_300_000])
    expect(rig.log.filter((line) => line.startsWith('ended'))).toEqual(['ended UNDELIVERABLE resendsUsedUp'])
    expect(rig.log.filter((line) => line === 'resent a')).toHaveLength(20)
    expect(rig.dispatcher.total).toBe(1) // the receipt, under way
  })

  it('a connection has its own step, fractions of a second included, and its own number', async () => {
    const { triesAtMs, receipts } = await timesOfTries({ rules: [rulesOf(a, { resend: { stepMs: 1_500.5, max: 3 } })] })
    // Stores keep whole milliseconds; a try is never early.
    const exact = [0, 1_500.5, 4_501.5, 9_003]
    expect(triesAtMs).toHaveLength(4)
    triesAtMs.forEach((atMs, i) => {
      expect(atMs - exact[i]!).toBeGreaterThanOrEqual(-3)
      expect(atMs - exact[i]!).toBeLessThanOrEqual(3)
    })
    expect(receipts).toHaveLength(1)
  })

  it('expiry beats the resend: it ends when its validity does, not at the next try', async () => {
    for (const validityMs of [45_000, 45_000.7]) {
      const rig = makeRig()
      const { triesAtMs, receipts, receiptsAtMs } = await timesOfTries({}, { expiresAtMs: rig.nowMs() + validityMs })
      expect(triesAtMs).toEqual([0, 30_000])
      expect(receipts).toEqual([expect.stringContaining('EXPIRED 000')])
      expect(receiptsAtMs).toEqual([Math.ceil(validityMs)])
    }
  })

  it('after failover: next each round tries every connection at once, and rounds are what is counted', async () => {
    const rig = makeRig({
      rules: [rulesOf(a, { resend: { stepMs: 10_000, max: 2 } }), rulesOf(b, { resend: { stepMs: 10_000, max: 2 } })],
    })
    const [first, second, esme] = [rig.addDestination('c:a'), rig.addDestination('c:b'), rig.addDestination('a:acme')]
    always(rig, first, a, temporary)
    always(rig, second, b, temporary)
    const startMs = rig.nowMs()
    rig.submit({ route: routeAB, failover: 'next' })
    await rig.advance(3_600_000)
    for (const vendor of [first, second])
      expect(vendor.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 10_000, 30_000])
    expect(rig.receiptsTo(esme)).toHaveLength(1)
  })
})

it('a permanent refusal ends it at once, with a receipt', async () => {
  const rig = makeRig()
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  always(rig, vendor, a, { kind: 'refused', permanent: true, error: '011' })
  const { message } = rig.submit()
  await rig.advance(3_600_000)
  expect(vendor.sent).toHaveLength(1)
  expect(rig.receiptsTo(esme)).toEqual([`REJECTED 011 ${message.id}`])
  expect(rig.log).toContain('ended REJECTED rejectedByVendor')
})

it('who did not ask is told nothing', async () => {
  const rig = makeRig()
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  always(rig, vendor, a, { kind: 'refused', permanent: true, error: '011' })
  rig.submit({ registered: 0 })
  await rig.settle()
  expect(esme.sent).toEqual([])
  expect(rig.dispatcher.total).toBe(0)
  expect((await contentsOf(rig.store)).deliveries).toEqual([])
})

it('without a link no try is spent: an hour later the first try is the first', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a')
  vendor.up = false
  rig.dispatcher.changed('c:a', rig.nowMs())
  rig.submit()
  await rig.advance(3_600_000)
  expect(vendor.sent).toEqual([])
  vendor.up = true
  rig.dispatcher.changed('c:a', rig.nowMs())
  await rig.settle()
  expect(vendor.sent).toHaveLength(1)
  expect(firstOf(vendor).failures).toBe(0)
})

it('a paused lane rests whole, keeps its order and spends no try', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a', 3)
  const made = [1, 2, 3, 4, 5].map(() => rig.submit().id)
  await rig.settle()
  expect(vendor.sentIds).toEqual(made.slice(0, 3))
  const [one, two, three] = [firstOf(vendor), firstOf(vendor), firstOf(vendor)]
  rig.courier.attemptEnded(one, a, { kind: 'taken', vendorMessageId: '' })
  rig.courier.notSent(three, 10_000)
  rig.courier.notSent(two, 10_000)
  rig.dispatcher.hasRoom('c:a')
  await rig.advance(9_999)
  expect(vendor.sent).toHaveLength(3)
  await rig.advance(1)
  expect(vendor.sentIds.slice(3)).toEqual(made.slice(1, 4))
  expect(vendor.sent[3]!.delivery).toMatchObject({ failures: 0 })
})
