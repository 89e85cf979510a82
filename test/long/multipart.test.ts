// The long evidence for parts acknowledged early: 20 kills with thousands of messages half collected, figures printed and kept as
// JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { collectRun } from '../crash/collect.js'

const results = fileURLToPath(new URL('./results/', import.meta.url))
const rate = 9000
const spread = 1500

it('20 times kill -9 while 3000 messages are half collected', async () => {
  const run = await collectRun({
    ends: Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'random' : 'committed')),
    rate,
    spread,
    answersBetween: [rate, 3 * rate],
    timeoutMs: 10_000,
    settleWithinMs: 120_000,
  })
  const counted = Object.fromEntries(
    Object.entries(run.audit).map(([key, value]: [string, number | readonly unknown[]]) => [
      key,
      typeof value === 'number' || key === 'halfCollected' ? value : value.length,
    ]),
  )
  const figures = { name: 'multipart', date: new Date().toISOString(), offered: rate, ...run, audit: counted }
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}multipart.json`, JSON.stringify(figures, undefined, 2) + '\n')
  console.log(figures)
  expect(run.audit).toMatchObject({
    idsShared: [],
    unanswered: [],
    lost: [],
    notWhole: [],
    missing: [],
    failedForNothing: [],
    abandonedArrived: [],
    unexplained: [],
  })
  expect(run.endings).toEqual([...Array.from({ length: 20 }, () => 'SIGKILL'), 0])
  expect(run.statuses).toEqual({})
  for (const sets of run.audit.halfCollected) expect(sets).toBeGreaterThanOrEqual(spread)
  expect(run.audit.acrossKills).toBeGreaterThanOrEqual(20 * 100)
  expect(run.setsLeft).toBe(0)
  expect(run.errors).toBe('')
})
