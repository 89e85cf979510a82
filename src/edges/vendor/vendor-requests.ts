// What a vendor asks of us over one connection, sorted: receipts to be placed, messages from phones to be taken, the rest refused.

import type { Connection } from '../../directory/snapshot.js'
import type { Sender } from '../../message/collected-part.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { Failure } from '../../message/failure.js'
import type { Submission } from '../../pipeline/stage.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import { status, type AppRequest, type PduOf, type Session } from '../../smpp/index.js'
import { LogPace } from '../../telemetry/log-pace.js'
import { MoAnswer } from './mo-answer.js'
import { toMoSubmission } from './mo-ingress.js'
import type { StallWatch } from './stall-watch.js'
import { isReceipt, type VendorReceipts } from './vendor-receipts.js'
import type { VendorPorts } from './vendor-ports.js'

/** What one read of a bind brought. */
export interface ReadBatch {
  readonly receipts: VendorReceipt[]
  readonly mo: Submission[]
}

/** Of refused messages, one line in so many ms. */
const LINE_EVERY_MS = 1000

export class VendorRequests {
  #connection: Connection
  readonly #ports: VendorPorts
  readonly #receipts: VendorReceipts
  readonly #sender: Sender
  readonly #pace = new LogPace(LINE_EVERY_MS)
  #stopping = false

  constructor(connection: Connection, receipts: VendorReceipts, ports: VendorPorts) {
    this.#connection = connection
    this.#receipts = receipts
    this.#ports = ports
    this.#sender = { kind: 'vendor', vendor: connection.vendor, connection: connection.id }
  }

  renew(connection: Connection): void {
    this.#connection = connection
  }

  /** From here on messages are refused; receipts are taken as ever. */
  stop(): void {
    this.#stopping = true
  }

  /**
   * Puts a request into the batch of its read, or answers it.
   *
   * @param stall the session's, told of answers that are withheld
   */
  take(request: AppRequest, session: Session<SegmentDelivery>, batch: ReadBatch, stall: StallWatch): void {
    if (request.command !== 'deliver_sm' && request.command !== 'data_sm') {
      // alert_notification has no response (SMPP 3.4 §4.12.1).
      if (request.command !== 'alert_notification') session.respond(request, status.ESME_RINVCMDID)
      return
    }
    if (!isReceipt(request)) return this.#message(request, session, batch, stall)
    const receipt = this.#receipts.read(request, session)
    if (receipt !== undefined) batch.receipts.push(receipt)
  }

  #message(
    pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>,
    session: Session<SegmentDelivery>,
    batch: ReadBatch,
    stall: StallWatch,
  ): void {
    const answer = new MoAnswer(session, pdu, stall, this.#ended)
    if (this.#stopping) return answer.refused({ reason: 'stopping', cause: 'the switch is going down' })
    const submission = toMoSubmission(pdu, {
      sender: this.#sender,
      link: session,
      text: this.#connection.text,
      answer,
    })
    if ('reason' in submission) answer.refused(submission)
    else batch.mo.push(submission)
  }

  /** One function for all answers. */
  readonly #ended = (destination: string, failure: Failure | undefined): void => {
    const { id } = this.#connection
    const { metrics, log, clock } = this.#ports
    metrics.mo.count(id, failure === undefined ? 'accepted' : 'refused')
    if (failure === undefined || this.#pace.note(failure.reason, clock.monotonicMs()) === 0) return
    log.event('vendor.moRefused', { connection: id, destination, why: `${failure.reason}: ${failure.cause}` })
  }
}
