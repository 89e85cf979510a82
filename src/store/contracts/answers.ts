// What is kept of answers that were bought from others, until they are over: texts by key. Losing one costs a question, never a
// message. Types and checks only.

export interface StoredAnswer {
  /** 1–300 printable ASCII characters. */
  readonly key: string
  /** The store does not look into it. */
  readonly text: string
  /** Wall time, ms: from then on it means nothing. */
  readonly expiresAtMs: number
}

export interface AnswersStore {
  /** The row of each key in the same order, undefined where there is none; expired ones come, too. */
  read(keys: readonly string[]): Promise<readonly (StoredAnswer | undefined)[]>
  /** Replaces the row of each key, all or none. Rejects with a StoreError; `full` below the low-water mark. */
  write(rows: readonly StoredAnswer[]): Promise<void>
  /**
   * Looks at up to `limit` rows from `cursor` ('' to begin) and removes those that are over at `wallMs`.
   * @returns the cursor to go on from, '' at the end
   */
  dropExpired(cursor: string, limit: number, wallMs: number): Promise<string>
}

/** A store that keeps answers beside the messages. */
export interface KeepsAnswers {
  readonly answers: AnswersStore
}

export const ANSWER_KEY_MAX = 300

/** @throws RangeError for a key that no store takes, or a time that is none */
export function checkAnswer({ key, expiresAtMs }: StoredAnswer): void {
  if (!/^[\x20-\x7e]+$/.test(key) || key.length > ANSWER_KEY_MAX)
    throw new RangeError(`a key of an answer has 1–${ANSWER_KEY_MAX} printable ASCII characters`)
  if (!Number.isFinite(expiresAtMs)) throw new RangeError('the time at which an answer is over must be a number')
}
