// Runs commits one transaction at a time: while one is under way the next ones are encoded into a second slab.
// Tells full from broken. Knows no units.

import { constants } from 'node:os'
import { StoreError } from '../contracts/store.js'
import type { BookChanges } from './book-changes.js'
import type { LmdbBooks } from './lmdb-books.js'
import type { LmdbEnv } from './lmdb-env.js'
import { blocksOver } from './transaction-rows.js'
import { WriteSlab } from './write-slab.js'

/** Blocks of transactions that one commit forgets; the rest is forgotten by later ones. */
const BLOCKS_AT_ONCE = 10_000

interface Commit {
  /** Its writes in the slab. */
  readonly from: number
  readonly to: number
  /** What it changes in the books, which is encoded when all commits before it are through. */
  readonly books: BookChanges | undefined
  readonly resolve: () => void
  readonly reject: (error: StoreError) => void
}

/**
 * lmdb would take writes while a commit is under way, but a transaction that can't begin (after a fatal error) never
 * settles there, and what was queued behind a failed one would be written after all. So nothing is handed over early.
 */
export class CommitQueue {
  #env: LmdbEnv
  #filling: WriteSlab
  #spare: WriteSlab
  #waiting: Commit[] = []
  #underWay = false
  #broken: StoreError | undefined
  #idleWaiters: (() => void)[] = []

  readonly #books: LmdbBooks
  readonly #diskFreeBytes: () => Promise<number>

  /** @param diskFreeBytes asked after a failed write, to tell a full disk from a broken one */
  constructor(env: LmdbEnv, books: LmdbBooks, diskFreeBytes: () => Promise<number>) {
    this.#env = env
    this.#books = books
    this.#diskFreeBytes = diskFreeBytes
    const over = (throughMs: number): readonly Uint8Array[] => blocksOver(this.#env, throughMs, BLOCKS_AT_ONCE)
    this.#filling = new WriteSlab(over)
    this.#spare = new WriteSlab(over)
  }

  /** Why nothing is taken until `useEnv`; undefined while all is well. */
  get broken(): StoreError | undefined {
    return this.#broken
  }

  /**
   * Encodes by `encode` and writes what it gave in one transaction. Rejects with a StoreError, or with what `encode` threw.
   */
  async add(encode: (slab: WriteSlab) => void): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken
    const slab = this.#filling
    const from = slab.count
    try {
      encode(slab)
    } catch (error) {
      slab.cutTo(from)
      slab.takeBookChanges()
      throw error
    }
    const books = slab.takeBookChanges()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ from, to: slab.count, books, resolve, reject })
      if (!this.#underWay) void this.#run()
    })
  }

  /** Resolves when no commit is under way. */
  idle(): Promise<void> {
    return this.#underWay ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve()
  }

  /** The data was opened anew: takes commits again. */
  useEnv(env: LmdbEnv): void {
    this.#env = env
    this.#broken = undefined
  }

  /** Takes nothing more, for this reason. */
  break(error: StoreError): void {
    this.#broken = error
  }

  async #run(): Promise<void> {
    this.#underWay = true
    while (this.#waiting.length > 0) {
      const commits = this.#waiting
      const slab = this.#filling
      this.#waiting = []
      this.#filling = this.#spare
      await this.#write(slab, commits)
      slab.clear()
      this.#spare = slab
      if (this.#broken !== undefined) this.#refuse(this.#waiting.splice(0), this.#broken)
    }
    this.#filling.clear()
    this.#underWay = false
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  /** Never rejects: each commit gets its own answer. */
  async #write(slab: WriteSlab, commits: readonly Commit[]): Promise<void> {
    const env = this.#env
    const { from } = commits[0]!
    const { to } = commits[commits.length - 1]!
    const end = slab.count
    try {
      const changes = bookChangesOf(commits)
      if (changes.length === 0) await env.batch(() => slab.issue(env, from, to))
      else {
        const step = this.#books.encode(slab, env, changes)
        await env.batch(() => {
          slab.issue(env, from, to)
          slab.issue(env, end, slab.count)
        })
        this.#books.took(step)
      }
      for (const commit of commits) commit.resolve()
    } catch (error) {
      slab.cutTo(end)
      const failure = await this.#failureOf(error, slab.bytes)
      if (failure.failure === 'io') {
        this.#broken = failure
        this.#refuse(commits, failure)
      } else if (commits.length === 1) this.#refuse(commits, failure)
      // One that needs room must not take those with it that need none.
      else for (const commit of commits) await this.#writeOrRefuse(slab, commit)
    }
  }

  async #writeOrRefuse(slab: WriteSlab, commit: Commit): Promise<void> {
    if (this.#broken !== undefined) this.#refuse([commit], this.#broken)
    else await this.#write(slab, [commit])
  }

  /** What a rejected batch means. lmdb's rejection holds a promise of the cause. */
  async #failureOf(rejection: unknown, bytes: number): Promise<StoreError> {
    const cause = await causeOf(rejection)
    const code = cause instanceof Error ? (cause as { readonly code?: unknown }).code : undefined
    const message = cause instanceof Error ? cause.message : String(cause)
    // A write that a full disk cut short is EIO to LMDB, as one that the disk failed.
    const full = FULL_CODES.has(code) || (code === constants.errno.EIO && (await this.#isDiskFull(bytes)))
    return full
      ? new StoreError('full', `no room for the commit: ${message}`, { cause })
      : new StoreError('io', `the commit failed: ${message}`, { cause })
  }

  async #isDiskFull(bytes: number): Promise<boolean> {
    try {
      return (await this.#diskFreeBytes()) < Math.max(LEAST_ROOM_BYTES, bytes * 4)
    } catch {
      return false
    }
  }

  #refuse(commits: readonly Commit[], error: StoreError): void {
    for (const commit of commits) commit.reject(error)
  }
}

const NOTHING: readonly BookChanges[] = []

function bookChangesOf(commits: readonly Commit[]): readonly BookChanges[] {
  let changes: BookChanges[] | undefined
  for (const { books } of commits) if (books !== undefined) (changes ??= []).push(books)
  return changes ?? NOTHING
}

/** A commit writes whole pages, those above its rows too: several times its own octets. */
const LEAST_ROOM_BYTES = 4 * 1024 * 1024

/** lmdb gives the errno of the system, or its own negative code. EDQUOT differs from system to system. */
const FULL_CODES: ReadonlySet<unknown> = new Set([
  constants.errno.ENOSPC,
  constants.errno.EDQUOT,
  constants.errno.EFBIG,
  -30792 /* MDB_MAP_FULL */,
])

async function causeOf(rejection: unknown): Promise<unknown> {
  const promised = (rejection as { readonly commitError?: unknown }).commitError
  if (!(promised instanceof Promise)) return rejection
  // It is settled in the same call that rejected the batch, but for two codes of the system that lmdb takes for its own.
  const known = new Promise((resolve) => setImmediate(resolve, rejection))
  return Promise.race([promised.catch((cause: unknown) => cause), known])
}
