// SIGTERM under load where a second sending is unwanted: whatever was marked and not sent goes out after the restart.
import { expect, it } from 'vitest'
import { killRun } from './kills.js'

it.for(['fail', 'waitReceipt'] as const)(
  'with onUnanswered %s a stop loses nothing, doubles nothing, and ends nothing as UNKNOWN that was never sent',
  { timeout: 60_000 },
  async (onUnanswered) => {
    const run = await killRun({
      rate: 5000,
      vendorDelayMs: 100,
      acceptedBetween: [4000, 8000],
      answerGraceMs: 0,
      ends: ['sigterm', 'sigterm', 'sigterm'],
      onUnanswered,
      settleWithinMs: 30_000,
    })
    // One that was marked and not sent would be among `lost`: accepted, told an end, and never at the vendor.
    expect(run.audit).toMatchObject({
      lost: [],
      receiptsLost: [],
      receiptsPending: [],
      rejectedButArrived: [],
      doubled: 0,
      unanswered: 0,
      receiptsDoubled: 0,
    })
    expect(run.endings).toEqual([0, 0, 0, 0])
    for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThan(0)
    expect(run.errors).toBe('')
  },
)
