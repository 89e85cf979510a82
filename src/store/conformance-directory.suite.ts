// What every store must do with a directory; run against each of them by conformance.test.ts. Speaks only the contract's verbs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accepted, anchorAt, contentsOf, segment } from './conformance-rows.suite.js'
import type { StoreUnderTest } from './conformance.suite.js'
import type { DirectoryStore } from './contracts/directory.js'

const put = (id: string, row: unknown = { id }, kind = 'accounts') => ({ kind, id, row })
const remove = (id: string, kind = 'accounts') => ({ kind, id, row: undefined })

export function directorySuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`directory contract: ${name}`, () => {
    let under: StoreUnderTest
    let directory: DirectoryStore

    beforeEach(async () => {
      under = await makeStore()
      directory = under.store.directory
    })
    afterEach(() => under.dispose())

    it('begins empty at revision 0', async () => {
      expect(await directory.readAll()).toEqual({ revision: 0, objects: [] })
    })

    it('gives rows back as they were, by kind and id, each with the revision that wrote it', async () => {
      const wide = { id: 'b', name: 'Ünïcode 😀 \u2028', list: [1, 0.5, null, true], nested: { '0x03': 'latin1' } }
      expect(await directory.change([put('b', wide), put('t', [], 'tariffs')], 0)).toEqual({ kind: 'changed', revision: 1 }) // prettier-ignore
      expect(await directory.change([put('a')], 1)).toEqual({ kind: 'changed', revision: 2 })
      expect(await directory.readAll()).toEqual({
        revision: 2,
        objects: [
          { kind: 'accounts', id: 'a', row: { id: 'a' }, etag: '2' },
          { kind: 'accounts', id: 'b', row: wide, etag: '1' },
          { kind: 'tariffs', id: 't', row: [], etag: '1' },
        ],
      })
    })

    it('takes puts and removals of one change together; what is not there may be removed', async () => {
      await directory.change([put('a'), put('b')], 0)
      await directory.change([remove('a'), put('b', 2), put('c', 'text'), remove('nobody')], 1)
      const { objects } = await directory.readAll()
      expect(objects.map(({ id, row, etag }) => [id, row, etag])).toEqual([
        ['b', 2, '2'],
        ['c', 'text', '2'],
      ])
    })

    it('refuses a change from another revision and writes nothing of it', async () => {
      await directory.change([put('a')], 0)
      expect(await directory.change([put('b')], 0)).toEqual({ kind: 'conflict', revision: 1 })
      expect(await directory.change([put('b')], 2)).toEqual({ kind: 'conflict', revision: 1 })
      expect((await directory.readAll()).objects).toHaveLength(1)
    })

    it('takes one of several changes that come at once', async () => {
      const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => directory.change([put(id)], 0)))
      expect(outcomes.map(({ kind }) => kind)).toEqual(['changed', 'conflict', 'conflict'])
      expect((await directory.readAll()).objects.map(({ id }) => id)).toEqual(['a'])
    })

    it('writes nothing of a change with what no store takes', async () => {
      for (const bad of [put(''), put('no\0good'), put('x'.repeat(200)), put('a', () => 1)])
        await expect(directory.change([put('fine'), bad], 0)).rejects.toThrow(RangeError)
      expect(await directory.readAll()).toEqual({ revision: 0, objects: [] })
      await directory.change([put('a')], 0)
    })

    it('keeps what was resolved, through a crash and an opening anew', async () => {
      await directory.change([put('a'), put('b')], 0)
      await directory.change([remove('a')], 1)
      const kept = await directory.readAll()
      await under.store.reopen()
      expect(await directory.readAll()).toEqual(kept)
      const again = await under.crash()
      expect(await again.directory.readAll()).toEqual(kept)
      expect(await again.directory.change([put('c')], 2)).toEqual({ kind: 'changed', revision: 3 })
    })

    it('takes a row of some megabytes', async () => {
      const row = { rates: Array.from({ length: 100_000 }, (_, n) => ({ prefix: String(n), price: '0.0045' })) }
      await directory.change([put('big', row, 'tariffs')], 0)
      const { objects } = await directory.readAll()
      expect(JSON.stringify(objects[0]?.row)).toBe(JSON.stringify(row))
    })

    it('is apart from the messages', async () => {
      const { store } = under
      await Promise.all([directory.change([put('a')], 0), store.commit([accepted(segment(1))], anchorAt(1))])
      expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
      expect((await directory.readAll()).objects).toHaveLength(1)
    })

    it('of a closed store rejects', async () => {
      await under.store.close()
      await expect(directory.readAll()).rejects.toMatchObject({ failure: 'closed' })
      await expect(directory.change([put('a')], 0)).rejects.toMatchObject({ failure: 'closed' })
    })
  })
}
