// What carriers' limits remember over a restart: days of brands, and whose phones are whose, as the store has them. In memory before
// anything is sent. Belongs to the composition root.

import type { Config } from './config/settings.js'
import type { KeptRow } from './message/kept.js'
import { KEPT_AT_ONCE } from './store/contracts/kept.js'
import type { Store } from './store/contracts/store.js'
import { DAY_TABLE, DayBook, type DayTold } from './tendlc/day-book.js'
import { CARRIER_TABLE, LearnedCarriers } from './tendlc/learned-carriers.js'

export interface LimitBooksPorts {
  readonly config: Pick<Config, 'tenDlc'>
  readonly store: Pick<Store, 'keptRows'>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
  /** So much of a cap is used. */
  readonly told: (told: DayTold) => void
}

export interface LimitBooks {
  readonly days: DayBook
  readonly learned: LearnedCarriers
  /** Rows that are too old to matter: to be removed when there is time. */
  readonly old: readonly KeptRow[]
}

const DAY_MS = 86_400_000

/** @throws StoreError */
export async function openLimitBooks({ config, store, nowMs, wallMs, told }: LimitBooksPorts): Promise<LimitBooks> {
  const days = new DayBook({ wallMs: (atMs) => wallMs() + (atMs - nowMs()), told })
  const { learnedDays, learnedPhones } = config.tenDlc
  const learned = new LearnedCarriers({ ms: learnedDays * DAY_MS, phones: learnedPhones })
  const ofDays: KeptRow[] = []
  for await (const rows of pagesOf(store, DAY_TABLE)) ofDays.push(...rows)
  const old = [...days.load(ofDays, nowMs())]
  for await (const rows of pagesOf(store, CARRIER_TABLE))
    for (const row of rows) {
      const gone = learned.restore(row, wallMs())
      if (gone !== undefined) old.push(gone)
    }
  return { days, learned, old }
}

async function* pagesOf(store: Pick<Store, 'keptRows'>, table: string): AsyncGenerator<readonly KeptRow[]> {
  let from = ''
  do {
    const { rows, cursor } = await store.keptRows(table, { from, limit: KEPT_AT_ONCE })
    yield rows
    from = cursor
  } while (from !== '')
}
