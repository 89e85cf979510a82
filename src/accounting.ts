// The money side of the switch as the composition root has it: the live books over those of the store, and what tells of them.
// Decides nothing.

import { BookCurrency, settleCurrency } from './book-currency.js'
import type { MoneyPorts } from './delivery/settling.js'
import type { Snapshot } from './directory/snapshot.js'
import { foldOldDays } from './history/fold-days.js'
import { Books } from './money/books.js'
import { CdrLines, type HeldBy } from './money/cdr.js'
import { DAYS_AHEAD_MAX, dayOf } from './money/day-use.js'
import type { AcceptPorts } from './pipeline/accept/accept.js'
import { BillMemory } from './pipeline/authorize/bill-memory.js'
import type { AuthorizePorts } from './pipeline/authorize/authorize.js'
import { DAY_MS, type BooksStore } from './store/contracts/books.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface Accounting extends AuthorizePorts, Pick<AcceptPorts, 'held'> {
  readonly money: MoneyPorts
  /** What a directory is expected to have as its base currency; undefined where it may come into force. */
  readonly expected: (next: Snapshot) => string | undefined
  /** Another directory is in force. */
  readonly follow: (snapshot: Snapshot) => void
  /** Once in a while: what the store did not take is tried again, old days become one sum. */
  readonly step: (wallMs: number) => void
}

/**
 * Reads the books. Call it before anything is accepted.
 * @param keepDays days that are kept one by one; 0 keeps all
 * @param heldBy what limits held up messages, for their records; left out: nobody remembers
 * @throws Error where the books are in another base currency than the directory; StoreError
 */
export async function openAccounting(
  store: BooksStore,
  directory: () => Snapshot,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Pick<Log, 'event'> },
  wallMs: number,
  keepDays: number,
  heldBy?: HeldBy,
): Promise<Accounting> {
  const today = dayOf(wallMs)
  const books = new Books(await store.customers(), await store.days(today, today + DAYS_AHEAD_MAX), {
    currency: directory().currency,
    onDayLeft: (counted, now) => log.event('money.dayLeft', { counted: shownDay(counted), now: shownDay(now) }),
  })
  await settleCurrency(books, store)
  const ofBooks = new BookCurrency(books, store)
  const currency = (): string => books.currency!
  const reserved = metrics.authorizations.index('held')
  const series = moneySeries(metrics, currency)
  const step = foldingDaily(store, keepDays, log)
  return {
    books,
    expected: (next) => ofBooks.expected(next),
    follow: (snapshot) => {
      if (!ofBooks.follow(snapshot))
        log.event('money.otherCurrency', { books: currency(), directory: snapshot.currency })
    },
    step: (nowMs) => {
      ofBooks.keep()
      step(nowMs)
    },
    bills: new BillMemory(),
    authorized: {
      onReserved: () => metrics.authorizations.add(reserved, 1),
      onRefused: (reason) => metrics.authorizations.count(reason),
    },
    held: ({ heldMicros }) => {
      if (heldMicros > 0) metrics.money.add(series().held, heldMicros)
    },
    money: {
      cdr: new CdrLines(currency, heldBy),
      moved: (move) => {
        books.apply(move)
        const { heldMicros, chargedMicros } = move
        if (chargedMicros > 0) metrics.money.add(series().charged, chargedMicros)
        const released = -heldMicros - chargedMicros
        if (released > 0) metrics.money.add(series().released, released)
      },
      vendorPrice: (connection, called, { mcc, mnc }, atMs) => {
        const network = mcc === '' ? undefined : { mcc, mnc }
        return directory().vendorPrice(connection, called, network, atMs)?.price
      },
    },
  }
}

/** Gives where amounts of the present currency are counted. */
function moneySeries({ money }: Pick<Metrics, 'money'>, currency: () => string) {
  const seriesOf = (of: string) => ({
    of,
    held: money.index(of, 'held'),
    charged: money.index(of, 'charged'),
    released: money.index(of, 'released'),
  })
  let known: ReturnType<typeof seriesOf> | undefined
  return () => {
    const of = currency()
    return known?.of === of ? known : (known = seriesOf(of))
  }
}

/** How often it is looked whether the day is another one, ms. */
const FOLD_EVERY_MS = 600_000

/** Gives what is to be called every now and then: old days are folded at the first call, and once in each day that follows. */
function foldingDaily(store: BooksStore, keepDays: number, log: Pick<Log, 'event'>): (wallMs: number) => void {
  let isFolding = false
  let lookedAtMs = -Infinity
  let foldedDay = -1
  return (wallMs) => {
    if (isFolding || Math.abs(wallMs - lookedAtMs) < FOLD_EVERY_MS) return
    lookedAtMs = wallMs
    const today = dayOf(wallMs)
    if (today === foldedDay) return
    isFolding = true
    void foldOldDays(store, today, keepDays)
      .then(
        (customers) => {
          foldedDay = today
          if (customers > 0) log.event('money.daysFolded', { before: shownDay(today - keepDays), customers })
        },
        (error: unknown) => log.event('money.foldFailed', { error }),
      )
      .finally(() => (isFolding = false))
  }
}

function shownDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
