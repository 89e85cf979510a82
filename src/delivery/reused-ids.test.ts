// Vendors that give an id to a second message while the first still waits for its report: a counter that began anew, or two connections
// that count for themselves. Each message ends once, with its money, and no report is taken for another phone.
import { describe, expect, it } from 'vitest'
import type { Bill, Move } from '../message/bill.js'
import type { SegmentDelivery } from '../message/delivery.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { StoreError } from '../store/contracts/store.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import type { ConnectionRules } from './connection-rules.js'
import { a, acme, firstOf, makeRig, rulesOf, vendorReceipt } from './rig.suite.js'
import { recordText } from '../money/record-line.js'

const price: Bill['price'] = { currency: 'EUR', ownMicros: 100, exchange: '1', baseMicros: 100 }
const bill: Bill = {
  ...{ customer: 'c', policy: 'p', price, units: 1, day: 7, state: 'held', mcc: '', mnc: '' },
  ...{ onSilence: undefined, sent: undefined },
}
const hold: Move = { customer: 'c', account: acme, day: 7, heldMicros: 100, chargedMicros: 0, units: 1 }
const [first, second, third] = ['447700900001', '447700900002', '447700900003'] as const

async function world(rules: Partial<ConnectionRules>, store = new MemoryStore(), epoch = 1) {
  const moves: number[] = []
  const records: string[] = []
  const commit = store.commit.bind(store)
  store.commit = async (units, anchor) => {
    await commit(units, anchor)
    for (const unit of units) {
      if (unit.kind === 'paid' || unit.kind === 'exported' || unit.cdr === undefined) continue
      const line = JSON.parse(recordText(unit.cdr)) as Record<string, unknown>
      records.push(`${String(line['destination'])} ${String(line['state'])} ${String(line['amount'])}`)
    }
  }
  const rig = makeRig({
    ...{ store, epoch },
    rules: [rulesOf(a, { requestReceipt: 'always', ...rules })],
    money: { moved: ({ chargedMicros }) => void moves.push(chargedMicros) },
  })
  await rig.restore()
  const vendor = rig.addDestination('c:a')
  const esme = rig.addDestination('a:acme')
  const send = async (to: string): Promise<SegmentDelivery> => {
    rig.submit({ bill, move: hold, to })
    await rig.settle()
    return firstOf(vendor)
  }
  const take = (delivery: SegmentDelivery, vendorMessageId = '1') =>
    rig.courier.attemptEnded(delivery, a, { kind: 'taken', vendorMessageId })
  const taken = async (to: string): Promise<void> => {
    take(await send(to))
    await rig.settle()
  }
  const report = async (destination: string, state: 'DELIVERED' | 'UNDELIVERABLE' = 'DELIVERED'): Promise<void> => {
    rig.correlator.take([vendorReceipt(['1'], state, { destination })])
    await rig.settle()
  }
  const told = () => rig.receiptsTo(esme).map((text) => text.split(' ')[0])
  return { rig, store, moves, records, vendor, send, take, taken, report, told }
}

describe('an id that a vendor gives again', () => {
  it('ends the message that had it as one without a report, and stands for the new one', async () => {
    const { rig, moves, records, taken, report, told, store } = await world({ settleOn: 'receipt' })
    await taken(first)
    await taken(second)
    await report(first, 'UNDELIVERABLE')
    await report(second)
    expect(records).toEqual([`${first} UNKNOWN 100`, `${second} DELIVERED 100`])
    expect(moves).toEqual([100, 100])
    expect(told()).toEqual(['UNKNOWN', 'DELIVERED'])
    expect((await contentsOf(store)).awaiting).toEqual([])
    expect(rig.bugs).toEqual([])
  })

  it('gives its money back where the connection says so', async () => {
    const { moves, records, taken, report } = await world({ settleOn: 'receipt', onReceiptTimeout: 'release' })
    await taken(first)
    await taken(second)
    await report(second)
    expect(records).toEqual([`${first} UNKNOWN 0`, `${second} DELIVERED 100`])
    expect(moves).toEqual([0, 100])
  })

  it('in answers of one turn, none of which is in the store yet', async () => {
    const { rig, records, send, take, report } = await world({ settleOn: 'answer' })
    const deliveries = [await send(first), await send(second), await send(third)]
    for (const delivery of deliveries) take(delivery)
    await rig.settle()
    await report(third)
    expect(records).toEqual([`${first} UNKNOWN 100`, `${second} UNKNOWN 100`, `${third} DELIVERED 100`])
  })

  it('to a row that an earlier run left', async () => {
    const before = await world({ settleOn: 'receipt' })
    await before.taken(first)
    const { records, taken, report } = await world({ settleOn: 'receipt' }, new MemoryStore(before.store.snapshot()), 2)
    await taken(second)
    await report(second)
    expect(records).toEqual([`${first} UNKNOWN 100`, `${second} DELIVERED 100`])
  })

  it('with a report that is here before the answer', async () => {
    const { rig, records, send, take, taken, report } = await world({ settleOn: 'receipt' })
    await taken(first)
    const delivery = await send(second)
    await report(second)
    expect(records).toEqual([])
    take(delivery)
    await rig.settle()
    expect(records).toEqual([`${first} UNKNOWN 100`, `${second} DELIVERED 100`])
  })

  it('after the report on the one that had it: nothing is ended early, and the late repeat is not taken for the new one', async () => {
    const { records, taken, report, told } = await world({ settleOn: 'receipt' })
    await taken(first)
    await report(first)
    await taken(second)
    await report(first)
    expect(records).toEqual([`${first} DELIVERED 100`])
    await report(second, 'UNDELIVERABLE')
    expect(records).toEqual([`${first} DELIVERED 100`, `${second} UNDELIVERABLE 0`])
    expect(told()).toEqual(['DELIVERED', 'UNDELIVERABLE'])
  })

  it('to a segment of several: the next one waits for its turn in its lane', async () => {
    const { rig, store, records, vendor, send, take, taken, report } = await world({ settleOn: 'answer' })
    await taken(first)
    const delivery = await send(second)
    const progress = { connection: a, total: 2, taken: 0, group: undefined }
    expect(take({ ...delivery, progress })).toBe(undefined)
    await rig.settle()
    const next = firstOf(vendor)
    expect(next.progress).toMatchObject({ taken: 1, total: 2 })
    expect(take(next, '2')).toBe(undefined)
    await rig.settle()
    await report(second)
    rig.correlator.take([vendorReceipt(['2'], 'DELIVERED', { destination: second })])
    await rig.settle()
    expect(records).toEqual([`${first} UNKNOWN 100`, `${second} DELIVERED 100`])
    const { deliveries, awaiting, groups } = await contentsOf(store)
    expect([deliveries.filter(({ kind }) => kind === 'segment'), awaiting, groups]).toEqual([[], [], []])
  })

  it('while the store can not be read: the one that had it stays, and the new one ends without a report', async () => {
    const { rig, store, records, taken, report } = await world({ settleOn: 'receipt' })
    await taken(first)
    const find = store.findAwaiting.bind(store)
    store.findAwaiting = () => Promise.reject(new StoreError('io', 'unreadable'))
    await taken(second)
    store.findAwaiting = find
    await report(first)
    expect(records).toEqual([`${first} DELIVERED 100`])
    await rig.advance(200_000)
    await rig.sweeper.step(rig.nowMs())
    await rig.advance(1_000)
    for (let steps = 0; steps < 3; steps++) await rig.sweeper.step(rig.nowMs() + steps * 1_000)
    await rig.settle()
    expect(records).toEqual([`${first} DELIVERED 100`, `${second} UNKNOWN 100`])
  })
})

describe('the phone of a report', () => {
  const forms = [
    ['as it was sent', second, true],
    ['national', '07700900002', true],
    ['with a prefix of the vendor', '99447700900002', true],
    ['hidden in part', '4477009xxxxx', true],
    ['short', '900003', true],
    ['unknown', '', true],
    ['another', first, false],
    ['another, national', '07700900001', false],
  ] as const
  it.each(forms)('%s', async (_, written, isTaken) => {
    const { records, taken, report } = await world({ settleOn: 'receipt' })
    await taken(second)
    await report(written)
    expect(records).toEqual(isTaken ? [`${second} DELIVERED 100`] : [])
  })
})
