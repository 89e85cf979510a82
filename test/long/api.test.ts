// The long evidence for the HTTP API: 20 kills under load, with callbacks and money. Figures are printed and kept as JSON in
// test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { apiRun } from '../crash/api-run.js'

const results = fileURLToPath(new URL('./results/', import.meta.url))
const perSecond = 250

it('loses no message, no callback and no micro-unit in 20 kills', async () => {
  const run = await apiRun({
    perSecond,
    kills: Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'committed' : 'random')),
    between: [1000, 4000],
    settleMs: 120_000,
  })
  const { wrong, ...audit } = run.audit
  const figures = { name: 'api', date: new Date().toISOString(), requestsPerSecond: perSecond, ...run, audit }
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}api.json`, JSON.stringify(figures, undefined, 2) + '\n')
  console.log(JSON.stringify(figures))
  for (const [fault, found] of Object.entries(wrong)) expect(found.slice(0, 10), fault).toEqual([])
})
