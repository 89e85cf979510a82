// What lanes hold in memory, through the real dispatcher and group commit.
import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import { StoreError } from '../store/contracts/store.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { endAll, firstOf, makeRig, submitFor } from './rig.suite.js'

describe('read-ahead', () => {
  it('stays within its bounds: for a lane, for all, and a floor for each beyond that', async () => {
    const options = { readAheadPerLane: 8, readAheadTotal: 20, readAheadFloor: 2, quantum: 2 }
    for (const offered of [true, false]) {
      const first = makeRig({ dispatcher: options })
      for (let i = 0; i < 40; i++) for (let lane = 0; lane < 10; lane++) submitFor(first, `account${lane}`)
      await first.settle()
      const rig = offered
        ? makeRig({ dispatcher: options })
        : makeRig({ dispatcher: options, store: first.store, clock: first.clock, epoch: 2 })
      const asked: number[] = []
      const readLane = rig.store.readLane.bind(rig.store)
      rig.store.readLane = (lane, due, held, limit) => (asked.push(limit), readLane(lane, due, held, limit))
      const vendor = rig.addDestination('c:a', 0)
      if (offered) for (let i = 0; i < 40; i++) for (let lane = 0; lane < 10; lane++) submitFor(rig, `account${lane}`)
      else await rig.restore()
      await rig.settle()
      const held = [...rig.dispatcher.lanes()].filter(({ firstDueMs }) => firstDueMs !== undefined).length
      expect(held).toBe(10)
      expect(Math.max(0, ...asked)).toBeLessThanOrEqual(8)
      expect(asked.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(20 + 10 * 2)
      vendor.window = 1_000
      for (let i = 0; i < 60; i++) {
        rig.dispatcher.hasRoom('c:a')
        await rig.settle()
      }
      expect(new Set(vendor.sentIds).size).toBe(400)
      expect(vendor.sent).toHaveLength(400)
    }
  })

  it('more that comes back than is read ahead, while the store is being read, keeps its order', async () => {
    for (const window of [5, 20]) {
      const store = new MemoryStore()
      const readLane = store.readLane.bind(store)
      const gates: (() => void)[] = []
      let slow = false
      store.readLane = async (...asked) => {
        const slice = await readLane(...asked)
        if (slow) await new Promise<void>((resolve) => gates.push(resolve))
        return slice
      }
      const rig = makeRig({ store, dispatcher: { readAheadPerLane: 2, readAheadTotal: 100, readAheadFloor: 1 } })
      const vendor = rig.addDestination('c:a', window)
      const made = Array.from({ length: 30 }, () => rig.submit({ registered: 0 }).id)
      await rig.settle()
      expect(vendor.underWay).toHaveLength(window)
      slow = true
      // One comes back and goes out again, so that the lane runs low and reads.
      vendor.window = window + 2
      rig.dispatcher.hasRoom('c:a')
      await rig.settle()
      expect(gates).toHaveLength(1)
      vendor.window = 0
      while (vendor.underWay.length > 0) rig.courier.notSent(firstOf(vendor))
      slow = false
      for (const open of gates) open()
      await rig.settle()
      const before = vendor.sent.length
      vendor.window = 100
      for (let i = 0; i < 60; i++) {
        rig.dispatcher.hasRoom('c:a')
        await rig.settle()
        endAll(rig, vendor)
      }
      expect(vendor.sentIds.slice(before)).toEqual(made)
      expect(rig.dispatcher.total).toBe(0)
    }
  })

  it('a floor above the bound of a lane loses nothing', async () => {
    const rig = makeRig({ dispatcher: { readAheadPerLane: 1, readAheadTotal: 1, readAheadFloor: 8 } })
    const vendor = rig.addDestination('c:a', 1)
    const made = Array.from({ length: 30 }, () => rig.submit({ registered: 0 }).id)
    for (let i = 0; i < 60; i++) {
      await rig.settle()
      endAll(rig, vendor)
    }
    expect(vendor.sentIds).toEqual(made)
    expect(rig.dispatcher.total).toBe(0)
  })

  it('what a reading sees before anybody is told that it is on disk is sent once', async () => {
    const store = new MemoryStore()
    const rig = makeRig({ store, dispatcher: { readAheadPerLane: 2, readAheadFloor: 1 } })
    const vendor = rig.addDestination('c:a', 100)
    vendor.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    for (let i = 0; i < 3; i++) rig.submit({ registered: 0 })
    await rig.settle()
    // The fourth is on disk for a reading, while its commit has not been told to the core.
    const readLane = store.readLane.bind(store)
    store.readLane = async (...asked) => {
      const slice = await readLane(...asked)
      return { ...slice, deliveries: [...slice.deliveries, ...early] }
    }
    const commit = store.commit.bind(store)
    const early: SegmentDelivery[] = []
    let tell: () => void = () => undefined
    store.commit = async (units, anchor) => {
      for (const unit of units)
        if (unit.kind === 'accepted' && unit.delivery.kind === 'segment') early.push(unit.delivery)
      await new Promise<void>((resolve) => (tell = resolve))
      await commit(units, anchor)
    }
    rig.submit({ registered: 0 })
    await rig.settle()
    vendor.up = true
    rig.dispatcher.changed('c:a', rig.nowMs())
    await rig.settle()
    early.length = 0
    tell()
    await rig.settle()
    expect(vendor.sentIds).toHaveLength(4)
    expect(new Set(vendor.sentIds).size).toBe(4)
  })

  it('a reading that fails is told, and tried again', async () => {
    const store = new MemoryStore()
    const readLane = store.readLane.bind(store)
    let failing = true
    store.readLane = (...asked) => (failing ? Promise.reject(new StoreError('io', 'unreadable')) : readLane(...asked))
    const rig = makeRig({ store })
    const vendor = rig.addDestination('c:a', 100)
    vendor.up = false
    rig.dispatcher.changed('c:a', rig.nowMs())
    for (let i = 0; i < 20; i++) rig.submit({ registered: 0 })
    await rig.settle()
    vendor.up = true
    rig.dispatcher.changed('c:a', rig.nowMs())
    await rig.advance(1_500)
    expect(rig.log).toContain('read failed v:a|acme')
    failing = false
    await rig.advance(1_000)
    expect(vendor.sent).toHaveLength(20)
  })
})
