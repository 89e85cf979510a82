import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import { anchorAt } from '../store/conformance-rows.suite.js'
import { openLmdbStore } from '../store/lmdb/lmdb-store.js'
import { CdrExport } from './cdr-export.js'

const child = join(import.meta.dirname, 'exporting-child.suite.ts')
let folder: string
let children: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-export-'))
  children = []
})
afterEach(async () => {
  for (const process of children) await killed(process)
  rmSync(folder, { recursive: true })
})

async function killed(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null || started.signalCode !== null) return
  const gone = once(started, 'exit')
  started.kill('SIGKILL')
  await gone
}

/** Runs a writer until it has exported so many times; gives the numbers that it said were durable. */
async function writeUntil(exports: number, first: number): Promise<number[]> {
  const started = spawn(process.execPath, ['--import', 'tsx', child, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(started)
  const lines = createInterface(started.stdout)
  const durable: number[] = []
  const drained = once(lines, 'close')
  await new Promise<void>((enough, broken) => {
    let seen = 0
    lines.on('line', (line) => {
      if (line.startsWith('failed')) broken(new Error(line))
      else if (line !== 'exported') durable.push(Number(line), Number(line) + 1)
      else if (++seen === exports) enough()
    })
  })
  await killed(started)
  await drained
  return durable
}

/** Whatever is still in the store goes to the files, in order. */
async function exportTheRest(): Promise<void> {
  const store = await openLmdbStore({ folder, mapBytes: 256 * 2 ** 20, lowWaterBytes: 0 })
  const clock = new FakeClock({ wallMs: Date.now() })
  const exporter = new CdrExport(
    {
      books: store.books,
      recorder: {
        recordLazily: (unit, listener) => void store.commit([unit], anchorAt(1)).then(() => listener.durable(unit)),
      },
      clock,
      timers: clock,
      events: {
        exported: () => undefined,
        failed: (error) => expect.fail(String(error)),
        recovered: () => undefined,
        cut: () => expect.fail('a file was cut'),
        removed: () => undefined,
      },
    },
    {
      folder: join(folder, 'cdr'),
      everyMs: 1,
      leastMs: 1,
      manyBlocks: 1,
      keepDays: 0,
      stepBytes: 1000,
      retryMs: 1,
      retryMaxMs: 1,
    },
  )
  exporter.start()
  await exporter.stop()
  expect(store.books.recordsWaiting()).toBe(0)
  await store.close()
}

describe('kill -9 of a switch that exports', () => {
  it('at any moment leaves each record of a durable commit in the files once, in order', async () => {
    const durable = new Set<number>()
    let first = 0
    for (const exports of [1, 5, 20, 60]) {
      for (const n of await writeUntil(exports, first)) durable.add(n)
      // Commits that nobody was told of any more may be there as well: begin well behind them.
      first = Math.max(...durable) + 1000
    }
    await exportTheRest()
    const files = readdirSync(join(folder, 'cdr')).sort()
    const lines = files.flatMap((file) =>
      readFileSync(join(folder, 'cdr', file), 'latin1')
        .split('\n')
        .slice(0, -1),
    )
    const numbers = lines.map((line) => (JSON.parse(line) as { n: number }).n)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    const there = new Set(numbers)
    expect([...durable].filter((n) => !there.has(n))).toEqual([])
    expect(durable.size).toBeGreaterThan(100)
  })
})
