import { describe, expect, it } from 'vitest'
import { accepted, anchorAt, contentsOf, segment } from '../conformance-rows.suite.js'
import { MemoryStore } from './memory-store.js'

const at = anchorAt(1)

describe('MemoryStore hooks', () => {
  it.each(['full', 'io'] as const)('make a chosen commit fail: %s', async (failure) => {
    const store = new MemoryStore()
    store.failNext(failure, 1)
    await store.commit([accepted(segment(1))], at)
    await expect(store.commit([accepted(segment(2))], anchorAt(2))).rejects.toMatchObject({ failure })
    expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
    expect(await store.lastAnchor()).toEqual(at)
    if (failure === 'io') {
      await expect(store.commit([], at)).rejects.toMatchObject({ failure: 'io' })
      await store.reopen()
    }
    await store.commit([accepted(segment(3))], at)
    expect((await contentsOf(store)).deliveries).toHaveLength(2)
    expect(store.commits).toBe(2)
  })

  it('hold commits until they are let go, one by one or all', async () => {
    const store = new MemoryStore()
    const settled: number[] = []
    store.hold()
    for (const n of [1, 2, 3]) void store.commit([accepted(segment(n))], at).then(() => settled.push(n))
    expect(store.underWay).toBe(3)
    expect((await contentsOf(store)).deliveries).toEqual([])
    store.release(1)
    await Promise.resolve()
    expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
    expect(store.underWay).toBe(2)
    store.release()
    expect((await contentsOf(store)).deliveries).toHaveLength(3)
    expect(settled).toEqual([1, 2, 3])
  })

  it('crash: what was under way is gone and stays without an answer', async () => {
    const store = new MemoryStore()
    await store.commit([accepted(segment(1))], at)
    store.hold()
    let answered = false
    void store.commit([accepted(segment(2))], at).finally(() => (answered = true))
    const after = new MemoryStore(store.snapshot())
    store.restore(store.snapshot())
    store.release()
    await Promise.resolve()
    expect(answered).toBe(false)
    for (const survivor of [after, store]) expect((await contentsOf(survivor)).deliveries).toEqual([segment(1)])
  })

  it('a snapshot is not touched by later commits', async () => {
    const store = new MemoryStore()
    await store.commit([accepted(segment(1))], at)
    const snapshot = store.snapshot()
    await store.commit([accepted(segment(2))], at)
    store.restore(snapshot)
    await store.commit([accepted(segment(3))], at)
    store.restore(snapshot)
    expect((await contentsOf(store)).deliveries).toEqual([segment(1)])
  })
})
