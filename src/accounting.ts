// The money side of the switch as the composition root has it: the live books over those of the store, and what tells of them.
// Decides nothing.

import type { MoneyPorts } from './delivery/settling.js'
import type { Snapshot } from './directory/snapshot.js'
import { Books } from './money/books.js'
import { CdrLines } from './money/cdr.js'
import { dayOf } from './money/day-use.js'
import { frozenPrice } from './money/settle.js'
import { BillMemory } from './pipeline/authorize/bill-memory.js'
import type { AuthorizePorts } from './pipeline/authorize/authorize.js'
import type { BooksStore } from './store/contracts/books.js'
import type { Metrics } from './telemetry/metrics.js'

export interface Accounting extends AuthorizePorts {
  readonly money: MoneyPorts
}

/** Days after today whose use is looked at: a clock may have been set back. */
const DAYS_AHEAD = 366

/** Reads the books. Call it before anything is accepted. */
export async function openAccounting(
  store: BooksStore,
  directory: () => Snapshot,
  metrics: Metrics,
  wallMs: number,
): Promise<Accounting> {
  const today = dayOf(wallMs)
  const books = new Books(await store.customers(), await store.days(today, today + DAYS_AHEAD))
  const currency = (): string => directory().currency
  return {
    books,
    bills: new BillMemory(),
    authorized: {
      onHeld: (micros) => {
        metrics.authorizations.count('held')
        if (micros > 0) metrics.money.add(metrics.money.index(currency(), 'held'), micros)
      },
      onRefused: (reason) => metrics.authorizations.count(reason),
    },
    money: {
      cdr: new CdrLines(currency),
      moved: (move) => {
        books.apply(move)
        const { heldMicros, chargedMicros } = move
        if (chargedMicros > 0) metrics.money.add(metrics.money.index(currency(), 'charged'), chargedMicros)
        const released = -heldMicros - chargedMicros
        if (released > 0) metrics.money.add(metrics.money.index(currency(), 'released'), released)
      },
      vendorPrice: (connection, called, { mcc, mnc }, atMs) => {
        const network = mcc === '' ? undefined : { mcc, mnc }
        const offer = directory().vendorPrice(connection, called, network, atMs)
        return offer === undefined ? undefined : frozenPrice(offer)
      },
    },
  }
}
