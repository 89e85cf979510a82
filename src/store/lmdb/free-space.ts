// How much room is left, in the map and on the disk. Looks at most once an interval, never while a commit waits for it.

import { statfs } from 'node:fs/promises'
import type { StoreUsage } from '../contracts/store.js'
import type { LmdbEnv, TableStats } from './lmdb-env.js'

/** The two pages that say which tree is valid. */
const META_PAGES = 2

/** What the trees take up; pages that were freed count as room, though the file keeps them. */
export function usageOf(env: LmdbEnv): StoreUsage {
  const stats = [env.deliveries, env.awaiting, env.parked, env.meta].map((table) => table.getStats())
  const { root, free, mapSize } = stats[0]!
  const pages = [...stats, root, free].reduce((sum, tree) => sum + pagesOf(tree), META_PAGES)
  return { usedBytes: pages * root.pageSize, limitBytes: mapSize }
}

function pagesOf(tree: TableStats): number {
  return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages
}

export interface FreeSpaceOptions {
  readonly folder: string
  /** Below so much room, in the map or on the disk, it is low; octets. */
  readonly lowWaterBytes: number
  /** Least time between two looks, ms. */
  readonly everyMs: number
  /** A monotonic clock, ms. */
  readonly nowMs: () => number
  /** Free octets of the disk that holds the folder; by default asks the file system. */
  readonly diskFreeBytes?: (folder: string) => Promise<number>
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
    const { folder, lowWaterBytes, diskFreeBytes = freeOnDisk } = this.#options
    this.#looking = true
    try {
      const { usedBytes, limitBytes } = usageOf(env)
      // Pages that the file already has need no disk, but which of them will be reused is not for us to know.
      const onDisk = await diskFreeBytes(folder)
      this.#low = Math.min(limitBytes - usedBytes, onDisk) < lowWaterBytes
    } catch {
      // A file system that can't be asked is no reason to refuse messages; a write that fails is.
    } finally {
      this.#looking = false
    }
  }
}

async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
