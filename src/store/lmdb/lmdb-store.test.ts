import { open as openRaw } from 'lmdb'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../contracts/store.js'
import { accepted, anchorAt, collected, collectedOf, contentsOf, segment } from '../conformance-rows.suite.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { Unit } from '../contracts/unit.js'
import { keyOf, openEnv, OVERLAPPING_SYNC, ValueSlab } from './lmdb-env.js'
import { openLmdbStore, type LmdbOptions } from './lmdb-store.js'
import { FORMAT, readMeta } from './meta-rows.js'

const MiB = 2 ** 20
const at = anchorAt(1)
let folder: string
let opened: Store[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-lmdb-'))
  opened = []
})
afterEach(async () => {
  for (const store of opened) await store.close()
  rmSync(folder, { recursive: true })
})

async function open(changes: Partial<LmdbOptions> = {}): Promise<Store> {
  const store = await openLmdbStore({ folder, mapBytes: 64 * MiB, lowWaterBytes: 0, ...changes })
  opened.push(store)
  return store
}

const { message } = segment(1)
const heavy = (n: number): SegmentDelivery =>
  segment(n, { message: { ...message, content: { ...message.content, octets: new Uint8Array(64 * 1024) } } })

function over(delivery: SegmentDelivery): Unit {
  return { kind: 'answered', delivery, outcome: { kind: 'final', state: 'DELIVERED', reason: undefined }, outbox: [] }
}

/** As a program of another time would have. */
async function markFormat(format: number): Promise<void> {
  const env = openEnv(folder, 64 * MiB)
  const slab = new ValueSlab(8)
  new DataView(slab.buffer).setFloat64(0, format, true)
  slab.end = 8
  await env.batch(() => void env.meta.put(keyOf(Buffer.from('format')), slab))
  await env.close()
}

/** Commits heavy messages until one is refused; gives how many went in and why no more did. */
async function fill(store: Store, first = 0): Promise<{ readonly count: number; readonly error: unknown }> {
  for (let n = first; ; n++) {
    try {
      await store.commit([accepted(heavy(n))], at)
    } catch (error) {
      return { count: n - first, error }
    }
    if (n - first > 5_000) throw new Error('it never got full')
  }
}

describe('the environment', () => {
  it('is opened without overlapping sync, so that a resolved put is on disk', async () => {
    expect(OVERLAPPING_SYNC).toBe(false)
    const env = openEnv(folder, 16 * MiB)
    // lmdb itself refuses to mix the two ways on one open environment, so this says what ours runs with.
    expect(() => openRaw({ path: folder, overlappingSync: true })).toThrow(/without this flag/)
    await env.close()
  })
})

describe('the low-water mark', () => {
  it('refuses new messages when the map runs low, and lets all else pass', async () => {
    const store = await open({ mapBytes: 16 * MiB, lowWaterBytes: 8 * MiB, spaceCheckMs: 0 })
    const { count, error } = await fill(store)
    expect(error).toMatchObject({ failure: 'full', message: expect.stringContaining('low-water') as string })
    const { usedBytes, limitBytes } = store.usage()
    expect(limitBytes).toBe(16 * MiB)
    expect(limitBytes - usedBytes).toBeLessThan(8 * MiB)
    for (let n = 0; n < count; n++) await store.commit([over(heavy(n))], at)
    expect(store.usage().usedBytes).toBeLessThan(MiB)
    // The look that sees the room again runs beside these commits.
    await vi.waitFor(() => store.commit([accepted(segment(1))], at))
  })

  it('minds the disk as well as the map', async () => {
    let freeBytes = 10 * MiB
    const store = await open({ lowWaterBytes: 8 * MiB, spaceCheckMs: 0, diskFreeBytes: async () => freeBytes })
    await store.commit([accepted(segment(1))], at)
    freeBytes = 7 * MiB
    await vi.waitFor(() => expect(store.commit([accepted(segment(2))], at)).rejects.toMatchObject({ failure: 'full' }))
    await expect(store.commit([collected(collectedOf(2))], at)).rejects.toMatchObject({ failure: 'full' })
    await store.commit([over(segment(1))], at)
    await store.commit([{ kind: 'uncollected', parts: [collectedOf(2).id], outbox: [] }], at)
    freeBytes = 9 * MiB
    await vi.waitFor(() => store.commit([accepted(segment(3))], at))
  })
})

describe('kept texts when room runs low', () => {
  it('are refused where somebody waits, and kept where they tell what happened', async () => {
    let freeBytes = 10 * MiB
    const store = await open({ lowWaterBytes: 8 * MiB, spaceCheckMs: 0, diskFreeBytes: async () => freeBytes })
    const rows = [{ table: 'mdr', key: 'a', text: '1' }]
    await store.commit([{ kind: 'kept', rows }], at)
    freeBytes = 7 * MiB
    await vi.waitFor(() =>
      expect(store.commit([{ kind: 'kept', rows }], at)).rejects.toMatchObject({ failure: 'full' }),
    )
    await store.commit([{ kind: 'kept', rows: [{ table: 'mdr', key: 'a', text: '' }], fact: true }], at)
    const told = [{ table: 'mdr', key: 'b', text: '2' }]
    await store.commit([{ ...over(segment(1)), kept: told } as Unit], at)
    expect((await contentsOf(store)).kept).toEqual(told)
  })
})

describe('a disk with next to nothing left', () => {
  it('takes nothing at all until there is room again', async () => {
    let freeBytes = 10 * MiB
    const store = await open({ spaceCheckMs: 0, diskFreeBytes: async () => freeBytes })
    await store.commit([accepted(segment(1))], at)
    freeBytes = MiB
    await vi.waitFor(() => expect(store.commit([over(segment(1))], at)).rejects.toMatchObject({ failure: 'full' }))
    freeBytes = 10 * MiB
    await vi.waitFor(() => store.commit([over(segment(1))], at))
    expect((await contentsOf(store)).deliveries).toEqual([])
  })
})

describe('opening', () => {
  it('refuses data of a newer format, saying which', async () => {
    await (await open()).close()
    await markFormat(FORMAT + 1)
    await expect(open()).rejects.toThrow(/format 7.*up to 6/)
    await expect(open()).rejects.toThrow(/format 7.*up to 6/)
  })

  it('takes data of format 1 and marks it, so that an older program refuses it', async () => {
    const before = await open()
    await before.commit([accepted(segment(1))], anchorAt(7))
    await before.close()
    await markFormat(1)
    const store = await open()
    expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
    expect(await store.lastAnchor()).toEqual(anchorAt(7))
    await store.commit([collected(collectedOf(2))], anchorAt(8))
    await store.close()
    const env = openEnv(folder, 64 * MiB)
    expect(readMeta(env.meta).format).toBe(FORMAT)
    await env.close()
  })

  it('anew keeps data, anchor and epochs, and takes commits again', async () => {
    const store = await open()
    await store.commit([accepted(segment(1))], anchorAt(7))
    const epoch = await store.takeEpoch()
    await store.reopen()
    expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
    expect(await store.lastAnchor()).toEqual(anchorAt(7))
    expect(await store.takeEpoch()).toBeGreaterThan(epoch)
    await store.commit([accepted(segment(2))], anchorAt(8))
    expect((await contentsOf(store)).deliveries).toHaveLength(2)
  })

  it('a folder where a file stands fails with a StoreError or the system`s own error', async () => {
    await expect(open({ folder: '/dev/null/x' })).rejects.toThrow()
  })
})
