import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { text as readAll } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anchorAt,
  booksOf,
  contentsOf,
  deliveryId,
  segment,
  transactionOf,
} from '../conformance-rows.suite.js'
import type { FullReport } from './full-child.suite.js'
import { openLmdbStore } from './lmdb-store.js'

const child = join(import.meta.dirname, 'writing-child.suite.ts')
const fullChild = join(import.meta.dirname, 'full-child.suite.ts')

let folder: string
let children: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smswitch-process-'))
  children = []
})
afterEach(async () => {
  for (const process of children) await killed(process)
  rmSync(folder, { recursive: true })
})

const open = (path = folder) => openLmdbStore({ folder: path, mapBytes: 256 * 2 ** 20, lowWaterBytes: 0 })

async function start(job: 'hold' | 'write', first = 0): Promise<{ process: ChildProcess; lines: Interface }> {
  const started = spawn(process.execPath, ['--import', 'tsx', child, folder, job, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(started)
  const lines = createInterface(started.stdout)
  await once(lines, 'line')
  return { process: started, lines }
}

async function killed(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null || started.signalCode !== null) return
  const gone = once(started, 'exit')
  started.kill('SIGKILL')
  await gone
}

describe('a data folder', () => {
  it('has one owner: the second is told which folder, until the first is killed', async () => {
    const first = await start('hold')
    await expect(open()).rejects.toMatchObject({
      failure: 'locked',
      message: expect.stringContaining(folder) as string,
    })
    await killed(first.process)
    await (await open()).close()
  })

  it('is one by any path, also within a process, and free again after close', async () => {
    const store = await open()
    const link = `${folder}-link`
    symlinkSync(folder, link)
    try {
      await expect(open(link)).rejects.toMatchObject({ failure: 'locked' })
      await store.commit([accepted(segment(1))], anchorAt(1))
      await store.close()
      const again = await open(link)
      expect((await contentsOf(again)).deliveries).toEqual([segment(1)])
      await again.close()
    } finally {
      rmSync(link)
    }
  })
})

describe('kill -9', () => {
  it('at any commit leaves every resolved one, and of the others all or nothing', async () => {
    const resolved = new Set<number>()
    let first = 0
    for (const afterCommits of [1, 7, 40, 151]) {
      const writer = await start('write', first)
      await new Promise<void>((enough) => {
        let seen = 0
        writer.lines.on('line', (line) => {
          resolved.add(Number(line))
          if (++seen === afterCommits) enough()
        })
      })
      const drained = once(writer.lines, 'close')
      await killed(writer.process)
      await drained
      const store = await open()
      const { deliveries, transactions, registrations, kept } = await contentsOf(store)
      const { customers, days, records } = await booksOf(store)
      await store.close()
      const there = new Set(deliveries.map((row) => row.id))
      for (const n of resolved) expect(there.has(deliveryId(2 * n)), `commit ${n} is lost`).toBe(true)
      const numbers = deliveries.map((row) => row.dueMs)
      for (const n of numbers)
        expect([there.has(deliveryId(2 * n)), there.has(deliveryId(2 * n + 1))], `half of ${n}`).toEqual([true, true])
      const rows = deliveries.length
      expect(customers).toEqual([{ customer: 'acme', heldMicros: rows, chargedMicros: 0, paidInMicros: 0 }])
      expect(days).toMatchObject([{ units: rows, heldMicros: rows }])
      expect(records.lines).toBe('x\n'.repeat(rows))
      expect(kept.map(({ key }) => key)).toEqual([...there].sort())
      // A request is known exactly when its message is there, and a user when what was committed with it is.
      expect(transactions.map(({ id }) => id).sort()).toEqual(deliveries.map(({ id }) => id).sort())
      for (const { key, id } of transactions) expect(key).toBe(transactionOf(parseInt(id.slice(8), 16)).key)
      expect(new Set(registrations.map(({ aor }) => Number(aor)))).toEqual(new Set(numbers))
      first = Math.max(...numbers) + 1
    }
    expect(resolved.size).toBeGreaterThanOrEqual(199)
  })
})

describe('no room on the disk', () => {
  it('refuses with `full` what needs room, keeps nothing of it, takes the rest, and works again after deletes', async () => {
    // A limit on the size of files fails writes as a full disk does, and needs no rights. 16 MB in blocks of 512 octets.
    const command = 'ulimit -f 32768; exec "$0" --import tsx "$1" "$2" 16777216'
    const limited = spawn('sh', ['-c', command, process.execPath, fullChild, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(limited)
    limited.stderr.resume() // lmdb tells of each failure there
    const [exit, printed] = await Promise.all([once(limited, 'close'), readAll(limited.stdout)])
    expect(exit).toEqual([0, null])
    const report = JSON.parse(printed) as FullReport
    expect(report.failure).toBe('full')
    expect(report.first).toBeGreaterThan(100)
    expect(report.thereWhenFull).toBe(report.first)
    expect(report.together).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(report.thereWhenEmptied).toBe(0)
    expect(report.second).toBeGreaterThan(report.first / 2)
    expect(report.unhandled).toBe(0)
  })
})
