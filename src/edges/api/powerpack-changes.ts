// Changes of packs, numbers and applications, one after the other: each is judged when the one before it counts, counts once it is durable.
import type { KeptRow } from '../../message/kept.js'
import type { Change, Judged, Refusal } from '../../powerpack/change.js'

/** Keeps rows as one step, durably. Rejects with StoreError where nothing of it was kept. */
export type CommitRows = (rows: readonly KeptRow[]) => Promise<void>

export interface TooMany {
  readonly kind: 'tooMany'
}

export type Changed<T> = { readonly kind: 'changed'; readonly value: T } | Refusal | TooMany

/** Rows of one step; a pack of 100,000 numbers must not hold up everybody else while it goes. */
const STEP_ROWS = 1_000

export class PowerpackChanges {
  readonly #commit: CommitRows
  readonly #maxWaiting: number
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** @param maxWaiting changes that wait for their turn; one more is not taken */
  constructor(commit: CommitRows, maxWaiting = 1_000) {
    this.#commit = commit
    this.#maxWaiting = maxWaiting
  }

  /**
   * Rejects as the commit does: nothing has changed then. Of a change with more than 1000 rows the first ones may be durable all the
   * same; it is made again by the same judge.
   *
   * @param judge called at the change's turn; no other change is made until its rows are durable
   */
  make<T>(judge: () => Judged<T> | Promise<Judged<T>>): Promise<Changed<T>> {
    if (this.#waiting >= this.#maxWaiting) return Promise.resolve({ kind: 'tooMany' })
    this.#waiting++
    const made = this.#last.then(() => this.#made(judge))
    this.#last = made.then(this.#ended, this.#ended)
    return made
  }

  /** Resolves when all changes that were asked for have ended. */
  async settled(): Promise<void> {
    while (this.#waiting > 0) await this.#last
  }

  readonly #ended = (): void => {
    this.#waiting--
  }

  async #made<T>(judge: () => Judged<T> | Promise<Judged<T>>): Promise<Changed<T>> {
    const judged = await judge()
    if (judged.kind === 'refused') return judged
    for (let from = 0; from < judged.rows.length; from += STEP_ROWS)
      await this.#commit(judged.rows.slice(from, from + STEP_ROWS))
    judged.apply()
    return { kind: 'changed', value: judged.value }
  }
}

/** Changes that do not bear on each other, as one. The first refusal is that of all. */
export function together<T>(main: Judged<T>, others: readonly Judged<unknown>[]): Judged<T> {
  if (main.kind === 'refused') return main
  const all: Change<unknown>[] = [main]
  for (const other of others) {
    if (other.kind === 'refused') return other
    all.push(other)
  }
  const rows: readonly KeptRow[] = all.flatMap((change) => change.rows)
  return { kind: 'change', rows, value: main.value, apply: () => all.forEach((change) => change.apply()) }
}
