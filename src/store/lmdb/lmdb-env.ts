// The one place that calls the npm package `lmdb`: opens the environment, gives tables of raw octets. Knows no rows, no units.

import { open, type RootDatabase, type Transaction } from 'lmdb'

/** A stretch of some memory, as a key. One object may serve many calls: lmdb copies it at once. */
export interface KeySlice {
  bytes: Uint8Array
  start: number
  end: number
}

/**
 * A stretch of memory as a value. lmdb reads the octets later, on its own thread: they must rest until the batch has settled.
 * A class of its own over the memory, so that what is written into stays a plain Buffer: with properties added to it the engine
 * gave up on every loop that writes octets.
 */
export class ValueSlab extends Uint8Array {
  start = 0
  end = 0
}

export interface TableRange {
  readonly start: KeySlice
  readonly end?: KeySlice
  readonly exclusiveStart?: boolean
  readonly inclusiveEnd?: boolean
  /** From `start`, which is in it, down to `end`, which is not, where the two above say nothing else. */
  readonly reverse?: boolean
  readonly limit?: number
  readonly values?: boolean
}

export interface TableStats {
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

export interface EnvStats extends TableStats {
  readonly root: TableStats & { readonly pageSize: number }
  readonly free: TableStats
  readonly mapSize: number
  readonly lastPageNumber: number
  readonly numReaders: number
}

/** What is used of lmdb's Database, with the types that our options give it. */
export interface Table {
  put(key: KeySlice, value: ValueSlab): Promise<boolean>
  remove(key: KeySlice): Promise<boolean>
  /** The octets are lmdb's own and change with its next call. */
  getBinaryFast(key: KeySlice): Uint8Array | undefined
  /** Values are lmdb's own octets and change with the next step. */
  getRange(range: TableRange): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>
  getKeys(range: TableRange): Iterable<Uint8Array>
  getKeysCount(range: TableRange): number
  getStats(): EnvStats
}

/** A table as it was at one moment, or as it is. */
export type ReadTable = Pick<Table, 'getBinaryFast' | 'getRange'>

/** The books as they were at one moment, whatever is committed since. */
export interface BooksMoment {
  readonly books: ReadTable
  /** Must be called before the environment is closed: until then no room that is given up since is used again. */
  end(): void
}

export interface LmdbEnv {
  readonly deliveries: Table
  readonly awaiting: Table
  readonly parked: Table
  readonly groups: Table
  readonly collected: Table
  readonly directory: Table
  readonly answers: Table
  readonly registrations: Table
  readonly transactions: Table
  readonly kept: Table
  readonly books: Table
  readonly records: Table
  readonly meta: Table
  /** Everything put or removed within `writes`, which must not throw, is one transaction; settles once it is fsynced. */
  batch(writes: () => void): Promise<unknown>
  /** For reading in several turns: those of one turn see one state anyway. */
  booksMoment(): BooksMoment
  close(): Promise<void>
}

/** With overlapping sync a write that failed with EIO stayed readable and its `flushed` never settled; without it not slower. */
export const OVERLAPPING_SYNC = false

const rawKeys = {
  writeKey(key: KeySlice | Uint8Array, target: Uint8Array, position: number): number {
    const bytes = key instanceof Uint8Array ? key : key.bytes
    const start = key instanceof Uint8Array ? 0 : key.start
    const end = key instanceof Uint8Array ? key.length : key.end
    for (let i = start; i < end; i++) target[position++] = bytes[i]!
    return position
  },
  readKey(source: Uint8Array, start: number, end: number): Uint8Array {
    return Uint8Array.prototype.slice.call(source, start, end)
  },
}

/** Octets pass as they are, in both directions, without a copy. */
const rawValues = { encode: (value: unknown) => value, decode: (value: unknown) => value }

/**
 * Opens or makes the environment in a folder.
 * @param mapBytes address space to begin with, not disk; lmdb maps more when the data outgrows it
 */
export function openEnv(folder: string, mapBytes: number): LmdbEnv {
  const root: RootDatabase = open({
    path: folder,
    noSubdir: false,
    mapSize: mapBytes,
    maxDbs: 16,
    overlappingSync: OVERLAPPING_SYNC,
    // Batches are made by hand: lmdb's own, one an event turn, reject a promise that nobody can catch.
    eventTurnBatching: false,
  } as Parameters<typeof open>[0])
  const table = (name: string): Table =>
    root.openDB(name, { encoding: 'binary', encoder: rawValues, keyEncoder: rawKeys } as unknown as {
      encoding: 'binary'
    }) as unknown as Table
  const books = table('books')
  return {
    deliveries: table('deliveries'),
    awaiting: table('awaiting'),
    parked: table('parked'),
    groups: table('groups'),
    collected: table('collected'),
    directory: table('directory'),
    answers: table('answers'),
    registrations: table('registrations'),
    transactions: table('transactions'),
    kept: table('kept'),
    books,
    records: table('records'),
    meta: table('meta'),
    batch: (writes) => root.batch(writes),
    booksMoment() {
      const transaction = root.useReadTransaction()
      return { books: tableAt(books, transaction), end: () => transaction.done() }
    },
    close: () => root.close(),
  }
}

/** What lmdb's verbs take beside what they are asked: the transaction to read in. */
interface TableInTransactions {
  getBinaryFast(key: KeySlice, options: { readonly transaction: Transaction }): Uint8Array | undefined
  getRange(range: TableRange & { readonly transaction: Transaction }): ReturnType<Table['getRange']>
}

function tableAt(table: TableInTransactions, transaction: Transaction): ReadTable {
  return {
    getBinaryFast: (key) => table.getBinaryFast(key, { transaction }),
    getRange: (range) => table.getRange({ ...range, transaction }),
  }
}

/** A whole buffer as a key. */
export function keyOf(bytes: Uint8Array): KeySlice {
  return { bytes, start: 0, end: bytes.length }
}
