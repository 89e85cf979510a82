import { describe, expect, it } from 'vitest'
import type { ConnectionId, LaneKey } from '../message/ids.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { MemoryStore } from '../store/memory/memory-store.js'
import { a, b, makeRig, routeA, routeAB, type Rig } from './rig.suite.js'
import { rerouteLanes, strandedLanes, type NewRoute } from './reroute.js'

const summary = (lane: string) => ({ lane: lane as LaneKey, waiting: 1, earliestDueMs: 0 })

it('stranded are vendor lanes with no usable connection, no others', () => {
  const lanes = ['v:a|x', 'v:a,b|x', 'v:a,c|x', 'v:c|x', 'e:x', 'w:a', 'w:c'].map(summary)
  expect(strandedLanes(lanes, (connection) => connection === b)).toEqual(['v:a|x', 'v:a,c|x', 'v:c|x'])
  expect(strandedLanes(lanes, () => true)).toEqual([])
})

/** What an earlier run left: some segments for `a`, which the directory of today does not have. */
async function restarted(count: number, changes: Parameters<Rig['submit']>[0] = {}) {
  const before = makeRig()
  for (let i = 0; i < count; i++) before.submit({ ...changes })
  await before.settle()
  const rig = makeRig({
    store: before.store,
    clock: before.clock,
    epoch: 2,
    dispatcher: { readAheadPerLane: 500, readAheadTotal: 5_000 },
  })
  await rig.restore()
  const reroute = async (
    to: NewRoute | undefined,
    settled: () => Promise<unknown> = () => rig.settle(),
  ): Promise<string> => {
    const lanes = strandedLanes(await rig.store.lanes(), (connection) => connection === b)
    const { count, complete } = await rerouteLanes(lanes, {
      readLane: (...asked) => rig.store.readLane(...asked),
      reroute: (delivery) => rig.courier.reroute(delivery, to),
      settled,
    })
    return `${count}${complete ? '' : ' and not all'}`
  }
  return { rig, reroute }
}

describe('segments whose connections are gone', () => {
  it('go on over the new route, in order, however many there are', async () => {
    const { rig, reroute } = await restarted(5_000, { registered: 0 })
    expect(await reroute({ route: [b], failover: 'next' })).toBe('5000')
    const vendor = rig.addDestination('c:b', 10_000)
    for (let i = 0; i < 1_500 && vendor.sent.length < 5_000; i++) {
      rig.dispatcher.hasRoom('c:b')
      await rig.settle()
    }
    expect(vendor.sentIds).toEqual([...vendor.sentIds].sort())
    expect(new Set(vendor.sentIds).size).toBe(5_000)
    expect(vendor.sent[0]!.delivery).toMatchObject({ failover: 'next', hop: 0, route: [b] })
    expect(rig.dispatcher.total).toBe(5_000)
    expect([...rig.dispatcher.lanes()].map(({ target }) => target)).toEqual([
      { kind: 'vendor', route: [b], account: 'acme' },
    ])
  })

  it.each([undefined, { route: [] as ConnectionId[], failover: 'none' as const }])(
    'end where there is no route, and who asked is told',
    async (to) => {
      const { rig, reroute } = await restarted(3)
      expect(await reroute(to)).toBe('3')
      const esme = rig.addDestination('a:acme')
      await rig.settle()
      expect(rig.log.filter((line) => line === 'ended UNDELIVERABLE noRoute')).toHaveLength(3)
      expect(rig.receiptsTo(esme).map((text) => text.slice(0, 17))).toEqual(Array(3).fill('UNDELIVERABLE 000'))
    },
  )

  it('also those that are not due yet, which keep their time', async () => {
    const { rig, reroute } = await restarted(1, { dueMs: 1_000_000 + 60_000 })
    expect(await reroute({ route: [b], failover: 'none' })).toBe('1')
    const vendor = rig.addDestination('c:b')
    await rig.advance(59_999)
    expect(vendor.sent).toEqual([])
    await rig.advance(1)
    expect(vendor.sent).toHaveLength(1)
  })

  it('a store that takes nothing ends the walk; nothing is lost', async () => {
    const { rig, reroute } = await restarted(3, { registered: 0 })
    ;(rig.store as MemoryStore).hold()
    expect(await reroute({ route: [b], failover: 'none' })).toBe('3 and not all')
    ;(rig.store as MemoryStore).release()
    await rig.settle()
    expect((await contentsOf(rig.store)).deliveries.map(({ lane }) => lane)).toEqual(Array(3).fill('v:b|acme'))
    expect(rig.dispatcher.total).toBe(3)
  })

  it('a disk that stays full does not hold the start up', async () => {
    const { rig, reroute } = await restarted(5_000, { registered: 0 })
    ;(rig.store as MemoryStore).hold()
    expect(await reroute({ route: [b], failover: 'none' }, () => Promise.resolve(false))).toBe('2000 and not all')
    ;(rig.store as MemoryStore).release()
    await rig.settle()
    expect(rig.dispatcher.total).toBe(5_000)
  })

  it('lanes that can still be served are left alone', async () => {
    const { rig, reroute } = await restarted(3, { route: routeAB })
    expect(await reroute({ route: routeA, failover: 'none' })).toBe('0')
    expect(rig.dispatcher.total).toBe(3)
    expect(a).toBe('a')
  })
})
