import { expect, it } from 'vitest'
import type { Awaiting, Delivery, SegmentGroup } from '../message/delivery.js'
import { anchorAt, accepted, awaitingOf, laneKey, segment } from '../store/conformance-rows.suite.js'
import type { MessageId } from '../message/ids.js'
import { StoreError } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Sweeper } from './sweeper.js'

function rig(store: MemoryStore, rowsPerSecond: number, held: ReadonlySet<string> = new Set()) {
  const overdue: string[] = []
  const givenUp: string[] = []
  const groups: string[] = []
  const failures: unknown[] = []
  const brackets: boolean[] = []
  const sweeper = new Sweeper(
    {
      store,
      seize: (delivery: Delivery) => !held.has(delivery.id),
      overdue: (delivery: Delivery) => void overdue.push(delivery.id),
      giveUp: (awaiting: Awaiting) => void givenUp.push(awaiting.vendorMessageId),
      giveUpGroup: (group: SegmentGroup) => void groups.push(group.id),
      sweeping: (on) => void brackets.push(on),
      failed: (error) => void failures.push(error),
    },
    rowsPerSecond,
  )
  return { sweeper, overdue, givenUp, groups, failures, brackets }
}

async function storeWith(count: number): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.commit(
    Array.from({ length: count }, (_, n) => accepted(segment(n, { expiresAtMs: n % 2 === 0 ? 100 : 1e9 }))),
    anchorAt(1),
  )
  await store.commit(
    Array.from({ length: count }, (_, n) => ({
      kind: 'answered' as const,
      delivery: segment(10_000 + n),
      outcome: { kind: 'awaiting' as const, awaiting: awaitingOf(n, { expiresAtMs: n % 2 === 0 ? 100 : 1e9 }) },
      outbox: [],
    })),
    anchorAt(1),
  )
  return store
}

it('goes round the whole store at its pace, and round again; takes only what has expired', async () => {
  const { sweeper, overdue, givenUp, brackets } = rig(await storeWith(100), 1_000)
  await sweeper.step(1_000)
  expect(overdue).toEqual([])
  // 50 rows of each kind in 100 ms.
  await sweeper.step(1_100)
  expect([overdue.length, givenUp.length]).toEqual([25, 25])
  await sweeper.step(1_200)
  await sweeper.step(1_300)
  expect(new Set(overdue).size).toBe(50)
  expect(new Set(givenUp).size).toBe(50)
  const before = overdue.length
  for (let atMs = 1_400; atMs <= 1_700; atMs += 100) await sweeper.step(atMs)
  expect(overdue.length).toBeGreaterThanOrEqual(before + 50)
  expect(brackets.filter((on) => on).length).toBe(brackets.filter((on) => !on).length)
})

it('a long pause does not make one long step', async () => {
  const { sweeper, overdue } = rig(await storeWith(2_000), 5_000)
  await sweeper.step(1_000)
  await sweeper.step(1_000_000)
  expect(overdue).toHaveLength(125) // half of 250 rows
})

it.each([1_000, 20_000])('%i rows a second are looked at, however many that are in one step', async (rowsPerSecond) => {
  const { sweeper, overdue, givenUp } = rig(await storeWith(4_000), rowsPerSecond)
  for (let atMs = 1_000; atMs <= 1_200; atMs += 100) await sweeper.step(atMs)
  // Every other row has expired.
  expect(Math.abs(overdue.length + givenUp.length - rowsPerSecond / 5 / 2)).toBeLessThanOrEqual(2)
})

it('touches nothing that a lane holds, nor what waits for a receipt', async () => {
  const store = await storeWith(4)
  await store.commit([accepted(segment(50, { lane: laneKey('w:a'), expiresAtMs: 100 }))], anchorAt(1))
  const { sweeper, overdue } = rig(store, 10_000, new Set([segment(0).id]))
  await sweeper.step(1_000)
  await sweeper.step(1_100)
  expect(overdue).toEqual([segment(2).id])
})

it('a reading that fails is told, and the next step goes on', async () => {
  const store = await storeWith(4)
  const expired = store.expiredDeliveries.bind(store)
  store.expiredDeliveries = () => Promise.reject(new StoreError('io', 'unreadable'))
  const { sweeper, overdue, failures, brackets } = rig(store, 10_000)
  await sweeper.step(1_000)
  await sweeper.step(1_100)
  expect(failures).toHaveLength(1)
  expect(brackets).toEqual([true, false])
  store.expiredDeliveries = expired
  await sweeper.step(1_200)
  expect(overdue).toHaveLength(2)
})

it('one step at a time, however slow the store', async () => {
  const store = await storeWith(4)
  const expired = store.expiredDeliveries.bind(store)
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  store.expiredDeliveries = async (...asked) => {
    await gate
    return expired(...asked)
  }
  const { sweeper, overdue } = rig(store, 10_000)
  await sweeper.step(1_000)
  const first = sweeper.step(1_100)
  await sweeper.step(1_200)
  open()
  await first
  expect(overdue).toHaveLength(2)
})

it('goes round the groups of segments too, after the segments', async () => {
  const store = await storeWith(4)
  const groupOf = (n: number) => ({
    id: `m${n}` as MessageId,
    origin: awaitingOf(1).origin,
    wanted: 2,
    bill: undefined,
    expiresAtMs: n % 2 === 0 ? 100 : 1e9,
  })
  const opened = (n: number): Unit => ({
    kind: 'answered',
    delivery: segment(20_000 + n),
    outcome: { kind: 'advanced', next: segment(20_000 + n), awaiting: undefined, opens: groupOf(n) },
    outbox: [],
  })
  await store.commit([opened(0), opened(1), opened(2)], anchorAt(1))
  const { sweeper, groups } = rig(store, 10_000)
  for (let atMs = 1_000; atMs <= 1_300; atMs += 100) await sweeper.step(atMs)
  expect(new Set(groups)).toEqual(new Set(['m0', 'm2']))
})
