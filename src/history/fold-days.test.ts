import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { anchorAt, moved, paid } from '../store/conformance-rows.suite.js'
import { DAY_MS } from '../store/contracts/books.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { foldOldDays } from './fold-days.js'

const TODAY = 20_000

async function storeWith(days: readonly number[], accounts = 1): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (const customer of ['acme', 'other'])
    for (const day of days) {
      const moves = Array.from({ length: accounts }, (_, n) =>
        moved({ customer, account: `a${n}` as AccountId, day, heldMicros: 0, chargedMicros: 3, units: 1 }),
      )
      const payment = { customer, reference: `r${day}`, micros: 5, note: '', atMs: day * DAY_MS }
      await store.commit([...moves, paid(payment)], anchorAt(1))
    }
  return store
}

describe('folding old days', () => {
  it('leaves those that are kept, and the sums of the rest', async () => {
    const store = await storeWith([TODAY - 41, TODAY - 40, TODAY - 39, TODAY - 1], 2000)
    const before = await store.books.customers()
    expect(await foldOldDays(store.books, TODAY, 39)).toBe(2)
    const { days, payments, folded } = await store.books.account('acme', 0, 9999)
    expect(new Set(days.map(({ day }) => day))).toEqual(new Set([TODAY - 39, TODAY - 1]))
    expect(payments.map(({ reference }) => reference)).toEqual([`r${TODAY - 39}`, `r${TODAY - 1}`])
    expect(folded).toMatchObject({ throughDay: TODAY - 40, units: 4000, chargedMicros: 12_000, paidInMicros: 10 })
    expect(await store.books.customers()).toEqual(before)
    expect(await foldOldDays(store.books, TODAY, 39)).toBe(0)
  })

  it('does nothing by a clock that was set far ahead, nor where all are kept', async () => {
    const store = await storeWith([TODAY - 41, TODAY - 1])
    for (const [today, keepDays] of [
      [TODAY + 3650, 39],
      [TODAY, 0],
      [TODAY, TODAY],
    ] as const)
      expect(await foldOldDays(store.books, today, keepDays)).toBe(0)
    expect(await store.books.days(0, TODAY)).toHaveLength(4)
  })
})
