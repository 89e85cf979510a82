// Call detail records on their way from the store to daily files, tied to settings, log and metrics. Belongs to the composition root.

import { resolve } from 'node:path'
import type { Config } from './config/settings.js'
import { CdrExport } from './history/cdr-export.js'
import type { Clock, Timers } from './lib/clock.js'
import type { BooksStore } from './store/contracts/books.js'
import type { Recorder } from './store/contracts/recorder.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

/** About how much of them is in memory at a time. */
const STEP_BYTES = 4 * 1024 * 1024
/** A block or two come with a commit: at full load this is every `LEAST_MS`. */
const MANY_BLOCKS = 8
const LEAST_MS = 30
const RETRY_MS = 1000
const RETRY_MAX_MS = 30_000

export interface RecordFilePorts {
  readonly books: BooksStore
  readonly recorder: Recorder
  readonly clock: Clock
  readonly timers: Timers
  readonly metrics: Metrics
  readonly log: Log
}

/** Where the daily files are. */
export function recordFolder(config: Config): string {
  return resolve(config.store.path, config.cdr.path)
}

export function createRecordExport(config: Config, ports: RecordFilePorts): CdrExport {
  const { books, recorder, clock, timers, metrics, log } = ports
  const octets = metrics.cdrBytes.index()
  metrics.gauge('cdrWaiting', () => [{ labels: {}, value: books.recordsWaiting() }])
  return new CdrExport(
    {
      books,
      recorder,
      clock,
      timers,
      events: {
        exported: (bytes) => metrics.cdrBytes.add(octets, bytes),
        failed: (error, nextTryMs) => {
          metrics.cdrFailures.count()
          log.event('cdr.exportFailed', { error, waiting: books.recordsWaiting(), nextTryMs })
        },
        recovered: () => log.event('cdr.exportRecovered', { waiting: books.recordsWaiting() }),
        cut: (file, expectedBytes, foundBytes) => log.event('cdr.fileCut', { file, expectedBytes, foundBytes }),
        removed: (file) => log.event('cdr.fileRemoved', { file }),
      },
    },
    {
      folder: recordFolder(config),
      everyMs: config.cdr.exportMs,
      leastMs: LEAST_MS,
      manyBlocks: MANY_BLOCKS,
      keepDays: config.cdr.keepDays,
      stepBytes: STEP_BYTES,
      retryMs: RETRY_MS,
      retryMaxMs: RETRY_MAX_MS,
    },
  )
}
