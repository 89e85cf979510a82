// What becomes of one destination of a request: its message is accepted under an id with what is kept of it, or why there is none.

import type { Bill } from '../../message/bill.js'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import type { ApiReason } from './codes.js'

export interface ApiFailure {
  readonly reason: ApiReason
  /** In place of the usual words of the reason. */
  readonly error?: string
}

type RowsOf = (outcome: Outcome, message: Message, bill: Bill | undefined) => readonly KeptRow[]

/** Waits for the word on one destination. */
export class Outcome implements SubmissionAnswer {
  readonly to: string
  /** In its request. */
  readonly index: number
  /** '' where there is no message. */
  id: MessageId | '' = ''
  failure: ApiFailure | undefined
  readonly #done: (outcome: Outcome) => void
  readonly #rowsOf: RowsOf
  readonly #durable: (rows: readonly KeptRow[]) => void
  #rows: readonly KeptRow[] = []

  /** @param durable told of what is kept of it, once it is accepted; then `done` */
  constructor(
    to: string,
    index: number,
    rowsOf: RowsOf,
    durable: (rows: readonly KeptRow[]) => void,
    done: (outcome: Outcome) => void,
  ) {
    this.to = to
    this.index = index
    this.#rowsOf = rowsOf
    this.#durable = durable
    this.#done = done
  }

  /** For the step that accepts it. */
  readonly kept = (message: Message, bill: Bill | undefined): readonly KeptRow[] => {
    this.#rows = this.#rowsOf(this, message, bill)
    return this.#rows
  }

  accepted(id: MessageId): void {
    this.id = id
    this.#durable(this.#rows)
    this.#done(this)
  }

  refused({ reason }: Failure): void {
    this.fail({ reason })
  }

  fail(failure: ApiFailure): void {
    this.failure = failure
    this.#done(this)
  }

  /** What comes by the API is never a part. */
  withheld(): void {
    // Nobody's window waits.
  }

  readmitted(): void {
    // As above.
  }
}
