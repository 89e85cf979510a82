// What every store must do with the texts that others keep in it; run against each of them by conformance.test.ts. Speaks only the
// contract's verbs.

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { accepted, anchorAt, awaitingOf, contentsOf, keptOf, receipt, segment } from './conformance-rows.suite.js'
import { sweep, type StoreUnderTest } from './conformance.suite.js'
import { keptPrefix, type KeptRange } from './contracts/kept.js'
import type { Store } from './contracts/store.js'
import type { Unit } from './contracts/unit.js'

const at = anchorAt(1)

const row = (key: string, text: string, table = 'mdr'): KeptRow => ({ table, key, text })
const kept = (...rows: readonly KeptRow[]): Unit => ({ kind: 'kept', rows })
const keysOf = (rows: readonly KeptRow[]): string[] => rows.map(({ key }) => key)

export function textsSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`kept texts contract: ${name}`, () => {
    let under: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })
    afterEach(() => under.dispose())

    it('keeps the last text of each key of a table, over a restart too', async () => {
      const wide = 'ж\0🙂\ud800'
      const long = '~'.repeat(255)
      await store.commit([kept(row('a', '1'), row('b', 'old'), row('gone', '1'), row('a', 'of another', 'mdrs'))], at)
      await store.commit([kept(row('b', wide), row('never', '')), kept(row(long, 'x'.repeat(65_536)))], at)
      await store.commit([kept(row('gone', ''), row('a', ''), row('a', '2'), row('c', '3'), row('c', ''))], at)
      const rows = [row('a', '2'), row('b', wide), row(long, 'x'.repeat(65_536))]
      for (const again of [false, true]) {
        const each = again ? await under.crash() : store
        expect(await keptOf(each, 'mdr')).toEqual(rows)
        expect(await keptOf(each, 'mdrs')).toEqual([row('a', 'of another', 'mdrs')])
        expect(await keptOf(each, 'md')).toEqual([])
        expect(await each.findKept('mdr', ['b', 'gone', long, 'b', 'c'])).toEqual([
          wide,
          undefined,
          'x'.repeat(65_536),
          wide,
          undefined,
        ])
        expect(await each.findKept('sticky', ['a'])).toEqual([undefined])
        expect(await each.findKept('mdr', [])).toEqual([])
      }
    })

    it('gives any range in the order of keys, both ways, in pages of any size', async () => {
      const keys = ['a', 'a ', 'a b', 'a!', 'a0', 'aa', 'ab', 'b', 'b|1', 'b|2', 'b~', '~', '~'.repeat(255)].sort()
      const neighbours = keys.flatMap((key) => row(key, 'other', 'mdrs'))
      await store.commit([kept(...keys.toReversed().map((key) => row(key, `of ${key}`)), ...neighbours)], at)
      const end = fc.oneof(
        fc.constantFrom('', ' ', 'a', 'a!', 'aa', 'b', 'b|', 'b|\x7f', 'c', '~~'),
        fc.constantFrom(...keys),
      )
      await fc.assert(
        fc.asyncProperty(end, end, fc.integer({ min: 1, max: 14 }), fc.boolean(), async (from, to, limit, reverse) => {
          const inside = keys.filter((key) => key >= from && (to === '' || key < to))
          const pages: number[] = []
          const found = await sweep(async (cursor) => {
            const next = cursor === '' ? {} : { [reverse ? 'to' : 'from']: cursor }
            const page = await store.keptRows('mdr', { from, to, limit, reverse, ...next })
            pages.push(page.rows.length)
            return page
          })
          expect(keysOf(found)).toEqual(reverse ? inside.toReversed() : inside)
          for (const { key, text } of found) expect(text).toBe(`of ${key}`)
          expect(pages).toHaveLength(Math.max(1, Math.ceil(inside.length / limit)))
        }),
      )
      expect(keysOf((await store.keptRows('mdr', { ...keptPrefix('b|'), limit: 9 })).rows)).toEqual(['b|1', 'b|2'])
      expect(keysOf((await store.keptRows('mdr', { ...keptPrefix('b'), limit: 9, reverse: true })).rows)).toEqual([
        'b~',
        'b|2',
        'b|1',
        'b',
      ])
    })

    it('goes on from a cursor whatever was kept and removed in between', async () => {
      await store.commit([kept(...['b', 'd', 'f', 'h'].map((key) => row(key, key)))], at)
      const up = await store.keptRows('mdr', { limit: 2 })
      const down = await store.keptRows('mdr', { limit: 2, reverse: true })
      await store.commit([kept(...['a', 'd!', 'e', 'i'].map((key) => row(key, key)), row('d', ''), row('f', ''))], at)
      expect(keysOf((await store.keptRows('mdr', { from: up.cursor, limit: 9 })).rows)).toEqual(['d!', 'e', 'h', 'i'])
      const rest = await store.keptRows('mdr', { to: down.cursor, limit: 9, reverse: true })
      expect(keysOf(rest.rows)).toEqual(['e', 'd!', 'b', 'a'])
      expect(rest.cursor).toBe('')
    })

    it('gives fewer rows where they are long, and all of them in the end', async () => {
      const rows = Array.from({ length: 40 }, (_, n) => row(String(n).padStart(3, '0'), 'x'.repeat(65_000) + String(n)))
      for (let n = 0; n < 40; n += 10) await store.commit([kept(...rows.slice(n, n + 10))], at)
      expect((await store.keptRows('mdr', { limit: 1000 })).rows.length).toBeLessThan(20)
      expect(await keptOf(store, 'mdr')).toEqual(rows)
      expect(await keptOf(store, 'mdr', 1000, true)).toEqual(rows.toReversed())
    })

    it('sees every commit that has resolved', async () => {
      for (let n = 0; n < 30; n++) {
        await store.commit([kept(row('turn', String(n)), row(`row ${n}`, '1'))], at)
        expect(await store.findKept('mdr', ['turn'])).toEqual([String(n)])
        expect((await store.keptRows('mdr', { ...keptPrefix('row '), limit: 30 })).rows).toHaveLength(n + 1)
      }
    })

    it('keeps what comes with a message in the same step, whole or not at all', async () => {
      const delivery = segment(1)
      const told = receipt(2)
      const units: Unit[] = [
        { ...accepted(delivery), kept: [row('accepted', '1')] } as Unit,
        { kind: 'answered', delivery, outcome: requeued(delivery), outbox: [told], kept: [row('answered', '1')] },
        { kind: 'receipted', awaiting: awaitingOf(1), final: true, outbox: [], kept: [row('receipted', '1')] },
        { kind: 'notified', delivery: told, outcome: { kind: 'done' }, kept: [row('notified', '1')] },
      ]
      for (const unit of units) {
        const bad = { ...unit, kept: [row('good', '1'), row('', '1')] } as Unit
        await expect(store.commit([bad], at)).rejects.toThrow(RangeError)
      }
      expect(await contentsOf(store)).toMatchObject({ deliveries: [], kept: [] })
      await store.commit(units, at)
      store = await under.crash()
      expect(keysOf(await keptOf(store, 'mdr'))).toEqual(['accepted', 'answered', 'notified', 'receipted'])
    })

    it('takes no table, key or text that is out of bounds, and writes nothing of its commit', async () => {
      const bad = [
        row('a', '1', ''),
        row('a', '1', 'Mdr'),
        row('a', '1', 'md r'),
        row('a', '1', 'a'.repeat(17)),
        row('', '1'),
        row('a\0', '1'),
        row('a\x7f', '1'),
        row('ü', '1'),
        row('a'.repeat(256), '1'),
        row('a', 'x'.repeat(65_537)),
        row('a', 'ж'.repeat(32_769)),
      ]
      for (const each of bad) await expect(store.commit([kept(row('good', '1'), each)], at)).rejects.toThrow(RangeError)
      expect(await keptOf(store, 'mdr')).toEqual([])
      await store.commit([kept(row('a', 'ж'.repeat(32_768)), row('a', '1', 'a'.repeat(16)))], at)
      expect(await keptOf(store, 'mdr')).toEqual([row('a', 'ж'.repeat(32_768))])
    })

    it('answers no question that is out of bounds', async () => {
      for (const table of ['', 'Mdr', 'a\0', 'a'.repeat(17)]) {
        await expect(store.findKept(table, ['a'])).rejects.toThrow(RangeError)
        await expect(store.keptRows(table, { limit: 1 })).rejects.toThrow(RangeError)
      }
      for (const keys of [[''], ['ü'], new Array<string>(1001).fill('a')])
        await expect(store.findKept('mdr', keys)).rejects.toThrow(RangeError)
      const ranges: KeptRange[] = [
        ...[0, -1, 1001, 1.5, NaN, Infinity].map((limit) => ({ limit })),
        { from: 'ü', limit: 1 },
        { from: '\0', limit: 1 },
        { to: 'a'.repeat(257), limit: 1 },
      ]
      for (const range of ranges) await expect(store.keptRows('mdr', range)).rejects.toThrow(RangeError)
      expect(await store.findKept('mdr', new Array<string>(1000).fill('a'))).toHaveLength(1000)
      expect(await store.keptRows('mdr', { from: 'b', to: 'a', limit: 1000 })).toEqual({ rows: [], cursor: '' })
    })
  })
}

function requeued(delivery: ReturnType<typeof segment>) {
  return { kind: 'requeued', next: { ...delivery, dueMs: delivery.dueMs + 1 } } as const
}
