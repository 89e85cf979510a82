// What a restart takes up again, through the real courier, dispatcher, correlator and group commit.
import { expect, it } from 'vitest'
import type { MemoryStore } from '../store/memory/memory-store.js'
import { restoreDeliveries, type RestorePorts } from './restore.js'
import { a, firstOf, makeRig, vendorReceipt, type Rig } from './rig.suite.js'

/** `count` segments that were never answered and wait for their resend, after a restart that comes `afterMs` later. */
async function restarted(count: number, { afterMs = 1_000, waiting = 0, waitingMax = 100 } = {}) {
  const before = makeRig()
  const vendor = before.addDestination('c:a', count)
  for (let n = 0; n < count; n++) before.submit({ to: `447${n}` })
  await before.settle()
  while (vendor.underWay.length > 0) before.courier.attemptEnded(firstOf(vendor), a, { kind: 'unanswered' })
  vendor.up = false
  before.dispatcher.changed('c:a', before.nowMs())
  for (let n = 0; n < waiting; n++) before.submit({ to: `448${n}` })
  await before.advance(afterMs)
  const rig = makeRig({ store: before.store, clock: before.clock, epoch: 2 })
  const read: number[] = []
  await restoreDeliveries(portsOf(rig, read), rig.nowMs(), waitingMax)
  return { rig, read, vendor: rig.addDestination('c:a', 1000), esme: rig.addDestination('a:acme') }
}

function portsOf(rig: Rig, read: number[]): RestorePorts {
  const { store, dispatcher, courier, correlator } = rig
  return {
    store: {
      parked: () => store.parked(),
      lanes: () => store.lanes(),
      readLane: (lane, dueByMs, held, limit) => (read.push(limit), store.readLane(lane, dueByMs, held, limit)),
    },
    dispatcher,
    courier,
    correlator,
    settled: () => rig.settle(),
    isUsable: () => true,
    routeAnew: () => undefined,
    rerouteStopped: () => undefined,
  }
}

async function receiptComes(rig: Rig): Promise<void> {
  rig.correlator.take([vendorReceipt(['never heard'], 'DELIVERED', { destination: '4470' })])
  await rig.advance(5_000)
  rig.correlator.expireParked(rig.nowMs())
  await rig.advance(60_000)
}

it('a receipt spares the resend of what was never answered before the restart', async () => {
  const { rig, vendor, esme } = await restarted(2)
  await receiptComes(rig)
  expect(vendor.sent).toHaveLength(1)
  expect(rig.receiptsTo(esme)).toHaveLength(1)
})

it('a vendor lane that is longer than may be read, and due in part, is left alone', async () => {
  const { rig, read, vendor } = await restarted(2, { waiting: 9, waitingMax: 10 })
  expect(read).toEqual([])
  await receiptComes(rig)
  expect(vendor.sent).toHaveLength(11)
})

it('one that is longer and not due is read as far as may be', async () => {
  const { rig, read, vendor } = await restarted(20, { waitingMax: 10 })
  expect(read).toEqual([10])
  await receiptComes(rig)
  expect(vendor.sent).toHaveLength(19)
})

it('a store that takes no record of new routes does not hold the start up, and that is told', async () => {
  const before = makeRig()
  before.submit()
  await before.settle()
  const rig = makeRig({ store: before.store, clock: before.clock, epoch: 2 })
  ;(rig.store as MemoryStore).hold()
  let stopped = 0
  const ports: RestorePorts = {
    ...portsOf(rig, []),
    isUsable: () => false,
    settled: () => Promise.resolve(false),
    rerouteStopped: () => stopped++,
  }
  expect(await restoreDeliveries(ports, rig.nowMs(), 10)).toBe(1)
  expect(stopped).toBe(1)
})
