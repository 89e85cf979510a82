import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../message/delivery.js'
import type { AccountId, ConnectionId, LaneKey } from '../message/ids.js'
import { segment } from '../store/conformance-rows.suite.js'
import { vendorLane } from './lane-key.js'
import { Rerouter } from './rerouter.js'

const gone = 'gone' as ConnectionId
const other = 'other' as ConnectionId
const account = 'a' as AccountId

/** Lanes in a store that can be read, of which nothing moves but by the rerouter. */
class World {
  readonly lanes = new Map<LaneKey, SegmentDelivery[]>()
  readonly usable = new Set<ConnectionId>([other])
  /** In the hands of somebody. */
  readonly underWay = new Set<SegmentDelivery>()
  readonly told: number[] = []
  reads = 0
  isDurable = true
  sweeping = 0
  readonly rerouter = new Rerouter({
    lanes: () =>
      [...this.lanes].map(([key, { length }]) => ({
        key,
        target: { kind: 'vendor', route: key.slice(2).split('|')[0]!.split(',') as ConnectionId[], account },
        waiting: length,
        firstDueMs: 0,
      })),
    isUsable: (connection) => this.usable.has(connection),
    readLane: (lane, _due, _held, limit) => {
      this.reads++
      expect(this.sweeping).toBe(1)
      return Promise.resolve({ deliveries: this.lanes.get(lane)!.slice(0, limit), more: false, nextDueMs: undefined })
    },
    reroute: (delivery) => {
      if (this.underWay.has(delivery)) return false
      for (const [key, list] of this.lanes) this.lanes.set(key, list.filter((one) => one !== delivery)) // prettier-ignore
      return undefined
    },
    settled: () => Promise.resolve(this.isDurable),
    sweeping: (on) => void (this.sweeping += on ? 1 : -1),
    rerouted: (count) => this.told.push(count),
    failed: (error) => {
      throw error
    },
  })

  fill(route: readonly ConnectionId[], count: number): LaneKey {
    const lane = vendorLane(route, 0, account)
    this.lanes.set(
      lane,
      Array.from({ length: count }, (_, n) => segment(n + 1)),
    )
    return lane
  }
}

describe('lanes whose connections have all gone', () => {
  it('are emptied page by page, and no other is read', async () => {
    const world = new World()
    const lane = world.fill([gone], 1200)
    const served = world.fill([gone, other], 5)
    await world.rerouter.step()
    expect(world.reads).toBe(0)
    world.rerouter.wake()
    await world.rerouter.step()
    expect([world.lanes.get(lane)!.length, world.lanes.get(served)!.length]).toEqual([0, 5])
    expect(world.told).toEqual([1200])
    expect(world.sweeping).toBe(0)
  })

  it('are looked at again for what was under way', async () => {
    const world = new World()
    const lane = world.fill([gone], 3)
    const [first] = world.lanes.get(lane)!
    world.underWay.add(first!)
    world.rerouter.wake()
    await world.rerouter.step()
    expect(world.lanes.get(lane)).toEqual([first])
    world.underWay.clear()
    await world.rerouter.step()
    expect(world.lanes.get(lane)).toEqual([])
    expect(world.told).toEqual([2, 1])
  })

  it('wait while the store takes no record of it', async () => {
    const world = new World()
    world.fill([gone], 1200)
    world.isDurable = false
    world.rerouter.wake()
    await world.rerouter.step()
    expect(world.told).toEqual([500])
  })

  it('are forgotten when nothing was found for a while, until connections go again', async () => {
    const world = new World()
    world.rerouter.wake()
    for (let n = 0; n < 200; n++) await world.rerouter.step()
    const lane = world.fill([gone], 1)
    await world.rerouter.step()
    expect(world.lanes.get(lane)).toHaveLength(1)
    world.rerouter.wake()
    await world.rerouter.step()
    expect(world.lanes.get(lane)).toEqual([])
  })
})
