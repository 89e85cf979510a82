import { expect, it } from 'vitest'
import type { AccountId, DeliveryId } from '../message/ids.js'
import { vendorLane } from './lane-key.js'
import type { Limit } from './limits.js'
import { makeRig, routeA, type FakeDestination, type Rig } from './rig.suite.js'

/** Sends these later, the rest as ever. */
function setAside(vendor: FakeDestination, ids: readonly DeliveryId[]): { asked: number; over: boolean } {
  const state = { asked: 0, over: false }
  vendor.onSend = ({ id }) => {
    if (state.over || !ids.includes(id)) return true
    state.asked++
    return 'later'
  }
  return state
}

const submitAll = (rig: Rig, count: number): DeliveryId[] => Array.from({ length: count }, () => rig.submit().id)

it('what must go later lets those behind it pass, and keeps its place', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a')
  const [one, two, three, four] = submitAll(rig, 4) as [DeliveryId, DeliveryId, DeliveryId, DeliveryId]
  const aside = setAside(vendor, [one, three])
  await rig.settle()
  expect(vendor.sentIds).toEqual([two, four])
  const last = rig.submit().id
  aside.over = true
  await rig.settle()
  expect(vendor.sentIds).toEqual([two, four, one, three, last])
})

it('it is asked for again with the next room, not over and over', async () => {
  const rig = makeRig({ dispatcher: { quantum: 1 } })
  const vendor = rig.addDestination('c:a')
  const aside = setAside(vendor, submitAll(rig, 3))
  await rig.settle()
  expect(aside.asked).toBe(3)
  await rig.advance(10_000)
  expect(aside.asked).toBe(3)
  rig.dispatcher.hasRoom('c:a')
  await rig.settle()
  expect(aside.asked).toBe(6)
})

it('time alone may end its waiting', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a')
  const untilMs = rig.nowMs() + 700
  vendor.onSend = (_, nowMs) => (nowMs < untilMs ? 'later' : true)
  vendor.roomAtMs = () => untilMs
  rig.submit()
  await rig.advance(699)
  expect(vendor.sent).toEqual([])
  await rig.advance(1)
  expect(vendor.sent).toHaveLength(1)
})

it('it stands in the way of no other lane, and takes nothing of the limits of its own', async () => {
  let taken = 0
  const limit: Limit = {
    name: 'number',
    take: () => taken < 3 && (taken++, true),
    giveBack: () => void taken--,
    nextMs: () => Infinity,
  }
  const rig = makeRig({ limitsOf: ({ kind }) => (kind === 'vendor' ? [limit] : []) })
  const vendor = rig.addDestination('c:a')
  const ids = submitAll(rig, 5)
  setAside(vendor, ids.slice(0, 4))
  const other = rig.submit({ lane: vendorLane(routeA, 0, 'other' as AccountId) }).id
  await rig.settle()
  expect([vendor.sentIds, taken]).toEqual([[ids[4], other], 2])
})

it('it can be taken back by a late answer, and expires in its place', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a')
  const deliveries = [rig.submit(), rig.submit({ expiresAtMs: rig.nowMs() + 500 })]
  const aside = setAside(
    vendor,
    deliveries.map(({ id }) => id),
  )
  await rig.settle()
  expect(rig.dispatcher.seize(deliveries[0]!)).toBe(true)
  await rig.advance(500)
  rig.dispatcher.expireReady(rig.nowMs())
  aside.over = true
  rig.dispatcher.hasRoom('c:a')
  await rig.settle()
  expect(vendor.sent).toEqual([])
})

it('a destination that is full meanwhile keeps the order', async () => {
  const rig = makeRig()
  const vendor = rig.addDestination('c:a')
  const ids = submitAll(rig, 4)
  vendor.onSend = ({ id }) => (id === ids[2] ? false : id === ids[1] ? true : 'later')
  await rig.settle()
  vendor.onSend = undefined
  rig.dispatcher.hasRoom('c:a')
  await rig.settle()
  expect(vendor.sentIds).toEqual([ids[1], ids[0], ids[2], ids[3]])
})
