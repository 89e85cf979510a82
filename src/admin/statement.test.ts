import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { anchorAt, moved, paid } from '../store/conformance-rows.suite.js'
import { DAY_MS } from '../store/contracts/books.js'
import { openLmdbStore } from '../store/lmdb/lmdb-store.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { statementOf, type Statement } from './statement.js'

const at = anchorAt(1)
const move = (customer: string, day: number, heldMicros: number, chargedMicros: number, account = 'a') =>
  moved({ customer, account: account as AccountId, day, heldMicros, chargedMicros, units: 1 })
const payment = (customer: string, day: number, micros: number) =>
  paid({ customer, reference: `${day}`, micros, note: '', atMs: day * DAY_MS + 1 })

async function lmdb() {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-statement-'))
  const store = await openLmdbStore({ folder, mapBytes: 64 * 2 ** 20, lowWaterBytes: 0 })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  return store
}

const sums = ({ days, payments }: Statement): number =>
  payments.reduce((sum, { micros }) => sum + micros, 0) -
  days.reduce((sum, { heldMicros, chargedMicros }) => sum + heldMicros + chargedMicros, 0)

describe.each([
  ['memory', () => Promise.resolve(new MemoryStore())],
  ['lmdb', lmdb],
])('a statement: %s', (_, makeStore) => {
  it('of two customers between whom an account moved in one day is right for both', async () => {
    const store = await makeStore()
    await store.commit([payment('A', 50, 1000), payment('B', 50, 1000), move('A', 100, 300, 0)], at)
    await store.commit([move('B', 100, 50, 0), move('A', 100, -300, 300), move('B', 100, -50, 50)], at)
    expect(await statementOf(store.books, 'A', 100, 100)).toMatchObject({ openingMicros: 1000, closingMicros: 700 })
    expect(await statementOf(store.books, 'B', 100, 100)).toMatchObject({ openingMicros: 1000, closingMicros: 950 })
  })

  it('opens with the same balance however much moves while it is made, and adds up', async () => {
    const store = await makeStore()
    await store.commit([payment('A', 50, 1_000_000), move('A', 98, 0, 700)], at)
    let isOver = false
    const traffic = async (): Promise<void> => {
      while (!isOver) {
        await store.commit([move('A', 100, 30, 0), move('A', 99, -10, 10, 'b'), move('B', 100, 5, 0)], at)
        await store.commit([move('A', 100, -30, 20), payment('A', 100, 3)], at)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const under = Promise.all([traffic(), traffic()])
    const closings = new Set<number>()
    for (let times = 0; times < 300 || closings.size <= 3; times++) {
      const statement = (await statementOf(store.books, 'A', 99, 100)) as Statement
      expect(statement.openingMicros).toBe(999_300)
      expect(statement.openingMicros + sums(statement)).toBe(statement.closingMicros)
      closings.add(statement.closingMicros)
      await new Promise((resolve) => setImmediate(resolve))
    }
    isOver = true
    await under
  })

  it('is not made of days that are one sum by now, and is right behind them', async () => {
    const store = await makeStore()
    await store.commit([payment('A', 1, 1000), move('A', 2, 0, 100), move('A', 5, 0, 10)], at)
    const before = await statementOf(store.books, 'A', 3, 9)
    await store.books.fold('A', 3, 100)
    expect(await statementOf(store.books, 'A', 3, 9)).toEqual(before)
    expect(before).toMatchObject({ openingMicros: 900, closingMicros: 890 })
    expect(await statementOf(store.books, 'A', 2, 9)).toEqual({ kind: 'folded', throughDay: 2 })
  })
})
