// The answer to one message from a phone: sent when it is durable, or when it is refused.

import type { SegmentDelivery } from '../../message/delivery.js'
import type { Failure } from '../../message/failure.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { status, type PduOf, type Session } from '../../smpp/index.js'
import { moStatusOf } from './mo-statuses.js'
import type { StallWatch } from './stall-watch.js'

/** Counts and tells; `failure` is undefined when it was taken. */
export type MoEnded = (destination: string, failure: Failure | undefined) => void

export class MoAnswer implements SubmissionAnswer {
  readonly #session: Session<SegmentDelivery>
  readonly #command: 'deliver_sm' | 'data_sm'
  readonly #sequence: number
  readonly #destination: string
  readonly #stall: StallWatch
  readonly #ended: MoEnded
  #waits = false

  constructor(
    session: Session<SegmentDelivery>,
    { command, sequence, destination_addr }: PduOf<'deliver_sm'> | PduOf<'data_sm'>,
    stall: StallWatch,
    ended: MoEnded,
  ) {
    this.#session = session
    this.#command = command
    this.#sequence = sequence
    this.#destination = destination_addr
    this.#stall = stall
    this.#ended = ended
  }

  accepted(): void {
    this.#respond(status.ESME_ROK)
    this.#ended(this.#destination, undefined)
  }

  refused(failure: Failure): void {
    this.#respond(moStatusOf(failure.reason))
    this.#ended(this.#destination, failure)
  }

  /** Its other parts must be read, however many of them the receive window has place for. */
  withheld(): void {
    if (this.#waits) return
    this.#waits = true
    this.#session.withhold()
    this.#stall.waits(true)
  }

  readmitted(): void {
    if (!this.#waits) return
    this.#waits = false
    this.#session.readmit()
    this.#stall.waits(false)
  }

  // message_id stays empty: deliver_sm_resp has none (SMPP 3.4 §4.6.2), and ours would tell the vendor nothing.
  #respond(commandStatus: number): void {
    this.readmitted()
    this.#session.respond({ command: this.#command, sequence: this.#sequence }, commandStatus)
  }
}
