// The answer to one submit_sm: sent when the message is durable, or when it is refused.

import type { Clock } from '../../lib/clock.js'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { status } from '../../smpp/index.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { EsmeSession } from './receivers.js'
import { statusOf } from './statuses.js'

/** What all answers of one session share. */
export interface AnswerDesk {
  readonly session: EsmeSession
  readonly clock: Clock
  readonly metrics: Metrics
  /** One part more of the session is withheld, or one less. */
  readonly withheldBy: (change: 1 | -1) => void
}

export class SubmitAnswer implements SubmissionAnswer {
  readonly #desk: AnswerDesk
  readonly #sequence: number
  readonly #receivedAtMs: number
  #standing: 'owed' | 'withheld' | 'readmitted' = 'owed'

  /** @param receivedAtMs monotonic time of the read that brought it */
  constructor(desk: AnswerDesk, sequence: number, receivedAtMs: number) {
    this.#desk = desk
    this.#sequence = sequence
    this.#receivedAtMs = receivedAtMs
  }

  accepted(id: MessageId): void {
    const { session, clock, metrics } = this.#desk
    metrics.accepted.count('esme')
    // How long a part waited for the others is its sender's doing.
    if (this.#standing === 'owed') metrics.acceptSeconds.record((clock.monotonicMs() - this.#receivedAtMs) / 1000)
    else this.readmitted()
    session.respondSubmitSm(this.#sequence, status.ESME_ROK, id)
  }

  refused(failure: Failure): void {
    const { session, metrics } = this.#desk
    metrics.refused.count('esme', failure.reason)
    this.readmitted()
    session.respondSubmitSm(this.#sequence, statusOf(failure.reason), '')
  }

  withheld(): void {
    this.#standing = 'withheld'
    this.#desk.withheldBy(1)
    this.#desk.session.withhold()
  }

  readmitted(): void {
    if (this.#standing !== 'withheld') return
    this.#standing = 'readmitted'
    this.#desk.withheldBy(-1)
    this.#desk.session.readmit()
  }
}
