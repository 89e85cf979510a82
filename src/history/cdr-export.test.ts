import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../lib/fake-clock.js'
import { anchorAt, parkedOf } from '../store/conformance-rows.suite.js'
import type { Recorder } from '../store/contracts/recorder.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { CdrExport, type CdrExportOptions } from './cdr-export.js'

const NEW_YEAR = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const FIRST = 'cdr-2026-01-01.jsonl'
const SECOND = 'cdr-2026-01-02.jsonl'

let folder: string
let store: MemoryStore
let clock: FakeClock
let running: CdrExport[]

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'smswitch-cdr-')), 'made', 'here')
  store = new MemoryStore()
  clock = new FakeClock({ wallMs: NEW_YEAR + 1000 })
  running = []
  isOver = false
})
afterEach(async () => {
  isOver = true
  for (const bury of buried.splice(0)) bury()
  await Promise.all(running.map((exporter) => exporter.stop()))
  rmSync(join(folder, '..', '..'), { recursive: true })
})

const linesIn = (file: string) => readFileSync(join(folder, file), 'latin1')

async function record(...lines: string[]): Promise<void> {
  for (const line of lines) await store.commit([{ kind: 'parked', parked: parkedOf(1), cdr: line }], anchorAt(1))
}

const committing: Pick<Recorder, 'recordLazily'> = {
  recordLazily: (unit, listener) =>
    void store.commit([unit], anchorAt(1)).then(
      () => listener.durable(unit),
      () => undefined,
    ),
}

/** The process dies with what it was about to say; its files are let go when the test is over. */
const buried: (() => void)[] = []
let isOver = false
const dying: Pick<Recorder, 'recordLazily'> = {
  recordLazily: (unit, listener) => {
    if (isOver) listener.durable(unit)
    else buried.push(() => listener.durable(unit))
  },
}

interface Told {
  readonly what: string
  readonly about: unknown
}

function exporter(options: Partial<CdrExportOptions> = {}, recorder = committing) {
  const told: Told[] = []
  let heard: (() => void)[] = []
  const tell = (what: string, about: unknown) => {
    told.push({ what, about })
    for (const resolve of heard.splice(0)) resolve()
  }
  const made = new CdrExport(
    {
      books: store.books,
      recorder,
      clock,
      timers: clock,
      events: {
        exported: (bytes) => tell('exported', bytes),
        failed: (error, retryInMs) => tell('failed', { code: (error as NodeJS.ErrnoException).code, retryInMs }),
        recovered: () => tell('recovered', undefined),
        cut: (file, expected, found) => tell('cut', { file, expected, found }),
        removed: (file) => tell('removed', file),
      },
    },
    {
      folder,
      everyMs: 1000,
      leastMs: 1000,
      manyBlocks: 1,
      keepDays: 0,
      stepBytes: 1000,
      retryMs: 100,
      retryMaxMs: 400,
      ...options,
    },
  )
  running.push(made)
  /** The next thing told of a kind. */
  const next = async (what: string): Promise<unknown> => {
    for (let seen = told.length; ; seen++) {
      while (told.length <= seen) await new Promise<void>((resolve) => (heard = [...heard, resolve]))
      if (told[seen]!.what === what) return told[seen]!.about
    }
  }
  return { made, told, next }
}

/** Lets time pass once somebody waits for it. */
async function pass(ms: number): Promise<void> {
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  clock.advance(ms)
}

describe('CdrExport', () => {
  it('writes the lines of all commits in their order, and the store forgets them', async () => {
    await record('a\n', 'b1\nb2\n')
    const { made, next } = exporter()
    made.start()
    expect(await next('exported')).toBe(8)
    const again = next('exported')
    await record('c\n')
    await pass(1000)
    expect(await again).toBe(2)
    await made.stop()
    expect(linesIn(FIRST)).toBe('a\nb1\nb2\nc\n')
    expect(store.books.recordsWaiting()).toBe(0)
    expect(await store.books.exportMark()).toEqual({ through: 3, file: FIRST, bytes: 10, folder: realpathSync(folder) })
    expect(statSync(join(folder, FIRST)).mode & 0o777).toBe(0o640)
    expect(statSync(folder).mode & 0o777).toBe(0o750)
  })

  it('takes what is much in steps, at once', async () => {
    const line = `${'x'.repeat(499)}\n`
    await record(...Array.from({ length: 7 }, () => line))
    const { made, told, next } = exporter()
    made.start()
    for (let step = 0; step < 3; step++) await next('exported')
    while (store.books.recordsWaiting() > 0) await next('exported')
    await made.stop()
    expect(told.map(({ about }) => about)).toEqual([1000, 1000, 1000, 500])
    expect(linesIn(FIRST)).toBe(line.repeat(7))
  })

  it('rests for less where many blocks wait, and for no less than it must', async () => {
    const { made, told, next } = exporter({ leastMs: 100, manyBlocks: 3 })
    made.start()
    await pass(0)
    const exportedAfter = async (blocks: number, pauseMs: number) => {
      await record(...Array.from({ length: blocks }, () => 'x\n'))
      const count = told.length
      await pass(pauseMs - 1)
      await new Promise((resolve) => setImmediate(resolve))
      expect(told).toHaveLength(count)
      const exported = next('exported')
      clock.advance(1)
      expect(await exported).toBe(2 * blocks)
    }
    await exportedAfter(2, 1000)
    await exportedAfter(3, 100)
    await exportedAfter(9, 100)
    await exportedAfter(1, 1000)
    const exported = next('exported')
    await record('x\n', 'x\n')
    await pass(250)
    await record('x\n')
    clock.advance(50)
    expect(await exported).toBe(6)
    await made.stop()
  })

  it('makes no file before there is a line', async () => {
    const { made } = exporter()
    made.start()
    await pass(1000)
    await made.stop()
    expect(existsSync(folder)).toBe(false)
  })

  it('writes what is left when it stops', async () => {
    const { made } = exporter()
    made.start()
    await pass(0)
    await record('late\n')
    await made.stop()
    expect(linesIn(FIRST)).toBe('late\n')
  })

  it('begins a file each UTC day, and goes on with it where the clock is set back a little', async () => {
    const { made, next } = exporter()
    await record('a\n')
    made.start()
    await next('exported')
    for (const [line, stepMs] of [
      ['b\n', DAY_MS],
      ['c\n', -DAY_MS],
    ] as const) {
      clock.stepWall(stepMs)
      const written = next('exported')
      await record(line)
      await pass(1000)
      await written
    }
    await made.stop()
    expect([linesIn(FIRST), linesIn(SECOND)]).toEqual(['a\n', 'b\nc\n'])
  })

  it('goes on with the day that it is, and has removed nothing, where the clock was years ahead for a while', async () => {
    const { made, told, next } = exporter({ keepDays: 30 })
    await record('a\n')
    made.start()
    await next('exported')
    for (const [line, stepMs] of [
      ['b\n', 3650 * DAY_MS],
      ['c\n', -3650 * DAY_MS],
      ['d\n', DAY_MS],
    ] as const) {
      clock.stepWall(stepMs)
      const written = next('exported')
      await record(line)
      await pass(1000)
      await written
    }
    await made.stop()
    expect(readdirSync(folder).map(linesIn)).toEqual(['a\nc\n', 'd\n', 'b\n'])
    expect(told.filter(({ what }) => what !== 'exported')).toEqual([])
  })

  it('cuts no file of another folder, also where it comes back to one on the same day', async () => {
    const other = join(folder, '..', 'other')
    const into = async (path: string, line: string) => {
      await record(line)
      const { made, told, next } = exporter({ folder: path })
      made.start()
      await next('exported')
      await made.stop()
      expect(told.map(({ what }) => what)).toEqual(['exported'])
    }
    await into(folder, 'a1\na2\na3\n')
    await into(other, 'b\n')
    await into(folder, 'c\n')
    await into(join(other, '..', 'other'), 'd\n')
    expect(linesIn(FIRST)).toBe('a1\na2\na3\nc\n')
    expect(readFileSync(join(other, FIRST), 'latin1')).toBe('b\nd\n')
  })

  it.each(['the same day', 'the next day'])(
    'that died after the append and before the mark writes no line twice: %s',
    async (when) => {
      await record('a\n')
      const first = exporter()
      first.made.start()
      await first.next('exported')
      await first.made.stop()
      await record('b\n', 'c\n')
      const dead = exporter({}, dying)
      dead.made.start()
      while (linesIn(FIRST) !== 'a\nb\nc\n') await new Promise((resolve) => setImmediate(resolve))
      appendFileSync(join(folder, FIRST), 'half of a li')
      if (when === 'the next day') clock.stepWall(DAY_MS)
      store = new MemoryStore(store.snapshot())
      await record('d\n')
      const after = exporter()
      after.made.start()
      await after.next('exported')
      await after.made.stop()
      expect(readdirSync(folder).map(linesIn).join('')).toBe('a\nb\nc\nd\n')
      expect(store.books.recordsWaiting()).toBe(0)
    },
  )

  it('that died before it remembered its first file keeps what was in it', async () => {
    await record('a\n')
    const one = exporter()
    one.made.start()
    await one.next('exported')
    await one.made.stop()
    // Another store, the same files.
    store = new MemoryStore()
    await record('b\n')
    const other = exporter()
    other.made.start()
    await other.next('exported')
    await other.made.stop()
    expect(linesIn(FIRST)).toBe('a\nb\n')
  })

  it('tells of a file that somebody cut, and goes on at its end', async () => {
    await record('a\n', 'b\n')
    const one = exporter()
    one.made.start()
    await one.next('exported')
    await one.made.stop()
    writeFileSync(join(folder, FIRST), 'a\n')
    await record('c\n')
    const two = exporter()
    two.made.start()
    expect(await two.next('cut')).toEqual({ file: FIRST, expected: 4, found: 2 })
    await two.next('exported')
    await two.made.stop()
    expect(linesIn(FIRST)).toBe('a\nc\n')
    expect(await store.books.exportMark()).toMatchObject({ bytes: 4 })
  })

  it('tries again, ever more slowly, while a file cannot be written; then nothing is missing', async () => {
    await record('a\n')
    const { made, told, next } = exporter()
    made.start()
    await next('exported')
    clock.stepWall(DAY_MS)
    symlinkSync('/dev/full', join(folder, SECOND))
    await record('b\n')
    for (const retryInMs of [100, 200, 400, 400]) {
      const failed = next('failed')
      await pass(1000)
      expect(await failed).toEqual({ code: 'ENOSPC', retryInMs })
      await record(`${retryInMs}\n`)
    }
    rmSync(join(folder, SECOND))
    const recovered = next('recovered')
    await pass(400)
    await recovered
    await made.stop()
    expect(linesIn(SECOND)).toBe('b\n100\n200\n400\n400\n')
    expect(told.filter(({ what }) => what === 'failed')).toHaveLength(4)
  })

  it('goes on after a store that could not be read', async () => {
    await record('a\n')
    const { made, next } = exporter()
    const { books } = store
    const records = books.records.bind(books)
    books.records = () => Promise.reject(Object.assign(new Error('unreadable'), { code: 'EIO' }))
    made.start()
    expect(await next('failed')).toMatchObject({ code: 'EIO' })
    books.records = records
    const written = next('exported')
    await pass(100)
    await written
    expect(linesIn(FIRST)).toBe('a\n')
  })

  it('removes whole days that are older than they are kept, and nothing else', async () => {
    await record('a\n')
    const { made, told, next } = exporter({ keepDays: 2 })
    made.start()
    await next('exported')
    writeFileSync(join(folder, 'cdr-2025-12-29.jsonl'), 'old\n')
    writeFileSync(join(folder, 'cdr-2025-12-31.jsonl'), 'old\n')
    writeFileSync(join(folder, 'cdr-2025-12-29.jsonl.gz'), 'not ours')
    for (let day = 0; day < 2; day++) {
      clock.stepWall(DAY_MS)
      const removed = next('removed')
      await pass(1000)
      await removed
    }
    await made.stop()
    expect(told.filter(({ what }) => what === 'removed').map(({ about }) => about)).toEqual([
      'cdr-2025-12-29.jsonl',
      'cdr-2025-12-31.jsonl',
    ])
    expect(readdirSync(folder).sort()).toEqual(['cdr-2025-12-29.jsonl.gz', FIRST])
  })
})
