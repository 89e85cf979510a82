// The long evidence for SIP: 20 kills under load; figures printed.
import { expect, it } from 'vitest'
import { sipRun } from '../crash/sip-run.js'

it('loses nothing and doubles no request in 20 kills', async () => {
  const run = await sipRun({
    perSecond: 2000,
    kills: Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'committed' : 'random')),
    between: [2000, 8000],
    settleMs: 120_000,
  })
  const { lost, twice, otherStatuses, ...figures } = run
  console.log(JSON.stringify(figures))
  expect({ lost, twice, otherStatuses }).toEqual({ lost: [], twice: [], otherStatuses: [] })
})
