// kill -9 under SIP load: what was answered 202 is delivered, and a request that is repeated to the next daemon makes no second message.
// The long run of the same is in test/long.
import { expect, it } from 'vitest'
import { sipRun } from './sip-run.js'

it(
  'loses no message that was answered 202, and makes no second one of a request that came again',
  { timeout: 120_000 },
  async () => {
    const run = await sipRun({
      perSecond: 800,
      kills: ['random', 'committed', 'committed'],
      between: [500, 1200],
      settleMs: 30_000,
    })
    expect(run).toMatchObject({ lost: [], twice: [], otherStatuses: [] })
    // It did come again, to a daemon that knew the requests of the one before.
    expect(run.repeated).toBeGreaterThan(100)
    expect(run.remembered).toBeGreaterThan(100)
  },
)
