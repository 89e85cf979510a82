// What every store must do with parts and groups, run against each of them by conformance.test.ts. Speaks only the contract's verbs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageId } from '../message/ids.js'
import {
  accepted,
  anchorAt,
  awaitingOf,
  collected,
  collectedOf,
  contentsOf,
  groupOf,
  laneKey,
  messageId,
  mo,
  receipt,
  segment,
  segmentUnderWay,
} from './conformance-rows.suite.js'
import { sweep, type StoreUnderTest } from './conformance.suite.js'
import type { Store } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'

const at = anchorAt(1)

export function partsSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store contract, parts and groups: ${name}`, () => {
    let under: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })
    afterEach(() => under.dispose())

    const parts = [3, 1, 2].map((n) => collectedOf(n))
    const ids = parts.map((part) => part.id)
    const whole = segmentUnderWay(1, { progress: undefined })

    describe('collected parts', () => {
      it('are given back in the exact shape they were given, by id, also after a crash', async () => {
        const fromVendor = collectedOf(4, {
          sender: { kind: 'vendor', vendor: awaitingOf(1).vendor, connection: awaitingOf(1).connection },
          mark: { shape: 'sar', reference: 65_535, total: 255, part: 255 },
          validUntilMs: 70_000,
        })
        await store.commit([...parts, fromVendor].map(collected), at)
        const sorted = [1, 2, 3].map((n) => collectedOf(n))
        expect(await store.collected()).toEqual([...sorted, fromVendor])
        store = await under.crash()
        expect(await store.collected()).toEqual([...sorted, fromVendor])
      })

      it.each(['one commit', 'two commits'])('leave when their message is accepted, in %s', async (how) => {
        const other = collectedOf(9)
        const before: Unit[] = [...parts, other].map(collected)
        const unit = accepted(whole, ids)
        if (how === 'one commit') await store.commit([...before, unit], at)
        else {
          await store.commit(before, at)
          expect(await store.collected()).toHaveLength(4)
          await store.commit([unit], at)
        }
        expect(await contentsOf(store)).toMatchObject({ deliveries: [whole], collected: [other] })
        store = await under.crash()
        expect(await contentsOf(store)).toMatchObject({ deliveries: [whole], collected: [other] })
        // All of it once more, as a replay would.
        await store.commit([...before, unit], at)
        expect(await contentsOf(store)).toMatchObject({ deliveries: [whole], collected: [other] })
      })

      it('stay where the commit that accepts their message can`t be written', async () => {
        await store.commit(parts.map(collected), at)
        const bad = segment(5, { lane: laneKey('') })
        await expect(store.commit([accepted(whole, ids), accepted(bad)], at)).rejects.toThrow(RangeError)
        await expect(store.commit([accepted(whole, ['' as MessageId])], at)).rejects.toThrow(RangeError)
        expect(await contentsOf(store)).toMatchObject({ deliveries: [], collected: [{}, {}, {}] })
      })

      it('leave with the receipts that tell of their end', async () => {
        await store.commit(parts.map(collected), at)
        const told = receipt(7, { lane: laneKey('esme:acme') })
        await store.commit([{ kind: 'uncollected', parts: ids.slice(0, 2), outbox: [told] }], at)
        expect(await contentsOf(store)).toMatchObject({ deliveries: [told], collected: [{ id: ids[2] }] })
      })

      it('are the newer of two under one id', async () => {
        await store.commit([collected(collectedOf(1)), collected(collectedOf(1, { deadlineMs: 5 }))], at)
        expect(await store.collected()).toEqual([collectedOf(1, { deadlineMs: 5 })])
      })
    })

    describe('a message in several segments', () => {
      const first = segment(1)
      const next = segmentUnderWay(1, { dueMs: first.dueMs })
      const group = groupOf(1)
      const awaiting = awaitingOf(1, { group: group.id })
      const advanced: Unit = {
        kind: 'answered',
        delivery: first,
        outcome: { kind: 'advanced', next, awaiting, opens: group },
        outbox: [],
      }

      it('goes on in its own place, with its group and what is awaited, in one step', async () => {
        await store.commit([accepted(first)], at)
        await store.commit([advanced], at)
        const held = { deliveries: [next], awaiting: [awaiting], groups: [group] }
        expect(await contentsOf(store)).toMatchObject(held)
        store = await under.crash()
        expect(await contentsOf(store)).toMatchObject(held)
      })

      it('counts reports in its group, which the last one closes', async () => {
        await store.commit([accepted(first), advanced], at)
        const then = { ...group, wanted: 1 }
        const reported = (left: typeof group | undefined): Unit => ({
          kind: 'receipted',
          awaiting,
          final: true,
          outbox: [],
          group: { id: group.id, then: left },
        })
        await store.commit([reported(then)], at)
        expect(await store.findGroups([group.id])).toEqual([then])
        expect(await store.findAwaiting([awaiting])).toEqual([undefined])
        await store.commit([reported(undefined)], at)
        expect(await store.findGroups([group.id])).toEqual([undefined])
      })

      it('closes its group when a segment fails for good', async () => {
        await store.commit([accepted(first), advanced], at)
        const failed: Unit = {
          kind: 'answered',
          delivery: next,
          outcome: { kind: 'final', state: 'REJECTED', reason: 'rejectedByVendor', closes: group.id },
          outbox: [],
        }
        await store.commit([failed], at)
        expect(await contentsOf(store)).toMatchObject({ deliveries: [], groups: [], awaiting: [awaiting] })
      })
    })

    describe('groups', () => {
      const opening = (n: number, expiresAtMs: number): Unit => ({
        kind: 'receipted',
        awaiting: awaitingOf(n),
        final: false,
        outbox: [],
        group: { id: messageId(n), then: groupOf(n, { expiresAtMs }) },
      })

      it('are found in the order asked, undefined for the others', async () => {
        await store.commit([opening(1, 5), opening(2, 6)], at)
        expect(await store.findGroups([2, 7, 1].map(messageId))).toEqual([
          groupOf(2, { expiresAtMs: 6 }),
          undefined,
          groupOf(1, { expiresAtMs: 5 }),
        ])
        expect(await store.findGroups([])).toEqual([])
      })

      it('that expired are found once, in slices, until they are given up', async () => {
        await store.commit(
          [1, 2, 3, 4, 5].map((n) => opening(n, n)),
          at,
        )
        const found = await sweep((cursor) => store.expiredGroups(cursor, 2, 3))
        expect(found).toEqual([1, 2, 3].map((n) => groupOf(n, { expiresAtMs: n })))
        const told = receipt(7)
        await store.commit(
          found.map((group): Unit => ({ kind: 'groupGivenUp', group, outbox: [told] })),
          at,
        )
        expect(await sweep((cursor) => store.expiredGroups(cursor, 2, 3))).toEqual([])
        expect(await contentsOf(store)).toMatchObject({ deliveries: [told], groups: [{}, {}] })
      })
    })

    describe('a message from a phone', () => {
      it('waits in a lane with receipts, goes on with its next segment, and leaves', async () => {
        const toEsme = mo(1)
        await store.commit([accepted(toEsme)], at)
        expect((await contentsOf(store)).deliveries).toEqual([toEsme])
        const next = mo(1, { taken: 1 })
        const outcome = { kind: 'requeued', next } as const
        await store.commit([{ kind: 'notified', delivery: toEsme, outcome }], at)
        store = await under.crash()
        expect((await contentsOf(store)).deliveries).toEqual([next])
        await store.commit([{ kind: 'notified', delivery: next, outcome: { kind: 'done' } }], at)
        expect((await contentsOf(store)).deliveries).toEqual([])
      })
    })
  })
}
