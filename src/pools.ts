// Powerpacks and applications as the store has them, in memory before anything is sent or taken. Belongs to the composition root.

import { powerpackOptions } from './api-options.js'
import type { Config } from './config/settings.js'
import { APPLICATION_TABLE, ApplicationBook } from './edges/api/application-book.js'
import type { KeptRow } from './message/kept.js'
import { Powerpacks } from './powerpack/powerpacks.js'
import { keptTables } from './powerpack/rows.js'
import { KEPT_AT_ONCE } from './store/contracts/kept.js'
import type { Store } from './store/contracts/store.js'

export interface Pools {
  readonly powerpacks: Powerpacks
  readonly applications: ApplicationBook
}

export interface OpenedPools extends Pools {
  /** Rows that cannot be read, which count for nothing: their tables and keys. */
  readonly unreadable: readonly string[]
}

/**
 * Undefined where there are none and nobody can make any: then they cost nothing. Where the API is not enabled messages of an earlier
 * run may wait for their numbers all the same.
 *
 * @param wallMs wall time: counts of other days are over
 * @throws StoreError
 */
export async function openPools(
  config: Config,
  store: Pick<Store, 'keptRows'>,
  wallMs: number,
): Promise<OpenedPools | undefined> {
  if (!config.api.enabled && !(await hasRows(store))) return undefined
  const powerpacks = new Powerpacks(powerpackOptions(config))
  const applications = new ApplicationBook()
  const unreadable: string[] = []
  for (const table of keptTables)
    for await (const rows of pagesOf(store, table))
      for (const key of powerpacks.load(table, rows)) unreadable.push(`${table} ${key}`)
  for await (const rows of pagesOf(store, APPLICATION_TABLE))
    for (const key of applications.load(rows)) unreadable.push(`${APPLICATION_TABLE} ${key}`)
  powerpacks.loaded(wallMs)
  return { powerpacks, applications, unreadable }
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
