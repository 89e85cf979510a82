// Stage 10: the message gets its id and its place in a lane, and is offered to the store. Its sender is answered when that
// is durable, and not before.

import type { Bill, Move } from '../../message/bill.js'
import type { MoDelivery, SegmentDelivery } from '../../message/delivery.js'
import type { IdSource } from '../../message/id-source.js'
import type { DeliveryId, LaneKey, ConnectionId, AccountId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Limited } from '../../message/limited.js'
import type { Message } from '../../message/message.js'
import type { PoolSender } from '../../message/pool-sender.js'
import type { Books } from '../../money/books.js'
import type { Recorder, UnitListener } from '../../store/contracts/recorder.js'
import type { StoreError } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import type { AuthorizedOnNet } from '../on-net/on-net.js'
import type { Owned } from '../owner/owner.js'
import { storeFailure, type Authorized, type Submission, type SubmissionAnswer, type Together } from '../stage.js'

export interface AcceptPorts {
  readonly recorder: Recorder
  readonly ids: IdSource
  readonly laneOf: (
    route: readonly ConnectionId[],
    account: AccountId,
    sender?: PoolSender,
    limited?: Limited,
  ) => LaneKey
  /** Of what waits for its network. */
  readonly laneOfUndecided: (account: AccountId) => LaneKey
  /** Of messages from phones and other accounts to an account. */
  readonly laneOfMo: (account: AccountId) => LaneKey
  /** The delivery is durable and answered: it may go. */
  readonly accepted: (delivery: SegmentDelivery | MoDelivery) => void
  /** What was reserved for a message that the store refuses is given back. */
  readonly books: Books
  /** What was reserved is in the books of the store. Called on the hot path. */
  readonly held: (move: Move) => void
}

export interface AcceptOptions {
  readonly defaultValidityMs: number
  readonly maxValidityMs: number
  /** How long at most a message waits for a SIP user, or for an account that it goes to on-net; left out: as any other. */
  readonly offlineMs?: number
}

/** Towards phones. @param nowMs switch time; @param wallMs for the dates that people read */
export function accept(
  batch: readonly Authorized[],
  ports: AcceptPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  for (const authorized of batch) {
    const { account, route, policy, move, submission } = authorized
    const { chosenSender: sender, limited } = submission
    const validityMs = validityOf(submission, options)
    const message = toMessage(authorized, 'mt', account.id, validityMs, ports, nowMs, wallMs)
    const delivery: SegmentDelivery = {
      kind: 'segment',
      lane: authorized.isUndecided
        ? ports.laneOfUndecided(account.id)
        : ports.laneOf(route, account.id, sender, limited),
      dueMs: nowMs + submission.scheduleMs,
      id: deliveryIdOf(message),
      message,
      route,
      hop: 0,
      failover: policy.failover,
      failures: 0,
      unansweredBy: '',
      progress: undefined,
      sender,
      bill: authorized.bill,
      expiresAtMs: message.expiresAtMs,
    }
    offer(delivery, authorized, move, ports)
  }
}

/** From phones. @param billOf undefined where nobody pays */
export function acceptMo(
  batch: readonly Owned[],
  billOf: (owned: Owned) => Bill | undefined,
  ports: AcceptPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  for (const owned of batch) {
    const { account } = owned
    const { sip } = account
    const validityMs = sip === undefined ? validityOf(owned.submission, options) : offlineOf(owned.submission, options)
    const message = toMessage(owned, 'mo', account.id, validityMs, ports, nowMs, wallMs)
    const delivery: MoDelivery = {
      kind: 'mo',
      lane: ports.laneOfMo(account.id),
      dueMs: nowMs + owned.submission.scheduleMs,
      id: deliveryIdOf(message),
      message,
      failures: 0,
      taken: 0,
      bill: billOf(owned),
      expiresAtMs: message.expiresAtMs,
    }
    offer(delivery, owned, undefined, ports)
  }
}

/** From one account of ours to another: its sender's, in the lane of whom it goes to. */
export function acceptOnNet(
  batch: readonly AuthorizedOnNet[],
  ports: AcceptPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  for (const authorized of batch) {
    const { account, target, submission, bill, move } = authorized
    const message = toMessage(authorized, 'mt', account.id, offlineOf(submission, options), ports, nowMs, wallMs)
    const delivery: MoDelivery = {
      kind: 'mo',
      lane: ports.laneOfMo(target.id),
      dueMs: nowMs + submission.scheduleMs,
      id: deliveryIdOf(message),
      message,
      failures: 0,
      taken: 0,
      bill,
      expiresAtMs: message.expiresAtMs,
    }
    offer(delivery, authorized, move, ports)
  }
}

function validityOf({ validityMs }: Submission, { defaultValidityMs, maxValidityMs }: AcceptOptions): number {
  return Math.min(validityMs ?? defaultValidityMs, maxValidityMs)
}

/** The same where somebody may be away for long. */
function offlineOf({ validityMs }: Submission, options: AcceptOptions): number {
  const { defaultValidityMs, maxValidityMs, offlineMs } = options
  return Math.min(validityMs ?? offlineMs ?? defaultValidityMs, offlineMs ?? Infinity, maxValidityMs)
}

function toMessage(
  { submission, assembly }: Together,
  direction: Message['direction'],
  account: AccountId,
  validityMs: number,
  ports: AcceptPorts,
  nowMs: number,
  wallMs: number,
): Message {
  return {
    id: assembly.id ?? ports.ids.next(),
    direction,
    account,
    source: submission.source,
    destination: submission.destination,
    asSent: submission.asSent,
    content: submission.content,
    shape: assembly.shape,
    parts: assembly.parts,
    serviceType: submission.serviceType,
    protocolId: submission.protocolId,
    priority: submission.priority,
    replyPath: submission.replyPath,
    receiptRequest: submission.receiptRequest,
    tlvs: submission.tlvs,
    userMessageReference: submission.userMessageReference,
    acceptedAtMs: wallMs,
    // Its time begins when it may first be tried.
    expiresAtMs: Math.max(nowMs, nowMs + submission.scheduleMs) + validityMs,
  }
}

function deliveryIdOf({ id }: Message): DeliveryId {
  return id as string as DeliveryId
}

function offer(
  delivery: SegmentDelivery | MoDelivery,
  { submission, assembly }: Together,
  move: Move | undefined,
  ports: AcceptPorts,
): void {
  const { transaction, kept, chosenRows } = submission
  const { collected: parts } = assembly
  const isPlain = transaction === undefined && kept === undefined && chosenRows === undefined
  const unit: AcceptedUnit = isPlain
    ? acceptedUnit(delivery, parts, move)
    : { kind: 'accepted', delivery, parts, transaction, kept: keptWith(delivery, submission), move }
  ports.recorder.offer(unit, new Acceptance(submission.answer, ports))
}

/** Of the choice of its number, and what its edge wants. */
function keptWith(
  delivery: SegmentDelivery | MoDelivery,
  { kept, chosenRows }: Submission,
): readonly KeptRow[] | undefined {
  if (kept === undefined) return chosenRows
  const ofEdge = kept(delivery.message, delivery.bill)
  return chosenRows === undefined ? ofEdge : [...chosenRows, ...ofEdge]
}

function acceptedUnit(
  delivery: SegmentDelivery | MoDelivery,
  collected: readonly MessageId[],
  move: Move | undefined,
): AcceptedUnit {
  if (move !== undefined) return { kind: 'accepted', delivery, parts: collected, move }
  return collected.length === 0 ? { kind: 'accepted', delivery } : { kind: 'accepted', delivery, parts: collected }
}

type AcceptedUnit = Extract<Unit, { readonly kind: 'accepted' }>

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
    if (unit.move !== undefined) this.#ports.held(unit.move)
    try {
      this.#answer.accepted(unit.delivery.message.id)
    } finally {
      // It is durable: it must go, whatever befell its sender's connection.
      this.#ports.accepted(unit.delivery)
    }
  }

  refused(unit: Unit, error: StoreError): void {
    // First the money: whoever is told may try again at once.
    if (unit.kind === 'accepted' && unit.move !== undefined) this.#ports.books.undo(unit.move)
    this.#answer.refused(storeFailure(error))
  }
}
