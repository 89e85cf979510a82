import { describe, expect, it } from 'vitest'
import type { Bill, Price } from '../message/bill.js'
import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { receipt, segment } from '../store/conformance-rows.suite.js'
import { decidedEnding, type Decision } from './decided.js'
import { undecidedLane } from './lane-key.js'
import { LOOKUP_DESK, LookupDesk } from './lookup-desk.js'
import { acme, makeRig } from './rig.suite.js'

const price: Price = { currency: 'EUR', ownMicros: 90, exchange: '1', baseMicros: 90 }
const lower: Price = { ...price, ownMicros: 30, baseMicros: 30 }
const bill: Bill = {
  ...{ customer: 'c', policy: 'p', price, units: 2, day: 1, state: 'held', mcc: '', mnc: '' },
  ...{ onSilence: undefined, sent: undefined },
}
const to = { route: ['a', 'b'] as ConnectionId[], failover: 'next' } as const
const network = { mcc: '310', mnc: '260' }
const goes: Decision = { kind: 'goes', to, network, price: lower }

function undecided(n: number, changes: Partial<SegmentDelivery> = {}): SegmentDelivery {
  const delivery = segment(n, { lane: undecidedLane(acme), dueMs: 0, expiresAtMs: 9e12, ...changes })
  return { ...delivery, route: [], bill, message: { ...delivery.message, account: acme } }
}

describe('what is decided late', () => {
  it('goes by its route at the lower price, and gives back the rest', () => {
    const { outcome, report, money } = decidedEnding(undecided(1, { dueMs: 7 }), goes)
    expect(report).toBeUndefined()
    expect(outcome).toMatchObject({
      kind: 'requeued',
      next: { lane: 'v:a,b|acme', route: ['a', 'b'], failover: 'next', dueMs: 7, bill: { ...bill, ...network, price: lower } }, // prettier-ignore
    })
    expect(money?.move).toMatchObject({ customer: 'c', account: acme, heldMicros: -120, chargedMicros: 0, units: 0 })
  })

  it('asks for no more than was held', () => {
    const dearer = { ...goes, price: { ...price, ownMicros: 91, baseMicros: 91 } }
    const { outcome, money } = decidedEnding(undecided(1), dearer)
    expect(outcome).toMatchObject({ next: { bill: { price, mcc: '310' } } })
    expect(money?.move).toBeUndefined()
  })

  it('costs nothing where nobody pays', () => {
    const { outcome, money } = decidedEnding({ ...undecided(1), bill: undefined }, { ...goes, price: undefined })
    expect(outcome).toMatchObject({ kind: 'requeued', next: { bill: undefined } })
    expect(money).toBeUndefined()
  })

  it('waits again, no longer than it is valid', () => {
    const again = (dueMs: number) =>
      decidedEnding(undecided(1, { expiresAtMs: 99.5 }), { kind: 'later', dueMs }).outcome
    expect(again(50)).toMatchObject({ kind: 'requeued', next: { lane: undecidedLane(acme), dueMs: 50, bill } })
    expect(again(500)).toMatchObject({ next: { dueMs: 100 } })
  })

  it('is over with its reason, and the money is given back', () => {
    const { outcome, report, money } = decidedEnding(undecided(1), { kind: 'over', reason: 'networkUnknown' })
    expect(outcome).toMatchObject({ kind: 'final', state: 'UNDELIVERABLE', reason: 'networkUnknown' })
    expect(report).toEqual({ state: 'UNDELIVERABLE', error: '000' })
    expect(money?.move).toMatchObject({ heldMicros: -180 })
  })
})

/** @param known what is decided inside the call; left out: the test decides */
function deskRig(window: number, known?: Decision) {
  const rig = makeRig({ ports: { destinationsOf: () => [LOOKUP_DESK] } })
  const asked: { readonly delivery: SegmentDelivery; readonly told: (decision: Decision) => void }[] = []
  const desk = new LookupDesk(
    {
      ask: (delivery, told) => {
        if (known === undefined) asked.push({ delivery, told })
        else told(known)
      },
      decided: (delivery, decision) => rig.courier.decided(delivery, decision),
      hasRoom: (id) => rig.dispatcher.hasRoom(id),
    },
    window,
  )
  return { rig, desk, asked }
}

describe('the lookup desk', () => {
  it('takes no more than its window, and nothing else than messages towards phones', () => {
    const { desk, asked } = deskRig(2)
    const send = (delivery: Delivery) => desk.send(delivery)
    expect(send(receipt(9, {}))).toBe('full')
    expect([1, 2, 3].map((n) => send(undecided(n)))).toEqual(['sent', 'sent', 'full'])
    expect([desk.room(), desk.underWay, asked.length]).toEqual([0, 2, 2])
    asked[0]!.told({ kind: 'over', reason: 'noRoute' })
    expect(desk.room()).toBe(1)
  })

  it('goes on when what it is handed is known at once, though it has one place', async () => {
    const { rig, desk } = deskRig(1, { kind: 'over', reason: 'noRoute' })
    rig.dispatcher.add(desk)
    rig.dispatcher.changed(desk.id, 0)
    for (const n of [1, 2, 3]) rig.dispatcher.offer(undecided(n), 0)
    await rig.settle()
    expect(rig.dispatcher.waiting(undecidedLane(acme))).toBe(0)
  })

  it('tells nothing once it is stopped: the next start asks again', () => {
    const { rig, desk, asked } = deskRig(2)
    desk.send(undecided(1))
    desk.stop()
    asked[0]!.told({ kind: 'over', reason: 'networkUnknown' })
    expect([desk.up, desk.room(), desk.underWay, rig.recorder.pending]).toEqual([false, 0, 0, 0])
  })
})
