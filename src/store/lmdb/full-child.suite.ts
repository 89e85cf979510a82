// What a test runs in a process whose files may not grow beyond a limit: fills the store, empties it, fills it again; prints
// what came of it as JSON. Usage: node full-child.suite.ts <folder> <limit in octets>

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { stdout } from 'node:process'
import type { SegmentDelivery } from '../../message/delivery.js'
import { accepted, anchorAt, contentsOf, segment } from '../conformance-rows.suite.js'
import { StoreError } from '../contracts/store.js'
import type { Unit } from '../contracts/unit.js'
import { openLmdbStore } from './lmdb-store.js'

export interface FullReport {
  readonly first: number
  readonly failure: string
  readonly thereWhenFull: number
  /** How four commits fared that waited together, of which only the third needed room. */
  readonly together: readonly string[]
  readonly thereWhenEmptied: number
  readonly second: number
  readonly unhandled: number
}

const { message } = segment(1)
const heavy = (n: number): SegmentDelivery =>
  segment(n, { message: { ...message, content: { ...message.content, octets: new Uint8Array(60_000) } } })
const over = (n: number): Unit => ({
  kind: 'answered',
  delivery: heavy(n),
  outcome: { kind: 'final', state: 'DELIVERED', reason: undefined },
  outbox: [],
})

let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

const folder = process.argv[2]!
const limitBytes = Number(process.argv[3])
const store = await openLmdbStore({
  folder,
  mapBytes: 2 ** 30,
  lowWaterBytes: 0,
  spaceCheckMs: Infinity,
  // As the file system would tell, were it the disk that ends here and not the file.
  diskFreeBytes: async () => limitBytes - statSync(join(folder, 'data.mdb')).size,
})

async function fill(from: number): Promise<{ count: number; failure: string }> {
  for (let n = from; n < from + 1000; n++) {
    try {
      await store.commit([accepted(heavy(n))], anchorAt(n))
    } catch (error) {
      return { count: n - from, failure: error instanceof StoreError ? error.failure : String(error) }
    }
  }
  return { count: 1000, failure: 'none' }
}

const { count: first, failure } = await fill(0)
const thereWhenFull = (await contentsOf(store)).deliveries.length
await store.commit([over(0), over(1)], anchorAt(1))
const outcomes = await Promise.allSettled([
  store.commit([over(2)], anchorAt(2)),
  store.commit([over(3)], anchorAt(3)),
  store.commit(
    Array.from({ length: first }, (_, n) => accepted(heavy(2000 + n))),
    anchorAt(4),
  ),
  store.commit([over(4)], anchorAt(5)),
])
for (let n = 5; n < first; n++) await store.commit([over(n)], anchorAt(n))
const thereWhenEmptied = (await contentsOf(store)).deliveries.length
const { count: second } = await fill(5000)
await store.close()
await new Promise((resolve) => setImmediate(resolve))
const report: FullReport = {
  first,
  failure,
  thereWhenFull,
  together: outcomes.map((outcome) => outcome.status),
  thereWhenEmptied,
  second,
  unhandled,
}
stdout.write(JSON.stringify(report))
