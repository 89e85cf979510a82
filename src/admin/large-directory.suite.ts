// For tests: a directory of any size, changed and read again in a process that has something else to do. No expectations.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FileObject } from '../directory/change-file.js'
import { createCompileMemory } from '../directory/compile-memory.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { openBook, type DirectoryBook } from './directory-book.js'

export interface LargeSize {
  readonly tariffs: number
  readonly ratesPerTariff: number
  readonly accounts: number
  readonly connections: number
}

const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

export function ratesOf(tariff: number, count: number): readonly Readonly<Record<string, string>>[] {
  return times(count, (n) => ({
    prefix: String(10_000 + n * 7),
    price: `0.00${1000 + ((n * 31 + tariff * 17) % 997)}`,
  }))
}

export function largeObjects(size: LargeSize): readonly FileObject[] {
  const object = (kind: string, row: Readonly<Record<string, unknown>> & { readonly id: string }): FileObject => ({
    ...{ kind, id: row.id, row },
  })
  return [
    ...times(size.tariffs, (n) => object('tariffs', { id: `t${n}`, rates: ratesOf(n, size.ratesPerTariff) })),
    ...times(100, (n) => object('customers', { id: `c${n}`, billing: 'postpaid', creditLimit: '1000' })),
    object('products', { id: 'p', tariff: 't0' }),
    ...times(size.accounts, (n) =>
      object('accounts', {
        ...{ id: `a${n}`, systemId: `a${n}`, password: hash, customer: `c${n % 100}`, product: 'p' },
        numbers: [String(15_550_000_000 + n)],
      }),
    ),
    ...times(Math.ceil(size.connections / 10), (v) =>
      object('vendors', {
        id: `v${v}`,
        connections: times(10, (k) => ({
          ...{ id: `k${v}-${k}`, host: 'vendor.example', systemId: 's', password: 'p', active: false },
          tariff: `t${(v + k) % size.tariffs}`,
        })),
      }),
    ),
    object('policies', { id: 'all' }),
  ]
}

/** The book of a store in memory that has all of it. */
export async function largeBook(objects: readonly FileObject[]): Promise<DirectoryBook> {
  const store = new MemoryStore()
  await store.directory.change(objects, 0)
  const defaults = { resend: { stepMs: 30_000, max: 20 }, memory: createCompileMemory() }
  return openBook({
    store: store.directory,
    rules: { env: {}, readSecret: () => '', statusByName: () => undefined, defaults },
    pauses: { nowMs: () => performance.now(), sliceMs: 3, pause: () => new Promise(setImmediate) },
    applied: () => undefined,
  })
}

export interface Felt {
  readonly tookMs: number
  /** The longest that the event loop was held up, ms. */
  readonly longestMs: number
}

/** What others feel of it. */
export async function felt(work: () => Promise<unknown>): Promise<Felt> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const from = performance.now()
  await work()
  const tookMs = performance.now() - from
  await new Promise(setImmediate)
  delay.disable()
  return { tookMs, longestMs: delay.max / 1e6 }
}
