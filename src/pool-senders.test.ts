import { expect, it } from 'vitest'
import { AccountLimits } from './account-limits.js'
import { a, firstOf, makeRig } from './delivery/rig.suite.js'
import { NumberPaces } from './delivery/number-paces.js'
import type { SegmentDelivery } from './message/delivery.js'
import type { AccountId } from './message/ids.js'
import type { Snapshot } from './directory/snapshot.js'
import { poolSenders } from './pool-senders.js'
import { ACKNOWLEDGING, NAMED } from './message/pool-sender.js'
import { judgeLeaving } from './powerpack/number-changes.js'
import { Rig as Packs } from './powerpack/rig.suite.js'

const PHONE = '14155550199'

function setUp() {
  const packs = new Packs()
  const senders = poolSenders({
    powerpacks: packs.packs,
    chance: () => 0,
    nowMs: () => packs.nowMs,
    wallMs: () => packs.nowMs,
  })
  const directory = { account: () => ({ messagesPerSecond: 50 }) } as unknown as Snapshot
  const limits = new AccountLimits(
    () => directory,
    () => 0,
    new NumberPaces((number) => senders.perSecond(number)),
  )
  const rig = makeRig({ senders, limitsOf: (target) => limits.of(target) })
  const submit = (number: string, pack = 'p') => rig.submit({ sender: { number, pack }, to: PHONE, registered: 0 })
  return { packs, rig, limits, submit }
}

it('what waits in the lane of a number that leaves its pool is sent by another of the pool, and counts for that', async () => {
  const { packs, rig, submit } = setUp()
  const pack = packs.pack('p', ['14155550101', '14155550102'])
  submit('14155550101')
  await rig.settle()
  packs.done(judgeLeaving(packs.packs.book, pack.pool, '14155550101', false))
  const vendor = rig.addDestination('c:a')
  await rig.settle()
  expect(firstOf(vendor).message.source.value).toBe('14155550102')
  expect(packs.packs.sentToday('14155550102', packs.nowMs)).toBe(1)
  expect(await rig.store.findKept('sent', ['14155550102'])).not.toEqual([undefined])
})

it('what waits for a phone that opts out is over', async () => {
  const { packs, rig, submit } = setUp()
  packs.pack('p', ['14155550101'])
  submit('14155550101')
  await rig.settle()
  packs.packs.optOuts.add(packs.packs.optOutScope('14155550101'), PHONE, packs.nowMs)
  const vendor = rig.addDestination('c:a')
  await rig.settle()
  expect(vendor.sent).toEqual([])
  expect(rig.log).toContain('ended REJECTED optedOut')
})

it('what waits from a number that its sender named stays with it, and is over when the phone opts out; the answer to that goes', async () => {
  const { packs, rig, submit } = setUp()
  const pack = packs.pack('p', ['14155550101', '14155550102', '14155550103'])
  submit('14155550101', NAMED)
  submit('14155550102', NAMED)
  submit('14155550103', ACKNOWLEDGING)
  await rig.settle()
  packs.done(judgeLeaving(packs.packs.book, pack.pool, '14155550101', false))
  packs.packs.optOuts.add('14155550102', PHONE, packs.nowMs)
  packs.packs.optOuts.add('14155550103', PHONE, packs.nowMs)
  const vendor = rig.addDestination('c:a', 10)
  await rig.settle()
  const sources = vendor.sent.map(({ delivery }) => (delivery as SegmentDelivery).message.source.value)
  expect(new Set(sources)).toEqual(new Set(['14155550101', '14155550103']))
  expect(rig.log).toContain('ended REJECTED optedOut')
})

it('a number has one rate for what it is chosen for, what names it and what answers STOP', async () => {
  const { packs, rig, submit } = setUp()
  packs.pack('p', ['14155550101'])
  const vendor = rig.addDestination('c:a', 100)
  for (const pack of ['p', NAMED, ACKNOWLEDGING]) submit('14155550101', pack)
  await rig.settle()
  expect(vendor.sent).toHaveLength(1)
  await rig.advance(1_000)
  expect(vendor.sent).toHaveLength(2)
  await rig.advance(1_000)
  expect(vendor.sent).toHaveLength(3)
})

it('a number has its own rate beside that of its account', async () => {
  const { packs, rig, submit, limits } = setUp()
  packs.pack('p', ['14155550101', '18885550101'])
  const vendor = rig.addDestination('c:a', 100)
  for (let i = 0; i < 5; i++) for (const number of ['14155550101', '18885550101']) submit(number)
  await rig.settle()
  const sentBy = (number: string) =>
    vendor.sent.filter(({ delivery }) => (delivery as SegmentDelivery).message.source.value === number).length
  const counts = () => ['14155550101', '18885550101'].map(sentBy)
  expect(counts()).toEqual([1, 3])
  await rig.advance(1_000)
  expect(counts()).toEqual([2, 5])
  const account = 'acme' as AccountId
  const sender = { number: '14155550101', pack: 'p' }
  expect(limits.of({ kind: 'vendor', route: [a], account, sender }).map(({ name }) => name)).toEqual([
    'account acme',
    'number 14155550101',
  ])
  expect(limits.of({ kind: 'vendor', route: [a], account })).toHaveLength(1)
})
