// The directory in the environment: a table of its own, rows as UTF-8 JSON, written through the queue of commits. It keeps nothing in memory.

import { jsonPieces } from '../../lib/json-pieces.js'
import {
  checkDirectoryKey,
  type ChangeOutcome,
  type DirectoryStore,
  type StoredChange,
  type StoredObject,
} from '../contracts/directory.js'
import { keyOf, type LmdbEnv } from './lmdb-env.js'
import { readDirectoryRevision } from './meta-rows.js'
import type { WriteSlab } from './write-slab.js'

/** Before every key: no key begins with NUL. */
const FIRST = keyOf(Uint8Array.of(0))

export interface DirectoryPorts {
  readonly read: <Answer>(verb: (env: LmdbEnv) => Answer) => Answer
  /** @param needsRoom whether to refuse it below the low-water mark */
  readonly write: (encode: (slab: WriteSlab) => void, needsRoom: boolean) => Promise<void>
}

/** Pieces of JSON between two pauses: a few milliseconds at most. */
const PIECES = 20

/** Other work goes on meanwhile: a tariff of 100,000 rates has megabytes of JSON. */
async function writesOf(changes: readonly StoredChange[], etag: string) {
  const writes: { readonly key: Buffer; readonly value: Buffer | undefined }[] = []
  let seen = 0
  for (const { kind, id, row } of changes) {
    const key = Buffer.from(`${kind}\0${id}`, 'latin1')
    const octets = [Buffer.from(`{"etag":${etag},"row":`)]
    if (row !== undefined)
      for (const piece of jsonPieces(row)) {
        octets.push(Buffer.from(piece))
        if (++seen % PIECES === 0) await new Promise(setImmediate)
      }
    octets.push(Buffer.from('}'))
    writes.push({ key, value: row === undefined ? undefined : Buffer.concat(octets) })
  }
  return writes
}

export class LmdbDirectory implements DirectoryStore {
  readonly #ports: DirectoryPorts
  /** Changes go one after the other: each must see the revision that the one before it made. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(ports: DirectoryPorts) {
    this.#ports = ports
  }

  async readAll() {
    return this.#ports.read((env) => {
      const objects: StoredObject[] = []
      for (const { key, value } of env.directory.getRange({ start: FIRST })) {
        const [kind = '', id = ''] = Buffer.from(key).toString('latin1').split('\0')
        // The octets are lmdb's own, and its `length` alone tells how many they are.
        const octets = Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.length)
        const kept = JSON.parse(octets.toString('utf8')) as Pick<StoredObject, 'etag' | 'row'>
        objects.push({ kind, id, row: kept.row, etag: kept.etag })
      }
      return { revision: readDirectoryRevision(env.meta), objects }
    })
  }

  async change(changes: readonly StoredChange[], from: number): Promise<ChangeOutcome> {
    for (const { kind, id } of changes) checkDirectoryKey(kind, id)
    const turn = this.#last.then(async (): Promise<ChangeOutcome> => {
      const writes = await writesOf(changes, JSON.stringify(String(from + 1)))
      const revision = this.#ports.read((env) => readDirectoryRevision(env.meta))
      if (revision !== from) return { kind: 'conflict', revision }
      const needsRoom = writes.some(({ value }) => value !== undefined)
      await this.#ports.write((slab) => {
        for (const { key, value } of writes) slab.directoryObject(key, value)
        slab.directoryRevision(from + 1)
      }, needsRoom)
      return { kind: 'changed', revision: from + 1 }
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
