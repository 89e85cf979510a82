// Answers in the memory store: one map, changed through the store's own queue of commits. Nothing survives the process.

import { checkAnswer, type AnswersStore, type StoredAnswer } from '../contracts/answers.js'
import type { MemoryState } from './memory-state.js'

export class MemoryAnswers implements AnswersStore {
  readonly #state: () => MemoryState
  readonly #enqueue: (change: (state: MemoryState) => void) => Promise<void>

  /** @param state of an open store, or throws */
  constructor(state: () => MemoryState, enqueue: (change: (state: MemoryState) => void) => Promise<void>) {
    this.#state = state
    this.#enqueue = enqueue
  }

  async read(keys: readonly string[]): Promise<readonly (StoredAnswer | undefined)[]> {
    const { answers } = this.#state()
    return keys.map((key) => answers.get(key))
  }

  async write(rows: readonly StoredAnswer[]): Promise<void> {
    this.#state()
    for (const row of rows) checkAnswer(row)
    await this.#enqueue(({ answers }) => {
      for (const row of rows) answers.set(row.key, row)
    })
  }

  async dropExpired(cursor: string, limit: number, wallMs: number): Promise<string> {
    const keys = [...this.#state().answers.keys()].filter((key) => key > cursor).sort()
    const looked = keys.slice(0, limit)
    await this.#enqueue(({ answers }) => {
      for (const key of looked) if ((answers.get(key)?.expiresAtMs ?? Infinity) <= wallMs) answers.delete(key)
    })
    return looked.length < limit ? '' : (looked.at(-1) ?? '')
  }
}
