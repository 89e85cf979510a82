// Answers that outlive the process: a port to a store, read and written in batches. What fails here costs a lookup, never a message.

import type { LookupAnswer } from './provider.js'

/** One answer as it is stored. */
export interface LookupRow {
  readonly number: string
  readonly answer: LookupAnswer
  /** Wall time, ms: the row means nothing from then on and may be dropped. */
  readonly expiresAtMs: number
}

/** What a store must do: two verbs, each for many numbers at once. Neither needs to be durable at once. */
export interface LookupStore {
  /** The row of each number in the same order, undefined where there is none. Expired rows may come, too. */
  read(numbers: readonly string[]): Promise<readonly (LookupRow | undefined)[]>
  /** Replaces the row of each number. */
  write(rows: readonly LookupRow[]): Promise<void>
}

/** One read and one write at a time: what comes meanwhile goes together in the next. */
export class StoredAnswers {
  readonly #store: LookupStore
  readonly #max: number
  readonly #failed: (error: unknown) => void
  #toRead = new Map<string, (row: LookupRow | undefined) => void>()
  #toWrite = new Map<string, LookupRow>()
  #reading: Promise<void> | undefined
  #writing: Promise<void> | undefined

  /**
   * @param max numbers that wait to be read, and rows that wait to be written; what is beyond is not found, or not stored
   * @param failed told of each error of the store
   */
  constructor(store: LookupStore, max: number, failed: (error: unknown) => void) {
    this.#store = store
    this.#max = max
    this.#failed = failed
  }

  /** The stored row; undefined when there is none, the store fails or too many wait. A number is read once at a time. */
  read(number: string): Promise<LookupRow | undefined> {
    if (this.#toRead.size >= this.#max || this.#toRead.has(number)) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#toRead.set(number, resolve)
      this.#reading ??= this.#readAll()
    })
  }

  write(row: LookupRow): void {
    if (this.#toWrite.size >= this.#max) return
    this.#toWrite.set(row.number, row)
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when everything given to `write` is written or has failed. */
  async flushed(): Promise<void> {
    await this.#writing
  }

  async #readAll(): Promise<void> {
    while (this.#toRead.size > 0) {
      // A turn later, so that numbers asked in one go are read in one go.
      await Promise.resolve()
      const batch = this.#toRead
      this.#toRead = new Map()
      let rows: readonly (LookupRow | undefined)[] = []
      try {
        rows = await this.#store.read([...batch.keys()])
      } catch (error) {
        this.#failed(error)
      }
      let i = 0
      for (const resolve of batch.values()) resolve(rows[i++])
    }
    // In the same step as the last look at the queue: who comes between the two would wait for ever.
    this.#reading = undefined
  }

  async #writeAll(): Promise<void> {
    while (this.#toWrite.size > 0) {
      await Promise.resolve()
      const batch = this.#toWrite
      this.#toWrite = new Map()
      try {
        await this.#store.write([...batch.values()])
      } catch (error) {
        this.#failed(error)
      }
    }
    this.#writing = undefined
  }
}
