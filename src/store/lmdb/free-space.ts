// How much room is left, under the limit and on the disk. Looks at most once an interval, never while a commit waits for it.

import { statfs } from 'node:fs/promises'
import type { LmdbEnv, TableStats } from './lmdb-env.js'

/**
 * With less than this on the disk, and in the file, nothing is written at all: a page write that fails for want of room makes
 * lmdb 3.5.6 write its error text beyond the memory it took for it, which can end the process.
 */
const FLOOR_BYTES = 4 * 1024 * 1024

/** The two pages that say which tree is valid. */
const META_PAGES = 2

/** What the trees take up, octets; pages that were freed count as room, though the file keeps them. */
export function usedBytesOf(env: LmdbEnv): number {
  return roomOf(env).usedBytes
}

function roomOf(env: LmdbEnv): { readonly usedBytes: number; readonly freeInFileBytes: number } {
  const tables = [
    env.deliveries,
    env.awaiting,
    env.parked,
    env.groups,
    env.collected,
    env.directory,
    env.answers,
    env.books,
    env.records,
    env.meta,
  ]
  const stats = tables.map((table) => table.getStats())
  const { root, free, lastPageNumber } = stats[0]!
  const pages = [...stats, root, free].reduce((sum, tree) => sum + pagesOf(tree), META_PAGES)
  return {
    usedBytes: pages * root.pageSize,
    freeInFileBytes: Math.max(0, lastPageNumber + 1 - pages) * root.pageSize,
  }
}

function pagesOf(tree: TableStats): number {
  return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages
}

export interface FreeSpaceOptions {
  /** What the data may grow to, octets. lmdb would grow its map beyond any limit, so this is the only one. */
  readonly limitBytes: number
  /** Below so much room, under the limit or on the disk, it is low; octets. */
  readonly lowWaterBytes: number
  /** Least time between two looks, ms. */
  readonly everyMs: number
  /** A monotonic clock, ms. */
  readonly nowMs: () => number
  /** Free octets of the disk. */
  readonly diskFreeBytes: () => Promise<number>
}

export class FreeSpace {
  readonly #options: FreeSpaceOptions
  #low = false
  #exhausted = false
  #lookedAtMs = -Infinity
  #looking = false

  constructor(options: FreeSpaceOptions) {
    this.#options = options
  }

  /** Too little room for new messages, as of the last look. */
  get low(): boolean {
    return this.#low
  }

  /** No room for anything, as of the last look. */
  get exhausted(): boolean {
    return this.#exhausted
  }

  /** Begins a look in the background where the last one is old enough. */
  lookIfDue(env: LmdbEnv): void {
    const now = this.#options.nowMs()
    if (this.#looking || now - this.#lookedAtMs < this.#options.everyMs) return
    this.#lookedAtMs = now
    void this.look(env)
  }

  async look(env: LmdbEnv): Promise<void> {
    const { limitBytes, lowWaterBytes, diskFreeBytes } = this.#options
    this.#looking = true
    try {
      const { usedBytes, freeInFileBytes } = roomOf(env)
      // Pages that the file already has need no disk, but which of them will be reused is not for us to know.
      const onDisk = await diskFreeBytes()
      this.#low = Math.min(limitBytes - usedBytes, onDisk) < lowWaterBytes
      this.#exhausted = onDisk < FLOOR_BYTES && freeInFileBytes < FLOOR_BYTES
    } catch {
      // A file system that can't be asked is no reason to refuse messages; a write that fails is.
    } finally {
      this.#looking = false
    }
  }
}

/** Free octets of the disk that holds a folder, as the file system tells. */
export async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
