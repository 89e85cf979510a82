// The long evidence for money: 20 kills under load while a customer pays, the books against the vendor's own count to the micro-unit.
// Figures are printed and kept as JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { booksRun } from '../crash/books-run.js'

const results = fileURLToPath(new URL('./results/', import.meta.url))
const rate = 6000

it('20 times kill -9 while money is held', async () => {
  const run = await booksRun({
    ends: Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'random' : 'committed')),
    rate,
    vendorDelayMs: 150,
    acceptedBetween: [rate, 3 * rate],
    settleWithinMs: 120_000,
  })
  const { wrong, ...counted } = run.audit
  const audit = { ...counted, wrong: Object.values(wrong).reduce((sum, found) => sum + found.length, 0) }
  const figures = { name: 'books', date: new Date().toISOString(), offered: rate, ...run, audit }
  mkdirSync(results, { recursive: true })
  const text = JSON.stringify(figures, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2)
  writeFileSync(`${results}books.json`, text + '\n')
  console.log(figures)
  expect(run.unbalanced).toEqual([])
  expect(run.liveOtherwise).toEqual([])
  expect(run.payments.payments).toBeGreaterThan(5)
  for (const [fault, found] of Object.entries(wrong)) expect(found, fault).toEqual([])
  expect(run.charged).toBe(run.audit.chargeOfVendor)
  expect(run.recordsWaiting).toBe(0)
  expect(run.endings).toEqual([...Array.from({ length: 20 }, () => 'SIGKILL'), 0])
  expect(run.errors).toBe('')
  expect(run.audit.takenTwice).toBeGreaterThan(20 * 50)
  expect(run.audit.takenUnanswered).toBeGreaterThan(0)
})
