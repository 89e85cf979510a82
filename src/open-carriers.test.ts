import { describe, expect, it } from 'vitest'
import type { Config } from './config/settings.js'
import type { Snapshot } from './directory/snapshot.js'
import type { KeptRow } from './message/kept.js'
import { openCarriers } from './open-carriers.js'
import { anchorAt, keptOf } from './store/conformance-rows.suite.js'
import type { Unit } from './store/contracts/unit.js'
import { MemoryStore } from './store/memory/memory-store.js'
import { createMetrics } from './telemetry/metrics.js'
import { shippedTables } from './tendlc/tables.js'

const DAY_MS = 86_400_000
const today = Date.UTC(2026, 8, 1)
const [phone, other] = ['12125550100', '12125550101']

async function opened(store: MemoryStore, wallMs: number) {
  const tenDlc = {
    ...{
      unregistered: 'limit',
      unknownCarrier: 'strict',
      maxQueueSeconds: 36_000,
      learnedDays: 30,
      learnedPhones: 1000,
    },
  }
  const snapshot = { tenDlc: { tables: shippedTables(), overrides: { of: () => undefined } } } as unknown as Snapshot
  const carriers = await openCarriers({
    config: { tenDlc } as unknown as Config,
    store,
    directory: () => snapshot,
    metrics: createMetrics({ processMetrics: false }),
    log: { event: () => undefined, flush: () => undefined },
    nowMs: () => 0,
    wallMs: () => wallMs,
    isFirst: false,
  })
  const recorded: Unit[] = []
  return {
    heard: (of: string, network: string): Promise<void> => keep(store, carriers.limits.heard(of, network)),
    keepOwed: () => carriers.keepOwed({ recordLazily: (unit) => void recorded.push(unit) }),
    write: () => store.commit(recorded.splice(0), anchorAt(1)),
    recorded,
    rows: async () => (await keptOf(store, 'carrier')).map(({ key, text }) => `${key} ${text}`),
  }
}

async function keep(store: MemoryStore, rows: readonly KeptRow[]): Promise<void> {
  if (rows.length > 0) await store.commit([{ kind: 'kept', rows, fact: true }], anchorAt(1))
}

const seconds = (ms: number) => Math.floor(ms / 1000)

describe('what receipts taught', () => {
  it('is there after a restart, and written down again after a day at the earliest', async () => {
    const store = new MemoryStore()
    await (await opened(store, today)).heard(phone, 'att')
    const before = [`${phone} att|${seconds(today)}`]
    for (const [laterMs, expected] of [
      [DAY_MS - 1000, before],
      [DAY_MS, [`${phone} att|${seconds(today + DAY_MS)}`]],
    ] as const) {
      const again = await opened(store, today + laterMs)
      await again.heard(phone, 'att')
      expect(await again.rows()).toEqual(expected)
    }
  })

  it('goes from the store when it is over, but not what was learned again before that', async () => {
    const store = new MemoryStore()
    const first = await opened(store, today)
    await first.heard(phone, 'att')
    await first.heard(other, 'verizon')
    const laterMs = today + 30 * DAY_MS
    const later = await opened(store, laterMs)
    await later.heard(phone, 'tmobile')
    later.keepOwed()
    await later.write()
    expect(await later.rows()).toEqual([`${phone} tmobile|${seconds(laterMs)}`])
    later.keepOwed()
    expect(later.recorded).toEqual([])
  })
})
