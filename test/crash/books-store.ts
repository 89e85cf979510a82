// Opens the data of a daemon that does not run, to pay in before and to read the books afterwards.
import { bootMonotonicMs } from '../../src/lib/boot-id.js'
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js'
import type { FinalBooks } from './books-audit.js'

const options = { mapBytes: 4 * 2 ** 30, lowWaterBytes: 0 }
const LAST_DAY = 100_000

/** Books what a customer pays in, in micro-units of the base currency. */
export async function payIn(folder: string, customer: string, micros: number): Promise<void> {
  const store = await openLmdbStore({ folder, ...options })
  try {
    const atMs = Date.now()
    const payment = { customer, reference: 'first', micros, note: '', atMs }
    await store.commit([{ kind: 'paid', payment }], {
      switchMs: atMs,
      monotonicMs: bootMonotonicMs(),
      bootId: 'before',
    })
  } finally {
    await store.close()
  }
}

/** What is in the books of a customer, and of all its accounts in all days. */
export async function readBooks(
  folder: string,
  customer: string,
): Promise<FinalBooks & { readonly recordsWaiting: number }> {
  const store = await openLmdbStore({ folder, ...options })
  try {
    const own = (await store.books.customers()).find((each) => each.customer === customer)
    const days = (await store.books.days(0, LAST_DAY)).filter((each) => each.customer === customer)
    return {
      paidIn: BigInt(own?.paidInMicros ?? 0),
      held: BigInt(own?.heldMicros ?? 0),
      charged: BigInt(own?.chargedMicros ?? 0),
      dayUnits: days.reduce((sum, { units }) => sum + units, 0),
      dayHeld: days.reduce((sum, { heldMicros }) => sum + BigInt(heldMicros), 0n),
      dayCharged: days.reduce((sum, { chargedMicros }) => sum + BigInt(chargedMicros), 0n),
      recordsWaiting: store.books.recordsWaiting(),
    }
  } finally {
    await store.close()
  }
}
