// What is recorded of messages that somebody pays for, through the real courier and correlator: vendors' costs, lost answers, messages
// from phones and parts that never were one. That the books add up is tested in money.model.test.ts.
import { describe, expect, it } from 'vitest'
import type { Bill, Move } from '../message/bill.js'
import type { MoDelivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { AccountId, ConnectionId, VendorId } from '../message/ids.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { anchorAt, collected, collectedOf, contentsOf, mo } from '../store/conformance-rows.suite.js'
import type { ConnectionRules } from './connection-rules.js'
import { esmeLane, moLane } from './lane-key.js'
import { a, acme, firstOf, makeRig, routeA, rulesOf, vendorReceipt, type Rig, type RigOptions } from './rig.suite.js'
import { wholeRecord, type RecordRow } from '../money/record-fields.js'

const price = (baseMicros: number): Bill['price'] => ({
  currency: 'EUR',
  ownMicros: baseMicros,
  exchange: '1',
  baseMicros,
})
const bill: Bill = {
  ...{ customer: 'c', policy: 'p', price: price(100), units: 2, day: 7, state: 'held', mcc: '310', mnc: '410' },
  ...{ onSilence: undefined, sent: undefined },
}

interface Paying extends Rig {
  readonly moves: Move[]
}

function payingRig(
  rules: Partial<ConnectionRules> = {},
  money: RigOptions['money'] = {},
  life: Pick<RigOptions, 'store' | 'clock' | 'epoch'> = {},
): Paying {
  const moves: Move[] = []
  const rig = makeRig({
    ...life,
    rules: [rulesOf(a, rules)],
    money: {
      moved: (move) => void moves.push(move),
      vendorPrice: (_, called, { mcc }) => (called.startsWith('44') ? price(mcc === '310' ? 7 : 9) : undefined),
      ...money,
    },
  })
  return Object.assign(rig, { moves })
}

async function recordsOf(rig: Paying): Promise<readonly Record<string, unknown>[]> {
  const { books } = rig.store as unknown as {
    books: { records(max: number): Promise<{ lines: Uint8Array }> }
  }
  const { lines } = await books.records(1e9)
  return Buffer.from(lines)
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => wholeRecord(JSON.parse(line) as RecordRow))
}

const inSeveral = (delivery: SegmentDelivery, total: number): SegmentDelivery => ({
  ...delivery,
  progress: { connection: a, total, taken: 0, group: undefined },
})
const charge = { customer: 'c', account: acme, day: 7, heldMicros: -200, chargedMicros: 200, units: 0 }
const release = { ...charge, chargedMicros: 0 }

describe('a message that leaves in several segments', () => {
  it('is charged with the last one, and costs as many as were taken', async () => {
    const rig = payingRig()
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, parts: [1, 1] })
    await rig.settle()
    let next: SegmentDelivery | undefined = inSeveral(firstOf(vendor), 3)
    for (const id of ['x', 'y', 'z']) {
      expect(rig.moves).toEqual([])
      next = rig.courier.attemptEnded(next!, a, { kind: 'taken', vendorMessageId: id })
      await rig.settle()
    }
    expect(rig.moves).toEqual([charge])
    for (const id of ['x', 'y', 'z']) rig.correlator.take([vendorReceipt([id])])
    await rig.settle()
    expect(rig.moves).toEqual([charge])
    const records = await recordsOf(rig)
    expect(
      records.map(({ part, segments, vendorUnits, vendorAmount }) => [part, segments, vendorUnits, vendorAmount]),
    ).toEqual([
      [1, 3, 2, 14],
      [2, 3, 1, 7],
    ])
    expect(records[0]).toMatchObject({ amount: 100, state: 'DELIVERED', vendor: 'v', connection: 'a', mcc: '310' })
  })

  it('that a report ends as failed is given back when its rest ends, in the words of the report', async () => {
    const rig = payingRig()
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill })
    await rig.settle()
    const second = rig.courier.attemptEnded(inSeveral(firstOf(vendor), 3), a, { kind: 'taken', vendorMessageId: 'x' })
    await rig.settle()
    rig.correlator.take([vendorReceipt(['x'], 'EXPIRED', { error: '045' })])
    await rig.settle()
    expect(rig.moves).toEqual([])
    // The second one was on its way; the third does not leave.
    expect(rig.courier.attemptEnded(second!, a, { kind: 'taken', vendorMessageId: 'y' })).toBeUndefined()
    await rig.settle()
    expect(rig.moves).toEqual([release])
    expect(await recordsOf(rig)).toMatchObject([
      { state: 'EXPIRED', error: '045', amount: 0, segments: 2, vendorAmount: 14 },
    ])
  })

  it('that a report ends as failed while the last one is under way is given back with that', async () => {
    const rig = payingRig()
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill })
    await rig.settle()
    const last = rig.courier.attemptEnded(inSeveral(firstOf(vendor), 2), a, { kind: 'taken', vendorMessageId: 'x' })
    await rig.settle()
    rig.correlator.take([vendorReceipt(['x'], 'REJECTED', { error: '011' })])
    await rig.settle()
    rig.courier.attemptEnded(last!, a, { kind: 'taken', vendorMessageId: 'y' })
    await rig.settle()
    rig.correlator.take([vendorReceipt(['y'])])
    await rig.settle()
    expect(rig.moves).toEqual([release])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'REJECTED', error: '011', amount: 0, segments: 2 }])
  })
})

describe('a message that is charged when it is delivered', () => {
  it.each([
    ['DELIVERED', undefined, 1],
    ['UNDELIVERABLE', true, 1],
    ['DELIVERED', undefined, 2],
    ['UNDELIVERABLE', true, 2],
  ] as const)('tells its sender whether the money was given back: %s', async (state, isReleased, segments) => {
    const rig = payingRig({ settleOn: 'receipt' })
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, registered: 1 })
    await rig.settle()
    let next: SegmentDelivery | undefined = inSeveral(firstOf(vendor), segments)
    for (let i = 0; i < segments; i++) {
      next = rig.courier.attemptEnded(next!, a, { kind: 'taken', vendorMessageId: `id-${i}` })
      await rig.settle()
    }
    for (let i = 0; i < segments; i++) rig.correlator.take([vendorReceipt([`id-${i}`], state)])
    await rig.settle()
    expect(rig.moves).toEqual([isReleased === true ? release : charge])
    const { deliveries } = await rig.store.readLane(esmeLane(acme), Infinity, new Set(), 10)
    expect(deliveries).toMatchObject([{ kind: 'receipt', receipt: { state } }])
    expect((deliveries as readonly ReceiptDelivery[])[0]?.receipt.isReleased).toBe(isReleased)
  })
})

describe('a lost answer', () => {
  it.each([
    ['DELIVERED', charge, 200],
    ['UNDELIVERABLE', release, 0],
  ] as const)('that a report stands in for settles as that says: %s', async (state, move, amount) => {
    const rig = payingRig({ onUnanswered: 'waitReceipt' })
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, registered: 1 })
    await rig.settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
    await rig.settle()
    rig.correlator.take([vendorReceipt(['nobody-knows'], state)])
    await rig.settle()
    rig.clock.advance(6_000)
    rig.correlator.expireParked(rig.nowMs())
    await rig.settle()
    expect(rig.moves).toEqual([move])
    expect(await recordsOf(rig)).toMatchObject([{ state, amount, segments: 1, vendorAmount: 7 }])
    expect((await contentsOf(rig.store)).deliveries).toHaveLength(1) // the receipt
  })

  it.each([
    ['waited for in vain', 'waitReceipt'],
    ['taken for a failure', 'fail'],
  ] as const)('%s costs nothing: nobody said that the vendor has it', async (_, onUnanswered) => {
    const rig = payingRig({ onUnanswered, settleOn: 'receipt', waitReceiptMs: 5_000 })
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, registered: 0 })
    await rig.settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
    await rig.advance(6_000)
    expect(rig.moves).toEqual([release])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'UNKNOWN', amount: 0, segments: 0 }])
  })

  it('that comes late settles as any other', async () => {
    const rig = payingRig()
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, registered: 0 })
    await rig.settle()
    const sent = firstOf(vendor)
    rig.courier.attemptEnded(sent, a, { kind: 'unanswered' })
    await rig.settle()
    rig.courier.answeredLate(sent, a, 'x')
    await rig.advance(100_000)
    expect(rig.moves).toEqual([charge])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'DELIVERED', amount: 200, segments: 1 }])
  })
})

describe('where the report settles', () => {
  it('it is waited for from the taking on, though nobody asked to be told', async () => {
    const rig = payingRig({ settleOn: 'receipt', receiptTimeoutMs: 5_000, onReceiptTimeout: 'charge' })
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, registered: 0, route: routeA })
    await rig.settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: 'x' })
    await rig.settle()
    expect((await contentsOf(rig.store)).awaiting).toMatchObject([
      { expiresAtMs: rig.nowMs() + 5_000, bill: { state: 'held', onSilence: 'charge', sent: { segments: 1 } } },
    ])
    await rig.sweeper.step(rig.nowMs())
    await rig.advance(5_001)
    await rig.sweeper.step(rig.nowMs())
    await rig.settle()
    expect(rig.moves).toEqual([charge])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'UNKNOWN', amount: 200 }])
  })

  it('it is not waited for any longer where nobody pays', async () => {
    const rig = payingRig({ settleOn: 'receipt' })
    const vendor = rig.addDestination('c:a')
    rig.submit({ registered: 0 })
    await rig.settle()
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: 'x' })
    await rig.settle()
    expect((await contentsOf(rig.store)).awaiting).toEqual([])
    expect(await recordsOf(rig)).toEqual([])
  })
})

describe('messages from phones', () => {
  it.each([
    ['taken', 'DELIVERED'],
    ['refusedForGood', 'UNDELIVERABLE'],
  ] as const)('have a record of their end: %s is %s', async (result, state) => {
    const rig = payingRig()
    const esme = rig.addDestination('a:acme')
    const sent = { vendor: 'v' as VendorId, connection: 'v1' as ConnectionId, segments: 1, price: price(3), atMs: 5 }
    const free: Bill = { ...bill, price: price(0), units: 1, state: 'charged', policy: '', sent }
    const due = { lane: moLane(acme), dueMs: rig.nowMs(), expiresAtMs: rig.nowMs() + 60_000, bill: free }
    const delivery = mo(1, due)
    const durable = (): void => rig.courier.accepted(delivery)
    rig.recorder.offer({ kind: 'accepted', delivery }, { durable, refused: () => undefined })
    await rig.settle()
    rig.courier.notified(esme.underWay[0] as MoDelivery, result)
    await rig.settle()
    expect(await recordsOf(rig)).toMatchObject([
      { direction: 'mo', state, amount: 0, units: 1, vendor: 'v', vendorAmount: 3, message: delivery.message.id },
    ])
    expect(rig.moves).toEqual([])
  })
})

it('parts that never were a message have records with no amount, where somebody would have paid', async () => {
  const rig = payingRig()
  const source = { ton: 1, npi: 1, value: '447700900001' }
  const destination = { ton: 1, npi: 1, value: '447700900123' }
  const payer = { account: 'x' as AccountId, customer: 'c', direction: 'mo', source, destination } as const
  const parts = [collectedOf(1, { payer }), collectedOf(2)]
  await rig.store.commit(parts.map(collected), anchorAt(1))
  rig.courier.abandon(parts, 'UNDELIVERABLE', '000', 'incompleteMessage')
  await rig.settle()
  const { id, mark } = parts[0]!
  expect(await recordsOf(rig)).toMatchObject([
    {
      id,
      part: mark.part,
      parts: mark.total,
      customer: 'c',
      account: 'x',
      direction: 'mo',
      source: source.value,
      destination: destination.value,
      units: 0,
      amount: 0,
      state: 'UNDELIVERABLE',
    },
  ])
})

describe('rules that change while a message is under way', () => {
  it('what left without asking for a report is charged by the answer, whatever decides from now on', async () => {
    const { rig, delivery } = await sentOne({ settleOn: 'receipt' }, { registered: 0 })
    rig.courier.attemptEnded(delivery, a, { kind: 'taken', vendorMessageId: 'x', isAsked: false })
    await rig.settle()
    expect(rig.moves).toEqual([charge])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'DELIVERED', amount: 200 }])
  })

  it('what left asking for one waits for it, though nobody would be asked now', async () => {
    const { rig, delivery } = await sentOne({ requestReceipt: 'never' }, {})
    rig.courier.attemptEnded(delivery, a, { kind: 'taken', vendorMessageId: 'x', isAsked: true })
    await rig.settle()
    expect(rig.moves).toEqual([charge])
    expect(await recordsOf(rig)).toEqual([])
    rig.correlator.take([vendorReceipt(['x'], 'UNDELIVERABLE')])
    await rig.settle()
    expect(await recordsOf(rig)).toMatchObject([{ state: 'UNDELIVERABLE', amount: 200 }])
  })

  async function sentOne(rules: Partial<ConnectionRules>, changes: Parameters<Rig['submit']>[0]) {
    const rig = payingRig(rules)
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, ...changes })
    await rig.settle()
    return { rig, delivery: firstOf(vendor) }
  }
})

describe('reports that are given up while the last segment is under way', () => {
  const ways = [
    ['answer', 'charge', 200],
    ['receipt', 'charge', 200],
    ['receipt', 'release', 0],
  ] as const
  it.each(ways)('settled by %s, silence means %s: what is told, recorded and charged agree', async (...way) => {
    const [settleOn, onReceiptTimeout, amount] = way
    const { rig, next } = await underWay({ settleOn, onReceiptTimeout })
    rig.courier.attemptEnded(next, a, { kind: 'taken', vendorMessageId: 'y' })
    await rig.settle()
    expect(rig.log.filter((line) => line.startsWith('receipt'))).toEqual(['receipt UNKNOWN'])
    expect(rig.moves).toEqual([amount === 0 ? release : charge])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'UNKNOWN', amount, segments: 2 }])
  })

  it('which then is refused: nothing is charged', async () => {
    const { rig, next } = await underWay({})
    rig.courier.attemptEnded(next, a, { kind: 'refused', permanent: true, error: '011' })
    await rig.settle()
    expect(rig.log.filter((line) => line.startsWith('receipt'))).toEqual(['receipt UNKNOWN'])
    expect(rig.moves).toEqual([release])
    expect(await recordsOf(rig)).toMatchObject([{ state: 'UNKNOWN', amount: 0, segments: 1 }])
  })

  describe('and the switch dies before it is answered', () => {
    const endings = [
      ['its validity is over', {}, 'UNKNOWN'],
      ['it may not be sent twice', { onUnanswered: 'fail' }, 'UNKNOWN'],
    ] as const
    it.each(endings)('what is told and recorded agree: %s', async (_, changes, state) => {
      const rules = { receiptTimeoutMs: 1_000, ...changes }
      const again = await startedAgain((await underWay(rules)).rig, rules)
      expect(again.log.filter((line) => line.startsWith('receipt'))).toEqual([])
      expect(again.moves).toEqual([release])
      expect(await recordsOf(again)).toMatchObject([{ state, amount: 0, segments: 1 }])
    })
  })

  it('a failure that was told before the switch died is what the records say', async () => {
    const rules = { receiptGraceMs: 60_000 }
    const rig = payingRig(rules)
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, expiresAtMs: rig.nowMs() + 3_000 })
    await rig.settle()
    rig.courier.attemptEnded(inSeveral(firstOf(vendor), 2), a, { kind: 'taken', vendorMessageId: 'x' })
    rig.correlator.take([vendorReceipt(['x'], 'UNDELIVERABLE')])
    await rig.settle()
    expect(rig.log.filter((line) => line.startsWith('receipt'))).toEqual(['receipt UNDELIVERABLE'])
    const again = await startedAgain(rig, rules)
    expect(again.log.filter((line) => line.startsWith('receipt'))).toEqual([])
    expect(await recordsOf(again)).toMatchObject([{ state: 'UNDELIVERABLE', amount: 0, segments: 1 }])
  })

  /** The next life, until it has ended what the one before left. */
  async function startedAgain(before: Paying, rules: Partial<ConnectionRules>): Promise<Paying> {
    before.recorder.abandon()
    const left = before.store as MemoryStore
    left.restore(left.snapshot())
    const store = new MemoryStore(left.snapshot())
    const rig = payingRig(rules, {}, { store, clock: before.clock, epoch: 2 })
    await rig.restore()
    await rig.advance(5_000)
    for (let steps = 0; steps < 4; steps++) {
      await rig.advance(500)
      await rig.sweeper.step(rig.nowMs())
    }
    await rig.settle()
    return rig
  }

  async function underWay(rules: Partial<ConnectionRules>) {
    const rig = payingRig({ receiptTimeoutMs: 1_000, ...rules })
    const vendor = rig.addDestination('c:a')
    rig.submit({ bill, expiresAtMs: rig.nowMs() + 3_000 })
    await rig.settle()
    const next = rig.courier.attemptEnded(inSeveral(firstOf(vendor), 2), a, { kind: 'taken', vendorMessageId: 'x' })
    await rig.advance(5_000)
    for (let steps = 0; steps < 4; steps++) {
      await rig.advance(500)
      await rig.sweeper.step(rig.nowMs())
    }
    await rig.settle()
    if (next === undefined) throw new Error('nothing is under way')
    return { rig, next }
  }
})
