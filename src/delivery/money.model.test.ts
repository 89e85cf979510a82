// Money as a property: whatever happens to messages, in any order, the books add up to the micro-unit, nobody overspends, what is held
// is charged or given back once, and every part has one record.
import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorAt, contentsOf } from '../store/conformance-rows.suite.js'
import { openLmdbStore } from '../store/lmdb/lmdb-store.js'
import { upTo } from './chance.suite.js'
import { allEvents, allEventsAndCrashes, LENGTH, payingWays, type Happening, type Way } from './happenings.suite.js'
import { play } from './history.suite.js'

/** As many as there is time for: more in the long tests. */
const RUNS = { numRuns: 600, interruptAfterTimeLimit: 9_000, markInterruptAsFailure: false }

describe('the books', () => {
  it('add up whatever vendors, phones, the store and time do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(allEvents, LENGTH), payingWays, async (events, way) => void (await play(events, way))),
      RUNS,
    )
  })

  it('and also when the switch dies at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(allEventsAndCrashes, LENGTH),
        payingWays,
        async (events, way) => void (await play(events, way)),
      ),
      RUNS,
    )
  })

  it('where an id is given to another message while the report that came before the first answer is being placed', async () => {
    const sent = { kind: 'submit', route: ['a'], failover: 'none', parts: [], registered: 3, phone: 0, validMs: 3000, price: 0 } as const // prettier-ignore
    const answer = { kind: 'answer', over: 0, which: 0, goOn: false } as const
    const events = [
      { ...sent, cuts: [3, 1] },
      { kind: 'advance', ms: 1 },
      { kind: 'early', over: 0 },
      { kind: 'advance', ms: 1 },
      { ...answer, how: 'taken' },
      { kind: 'advance', ms: 5000 },
      { ...sent, cuts: [1, 1] },
      { kind: 'early', over: 0 },
      { ...answer, how: 'takenOldId' },
    ] as unknown as readonly Happening[]
    const money = { settleOn: 'answer', onReceiptTimeout: 'charge' } as const
    const rules = { onUnanswered: 'resend', requestReceipt: 'asAsked', segmentReceipts: 'all' } as const
    await play(events, { ...rules, limited: false, reuses: true, slow: 0, money })
  })

  it('and on disk, through its rows, as in memory', async () => {
    await fc.assert(fc.asyncProperty(fc.array(allEventsAndCrashes, upTo(60)), payingWays, onDisk), {
      numRuns: 40,
      interruptAfterTimeLimit: 8_000,
      markInterruptAsFailure: false,
    })
  })
})

/** The commits of a history go to a database, which is opened anew after each few of them, and is audited at the end. */
async function onDisk(events: readonly Happening[], way: Way): Promise<void> {
  const { commits, check } = await play(events, way).then((audit) => ({
    commits: audit.commits,
    check: (store: Parameters<typeof audit.end>[0]) => audit.end(store),
  }))
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-money-'))
  const open = () => openLmdbStore({ folder, mapBytes: 64 * 2 ** 20, lowWaterBytes: 0 })
  let store = await open()
  try {
    for (let at = 0; at < commits.length; at += 50) {
      for (const units of commits.slice(at, at + 50)) await store.commit(units, anchorAt(1))
      await store.close()
      store = await open()
    }
    await check(store)
    const { deliveries, awaiting, groups } = await contentsOf(store)
    expect([deliveries.length, awaiting.length, groups.length]).toEqual([0, 0, 0])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}
