// kill -9 under HTTP load: what was answered 202 comes to an end that its application is told of, step by step, and is paid for once.
// The long run of the same is in test/long.
import { expect, it } from 'vitest'
import { apiRun } from './api-run.js'

it(
  'loses no message and no callback that followed a 202, makes no second message of a request, and charges to the micro-unit',
  { timeout: 120_000 },
  async () => {
    const run = await apiRun({
      perSecond: 250,
      kills: ['random', 'committed', 'committed'],
      between: [500, 1000],
      settleMs: 60_000,
    })
    for (const [fault, found] of Object.entries(run.audit.wrong)) expect(found.slice(0, 5), fault).toEqual([])
    expect(run.repeated).toBeGreaterThan(20)
    expect(run.audit.states).toEqual({
      delivered: expect.any(Number) as number,
      undelivered: expect.any(Number) as number,
      failed: expect.any(Number) as number,
    })
  },
)
