// The answer to one MESSAGE: 202 when what is in it is durable, or the refusal that its failure comes to.

import type { Clock } from '../../lib/clock.js'
import type { Failure, FailureReason } from '../../message/failure.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import type { ServerTransaction } from '../../sip/index.js'
import { refusalOf } from './statuses.js'

/** What all answers share. */
export interface AnswerDesk {
  /** Who warns: a host name of ours. */
  readonly agent: string
  readonly retryAfterS: number
  readonly clock: Clock
  /** For counters. @param seconds from the request to the answer */
  readonly accepted: (seconds: number) => void
  readonly refused: (reason: FailureReason) => void
}

/** RFC 3428 §7: 202 is for who stores and forwards. */
const ACCEPTED = 202

export class SipAnswer implements SubmissionAnswer {
  readonly #desk: AnswerDesk
  readonly #transaction: ServerTransaction
  readonly #receivedAtMs: number

  /** @param receivedAtMs monotonic time of the read that brought it */
  constructor(desk: AnswerDesk, transaction: ServerTransaction, receivedAtMs: number) {
    this.#desk = desk
    this.#transaction = transaction
    this.#receivedAtMs = receivedAtMs
  }

  accepted(): void {
    this.#desk.accepted((this.#desk.clock.monotonicMs() - this.#receivedAtMs) / 1000)
    this.#transaction.answer(ACCEPTED)
  }

  refused({ reason }: Failure): void {
    const { agent, retryAfterS, refused } = this.#desk
    refused(reason)
    const { status, ...parts } = refusalOf(reason, agent, retryAfterS)
    this.#transaction.answer(status, parts)
  }

  /** What comes in a MESSAGE is never a part. */
  withheld(): void {
    // Nobody's window waits.
  }

  readmitted(): void {
    // As above.
  }
}
