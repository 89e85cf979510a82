// Stage 10: the message gets its id and its place in a lane, and is offered to the store. Its sender is answered when that
// is durable, and not before.

import type { SegmentDelivery } from '../../message/delivery.js'
import type { IdSource } from '../../message/id-source.js'
import type { DeliveryId, LaneKey, ConnectionId, AccountId } from '../../message/ids.js'
import type { Message } from '../../message/message.js'
import type { Recorder, UnitListener } from '../../store/contracts/recorder.js'
import type { StoreError } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import { storeFailure, type Routed, type SubmissionAnswer } from '../stage.js'

export interface AcceptPorts {
  readonly recorder: Recorder
  readonly ids: IdSource
  readonly laneOf: (route: readonly ConnectionId[], account: AccountId) => LaneKey
  /** The delivery is durable and answered: it may go. */
  readonly accepted: (delivery: SegmentDelivery) => void
}

export interface AcceptOptions {
  readonly defaultValidityMs: number
  readonly maxValidityMs: number
}

/** @param nowMs switch time; @param wallMs for the dates that people read */
export function accept(
  batch: readonly Routed[],
  ports: AcceptPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  for (const routed of batch) {
    const { submission } = routed
    const delivery = toDelivery(routed, ports, options, nowMs, wallMs)
    ports.recorder.offer({ kind: 'accepted', delivery }, new Acceptance(submission.answer, ports))
  }
}

function toDelivery(
  routed: Routed,
  ports: AcceptPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): SegmentDelivery {
  const { submission, route, policy } = routed
  const validityMs = Math.min(submission.validityMs ?? options.defaultValidityMs, options.maxValidityMs)
  const dueMs = nowMs + submission.scheduleMs
  const expiresAtMs = Math.max(nowMs, dueMs) + validityMs
  const message: Message = {
    id: ports.ids.next(),
    direction: 'mt',
    account: submission.account,
    source: submission.source,
    destination: submission.destination,
    content: submission.content,
    serviceType: submission.serviceType,
    protocolId: submission.protocolId,
    priority: submission.priority,
    replyPath: submission.replyPath,
    receiptRequest: submission.receiptRequest,
    tlvs: submission.tlvs,
    userMessageReference: submission.userMessageReference,
    acceptedAtMs: wallMs,
    expiresAtMs,
  }
  return {
    kind: 'segment',
    lane: ports.laneOf(route, submission.account),
    dueMs,
    id: message.id as string as DeliveryId,
    message,
    route,
    hop: 0,
    failover: policy.failover,
    failures: 0,
    unansweredBy: '',
    expiresAtMs,
  }
}

/** Waits for the store's word on one message and passes it to the sender. */
class Acceptance implements UnitListener {
  readonly #answer: SubmissionAnswer
  readonly #ports: AcceptPorts

  constructor(answer: SubmissionAnswer, ports: AcceptPorts) {
    this.#answer = answer
    this.#ports = ports
  }

  durable(unit: Unit): void {
    if (unit.kind !== 'accepted') return
    try {
      this.#answer.accepted(unit.delivery.message.id)
    } finally {
      // It is durable: it must go, whatever befell its sender's connection.
      this.#ports.accepted(unit.delivery)
    }
  }

  refused(_unit: Unit, error: StoreError): void {
    this.#answer.refused(storeFailure(error))
  }
}
