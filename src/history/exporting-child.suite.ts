// What a test runs in a process of its own, to be killed: opens a store, commits numbered records for ever and exports them, saying
// what is durable and what was exported. Usage: node exporting-child.suite.ts <folder> <first number>

import { join } from 'node:path'
import { stdout } from 'node:process'
import { systemClock, systemTimers } from '../lib/clock.js'
import { anchorAt, vendorId } from '../store/conformance-rows.suite.js'
import type { Recorder } from '../store/contracts/recorder.js'
import type { Unit } from '../store/contracts/unit.js'
import { openLmdbStore } from '../store/lmdb/lmdb-store.js'
import { CdrExport } from './cdr-export.js'

const [, , folder, first] = process.argv
const store = await openLmdbStore({ folder: folder!, mapBytes: 256 * 2 ** 20, lowWaterBytes: 0 })
const recorder: Pick<Recorder, 'recordLazily'> = {
  recordLazily: (unit, listener) => void store.commit([unit], anchorAt(1)).then(() => listener.durable(unit)),
}
const exporter = new CdrExport(
  {
    books: store.books,
    recorder,
    clock: systemClock(),
    timers: systemTimers(),
    events: {
      exported: () => stdout.write('exported\n'),
      failed: (error) => stdout.write(`failed ${String(error)}\n`),
      recovered: () => undefined,
      cut: () => stdout.write('failed: a file was cut\n'),
      removed: () => undefined,
    },
  },
  {
    folder: join(folder!, 'cdr'),
    everyMs: 1,
    leastMs: 1,
    manyBlocks: 1,
    keepDays: 0,
    stepBytes: 2000,
    retryMs: 1,
    retryMaxMs: 1,
  },
)
exporter.start()

const recorded = (n: number): Unit => ({
  kind: 'unparked',
  vendor: vendorId('v'),
  vendorMessageId: String(n),
  cdr: `{"n":${n}}\n`,
})
for (let n = Number(first); ; n += 2) {
  await store.commit([recorded(n), recorded(n + 1)], anchorAt(n))
  stdout.write(`${n}\n`)
}
