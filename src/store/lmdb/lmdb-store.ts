// The store on LMDB: the contract's verbs on one environment in one folder, which this process alone owns.

import { mkdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { DeliveryId, LaneKey, MessageId } from '../../message/ids.js'
import {
  StoreError,
  type AwaitingKey,
  type ClockAnchor,
  type LaneSlice,
  type Store,
  type StoreUsage,
} from '../contracts/store.js'
import type { BooksStore, KeepsBooks } from '../contracts/books.js'
import type { AnswersStore, KeepsAnswers } from '../contracts/answers.js'
import type { DirectoryStore, KeepsDirectory } from '../contracts/directory.js'
import type { KeptRange } from '../contracts/kept.js'
import { isOffer, reduce, type Unit } from '../contracts/unit.js'
import { LmdbAnswers, type AnswersPorts } from './answer-rows.js'
import { CommitQueue } from './commit-queue.js'
import { convertEarlyDays, readEarlyDays } from './day-rows.js'
import { LmdbDirectory } from './directory-rows.js'
import { FreeSpace, freeOnDisk, usedBytesOf } from './free-space.js'
import { findKept, keptRows } from './kept-rows.js'
import { LmdbBooks } from './lmdb-books.js'
import { openEnv, type LmdbEnv } from './lmdb-env.js'
import { FORMAT, readMeta } from './meta-rows.js'
import { lockedError, ownFolder, type ReleaseOwnership } from './owner-lock.js'
import {
  awaitedKeys,
  expiredAwaiting,
  expiredDeliveries,
  expiredGroups,
  findAwaiting,
  findGroups,
  readAllCollected,
  readAllParked,
  readAllRegistrations,
  readLane,
  readLanes,
} from './read-rows.js'
import { transactionsAfter } from './transaction-rows.js'
import type { WriteSlab } from './write-slab.js'

export interface LmdbOptions {
  /** The data folder; made if missing. */
  readonly folder: string
  /**
   * What the data may grow to, octets: with less room than `lowWaterBytes` under it, no message is accepted. What already
   * happened is still recorded, beyond it if need be.
   */
  readonly mapBytes: number
  /** With less room than this, under `mapBytes` or on the disk, no message is accepted; octets. */
  readonly lowWaterBytes: number
  /** Least time between two looks at the room left, ms. */
  readonly spaceCheckMs?: number
  /** Free octets of the disk that holds the folder; by default asks the file system. */
  readonly diskFreeBytes?: (folder: string) => Promise<number>
}

const SPACE_CHECK_MS = 1000
const EARLY_DAYS_AT_ONCE = 10_000

/**
 * Opens the data of a folder.
 * @throws StoreError `locked` when another process has it open; `io` when it can't be opened; Error for data of a newer format
 */
export async function openLmdbStore(options: LmdbOptions): Promise<Store & KeepsDirectory & KeepsBooks & KeepsAnswers> {
  mkdirSync(options.folder, { recursive: true })
  const release = await ownFolder(options.folder)
  try {
    const env = openExclusively(options)
    const store = new LmdbStore(options, env, release)
    await store.begin()
    return store
  } catch (error) {
    await release()
    throw error
  }
}

function openExclusively({ folder, mapBytes }: LmdbOptions): LmdbEnv {
  let env: LmdbEnv
  try {
    env = openEnv(folder, mapBytes)
  } catch (cause) {
    throw new StoreError('io', `the data in ${folder} can't be opened: ${messageOf(cause)}`, { cause })
  }
  try {
    const { format } = readMeta(env.meta)
    if (format !== undefined && format > FORMAT)
      throw new Error(`the data in ${folder} has format ${format}; this program knows formats up to ${FORMAT}`)
    // The name that ownFolder takes is unknown in another container; LMDB's own table of readers is shared by all who open it.
    if (env.meta.getStats().numReaders > 1) throw lockedError(folder)
    return env
  } catch (error) {
    void env.close()
    throw error
  }
}

class LmdbStore implements Store, KeepsDirectory, KeepsBooks, KeepsAnswers {
  readonly directory: DirectoryStore
  readonly answers: AnswersStore
  readonly #books: LmdbBooks
  readonly #options: LmdbOptions
  readonly #release: ReleaseOwnership
  readonly #commits: CommitQueue
  readonly #space: FreeSpace
  #env: LmdbEnv | undefined
  #epoch = 0
  #anchor: ClockAnchor | undefined
  #closing: Promise<void> | undefined

  constructor(options: LmdbOptions, env: LmdbEnv, release: ReleaseOwnership) {
    this.#options = options
    this.#release = release
    this.#env = env
    const { folder, diskFreeBytes = freeOnDisk } = options
    this.#books = new LmdbBooks({
      read: (verb) => this.#read(verb),
      write: (encode) => this.#writeWithRoom(encode, false),
    })
    this.#commits = new CommitQueue(env, this.#books, () => diskFreeBytes(folder))
    this.#space = new FreeSpace({
      limitBytes: options.mapBytes,
      lowWaterBytes: options.lowWaterBytes,
      everyMs: options.spaceCheckMs ?? SPACE_CHECK_MS,
      nowMs: () => performance.now(),
      diskFreeBytes: () => diskFreeBytes(folder),
    })
    const ports: AnswersPorts = {
      read: (verb) => this.#read(verb),
      write: (encode, needsRoom) => this.#writeWithRoom(encode, needsRoom),
    }
    this.directory = new LmdbDirectory(ports)
    this.answers = new LmdbAnswers(ports)
  }

  get books(): BooksStore {
    return this.#books
  }

  /** Reads what is kept in memory; marks new and older data with the format, before anything is written that an older program can't read. */
  async begin(): Promise<void> {
    const env = this.#mustBeOpen()
    const { format, epoch, anchor } = readMeta(env.meta)
    this.#epoch = epoch
    this.#anchor = anchor
    this.#books.load(env)
    await this.#space.look(env)
    if (format === undefined || format < FORMAT) await this.#commits.add((slab) => slab.format())
    for (;;) {
      const early = readEarlyDays(env, EARLY_DAYS_AT_ONCE)
      if (early.length === 0) break
      await this.#commits.add((slab) => convertEarlyDays(slab, early))
    }
  }

  async commit(units: readonly Unit[], anchor: ClockAnchor): Promise<void> {
    this.#checkRoom()
    if (this.#space.low && units.some(isOffer)) throw lowError()
    await this.#commits.add((slab) => {
      for (let i = 0; i < units.length; i++) reduce(units[i]!, slab)
      slab.end()
      slab.anchor(anchor)
    })
    this.#anchor = anchor
  }

  async readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>, limit: number): Promise<LaneSlice> {
    return this.#read((env) => readLane(env, lane, dueByMs, held, limit))
  }

  async lanes() {
    return this.#read(readLanes)
  }

  async findAwaiting(keys: readonly AwaitingKey[]) {
    return this.#read((env) => findAwaiting(env, keys))
  }

  async awaitedKeys(cursor: string, limit: number) {
    return this.#read((env) => awaitedKeys(env, cursor, limit))
  }

  async findGroups(ids: readonly MessageId[]) {
    return this.#read((env) => findGroups(env, ids))
  }

  async collected() {
    return this.#read(readAllCollected)
  }

  async parked() {
    return this.#read(readAllParked)
  }

  async registrations() {
    return this.#read(readAllRegistrations)
  }

  async transactions(nowMs: number, limit: number) {
    return this.#read((env) => transactionsAfter(env, nowMs, limit))
  }

  async findKept(table: string, keys: readonly string[]) {
    return this.#read((env) => findKept(env, table, keys))
  }

  async keptRows(table: string, range: KeptRange) {
    return this.#read((env) => keptRows(env, table, range))
  }

  async expiredDeliveries(cursor: string, limit: number, nowMs: number) {
    return this.#read((env) => expiredDeliveries(env, cursor, limit, nowMs))
  }

  async expiredAwaiting(cursor: string, limit: number, nowMs: number) {
    return this.#read((env) => expiredAwaiting(env, cursor, limit, nowMs))
  }

  async expiredGroups(cursor: string, limit: number, nowMs: number) {
    return this.#read((env) => expiredGroups(env, cursor, limit, nowMs))
  }

  async takeEpoch(): Promise<number> {
    this.#mustBeOpen()
    // A number whose commit fails is lost, never given twice.
    const epoch = ++this.#epoch
    await this.#commits.add((slab) => slab.epoch(epoch))
    return epoch
  }

  async lastAnchor(): Promise<ClockAnchor | undefined> {
    this.#mustBeOpen()
    return this.#anchor
  }

  usage(): StoreUsage {
    return {
      usedBytes: this.#env === undefined ? 0 : usedBytesOf(this.#env),
      limitBytes: this.#options.mapBytes,
      takesNew: !this.#space.low && !this.#space.exhausted,
    }
  }

  async reopen(): Promise<void> {
    if (this.#closing !== undefined) throw closedError()
    await this.#commits.idle()
    const old = this.#env
    this.#env = undefined
    this.#commits.break(new StoreError('io', 'the data is being opened anew'))
    await this.#books.idle()
    await old?.close()
    this.#env = openExclusively(this.#options)
    this.#books.load(this.#env)
    this.#commits.useEnv(this.#env)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#commits.idle()
    this.#commits.break(closedError())
    await this.#books.idle()
    await this.#env?.close()
    this.#env = undefined
    await this.#release()
  }

  #checkRoom(): void {
    this.#space.lookIfDue(this.#mustBeOpen())
    if (this.#space.exhausted) throw new StoreError('full', 'no room is left on the disk')
  }

  async #writeWithRoom(encode: (slab: WriteSlab) => void, needsRoom: boolean): Promise<void> {
    this.#checkRoom()
    if (this.#space.low && needsRoom) throw lowError()
    await this.#commits.add(encode)
  }

  #read<Answer>(verb: (env: LmdbEnv) => Answer): Answer {
    const env = this.#mustBeOpen()
    try {
      return verb(env)
    } catch (cause) {
      if (cause instanceof RangeError) throw cause
      throw new StoreError('io', `reading failed: ${messageOf(cause)}`, { cause })
    }
  }

  #mustBeOpen(): LmdbEnv {
    if (this.#closing !== undefined) throw closedError()
    if (this.#env === undefined) throw this.#commits.broken ?? new StoreError('io', 'the data is not open')
    return this.#env
  }
}

function lowError(): StoreError {
  return new StoreError('full', 'less room is left than the low-water mark')
}

function closedError(): StoreError {
  return new StoreError('closed', 'the store is closed')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
