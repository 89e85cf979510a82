// The answer to one submit_sm: sent when the message is durable, or when it is refused.

import type { Clock } from '../../lib/clock.js'
import type { ReceiptDelivery } from '../../message/delivery.js'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { status, type Session } from '../../smpp/index.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { statusOf } from './statuses.js'

export class SubmitAnswer implements SubmissionAnswer {
  readonly #session: Session<ReceiptDelivery>
  readonly #sequence: number
  readonly #receivedAtMs: number
  readonly #clock: Clock
  readonly #metrics: Metrics

  /** @param receivedAtMs monotonic time of the read that brought it */
  constructor(
    session: Session<ReceiptDelivery>,
    sequence: number,
    receivedAtMs: number,
    clock: Clock,
    metrics: Metrics,
  ) {
    this.#session = session
    this.#sequence = sequence
    this.#receivedAtMs = receivedAtMs
    this.#clock = clock
    this.#metrics = metrics
  }

  accepted(id: MessageId): void {
    this.#metrics.accepted.count('esme')
    this.#metrics.acceptSeconds.record((this.#clock.monotonicMs() - this.#receivedAtMs) / 1000)
    this.#session.respondSubmitSm(this.#sequence, status.ESME_ROK, id)
  }

  refused(failure: Failure): void {
    this.#metrics.refused.count('esme', failure.reason)
    this.#session.respondSubmitSm(this.#sequence, statusOf(failure.reason), '')
  }
}
