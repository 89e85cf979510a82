// kill -9 while parts that were acknowledged wait for the others of their message. The long run of the same is in test/long.
import { expect, it } from 'vitest'
import { auditCollected, type CollectorBook } from './collect-audit.js'
import { collectRun } from './collect.js'

it('kill -9 loses no part that was acknowledged before its message was whole', { timeout: 60_000 }, async () => {
  const run = await collectRun({
    ends: ['random', 'committed', 'committed'],
    rate: 3000,
    spread: 300,
    answersBetween: [1500, 3000],
    timeoutMs: 5000,
    settleWithinMs: 30_000,
  })
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
  expect(run.endings).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', 0])
  expect(run.statuses).toEqual({})
  for (const sets of run.audit.halfCollected) expect(sets).toBeGreaterThanOrEqual(200)
  // Parts were lost with the link and sent again, messages went on over the kills, and some were never whole.
  expect(run.unanswered).toBeGreaterThan(0)
  expect(run.audit.acrossKills).toBeGreaterThan(0)
  expect(run.audit.failed).toBeGreaterThan(0)
  expect(run.setsLeft).toBe(0)
  expect(run.errors).toBe('')
})

const options = { killsMs: [100], timeoutMs: 5000, answerGraceMs: 5 }
const two: CollectorBook = {
  partsOfMessage: 2,
  parts: [0, 1, 2, 3].map((number) => ({ number, sentAtMs: number, sends: 1, refused: 0 })),
  answers: [0, 1, 2, 3].map((number) => ({ number, id: `id-${number}`, atMs: 10 + number })),
  receipts: [0, 1, 2, 3].map((number) => ({ id: `id-${number}`, states: ['DELIVRD'] })),
  abandoned: [],
}
const came = [0, 1, 2, 3].map((number) => ({ number, cameAtMs: 20, answeredAtMs: 30, receipt: 'O' as const }))

it('the audit finds nothing where all is well', () => {
  expect(auditCollected(two, came, options)).toMatchObject({
    ...{ messages: 2, whole: 2, acknowledged: 4, failed: 0, late: 0 },
    ...{ idsShared: [], lost: [], notWhole: [], missing: [], failedForNothing: [], abandonedArrived: [] },
  })
})

it.each<readonly [string, CollectorBook, typeof came, object]>([
  ['a part without an answer', { ...two, answers: two.answers.slice(1) }, came, { unanswered: [0], acknowledged: 3 }],
  ['an acknowledged part without a receipt', { ...two, receipts: two.receipts.slice(1) }, came, { lost: ['id-0'] }],
  ['a message that is not whole', two, came.slice(1), { notWhole: ['id-0', 'id-1'], missing: [0] }],
  [
    'an id that came twice',
    { ...two, answers: two.answers.map((each) => ({ ...each, id: 'one' })) },
    came,
    {
      idsShared: ['one', 'one', 'one'],
    },
  ],
  ['an abandoned message at the vendor', { ...two, abandoned: [1] }, came, { abandonedArrived: [1] }],
  [
    'a failure for nothing',
    { ...two, receipts: two.receipts.map((each) => ({ ...each, states: ['UNDELIV'] })) },
    came,
    { failed: 4, failedForNothing: ['id-0', 'id-1', 'id-2', 'id-3'] },
  ],
])('the audit finds %s', (_, book, arrivals, found) => {
  expect(auditCollected(book, arrivals, options)).toMatchObject(found)
})
