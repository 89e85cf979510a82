// The store and the directory as the settings want them, opened at the start. Belongs to the composition root.

import type { Config } from './config/settings.js'
import type { Surroundings } from './directory/resolving.js'
import type { Clock } from './lib/clock.js'
import { openLiveDirectory, type DirectorySource, type LiveDirectory } from './live-directory.js'
import type { KeepsAnswers } from './store/contracts/answers.js'
import type { KeepsBooks } from './store/contracts/books.js'
import type { KeepsDirectory } from './store/contracts/directory.js'
import type { Store } from './store/contracts/store.js'
import { openLmdbStore } from './store/lmdb/lmdb-store.js'
import { MemoryStore } from './store/memory/memory-store.js'
import type { Log } from './telemetry/log.js'

/** @throws StoreError */
export async function openStore(config: Config): Promise<Store & KeepsDirectory & KeepsBooks & KeepsAnswers> {
  const { kind, path, mapBytes, lowWaterBytes } = config.store
  return kind === 'memory' ? new MemoryStore() : openLmdbStore({ folder: path, mapBytes, lowWaterBytes })
}

export interface OpenDirectoryPorts {
  readonly config: Config
  readonly directory: DirectorySource
  readonly surroundings: Surroundings
  readonly log: Log
}

/**
 * What the directory is now, wherever it is kept. A store whose directory is not right is closed again.
 * @throws DirectoryUnusable, StoreError
 */
export async function openDirectory(
  { config, surroundings, log, directory: source }: OpenDirectoryPorts,
  store: KeepsDirectory & Pick<Store, 'close'>,
  clock: Clock,
): Promise<LiveDirectory> {
  const resend = { stepMs: config.delivery.resendStepMs, max: config.delivery.resendMax }
  try {
    const live = await openLiveDirectory({ source, surroundings, resend, store: store.directory, clock, log })
    const snapshot = live.current()
    log.event('directory.loaded', {
      file: live.book.file ?? '',
      accounts: snapshot.accounts().length,
      policies: snapshot.policies().length,
      connections: snapshot.connections().length,
    })
    return live
  } catch (error) {
    await store.close()
    throw error
  }
}
