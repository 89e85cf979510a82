import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../lib/fake-clock.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { KeptRange } from '../../store/contracts/kept.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import { StoreError, type Store } from '../../store/contracts/store.js'
import { openLmdbStore } from '../../store/lmdb/lmdb-store.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { before, IDEMPOTENCY_TABLE, repeatableOf, repeatKeys, repeatRow } from './idempotency.js'
import { OldRows } from './old-rows.js'
import { inboundRecord } from './message-changes.js'
import { idOfRecordKey, RECORD_TABLE, recordRow } from './message-record.js'
import type { MessageRequest } from './message-request.js'

const DAY_MS = 86_400_000
const startMs = Date.UTC(2026, 5, 10, 12)
const anchor = { switchMs: 0, monotonicMs: 0, bootId: 'b' }

class World {
  readonly clock = new FakeClock({ wallMs: startMs })
  readonly reads: KeptRange[] = []
  readonly removed: string[] = []
  readonly units: number[] = []
  readonly failures: unknown[] = []
  rounds = 0
  readFails: Error | undefined
  oldRows: OldRows
  /** Units that are not durable before it is called. */
  held: (() => void)[] | undefined

  readonly #options = { recordsMs: 90 * DAY_MS, repeatableMs: DAY_MS }

  constructor(readonly store: Store = new MemoryStore()) {
    this.oldRows = this.made()
  }

  made(options: Partial<ConstructorParameters<typeof OldRows>[0]> = {}): OldRows {
    return new OldRows(
      { ...this.#options, ...options },
      {
        keptRows: (table, range) => {
          this.reads.push(range)
          return this.readFails === undefined ? this.store.keptRows(table, range) : Promise.reject(this.readFails)
        },
        recorder: { recordLazily: (...given) => this.#record(...given) },
        nowMs: () => startMs + this.clock.monotonicMs(),
        wallMs: () => this.clock.wallMs(),
        events: {
          removed: (what, rows) => this.removed.push(`${rows} ${what}`),
          roundEnded: () => this.rounds++,
          failed: (error) => this.failures.push(error),
        },
      },
    )
  }

  #record(...[unit, listener]: Parameters<Recorder['recordLazily']>): void {
    if (unit.kind === 'kept') this.units.push(unit.rows.length)
    const go = (): void => void this.store.commit([unit], anchor).then(() => listener.durable(unit))
    if (this.held === undefined) go()
    else this.held.push(go)
  }

  async keep(rows: readonly KeptRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += 1000)
      await this.store.commit([{ kind: 'kept', rows: rows.slice(at, at + 1000) }], anchor)
  }

  async texts(table: string): Promise<readonly KeptRow[]> {
    const all: KeptRow[] = []
    for (let from = ''; ;) {
      const { rows, cursor } = await this.store.keptRows(table, { from, limit: 1000 })
      all.push(...rows)
      if (cursor === '') return all
      from = cursor
    }
  }

  /** Steps until a round is over. */
  async round(): Promise<void> {
    const { rounds } = this
    for (let steps = 0; this.rounds === rounds; steps++) {
      if (steps > 10_000) throw new Error('the round has no end')
      await this.oldRows.step()
    }
  }

  /** A record of so many days ago. */
  record(account: string, id: number, days: number): KeptRow {
    const atMs = this.clock.wallMs() - days * DAY_MS
    const record = inboundRecord({ from: '1', to: '2', units: 1, bill: undefined, atMs, powerpack: '' })
    return recordRow(account as AccountId, id.toString(16).padStart(16, '0') as MessageId, record)
  }
}

const idsOf = (rows: readonly KeptRow[]): string =>
  rows.map(({ key }) => `${key.split('|')[0]}${parseInt(idOfRecordKey(key), 16)}`).join(' ')

describe('records of messages', () => {
  it('go when they are 90 days old, those of each account', async () => {
    const world = new World()
    const ages = { a: [120, 91, 90, 89, 0], b: [3, 2], c: [100, 99], dd: [400, 1] }
    const rows = Object.entries(ages).flatMap(([account, days]) => days.map((age, i) => world.record(account, i, age)))
    await world.keep(rows)
    await world.round()
    expect(idsOf(await world.texts(RECORD_TABLE))).toBe('a2 a3 a4 b0 b1 dd1')
    world.clock.advance(1)
    world.oldRows = world.made()
    await world.round()
    expect(idsOf(await world.texts(RECORD_TABLE))).toBe('a3 a4 b0 b1 dd1')
    expect(world.removed).toEqual(['2 record', '2 record', '1 record', '1 record'])
  })

  it('are looked at once for each account where there is nothing to do', async () => {
    const world = new World()
    const rows = Array.from({ length: 50 }, (_, account) =>
      Array.from({ length: 200 }, (_, id) => world.record(`a${String(account).padStart(2, '0')}`, id, 1)),
    )
    await world.keep(rows.flat())
    await world.round()
    // One for the requests, one for what is behind the last account.
    expect(world.reads).toHaveLength(52)
    expect(world.reads.slice(1).every(({ limit }) => limit === 1)).toBe(true)
    expect(world.units).toEqual([])
    world.reads.length = 0
    await world.oldRows.step()
    world.clock.advance(3_599_999)
    await world.oldRows.step()
    expect(world.reads).toEqual([])
    world.clock.advance(1)
    await world.oldRows.step()
    expect(world.reads).not.toEqual([])
  })

  it('go in small units, one after the other, and a step has an end', async () => {
    const world = new World()
    await world.keep(Array.from({ length: 6_000 }, (_, id) => world.record('a', id, 100)))
    world.held = []
    const step = world.oldRows.step()
    await Promise.resolve()
    for (let i = 0; i < 20; i++) await Promise.resolve()
    expect(world.held).toHaveLength(1)
    // A step while one is under way does nothing.
    await world.oldRows.step()
    expect(world.held).toHaveLength(1)
    const { held } = world
    world.held = undefined
    held[0]!()
    await step
    expect(Math.max(...world.units)).toBe(200)
    expect(world.units.length).toBeLessThanOrEqual(25)
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toEqual([])
  })

  it('stay for ever where that is set', async () => {
    const world = new World()
    await world.keep([world.record('a', 1, 10_000)])
    world.oldRows = world.made({ recordsMs: Infinity })
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toHaveLength(1)
  })

  it('stay when a clock is set ahead', async () => {
    const world = new World()
    await world.keep([world.record('a', 1, 10)])
    world.clock.stepWall(3650 * DAY_MS)
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toHaveLength(1)
  })

  it('that were made under a wrong clock, or cannot be read, go with those behind them', async () => {
    const world = new World()
    const wrong = Array.from({ length: 450 }, (_, id) => world.record('a', id, -3650))
    const unreadable = { table: RECORD_TABLE, key: `a|${'f'.repeat(15)}0`, text: 'x' }
    await world.keep([...wrong, unreadable, world.record('b', 1, 99)])
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toHaveLength(451)
    await world.keep([world.record('a', 450, 91), world.record('a', 451, 1)])
    world.oldRows = world.made()
    await world.round()
    expect((await world.texts(RECORD_TABLE)).map(({ key }) => parseInt(idOfRecordKey(key), 16))).toEqual([
      451,
      parseInt('fffffffffffffff0', 16),
    ])
  })

  it('wait while the store cannot be read', async () => {
    const world = new World()
    await world.keep([world.record('a', 1, 91)])
    world.readFails = new StoreError('io', 'no disk')
    await world.oldRows.step()
    expect(world.failures).toEqual([world.readFails])
    world.readFails = undefined
    await world.oldRows.step()
    expect(await world.texts(RECORD_TABLE)).toHaveLength(1)
    world.clock.advance(10_000)
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toEqual([])
  })

  it('property: whatever there is, and wherever it dies, none that is old stays and none that is young goes', async () => {
    const account = fc.array(fc.integer({ min: 80, max: 100 }), { maxLength: 500 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(account, { maxLength: 4 }),
        fc.array(fc.nat(5), { maxLength: 5 }),
        async (all, deaths) => {
          const world = new World()
          const rows = all.flatMap((days, i) =>
            days.toSorted((a, b) => b - a).map((age, id) => world.record(`a${i}`, id, age)),
          )
          await world.keep(rows)
          for (const steps of deaths) {
            for (let i = 0; i < steps; i++) await world.oldRows.step()
            world.oldRows = world.made()
          }
          await world.round()
          const young = all.flat().filter((age) => age <= 90).length
          expect(await world.texts(RECORD_TABLE)).toHaveLength(young)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('requests that may be repeated', () => {
  const request = { to: ['1'] } as unknown as MessageRequest
  const repeatable = repeatableOf('a' as AccountId, 'k', request)!

  it('go when they count no more, a day later at most', async () => {
    const world = new World()
    const made = (hours: number) => startMs - hours * 3_600_000
    const ages = [100, 49, 37, 36, 25, 24, 23, 0]
    await world.keep(ages.map((hours, i) => repeatRow(repeatable, i, `${hours}` as MessageId, made(hours))))
    const known = async () => {
      const days = repeatKeys(repeatable, ages.length, world.clock.wallMs(), DAY_MS)
      const texts = await Promise.all(days.map((keys) => world.store.findKept(IDEMPOTENCY_TABLE, keys)))
      return before(repeatable, texts, world.clock.wallMs() - DAY_MS)
    }
    const counting = await known()
    expect(counting).toEqual({ kind: 'same', ids: [...Array<undefined>(6).fill(undefined), '23', '0'] })
    await world.round()
    // Those of yesterday and today.
    expect((await world.texts(IDEMPOTENCY_TABLE)).map(({ text }) => text.split(' ')[2])).toEqual([
      '36',
      '25',
      '24',
      '23',
      '0',
    ])
    expect(await known()).toEqual(counting)
  })

  it('cost a look where none is old, however many there are', async () => {
    const world = new World()
    await world.keep(Array.from({ length: 3000 }, (_, i) => repeatRow(repeatable, i, `${i}` as MessageId, startMs)))
    await world.round()
    expect(world.reads).toHaveLength(2)
    expect(world.units).toEqual([])
  })
})

it('works on a disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'old-rows-'))
  const store = await openLmdbStore({ folder, mapBytes: 64 * 2 ** 20, lowWaterBytes: 0 })
  try {
    const world = new World(store)
    const rows = [...'abc'].flatMap((account) =>
      Array.from({ length: 1500 }, (_, id) => world.record(account, id, id < 1000 ? 91 : 1)),
    )
    await world.keep(rows)
    await world.round()
    expect(await world.texts(RECORD_TABLE)).toHaveLength(1500)
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
})
