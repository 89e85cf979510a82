import { describe, expect, it } from 'vitest'
import type { AccountId, DeliveryId } from '../message/ids.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { vendorLane } from './lane-key.js'
import { a, endAll, firstOf, makeRig, routeA, routeAB, submitFor, type FakeDestination } from './rig.suite.js'

describe('order', () => {
  it('of a lane is kept, far beyond what memory holds and whatever the window', async () => {
    for (const window of [1, 3, 50]) {
      const rig = makeRig()
      const vendor = rig.addDestination('c:a', window)
      const made: DeliveryId[] = []
      for (let i = 0; i < 100; i++) {
        made.push(rig.submit({ registered: 0 }).id)
        if (i % 7 === 0) await rig.settle()
      }
      for (let i = 0; i < 300; i++) {
        await rig.settle()
        endAll(rig, vendor)
      }
      expect(vendor.sentIds).toEqual(made)
      expect(rig.dispatcher.total).toBe(0)
    }
  })

  it('is kept by what comes back unsent, in any order', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a', 4)
    const made = Array.from({ length: 12 }, () => rig.submit({ registered: 0 }).id)
    await rig.settle()
    const out = [firstOf(vendor), firstOf(vendor), firstOf(vendor), firstOf(vendor)]
    for (const i of [2, 0, 3, 1]) rig.courier.notSent(out[i]!)
    for (let i = 0; i < 20; i++) {
      await rig.settle()
      endAll(rig, vendor)
    }
    expect(vendor.sentIds.slice(4)).toEqual(made)
  })

  it('is kept when messages are accepted while the store is being read', async () => {
    const store = new MemoryStore()
    const readLane = store.readLane.bind(store)
    const gates: (() => void)[] = []
    let slow = false
    store.readLane = async (...asked) => {
      const slice = await readLane(...asked)
      if (slow) await new Promise<void>((resolve) => gates.push(resolve))
      return slice
    }
    const rig = makeRig({ store, dispatcher: { readAheadPerLane: 4, readAheadFloor: 1 } })
    const vendor = rig.addDestination('c:a', 2)
    const made = Array.from({ length: 10 }, () => rig.submit({ registered: 0 }).id)
    await rig.settle()
    slow = true
    for (let i = 0; i < 30; i++) {
      endAll(rig, vendor)
      if (i < 10) made.push(rig.submit({ registered: 0 }).id)
      await rig.settle()
      gates.shift()?.()
      await rig.settle()
    }
    expect(vendor.sentIds).toEqual(made)
    expect(new Set(vendor.sentIds).size).toBe(20)
  })
})

describe('lanes of one destination', () => {
  it('take turns, a few messages each, however long one is', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a', 1)
    vendor.window = 0
    for (let i = 0; i < 40; i++) submitFor(rig, 'long', { registered: 0 })
    for (const account of ['x', 'y']) for (let i = 0; i < 4; i++) submitFor(rig, account, { registered: 0 })
    await rig.settle()
    vendor.window = 1
    const turns: string[] = []
    for (let i = 0; i < 24; i++) {
      rig.dispatcher.hasRoom('c:a')
      await rig.settle()
      turns.push(vendor.sent.at(-1)!.delivery.lane.split('|')[1]!)
      endAll(rig, vendor)
    }
    // With a window of one a turn is one message.
    expect(turns.slice(0, 9).join(' ')).toBe('long x y long x y long x y')
    expect(turns.filter((who) => who !== 'long')).toHaveLength(8)
  })

  it('a quantum each with a wide window', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a', 8)
    vendor.window = 0
    for (let i = 0; i < 4; i++) for (const account of ['x', 'y']) submitFor(rig, account)
    await rig.settle()
    vendor.window = 8
    rig.dispatcher.hasRoom('c:a')
    await rig.settle()
    expect(vendor.sent.map(({ delivery }) => delivery.lane.split('|')[1]).join('')).toBe('xxyyxxyy')
  })
})

describe('destinations', () => {
  it('lanes go over to the next one that is up, and back, and wait while none is', async () => {
    const rig = makeRig()
    const [first, second] = [rig.addDestination('c:a', 100), rig.addDestination('c:b', 100)]
    const flip = async (destination: FakeDestination, up: boolean): Promise<void> => {
      destination.up = up
      rig.dispatcher.changed(destination.id, rig.nowMs())
      await rig.settle()
    }
    const sent = (): string => `${first.sent.length} ${second.sent.length}`
    const submit = async (): Promise<void> => {
      rig.submit({ route: routeAB })
      await rig.settle()
    }
    await submit()
    expect(sent()).toBe('1 0')
    await flip(first, false)
    await submit()
    expect(sent()).toBe('1 1')
    await flip(second, false)
    await submit()
    expect(sent()).toBe('1 1')
    await flip(first, true)
    expect(sent()).toBe('2 1')
    await flip(second, true)
    await submit()
    expect(sent()).toBe('3 1')
  })

  it('what stood in line for one that went down goes to the other', async () => {
    const rig = makeRig()
    const [first, second] = [rig.addDestination('c:a', 0), rig.addDestination('c:b', 100)]
    for (let i = 0; i < 5; i++) submitFor(rig, `account${i}`, { route: routeAB })
    await rig.settle()
    expect(second.sent).toEqual([])
    first.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    await rig.settle()
    expect(second.sent).toHaveLength(5)
  })

  it('one that makes room with time alone is asked again then', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a', 0)
    const openAtMs = rig.nowMs() + 700
    vendor.room = () => (rig.nowMs() >= openAtMs ? 5 : 0)
    vendor.roomAtMs = () => openAtMs
    rig.submit()
    await rig.advance(699)
    expect(vendor.sent).toEqual([])
    await rig.advance(1)
    expect(vendor.sent).toHaveLength(1)
  })

  it('one that takes nothing after all keeps the delivery in its place', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a')
    vendor.onSend = () => false
    const made = [1, 2, 3].map(() => rig.submit().id)
    await rig.settle()
    vendor.onSend = undefined
    rig.dispatcher.hasRoom('c:a')
    await rig.settle()
    expect(vendor.sentIds).toEqual(made)
  })

  it('is known once', () => {
    const rig = makeRig()
    rig.addDestination('c:a')
    expect(() => rig.addDestination('c:a')).toThrow('known already')
  })
})

describe('time', () => {
  it('what is scheduled goes when it is due, in the order of due times', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a')
    const startMs = rig.nowMs()
    for (const inMs of [5_000, 1_000, 3_000]) rig.submit({ dueMs: startMs + inMs })
    rig.submit()
    await rig.advance(10_000)
    expect(vendor.sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 1_000, 3_000, 5_000])
  })

  it('nothing is sent after its validity, wherever it waited', async () => {
    for (const up of [true, false]) {
      const rig = makeRig()
      const vendor = rig.addDestination('c:a', 0)
      vendor.up = up
      rig.dispatcher.changed('c:a', rig.nowMs())
      for (let i = 0; i < 20; i++) rig.submit({ expiresAtMs: rig.nowMs() + 1_000 })
      await rig.advance(1_000)
      rig.dispatcher.expireReady(rig.nowMs())
      for (let i = 0; i < 4; i++) {
        await rig.sweeper.step(rig.nowMs())
        await rig.advance(100)
      }
      expect(rig.log.filter((line) => line === 'ended EXPIRED expired')).toHaveLength(20)
      vendor.up = true
      vendor.window = 100
      rig.dispatcher.changed('c:a', rig.nowMs())
      await rig.settle()
      expect(vendor.sent).toEqual([])
      expect(rig.dispatcher.total).toBe(20) // their receipts
    }
  })
})

describe('seizing', () => {
  it('takes what is read ahead or only in the store, once; never what is under way or over', async () => {
    const rig = makeRig({ dispatcher: { readAheadPerLane: 2, readAheadFloor: 1 } })
    const vendor = rig.addDestination('c:a', 1)
    const made = [1, 2, 3, 4, 5].map(() => rig.submit({ registered: 0 }))
    await rig.settle()
    const seized = made.map((delivery) => rig.dispatcher.seize(delivery))
    expect(seized).toEqual([false, true, true, true, true])
    expect(made.map((delivery) => rig.dispatcher.seize(delivery))).toEqual([false, false, false, false, false])
    endAll(rig, vendor)
    await rig.settle()
    expect(vendor.sent).toHaveLength(1)
    for (const delivery of made.slice(1)) rig.courier.overdue(delivery)
    await rig.settle()
    expect(rig.dispatcher.total).toBe(0)
    expect([...rig.dispatcher.lanes()]).toEqual([])
    expect(rig.dispatcher.seize(made[0]!)).toBe(false)
  })

  it('does not take what ended while a sweep was reading', async () => {
    const rig = makeRig()
    const vendor = rig.addDestination('c:a', 1)
    const made = [1, 2].map(() => rig.submit({ registered: 0 }))
    await rig.settle()
    rig.dispatcher.sweeping(true)
    rig.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: '' })
    await rig.settle()
    expect(rig.dispatcher.holds(made[0]!)).toBe(false)
    expect(rig.dispatcher.seize(made[0]!)).toBe(false)
    rig.dispatcher.sweeping(false)
  })
})

it('sends nothing while too much that happened is not durable, and goes on after that', async () => {
  let maySend = false
  const rig = makeRig({ ports: { maySend: () => maySend } })
  const vendor = rig.addDestination('c:a')
  rig.submit()
  await rig.settle()
  expect(vendor.sent).toEqual([])
  maySend = true
  rig.dispatcher.pump(rig.nowMs())
  expect(vendor.sent).toHaveLength(1)
})

it('takes up what a restart left, each once, and counts it', async () => {
  const before = makeRig()
  for (let i = 0; i < 30; i++) submitFor(before, `account${i % 3}`, { dueMs: before.nowMs() + (i % 2) * 5_000 })
  await before.settle()
  const rig = makeRig({ store: before.store, clock: before.clock, epoch: 2 })
  const vendor = rig.addDestination('c:a', 100)
  await rig.restore()
  expect(rig.dispatcher.total).toBe(30)
  expect(rig.dispatcher.waiting(vendorLane(routeA, 0, 'account0' as AccountId))).toBe(10)
  await rig.advance(4_999)
  expect(vendor.sent).toHaveLength(15)
  await rig.advance(1)
  expect(new Set(vendor.sentIds).size).toBe(30)
  expect(vendor.sent).toHaveLength(30)
})
