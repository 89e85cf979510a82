// Powerpacks and applications as the store has them, in memory before anything is sent or taken. Belongs to the composition root.

import { powerpackOptions } from './api-options.js'
import type { Config } from './config/settings.js'
import { APPLICATION_TABLE, ApplicationBook } from './edges/api/application-book.js'
import type { Clock } from './lib/clock.js'
import type { KeptRow } from './message/kept.js'
import { Powerpacks } from './powerpack/powerpacks.js'
import { keptTables } from './powerpack/rows.js'
import { KEPT_AT_ONCE } from './store/contracts/kept.js'
import type { Store } from './store/contracts/store.js'
import type { Log } from './telemetry/log.js'

export interface Pools {
  readonly powerpacks: Powerpacks
  readonly applications: ApplicationBook
}

export interface OpenPoolsPorts {
  readonly config: Config
  readonly store: Pick<Store, 'keptRows'>
  readonly clock: Clock
  readonly log: Pick<Log, 'event'>
}

/**
 * Undefined where there are none and nobody can make any: then they cost nothing. Where the API is not enabled messages of an earlier
 * run may wait for their numbers all the same.
 *
 * @throws StoreError
 */
export async function openPools({ config, store, clock, log }: OpenPoolsPorts): Promise<Pools | undefined> {
  if (!config.api.enabled && !(await hasRows(store))) return undefined
  const startedMs = clock.monotonicMs()
  const powerpacks = new Powerpacks(powerpackOptions(config))
  const applications = new ApplicationBook()
  // What cannot be read counts for nothing.
  const read = async (table: string, load: (rows: readonly KeptRow[]) => readonly string[]): Promise<void> => {
    let key = ''
    let count = 0
    for await (const rows of pagesOf(store, table))
      for (const unreadable of load(rows)) if (count++ === 0) key = unreadable
    if (count > 0) log.event('powerpack.unreadable', { table, key, count })
  }
  for (const table of keptTables) await read(table, (rows) => powerpacks.load(table, rows))
  await read(APPLICATION_TABLE, (rows) => applications.load(rows))
  powerpacks.loaded(clock.wallMs())
  const { book, optOuts } = powerpacks
  log.event('powerpack.loaded', {
    powerpacks: book.packCount,
    numbers: book.numbers.size,
    optOuts: optOuts.size,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
  })
  return { powerpacks, applications }
}

async function hasRows(store: Pick<Store, 'keptRows'>): Promise<boolean> {
  for (const table of ['powerpack', 'number'] as const)
    if ((await store.keptRows(table, { limit: 1 })).rows.length > 0) return true
  return false
}

async function* pagesOf(store: Pick<Store, 'keptRows'>, table: string): AsyncGenerator<readonly KeptRow[]> {
  let from = ''
  do {
    const { rows, cursor } = await store.keptRows(table, { from, limit: KEPT_AT_ONCE })
    yield rows
    from = cursor
  } while (from !== '')
}
