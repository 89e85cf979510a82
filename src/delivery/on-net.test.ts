// Messages from one account of ours to another, through the real courier, dispatcher and group commit: how they end, what their
// sender pays and is told.
import { describe, expect, it } from 'vitest'
import type { Bill, Move } from '../message/bill.js'
import type { MoDelivery, ReceiptDelivery } from '../message/delivery.js'
import type { AccountId, MessageId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { recordText } from '../money/record-line.js'
import { contentsOf, mo } from '../store/conformance-rows.suite.js'
import type { Unit } from '../store/contracts/unit.js'
import type { NotifyResult } from './courier.js'
import { moLane } from './lane-key.js'
import { acme, makeRig, type FakeDestination } from './rig.suite.js'
import { wholeRecord, type RecordRow } from '../money/record-fields.js'

const bob = 'bob' as AccountId
const price = { currency: 'EUR', ownMicros: 10, exchange: '1', baseMicros: 10 }
const bill: Bill = {
  ...{ customer: 'c', policy: 'here', price, units: 2, day: 3, state: 'held' },
  ...{ mcc: '', mnc: '', onSilence: undefined, sent: undefined },
}

function firstMo(destination: FakeDestination): MoDelivery {
  const delivery = destination.underWay.shift()
  if (delivery?.kind !== 'mo') throw new Error('nothing is under way')
  return delivery
}

type Notified = Extract<Unit, { readonly kind: 'notified' }>

/** A message from acme to bob, under way. */
async function underWay(changes: Partial<MoDelivery> = {}, message: Partial<MoDelivery['message']> = {}) {
  const moved: Move[] = []
  const told: string[] = []
  const rig = makeRig({
    money: { moved: (move) => moved.push(move) },
    told: (account, id, _parts, state, error) => void told.push(`${account} ${id} ${state} ${error}`),
  })
  const units: Unit[] = []
  const commit = rig.store.commit.bind(rig.store)
  rig.store.commit = async (batch, anchor) => {
    await commit(batch, anchor)
    units.push(...batch)
  }
  const [user, sender] = [rig.addDestination('a:bob'), rig.addDestination('a:acme')]
  const place = { lane: moLane(bob), dueMs: rig.nowMs(), expiresAtMs: rig.nowMs() + 60_000 }
  const base = mo(1, { ...place, bill, ...changes })
  const delivery: MoDelivery = {
    ...base,
    message: { ...base.message, direction: 'mt', account: acme, receiptRequest: receiptRequestOf(1), ...message },
  }
  rig.recorder.offer(
    { kind: 'accepted', delivery },
    { durable: () => rig.courier.accepted(delivery), refused: () => undefined },
  )
  await rig.settle()
  const ends = (): readonly Notified[] =>
    units.filter((unit): unit is Notified => unit.kind === 'notified' && unit.outcome.kind !== 'requeued')
  const records = (): readonly Record<string, unknown>[] =>
    ends().flatMap(({ cdr }) =>
      cdr === undefined
        ? []
        : recordText(cdr)
            .trimEnd()
            .split('\n')
            .map((line) => wholeRecord(JSON.parse(line) as RecordRow)),
    )
  return { rig, user, sender, delivery: firstMo(user), moved, told, ends, records }
}

const left = async ({ store }: ReturnType<typeof makeRig>) => (await contentsOf(store)).deliveries
const charge: Move = { customer: 'c', account: acme, day: 3, heldMicros: -20, chargedMicros: 20, units: 0 }
const release: Move = { ...charge, chargedMicros: 0 }

describe('a message from one account to another', () => {
  it('is charged when it is taken; its sender is told in the same unit', async () => {
    const { rig, sender, delivery, moved, told, ends, records } = await underWay()
    rig.courier.notified(delivery, 'taken')
    expect([moved, sender.sent]).toEqual([[], []])
    await rig.settle()
    const { id } = delivery.message
    expect(moved).toEqual([charge])
    expect(ends()).toMatchObject([{ outcome: { kind: 'done' }, outbox: [{ lane: 'e:acme' }], move: charge }])
    expect(rig.receiptsTo(sender)).toEqual([`DELIVERED 000 ${id}`])
    expect(told).toEqual([`acme ${id} DELIVERED 000`])
    expect(records()).toMatchObject([
      {
        ...{ message: id, state: 'DELIVERED', direction: 'mt', account: 'acme', customer: 'c' },
        ...{ policy: 'here', vendor: '', connection: '', segments: 1, units: 2, amount: 20, vendorAmount: 0 },
      },
    ])
    expect(rig.log).toEqual(['mo done', 'receipt DELIVERED', 'ended DELIVERED well'])
    expect((await left(rig)).map(({ kind }) => kind)).toEqual(['receipt'])
    expect(rig.dispatcher.total).toBe(1)
  })

  it.each<[string, NotifyResult, string, string]>([
    ['refused for good', 'refusedForGood', 'UNDELIVERABLE', '000'],
    ['not wanted', { state: 'REJECTED', error: '603' }, 'REJECTED', '603'],
    ['that can’t be taken', { state: 'UNDELIVERABLE', error: '404' }, 'UNDELIVERABLE', '404'],
  ])('%s is given back, and its sender is told why', async (_, result, state, error) => {
    const { rig, sender, delivery, moved, told, records } = await underWay()
    rig.courier.notified(delivery, result)
    await rig.settle()
    expect(moved).toEqual([release])
    expect(rig.receiptsTo(sender)).toEqual([`${state} ${error} ${delivery.message.id}`])
    expect(told).toEqual([`acme ${delivery.message.id} ${state} ${error}`])
    expect(records()).toMatchObject([{ state, error, amount: 0, segments: 0 }])
    expect(rig.log).toContain(`ended ${state} rejectedByVendor`)
  })

  it('whose tries are used up is given back', async () => {
    const { rig, user, sender, delivery, moved } = await underWay()
    let under = delivery
    for (let tries = 1; tries <= 3; tries++) {
      rig.courier.notified(under, 'refused')
      await rig.advance(15_000)
      if (tries < 3) under = firstMo(user)
    }
    expect(moved).toEqual([release])
    expect(rig.receiptsTo(sender)).toEqual([`UNDELIVERABLE 000 ${delivery.message.id}`])
    expect(rig.log).toContain('ended UNDELIVERABLE resendsUsedUp')
  })

  it('for a user who is not there waits, spends no try, and goes at once when that one is', async () => {
    const { rig, user, delivery, moved } = await underWay()
    let under = delivery
    for (let times = 0; times < 10; times++) {
      user.up = false
      rig.dispatcher.changed('a:bob', rig.nowMs())
      rig.courier.notified(under, 'later')
      await rig.advance(1_000)
      expect(user.underWay).toEqual([])
      user.up = true
      rig.dispatcher.changed('a:bob', rig.nowMs())
      await rig.settle()
      under = firstMo(user)
    }
    expect(under).toMatchObject({ failures: 0, id: delivery.id })
    expect(moved).toEqual([])
  })

  it('whose time is over is given back, wherever it waits', async () => {
    const { rig, user, sender, delivery, moved } = await underWay()
    user.up = false
    rig.dispatcher.changed('a:bob', rig.nowMs())
    rig.courier.notified(delivery, 'later')
    await rig.advance(60_001)
    rig.dispatcher.expireReady(rig.nowMs())
    await rig.sweeper.step(rig.nowMs())
    await rig.advance(1_000)
    await rig.sweeper.step(rig.nowMs())
    await rig.settle()
    expect(moved).toEqual([release])
    expect(rig.receiptsTo(sender)).toEqual([`EXPIRED 000 ${delivery.message.id}`])
    expect(rig.log).toContain('ended EXPIRED expired')
  })

  it('in pieces is charged with the last one; failing after the first it is given back, with what was sent', async () => {
    const { rig, delivery, moved, records } = await underWay()
    const second = rig.courier.notified(delivery, 'taken', true) as MoDelivery
    await rig.settle()
    expect(moved).toEqual([])
    rig.courier.notified(second, { state: 'UNDELIVERABLE', error: '413' })
    await rig.settle()
    expect(moved).toEqual([release])
    expect(records()).toMatchObject([{ amount: 0, segments: 1 }])

    const other = await underWay()
    const last = other.rig.courier.notified(other.delivery, 'taken', true) as MoDelivery
    other.rig.courier.notified(last, 'taken')
    await other.rig.settle()
    expect(other.moved).toEqual([charge])
    expect(other.records()).toMatchObject([{ amount: 20, segments: 2 }])
  })

  it('that came in parts is told part by part, each with its share', async () => {
    const part = (id: string, asked: number) => ({
      ...{ id: id as MessageId, receiptRequest: receiptRequestOf(asked), userMessageReference: -1 },
    })
    const parts = [part('00000001000000a1', 1), part('00000001000000a2', 0)]
    const { rig, sender, delivery, records } = await underWay({}, { parts })
    rig.courier.notified(delivery, 'taken')
    await rig.settle()
    expect(rig.receiptsTo(sender)).toEqual(['DELIVERED 000 00000001000000a1'])
    expect(records()).toMatchObject([
      { id: parts[0]!.id, part: 1, parts: 2, amount: 10 },
      { id: parts[1]!.id, part: 2, parts: 2, amount: 10 },
    ])
  })

  it('that nobody pays for and nobody asked about just ends', async () => {
    const { rig, sender, delivery, moved, told, ends } = await underWay(
      { bill: undefined },
      { receiptRequest: receiptRequestOf(0) },
    )
    rig.courier.notified(delivery, 'taken')
    await rig.settle()
    expect(moved).toEqual([])
    expect(sender.sent).toEqual([])
    expect(told).toHaveLength(1)
    expect(ends()).toMatchObject([{ outbox: [] }])
    expect(ends()[0]).not.toHaveProperty('cdr')
    expect(await left(rig)).toEqual([])
  })

  it('goes on after a restart, and is charged once', async () => {
    const { rig, delivery } = await underWay()
    rig.courier.notified(delivery, 'taken')
    rig.recorder.abandon()
    const moved: Move[] = []
    const life = makeRig({
      ...{ store: rig.store, clock: rig.clock, epoch: 2 },
      money: { moved: (move) => moved.push(move) },
    })
    const user = life.addDestination('a:bob')
    await life.restore()
    await life.settle()
    const again = firstMo(user)
    expect(again).toMatchObject({ id: delivery.id, bill })
    life.courier.notified(again, 'taken')
    await life.settle()
    expect(moved).toEqual([charge])
  })
})

it('a refusal of a receipt sets it aside, one of a message from a phone is in its record', async () => {
  const { rig, sender, delivery } = await underWay()
  rig.courier.notified(delivery, 'taken')
  await rig.settle()
  const receipt = sender.underWay.shift() as ReceiptDelivery
  rig.courier.notified(receipt, { state: 'REJECTED', error: '603' })
  await rig.settle()
  expect(rig.log).toContain('receipt setAside')
  expect(await left(rig)).toEqual([])

  const phone = await underWay({ bill: { ...bill, state: 'charged' } }, { direction: 'mo', account: bob })
  phone.rig.courier.notified(phone.delivery, { state: 'REJECTED', error: '603' })
  await phone.rig.settle()
  expect(phone.moved).toEqual([])
  expect(phone.sender.sent).toEqual([])
  expect(phone.records()).toMatchObject([{ state: 'REJECTED', error: '603', direction: 'mo' }])
})
