// How much room is left, under the limit and on the disk. Looks at most once an interval, never while a commit waits for it.

import { statfs } from 'node:fs/promises'
import type { LmdbEnv, TableStats } from './lmdb-env.js'

/** The two pages that say which tree is valid. */
const META_PAGES = 2

/** What the trees take up, octets; pages that were freed count as room, though the file keeps them. */
export function usedBytesOf(env: LmdbEnv): number {
  const stats = [env.deliveries, env.awaiting, env.parked, env.meta].map((table) => table.getStats())
  const { root, free } = stats[0]!
  const pages = [...stats, root, free].reduce((sum, tree) => sum + pagesOf(tree), META_PAGES)
  return pages * root.pageSize
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
  #lookedAtMs = -Infinity
  #looking = false

  constructor(options: FreeSpaceOptions) {
    this.#options = options
  }

  /** As of the last look. */
  get low(): boolean {
    return this.#low
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
      const underLimit = limitBytes - usedBytesOf(env)
      // Pages that the file already has need no disk, but which of them will be reused is not for us to know.
      const onDisk = await diskFreeBytes()
      this.#low = Math.min(underLimit, onDisk) < lowWaterBytes
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
