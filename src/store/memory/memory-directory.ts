// The directory in the memory store: one map, changed through the store's own queue of commits. Nothing survives the process.

import {
  checkDirectoryKey,
  rowText,
  type ChangeOutcome,
  type DirectoryStore,
  type StoredChange,
} from '../contracts/directory.js'
import type { MemoryState } from './memory-state.js'

const keyOf = (kind: string, id: string): string => `${kind}\0${id}`

export class MemoryDirectory implements DirectoryStore {
  readonly #state: () => MemoryState
  readonly #enqueue: (change: (state: MemoryState) => void) => Promise<void>

  /** @param state of an open store, or throws */
  constructor(state: () => MemoryState, enqueue: (change: (state: MemoryState) => void) => Promise<void>) {
    this.#state = state
    this.#enqueue = enqueue
  }

  async readAll() {
    const { directory, directoryRevision } = this.#state()
    const rows = [...directory].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
    const objects = rows.map(({ text, ...rest }) => ({ ...rest, row: JSON.parse(text) as unknown }))
    return { revision: directoryRevision, objects }
  }

  async change(changes: readonly StoredChange[], from: number): Promise<ChangeOutcome> {
    this.#state()
    const etag = String(from + 1)
    const steps = changes.map(({ kind, id, row }) => {
      checkDirectoryKey(kind, id)
      const key = keyOf(kind, id)
      if (row === undefined) return ({ directory }: MemoryState) => void directory.delete(key)
      const object = { kind, id, etag, text: rowText(row) }
      return ({ directory }: MemoryState) => void directory.set(key, object)
    })
    let outcome: ChangeOutcome | undefined
    await this.#enqueue((state) => {
      if (state.directoryRevision === from) {
        for (const step of steps) step(state)
        state.directoryRevision = from + 1
        outcome = { kind: 'changed', revision: from + 1 }
      } else outcome = { kind: 'conflict', revision: state.directoryRevision }
    })
    return outcome!
  }
}
