import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arbitraryCommits } from './conformance-arbitrary.suite.js'
import { answersSuite } from './conformance-answers.suite.js'
import { booksSuite } from './conformance-books.suite.js'
import { directorySuite } from './conformance-directory.suite.js'
import { keptSuite } from './conformance-kept.suite.js'
import { partsSuite } from './conformance-parts.suite.js'
import { anchorAt, booksOf, contentsOf } from './conformance-rows.suite.js'
import { storeSuite, type StoreUnderTest } from './conformance.suite.js'
import { textsSuite } from './conformance-texts.suite.js'
import { openLmdbStore } from './lmdb/lmdb-store.js'
import { MemoryStore } from './memory/memory-store.js'

async function memoryUnderTest(): Promise<StoreUnderTest> {
  const store = new MemoryStore()
  let current = store
  return {
    store,
    crash: async () => (current = new MemoryStore(current.snapshot())),
    dispose: () => current.close(),
  }
}

/** Its crash is a clean close and a new open; the real one, by SIGKILL, is in lmdb/lmdb-crash.test.ts. */
async function lmdbUnderTest(): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-store-'))
  const open = () => openLmdbStore({ folder, mapBytes: 256 * 2 ** 20, lowWaterBytes: 2 ** 20 })
  const store = await open()
  let current = store
  return {
    store,
    crash: async () => {
      await current.close()
      return (current = await open())
    },
    dispose: async () => {
      await current.close()
      rmSync(folder, { recursive: true })
    },
  }
}

for (const suite of [storeSuite, partsSuite, directorySuite, booksSuite, answersSuite, keptSuite, textsSuite]) {
  suite('memory', memoryUnderTest)
  suite('lmdb', lmdbUnderTest)
}

async function allOf(store: StoreUnderTest['store']) {
  return { ...(await contentsOf(store)), ...(await booksOf(store)) }
}

describe('lmdb and memory', () => {
  it('hold the same after any units, committed in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCommits, async (pieces) => {
        const reference = new MemoryStore()
        const { store, crash, dispose } = await lmdbUnderTest()
        try {
          await Promise.all(
            pieces.flatMap((units, i) => [reference.commit(units, anchorAt(i)), store.commit(units, anchorAt(i))]),
          )
          expect(await allOf(store)).toEqual(await allOf(reference))
          const again = await crash()
          expect(await allOf(again)).toEqual(await allOf(reference))
          const last = pieces.at(-1) ?? []
          await again.commit(last, anchorAt(0))
          await reference.commit(last, anchorAt(0))
          expect(await allOf(again)).toEqual(await allOf(reference))
        } finally {
          await dispose()
        }
      }),
      { numRuns: 40, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
    )
  })
})
