// Answers in the environment: a table of its own, each row the moment it is over and a text, written through the queue of commits.

import { checkAnswer, type AnswersStore, type StoredAnswer } from '../contracts/answers.js'
import { ByteReader } from '../rows/bytes.js'
import { keyOf, type LmdbEnv } from './lmdb-env.js'
import type { WriteSlab } from './write-slab.js'

/** Before every key: no key begins with NUL. */
const FIRST = Uint8Array.of(0)

export interface AnswersPorts {
  readonly read: <Answer>(verb: (env: LmdbEnv) => Answer) => Answer
  /** @param needsRoom whether to refuse it below the low-water mark */
  readonly write: (encode: (slab: WriteSlab) => void, needsRoom: boolean) => Promise<void>
}

export class LmdbAnswers implements AnswersStore {
  readonly #ports: AnswersPorts

  constructor(ports: AnswersPorts) {
    this.#ports = ports
  }

  async read(keys: readonly string[]): Promise<readonly (StoredAnswer | undefined)[]> {
    return this.#ports.read((env) => {
      const reader = new ByteReader()
      return keys.map((key) => {
        const row = env.answers.getBinaryFast(keyOf(Buffer.from(key, 'latin1')))
        if (row === undefined) return undefined
        const from = reader.over(row, 0)
        return { key, expiresAtMs: from.float64(), text: from.text() }
      })
    })
  }

  async write(rows: readonly StoredAnswer[]): Promise<void> {
    for (const row of rows) checkAnswer(row)
    await this.#ports.write((slab) => {
      for (const { key, text, expiresAtMs } of rows)
        slab.put('answers', Buffer.from(key, 'latin1'), (out) => {
          out.float64(expiresAtMs)
          out.text(text)
        })
    }, true)
  }

  async dropExpired(cursor: string, limit: number, wallMs: number): Promise<string> {
    const { over, last, looked } = this.#ports.read((env) => {
      const start = keyOf(cursor === '' ? FIRST : Buffer.from(cursor, 'latin1'))
      const reader = new ByteReader()
      const found = { over: [] as Uint8Array[], last: '', looked: 0 }
      for (const { key, value } of env.answers.getRange({ start, exclusiveStart: true, limit })) {
        found.looked++
        found.last = Buffer.from(key).toString('latin1')
        if (reader.over(value, 0).float64() <= wallMs) found.over.push(key)
      }
      return found
    })
    if (over.length > 0)
      await this.#ports.write((slab) => {
        for (const key of over) slab.remove('answers', key)
      }, false)
    return looked < limit ? '' : last
  }
}
