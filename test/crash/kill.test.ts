// kill -9 and SIGTERM under load, counted by a ledger on both sides. The long run of the same is in test/long.
import { expect, it } from 'vitest'
import { killRun, type KillRunOptions } from './kills.js'

const load = {
  rate: 5000,
  vendorDelayMs: 300,
  acceptedBetween: [4000, 12_000],
  underWay: 750,
  // An answer is forgotten when its unit was not on disk: read late by a busy thread, up to 5 ms until a commit begins, behind
  // one commit under way, then its own. On a machine that others share each of these may take 100 ms.
  answerGraceMs: 500,
  settleWithinMs: 30_000,
} satisfies Omit<KillRunOptions, 'ends'>

/** Runs of which one at least must kill between commit and response: that moment is short, and may be missed. */
const ATTEMPTS = 4

it(
  'kill -9 loses no message and no receipt, and doubles only what the vendor had not answered',
  { timeout: 60_000 * ATTEMPTS },
  async () => {
    let committedUnanswered = 0
    for (let attempt = 0; attempt < ATTEMPTS && committedUnanswered === 0; attempt++) {
      const run = await killRun({ ...load, ends: ['random', 'committed', 'committed'] })
      expect(run.audit).toMatchObject({
        lost: [],
        receiptsLost: [],
        receiptsPending: [],
        rejectedButArrived: [],
        unexplained: [],
        rejected: 0,
      })
      expect(run.idsTwice).toBe(0)
      expect(run.endings).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', 0])
      for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThanOrEqual(500)
      expect(run.errors).toBe('')
      committedUnanswered = run.kills.reduce((sum, kill) => sum + kill.committedUnanswered, 0)
    }
    // Killed between commit and response: the ESME has no answer, the vendor gets the message.
    expect(committedUnanswered).toBeGreaterThan(0)
  },
)

it('SIGTERM loses nothing, doubles nothing and ends with 0 in time', { timeout: 60_000 }, async () => {
  const run = await killRun({ ...load, ends: ['sigterm', 'sigterm'] })
  expect(run.audit).toMatchObject({
    lost: [],
    receiptsLost: [],
    receiptsPending: [],
    rejectedButArrived: [],
    doubled: 0,
    unanswered: 0,
    receiptsDoubled: 0,
  })
  expect(run.idsTwice).toBe(0)
  expect(run.endings).toEqual([0, 0, 0])
  // Refused while it goes down, with ESME_RSYSERR and nothing else.
  expect(Object.keys(run.statuses).filter((status) => status !== '8')).toEqual([])
  for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThanOrEqual(500)
  // The vendor's answers take 300 ms; waiting for anybody else would show.
  for (const tookMs of run.stopMs) expect(tookMs).toBeLessThan(5000)
  expect(run.errors).toBe('')
})

it(
  'kill -9 doubles nothing where unanswered messages wait for their receipt; each has an end',
  { timeout: 60_000 },
  async () => {
    const run = await killRun({ ...load, ends: ['random', 'committed'], onUnanswered: 'waitReceipt' })
    expect(run.audit).toMatchObject({ receiptsLost: [], receiptsPending: [], rejectedButArrived: [], doubled: 0 })
    // One that was marked and not sent any more is reported UNKNOWN.
    expect(run.lostUnreported).toBe(0)
    for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThanOrEqual(500)
    expect(run.errors).toBe('')
  },
)
