// The long evidence for kill -9 and SIGTERM: 20 kills and 10 stops at over half the rate that this machine can do, figures printed
// and kept as JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { killRun, type KillRun, type KillRunOptions } from '../crash/kills.js'
import { startScene } from '../crash/scene.js'
import { monotonicMs } from '../crash/tempo.js'

const results = fileURLToPath(new URL('./results/', import.meta.url))
const unfinished = 1500

/** Messages a second with receipts when the generator does not hold back, nobody is killed and the vendor answers at once. */
async function fullRate(): Promise<number> {
  const scene = await startScene({ esme: { rate: 1_000_000, window: 100 } })
  try {
    const { esme } = scene
    const reach = async (accepted: number): Promise<number> => {
      const reached = esme.next('reached', 120_000)
      esme.tell({ cmd: 'progress', accepted })
      await reached
      return monotonicMs()
    }
    const [warmUp, measured] = [40_000, 160_000]
    esme.tell({ cmd: 'start', count: warmUp + measured })
    const fromMs = await reach(warmUp)
    const toMs = await reach(warmUp + measured)
    return Math.round((measured * 1000) / (toMs - fromMs))
  } finally {
    await scene.end()
  }
}

function loadAt(rate: number): Omit<KillRunOptions, 'ends'> {
  return {
    rate,
    vendorDelayMs: Math.round((unfinished * 1000) / rate),
    acceptedBetween: [rate, 4 * rate],
    // See test/crash/kill.test.ts.
    answerGraceMs: 500,
    settleWithinMs: 120_000,
  }
}

/** Prints and keeps what was found: counts instead of lists. */
function keep(name: string, rate: number, full: number, run: KillRun): void {
  const audit = Object.fromEntries(
    Object.entries(run.audit).map(([key, value]: [string, number | readonly number[]]) => [
      key,
      typeof value === 'number' ? value : value.length,
    ]),
  )
  const figures = { name, date: new Date().toISOString(), fullRate: full, offered: rate, ...run, audit }
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}${name}.json`, JSON.stringify(figures, undefined, 2) + '\n')
  console.table(run.kills)
  console.log({ ...figures, kills: run.kills.length })
}

const nothingWrong = {
  lost: [],
  receiptsLost: [],
  receiptsPending: [],
  rejectedButArrived: [],
  unexplained: [],
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

it('20 times kill -9 at over half of the full rate', async () => {
  const full = await fullRate()
  const rate = Math.round(full * 0.6)
  const ends = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'random' : 'committed'))
  const run = await killRun({ ...loadAt(rate), ends })
  keep('kill-9', rate, full, run)
  expect(run.audit).toMatchObject({ ...nothingWrong, rejected: 0 })
  expect(run.idsTwice).toBe(0)
  expect(run.errors).toBe('')
  for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThanOrEqual(500)
  expect(median(run.kills.map((kill) => kill.acceptedPerSecond))).toBeGreaterThanOrEqual(full / 2)
  // A forced kill hits a commit of facts alone now and then.
  const forced = run.kills.filter(({ kind }) => kind === 'committed')
  expect(forced.filter((kill) => kill.committedUnanswered > 0).length).toBeGreaterThanOrEqual(forced.length / 2)
})

it('10 times SIGTERM at over half of the full rate', async () => {
  const full = await fullRate()
  const rate = Math.round(full * 0.6)
  const run = await killRun({ ...loadAt(rate), ends: Array.from({ length: 10 }, () => 'sigterm') })
  keep('sigterm', rate, full, run)
  expect(run.audit).toMatchObject({ ...nothingWrong, doubled: 0, unanswered: 0, receiptsDoubled: 0 })
  expect(run.endings).toEqual(Array.from({ length: 11 }, () => 0))
  expect(Object.keys(run.statuses).filter((status) => status !== '8')).toEqual([])
  expect(run.idsTwice).toBe(0)
  expect(run.errors).toBe('')
  for (const kill of run.kills) expect(kill.unfinished).toBeGreaterThanOrEqual(500)
  for (const tookMs of run.stopMs) expect(tookMs).toBeLessThan(10_000)
})
