// What every store must do, run against each of them by `<store>.conformance.test.ts`. Speaks only the contract's verbs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId } from '../message/ids.js'
import type { KeepsBooks } from './contracts/books.js'
import type { KeepsAnswers } from './contracts/answers.js'
import type { KeepsDirectory } from './contracts/directory.js'
import type { Store } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'
import {
  accepted,
  anchorAt,
  awaitingOf,
  contentsOf,
  deliveryId,
  laneKey,
  mo,
  parkedOf,
  receipt,
  segment,
  segmentUnderWay,
  vendorId,
} from './conformance-rows.suite.js'
import { oneOfEachUnit } from './conformance-units.suite.js'

export interface StoreUnderTest {
  readonly store: Store & KeepsDirectory & KeepsAnswers & KeepsBooks
  /** The process dies now: gives the store as the next process finds it. Unresolved commits may be there whole or not at all. */
  readonly crash: () => Promise<Store & KeepsDirectory & KeepsAnswers & KeepsBooks>
  readonly dispose: () => Promise<void>
}

const lane = laneKey('vendor:bench')
const nobody: ReadonlySet<DeliveryId> = new Set()
const at = anchorAt(1)

export function storeSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let under: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })
    afterEach(() => under.dispose())

    describe('lanes', () => {
      it('gives a delivery back in the exact shape it was given', async () => {
        const rows: Delivery[] = [
          segment(1, { dueMs: 5 }),
          receipt(2, { dueMs: 6 }),
          segmentUnderWay(3, { dueMs: 7 }),
          mo(4, { lane, dueMs: 8 }),
        ]
        await store.commit(enqueued(rows), at)
        expect(await allOf(store)).toEqual(rows)
      })

      it('orders by due time, then id, whatever the order of commits', async () => {
        const rows = [
          segment(9, { dueMs: 10 }),
          segment(1, { dueMs: 30 }),
          segment(5, { dueMs: 20 }),
          segment(4, { dueMs: 20 }),
          segment(3, { dueMs: 2 ** 32 + 5 }),
        ]
        for (const row of rows) await store.commit([accepted(row)], at)
        expect((await allOf(store)).map((row) => row.id)).toEqual([9, 4, 5, 1, 3].map(deliveryId))
      })

      it('keeps due times as whole milliseconds, rounded down', async () => {
        await store.commit([accepted(segment(1, { dueMs: 10.75 }))], at)
        const { deliveries } = await store.readLane(lane, 10.2, nobody, 10)
        expect(deliveries.map((row) => row.dueMs)).toEqual([10])
        await store.commit([notifiedOrAnswered(segment(1, { dueMs: 10.75 }))], at)
        expect(await allOf(store)).toEqual([])
      })

      it('gives what is due, no more than the limit, and says when the rest is', async () => {
        await store.commit(
          [10, 20, 20, 30, 40].map((dueMs, i) => accepted(segment(i, { dueMs }))),
          at,
        )
        const slice = await store.readLane(lane, 20, nobody, 2)
        expect(slice.deliveries.map((row) => row.id)).toEqual([deliveryId(0), deliveryId(1)])
        expect(slice).toMatchObject({ more: true, nextDueMs: 30 })
        expect(await store.readLane(lane, 20, nobody, 3)).toMatchObject({ more: false, nextDueMs: 30 })
        expect(await store.readLane(lane, 9, nobody, 3)).toEqual({ deliveries: [], more: false, nextDueMs: 10 })
        expect(await store.readLane(lane, 40, nobody, 9)).toMatchObject({ more: false, nextDueMs: undefined })
      })

      it('leaves out what is held, which counts neither for the limit nor for `more`', async () => {
        await store.commit(
          [1, 2, 3, 4].map((n) => accepted(segment(n, { dueMs: n }))),
          at,
        )
        const held = new Set([deliveryId(1), deliveryId(3), deliveryId(4)])
        const slice = await store.readLane(lane, 100, held, 1)
        expect(slice.deliveries.map((row) => row.id)).toEqual([deliveryId(2)])
        expect(slice).toMatchObject({ more: false, nextDueMs: undefined })
      })

      it('keeps lanes apart whose names begin alike', async () => {
        const names = ['a', 'a\u0001', 'ab', 'b', 'ä', 'vendor:x']
        await store.commit(
          names.map((key, i) => accepted(segment(i, { lane: laneKey(key), dueMs: 100 - i }))),
          at,
        )
        for (const [i, key] of names.entries()) {
          const slice = await store.readLane(laneKey(key), 1000, nobody, 10)
          expect(slice.deliveries.map((row) => row.id)).toEqual([deliveryId(i)])
          expect(slice.nextDueMs).toBeUndefined()
        }
        expect((await store.lanes()).map((summary) => summary.lane).sort()).toEqual([...names].sort())
      })

      it('sums up each lane', async () => {
        expect(await store.lanes()).toEqual([])
        const other = laneKey('esme:other')
        await store.commit(
          [1, 2, 3].map((n) => accepted(segment(n, { dueMs: 7 * n }))),
          at,
        )
        await store.commit([accepted(segment(4, { lane: other, dueMs: 3 }))], at)
        expect([...(await store.lanes())].sort((a, b) => a.waiting - b.waiting)).toEqual([
          { lane: other, waiting: 1, earliestDueMs: 3 },
          { lane, waiting: 3, earliestDueMs: 7 },
        ])
      })
    })

    describe('units', () => {
      it.each(oneOfEachUnit().map((step) => [step.name, step] as const))(
        '%s, applied twice, changes nothing more',
        async (_, { before, unit }) => {
          await store.commit(before, at)
          await store.commit([unit], at)
          const once = await contentsOf(store)
          await store.commit([unit], at)
          expect(await contentsOf(store)).toEqual(once)
          await store.commit([unit, unit], at)
          expect(await contentsOf(store)).toEqual(once)
        },
      )

      it('moves a requeued delivery to its new place', async () => {
        const before = segment(1, { dueMs: 10 })
        const next: SegmentDelivery = { ...before, dueMs: 30_010, failures: 1 }
        await store.commit([accepted(before)], at)
        await store.commit(
          [{ kind: 'answered', delivery: before, outcome: { kind: 'requeued', next }, outbox: [] }],
          at,
        )
        expect(await allOf(store)).toEqual([next])
      })

      it('takes the units of one commit in order', async () => {
        const row = segment(1, { dueMs: 10 })
        await store.commit([accepted(row), notifiedOrAnswered(row)], at)
        expect(await allOf(store)).toEqual([])
        await store.commit([notifiedOrAnswered(row), accepted(row)], at)
        expect(await allOf(store)).toEqual([row])
      })

      it('keeps the newest of two awaited under one vendor id', async () => {
        const older = awaitingOf(1, { connection: 'v1' })
        const newer = awaitingOf(1, { connection: 'v2' })
        for (const awaiting of [older, newer])
          await store.commit(
            [{ kind: 'answered', delivery: segment(1), outcome: { kind: 'awaiting', awaiting }, outbox: [] }],
            at,
          )
        expect(await store.findAwaiting([newer])).toEqual([newer])
      })

      it('finds awaited segments in the order asked, undefined for the others', async () => {
        const rows = [1, 2].map((n) => awaitingOf(n))
        await store.commit(
          rows.map((awaiting) => ({
            kind: 'answered',
            delivery: segment(9),
            outcome: { kind: 'awaiting', awaiting },
            outbox: [],
          })),
          at,
        )
        const unknown = { vendor: vendorId('v'), vendorMessageId: 'nobody' }
        const elsewhere = { vendor: vendorId('w'), vendorMessageId: rows[0]!.vendorMessageId }
        expect(await store.findAwaiting([rows[1]!, unknown, rows[0]!, elsewhere])).toEqual([
          rows[1],
          undefined,
          rows[0],
          undefined,
        ])
        expect(await store.findAwaiting([])).toEqual([])
      })

      it('keeps parked receipts until they are taken out', async () => {
        const rows = [parkedOf(1), parkedOf(2)]
        await store.commit(
          rows.map((parked) => ({ kind: 'parked', parked })),
          at,
        )
        expect(await store.parked()).toEqual(rows)
        const { vendor, vendorMessageId } = rows[0]!
        await store.commit([{ kind: 'unparked', vendor, vendorMessageId }], at)
        expect(await store.parked()).toEqual([rows[1]])
      })

      it('writes nothing of a commit with a key that no store takes', async () => {
        const bad = segment(2, { lane: laneKey('no\0good') })
        await expect(store.commit([accepted(segment(1)), accepted(bad)], at)).rejects.toThrow(RangeError)
        await expect(store.commit([accepted(segment(2, { dueMs: -1 }))], at)).rejects.toThrow(RangeError)
        expect(await allOf(store)).toEqual([])
        await store.commit([accepted(segment(3))], at)
        expect(await allOf(store)).toEqual([segment(3)])
      })
    })

    describe('sweeps', () => {
      it('find every expired delivery once, in slices, and change nothing', async () => {
        const rows = Array.from({ length: 25 }, (_, n) =>
          segment(n, { dueMs: n, lane: laneKey(`lane ${n % 3}`), expiresAtMs: n % 2 === 0 ? 1_000 : 2_000 }),
        )
        await store.commit(enqueued(rows), at)
        const found = await sweep((cursor) => store.expiredDeliveries(cursor, 4, 1_000))
        expect(found.map((row) => row.id).sort()).toEqual(
          rows.filter((row) => row.expiresAtMs === 1_000).map((row) => row.id),
        )
        expect(await sweep((cursor) => store.expiredDeliveries(cursor, 100, 999))).toEqual([])
        expect((await contentsOf(store)).deliveries).toHaveLength(25)
      })

      it('find every expired awaited segment once', async () => {
        const rows = [1, 2, 3, 4, 5].map((n) => awaitingOf(n, { expiresAtMs: n }))
        await store.commit(
          rows.map((awaiting) => ({
            kind: 'answered',
            delivery: segment(9),
            outcome: { kind: 'awaiting', awaiting },
            outbox: [],
          })),
          at,
        )
        expect(await sweep((cursor) => store.expiredAwaiting(cursor, 2, 3))).toEqual(rows.slice(0, 3))
        const keys = await sweep(async (cursor) => {
          const step = await store.awaitedKeys(cursor, 2)
          return { rows: step.keys, cursor: step.cursor }
        })
        expect(keys).toEqual(rows.map(({ vendor, vendorMessageId }) => ({ vendor, vendorMessageId })))
      })
    })

    describe('commits', () => {
      it('of two writers at once take effect in call order, each whole', async () => {
        const writers = [0, 1].map(async (writer) => {
          for (let i = 0; i < 20; i++) {
            const mine = segment(writer * 1000 + i, { dueMs: i })
            const shared = segment(5000, { dueMs: 1, failures: i * 2 + writer })
            await store.commit([accepted(mine), accepted(shared)], at)
          }
        })
        await Promise.all(writers)
        const rows = await allOf(store)
        expect(rows).toHaveLength(41)
        expect(rows.find((row) => row.id === deliveryId(5000))).toMatchObject({ failures: 39 })
      })

      it('may overlap without waiting for each other', async () => {
        const row = segment(1)
        const commits: Promise<void>[] = []
        for (let i = 0; i < 50; i++) {
          commits.push(store.commit([accepted({ ...row, failures: i })], anchorAt(i)))
          if (i % 3 === 0) commits.push(store.commit([notifiedOrAnswered(row)], anchorAt(i)))
        }
        await Promise.all(commits)
        // 49 is a multiple of three's successor: the last word is an accept.
        expect(await allOf(store)).toEqual([{ ...row, failures: 49 }])
        expect(await store.lastAnchor()).toEqual(anchorAt(49))
      })

      it('are seen by every read that begins after they resolved', async () => {
        for (let i = 0; i < 30; i++) {
          await store.commit([accepted(segment(i, { dueMs: i }))], at)
          expect((await store.readLane(lane, 100, nobody, 100)).deliveries).toHaveLength(i + 1)
        }
      })

      it('without units move the anchor', async () => {
        expect(await store.lastAnchor()).toBeUndefined()
        await store.commit([], anchorAt(42))
        expect(await store.lastAnchor()).toEqual(anchorAt(42))
      })
    })

    describe('a crash', () => {
      it('between any two steps leaves exactly what was resolved', async () => {
        const steps = oneOfEachUnit().flatMap((step) => [step.before, [step.unit]])
        for (const [i, units] of steps.entries()) {
          await store.commit(units, anchorAt(i))
          const before = await contentsOf(store)
          store = await under.crash()
          expect(await contentsOf(store)).toEqual(before)
          expect(await store.lastAnchor()).toEqual(anchorAt(i))
        }
      })

      it('never gives an epoch twice', async () => {
        const seen: number[] = []
        for (let i = 0; i < 4; i++) {
          seen.push(await store.takeEpoch(), ...(await Promise.all([store.takeEpoch(), store.takeEpoch()])))
          store = await under.crash()
        }
        expect(new Set(seen).size).toBe(12)
        expect(seen.every((epoch) => Number.isInteger(epoch) && epoch > 0)).toBe(true)
      })
    })

    it('refuses everything once closed', async () => {
      await store.commit([accepted(segment(1))], at)
      await store.close()
      const calls = [
        () => store.commit([], at),
        () => store.readLane(lane, 1, nobody, 1),
        () => store.lanes(),
        () => store.findAwaiting([]),
        () => store.awaitedKeys('', 1),
        () => store.parked(),
        () => store.findGroups([]),
        () => store.collected(),
        () => store.registrations(),
        () => store.transactions(1, 1),
        () => store.findKept('mdr', []),
        () => store.keptRows('mdr', { limit: 1 }),
        () => store.expiredGroups('', 1, 1),
        () => store.takeEpoch(),
        () => store.reopen(),
      ]
      for (const call of calls) await expect(call()).rejects.toMatchObject({ name: 'StoreError', failure: 'closed' })
      await store.close()
    })

    it('lets commits under way finish before it closes', async () => {
      const commits = [1, 2, 3].map((n) => store.commit([accepted(segment(n, { dueMs: n }))], at))
      await store.close()
      await Promise.all(commits)
      store = await under.crash()
      expect(await allOf(store)).toHaveLength(3)
    })
  })
}

async function allOf(store: Store): Promise<readonly Delivery[]> {
  return (await store.readLane(lane, Number.MAX_SAFE_INTEGER, nobody, 1_000_000)).deliveries
}

function enqueued(rows: readonly Delivery[]): Unit[] {
  return rows.map((row) =>
    row.kind !== 'receipt'
      ? accepted(row)
      : { kind: 'notified', delivery: row, outcome: { kind: 'requeued', next: row } },
  )
}

/** The segment is over. */
function notifiedOrAnswered(delivery: SegmentDelivery): Unit {
  return {
    kind: 'answered',
    delivery,
    outcome: { kind: 'final', state: 'DELIVERED', reason: undefined },
    outbox: [],
  }
}

/** All rows that a sweep finds. */
export async function sweep<Row>(
  slice: (cursor: string) => Promise<{ readonly rows: readonly Row[]; readonly cursor: string }>,
): Promise<Row[]> {
  const found: Row[] = []
  let cursor = ''
  do {
    const next = await slice(cursor)
    found.push(...next.rows)
    cursor = next.cursor
  } while (cursor !== '')
  return found
}
