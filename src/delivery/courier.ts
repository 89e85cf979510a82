// Follows each delivery from the moment it is durable to its end: hands it to the dispatcher, records what became of it,
// and puts what the sender must be told into the outbox. Knows no protocol and no concrete store.

import type { CollectedPart } from '../message/collected-part.js'
import type { Delivery, EsmeDelivery, MoDelivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { isFinal, type MessageState } from '../message/state.js'
import type { Correlator } from '../receipts/correlator.js'
import { originOfPart } from '../receipts/origin.js'
import type { UnitListener } from '../store/contracts/recorder.js'
import type { Unit } from '../store/contracts/unit.js'
import type { ConnectionRules } from './connection-rules.js'
import type { CourierOptions, CourierPorts } from './courier-ports.js'
import { decidedEnding, type Decision } from './decided.js'
import type { Dispatcher } from './dispatcher.js'
import { EndingRecorder } from './ending-recorder.js'
import { NO_ERROR, over, requeued, type Ending, type Report } from './ending.js'
import { takenOf } from './lane.js'
import { Notices, type NotifyResult } from './notices.js'
import { limitedIn } from './lane-key.js'
import { cappedEnding, limitedEnding } from './limited-turn.js'
import { endingOf, expiredEnding, unansweredEnding, type AttemptResult } from './outcome.js'
import { reroutedEnding, type NewRoute } from './reroute.js'
import { senderEnding } from './sender-turn.js'
import { Settling } from './settling.js'
import { Stopped, stoppedEnding } from './stopped.js'
import type { SuccessRules } from './success.js'
import { pinned } from './taken.js'
import { Unanswered } from './unanswered.js'

export type { CourierEvents, CourierOptions, CourierPorts } from './courier-ports.js'
export type { NotifyResult } from './notices.js'

const noRows: readonly KeptRow[] = []

export class Courier implements UnitListener {
  readonly #ports: CourierPorts
  readonly #options: CourierOptions
  readonly #unanswered: Unanswered
  readonly #stopped = new Stopped()
  readonly #settling: Settling
  #dispatcher!: Dispatcher
  #correlator!: Correlator
  #notices!: Notices
  #endings!: EndingRecorder

  /** For answers that came late: the next segment is not under way, it waits for its turn in its lane. */
  readonly #late: UnitListener = { durable: (unit) => this.#durableLate(unit) }
  /** For what waited for its network. */
  readonly #undecided: UnitListener = { durable: (unit) => this.#durableUndecided(unit) }

  /** One function for all attempts. Whose segments they are makes no difference to who is up. */
  readonly #isUp = (connection: ConnectionId): boolean =>
    this.#dispatcher.isServed({ kind: 'vendor', route: [connection], account: '' as AccountId })

  constructor(ports: CourierPorts, options: CourierOptions) {
    this.#ports = ports
    this.#options = options
    this.#settling = new Settling(ports.money, ports.wallMs)
    this.#unanswered = new Unanswered(
      options.unansweredMax,
      (connection) => ports.rules(connection)?.vendor,
      ports.calledAs,
    )
  }

  /** The courier, the dispatcher and the correlator need each other; the composition root ties the knot once. */
  connect(dispatcher: Dispatcher, correlator: Correlator): void {
    this.#dispatcher = dispatcher
    this.#correlator = correlator
    this.#notices = new Notices(this.#ports, this.#options, dispatcher, this.#settling, this)
    this.#endings = new EndingRecorder(this.#ports, {
      ...{ correlator, notices: this.#notices, settling: this.#settling, stopped: this.#stopped },
      ...{ unanswered: this.#unanswered, listener: this, late: this.#late },
    })
  }

  /**
   * Answers of a connection that are not durable yet: a crash now would send those segments again. Whoever sends over it
   * keeps that to a window's worth.
   */
  unrecorded(connection: ConnectionId): number {
    return this.#endings.unrecorded(connection)
  }

  /** A message was accepted and is durable. */
  accepted(delivery: SegmentDelivery | MoDelivery): void {
    this.#dispatcher.offer(delivery, this.#ports.nowMs())
  }

  /**
   * An attempt over a connection ended. Returns the next segment of its message where there is one and it may go at once: it
   * is to be sent over the same link, or given to `notSent`.
   */
  attemptEnded(
    delivery: SegmentDelivery,
    connection: ConnectionId,
    result: AttemptResult,
  ): SegmentDelivery | undefined {
    const rules = this.#ports.rules(connection)
    if (rules === undefined) {
      this.notSent(delivery)
      return undefined
    }
    if (rules.adaptive !== undefined) this.#judge(rules.adaptive, connection, result)
    const ending = this.#endingOf(delivery, result, rules)
    const ended = this.#endings.end(delivery, ending, connection)
    // What waits for a reading comes back to its lane with its record.
    if (ending.outcome.kind !== 'advanced' || ended !== undefined) return undefined
    const { next } = ending.outcome
    if (this.#stopped.has(next)) {
      this.#stop(next)
      return undefined
    }
    return this.#dispatcher.goesOn(next, this.#ports.nowMs()) ? next : undefined
  }

  /** What a connection refuses for good, or can't carry, says nothing about how well it does. */
  #judge(rules: SuccessRules, connection: ConnectionId, result: AttemptResult): void {
    const isOfMessage = result.kind === 'cannotCarry' || (result.kind === 'refused' && result.permanent)
    if (!isOfMessage) this.#ports.judged?.(connection, result.kind === 'taken', rules)
  }

  /**
   * About to be sent over a connection: true when it has begun over another one. It was put into that one's lane then, or is
   * over where no such connection is in use any more, or by a report on those before it, and must not be sent.
   */
  isElsewhere(delivery: SegmentDelivery, connection: ConnectionId): boolean {
    const { progress } = delivery
    if (this.#stopped.has(delivery)) {
      this.#dispatcher.notSent(delivery)
      this.#stop(delivery)
      return true
    }
    if (progress === undefined || progress.taken === 0 || progress.connection === connection) return false
    const ending = this.#ports.isUsable(progress.connection)
      ? requeued(pinned(delivery, progress, delivery.dueMs))
      : over(delivery, 'UNDELIVERABLE', 'noRoute', NO_ERROR)
    this.#dispatcher.notSent(delivery)
    void this.#endings.end(delivery, ending, undefined)
    return true
  }

  /**
   * It was handed out and not sent, or the vendor asked for a pause instead of taking it: no try is spent. With `pauseMs`
   * its lane rests as long, order kept. What was marked must come back as marked: its mark is taken back.
   */
  notSent(delivery: Delivery, pauseMs = 0): void {
    const nowMs = this.#ports.nowMs()
    const back = delivery.kind === 'segment' && this.#isMarked(delivery) ? this.#unmark(delivery) : delivery
    this.#dispatcher.putBack(back, nowMs, pauseMs > 0 ? nowMs + pauseMs : 0)
  }

  /**
   * About to be sent where a second sending is unwanted: `then` gets the marked delivery once that is durable. From then on
   * only the marked one counts: its attempt ends, or it goes to `notSent`.
   */
  mark(delivery: SegmentDelivery, connection: ConnectionId, then: (marked: SegmentDelivery) => void): void {
    const marked: SegmentDelivery = { ...delivery, unansweredBy: connection }
    this.#ports.recorder.record({ kind: 'attempted', delivery: marked }, { durable: () => then(marked) })
  }

  /**
   * A marked delivery that comes up again was under way when the switch died: whether the vendor has it is not known, and
   * its connection does not want it sent twice. True when it was dealt with and must not be sent.
   */
  isUnanswered(delivery: SegmentDelivery): boolean {
    if (!this.#isMarked(delivery)) return false
    this.#dispatcher.notSent(delivery)
    this.attemptEnded(delivery, delivery.unansweredBy, { kind: 'unanswered' })
    return true
  }

  #isMarked(
    delivery: SegmentDelivery,
  ): delivery is SegmentDelivery & { readonly unansweredBy: Exclude<SegmentDelivery['unansweredBy'], ''> } {
    if (delivery.unansweredBy === '') return false
    const rules = this.#ports.rules(delivery.unansweredBy)
    return rules !== undefined && rules.onUnanswered !== 'resend'
  }

  /** Keeps its place in the lane. A crash before that is durable finds the mark, as if the answer had not come. */
  #unmark(delivery: SegmentDelivery): SegmentDelivery {
    const unmarked: SegmentDelivery = { ...delivery, unansweredBy: '' }
    this.#ports.recorder.recordLazily({ kind: 'attempted', delivery: unmarked }, this)
    return unmarked
  }

  /** It is being sent (again): no late answer is waited for any more. */
  sending(delivery: SegmentDelivery): void {
    if (delivery.unansweredBy !== '') this.#unanswered.remove(delivery.id)
  }

  /**
   * A vendor's good answer came after it was given up: cancels a resend that has not happened yet.
   *
   * @param original as it was sent then
   * @param isAsked as in an attempt's result
   */
  answeredLate(original: SegmentDelivery, connection: ConnectionId, vendorMessageId: string, isAsked?: boolean): void {
    const rules = this.#ports.rules(connection)
    const waiting = this.#unanswered.get(original.id)
    if (rules === undefined || waiting?.unansweredBy !== connection || takenOf(waiting) !== takenOf(original)) return
    if (!this.#claim(waiting)) return
    this.#ports.events.lateAnswerUsed(connection)
    // The validity of the original: while waiting for a receipt the delivery carried another deadline. And what it made there:
    // that is forgotten when it may be sent over another connection.
    const delivery = { ...waiting, expiresAtMs: original.expiresAtMs, progress: original.progress }
    const ending = this.#endingOf(delivery, { kind: 'taken', vendorMessageId, isAsked }, rules)
    const { outcome } = ending
    if (outcome.kind !== 'advanced' || outcome.next.progress === undefined) {
      void this.#endings.end(delivery, ending, connection)
      return
    }
    const next = pinned(outcome.next, outcome.next.progress, this.#ports.nowMs())
    void this.#endings.end(delivery, { ...ending, outcome: { ...outcome, next } }, connection, this.#late)
  }

  /** A vendor's refusal came after it was given up: nothing else changes than what its day counts. */
  refusedLate({ id }: SegmentDelivery): void {
    this.#keep(this.#ports.limited?.refusedLate(id))
  }

  /**
   * For the correlator: the only segment that waits unanswered for this vendor and phone, taken out of its lane; undefined
   * where it was accepted after `receivedAtMs` (wall time), when the receipt was there already.
   *
   * @param state as the receipt has it
   */
  claimUnanswered(
    vendor: VendorId,
    destination: string,
    receivedAtMs: number,
    state: MessageState,
  ): SegmentDelivery | undefined {
    if (this.#unanswered.size === 0) return undefined
    const waiting = this.#unanswered.onlyFor(vendor, destination)
    if (waiting === undefined || waiting.message.acceptedAtMs > receivedAtMs) return undefined
    if (!this.#claim(waiting) || waiting.unansweredBy === '') return undefined
    this.#countReported(waiting, state)
    const rules = this.#ports.rules(waiting.unansweredBy)
    return rules === undefined ? waiting : this.#settling.takenUnanswered(waiting, rules)
  }

  /** Before it is recorded: a crash in between counts too many rather than too few. */
  #countReported(delivery: SegmentDelivery, state: MessageState): void {
    const { limited } = this.#ports
    if (limited?.isIdle === false) this.#keep(limited.reported(delivery, state === 'REJECTED'))
  }

  #keep(rows: readonly KeptRow[] = noRows): void {
    if (rows.length > 0) this.#ports.recorder.recordLazily({ kind: 'kept', rows, fact: true }, this)
  }

  /**
   * For the correlator: a report has ended a message as failed, or with undefined the want of one has. The rest of it ends when it
   * would go.
   */
  failed(message: MessageId, report: Report | undefined): void {
    this.#stopped.add(message, report)
  }

  #stop(delivery: SegmentDelivery): void {
    void this.#endings.end(delivery, stoppedEnding(delivery, this.#stopped.reportOn(delivery.message.id)), undefined)
  }

  /** Takes a segment that waits unanswered out of everybody's hands; false when it is being sent again. */
  #claim(waiting: SegmentDelivery): boolean {
    if (!this.#unanswered.endOnItsWay(waiting.id) && !this.#dispatcher.seize(waiting)) return false
    this.#unanswered.remove(waiting.id)
    return true
  }

  /**
   * A segment in a lane that leads nowhere any more: on over a new route, or over where there is none. With a promise the
   * record of it follows when that resolves. False when it is under way, or over.
   */
  reroute(delivery: SegmentDelivery, to: NewRoute | undefined): Promise<void> | undefined | false {
    if (!this.#dispatcher.seize(delivery)) return false
    this.#unanswered.remove(delivery.id)
    return this.#endings.end(delivery, reroutedEnding(delivery, to), undefined)
  }

  /**
   * The turn of a message has come that a number of a pool sends, or that carriers may limit. False where that number may not send it
   * any more, or its campaign is another: it goes on in another lane, or is over. Whether a vendor has one that was marked is found out
   * first.
   */
  maySendAs(delivery: Delivery): boolean {
    if (delivery.kind !== 'segment') return true
    const { senders, limited } = this.#ports
    if (this.#isMarked(delivery)) {
      if (limited === undefined || limitedIn(delivery.lane) === undefined) return true
      // It takes nothing of its limits, and counts on its day whatever is left of that.
      this.attemptEnded(delivery, delivery.unansweredBy, { kind: 'unanswered' })
      return false
    }
    const ending =
      (senders && senderEnding(delivery, senders, limited?.ports)) ??
      (limited && limitedEnding(delivery, limited.ports))
    if (ending === undefined) return true
    this.#unanswered.remove(delivery.id)
    void this.#endings.end(delivery, ending, undefined)
    return false
  }

  /** The cap of its day is reached, and it may not wait for the next. It was handed out by its lane. */
  capped(delivery: Delivery): void {
    if (delivery.kind !== 'segment') return
    this.#unanswered.remove(delivery.id)
    void this.#endings.end(delivery, cappedEnding(delivery), undefined)
  }

  /** What waited for its network goes on, waits again, or is over. It was handed out by its lane. */
  decided(delivery: SegmentDelivery, decision: Decision): void {
    void this.#endings.end(
      delivery,
      decidedEnding(delivery, decision, this.#ports.limited?.ports),
      undefined,
      this.#undecided,
    )
  }

  /** Deliveries found in the store at the start: receipts may be looked for among those that were never answered. */
  restoreWaiting(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) if (delivery.kind === 'segment') this.#unanswered.add(delivery)
  }

  /**
   * An ESME or a phone of a SIP user answered a receipt or a message for it, or did not. With `more` the message makes more segments than were
   * sent: returns the next one when it may go at once, to be sent over the same session or given to `notSent`.
   */
  notified(delivery: EsmeDelivery, result: NotifyResult, more = false): EsmeDelivery | undefined {
    return this.#notices.notified(delivery, result, more)
  }

  /**
   * Its destination has dealt with all of it, and these rows are kept in the step in which it is over.
   * @param listener told of that step in place of the courier, which it tells first
   */
  dealtWith(delivery: EsmeDelivery, kept: readonly KeptRow[], listener: UnitListener): void {
    this.#notices.dealtWith(delivery, kept, listener)
  }

  /** Its time was over when its turn came, or it waited in vain; it is held by its lane. */
  overdue(delivery: Delivery): void {
    if (delivery.kind !== 'segment') return this.#notices.overdue(delivery)
    const waited = delivery.lane.startsWith('w:')
    const listener = isUndecided(delivery) ? this.#undecided : this
    this.#unanswered.remove(delivery.id)
    void this.#endings.end(delivery, waited ? unansweredEnding(delivery) : expiredEnding(delivery), undefined, listener)
  }

  /** Acknowledged parts end that will never be in a whole message: their senders are told where they asked. */
  abandon(parts: readonly CollectedPart[], state: MessageState, error: string, reason: FailureReason): void {
    const { recorder, events, wallMs } = this.#ports
    const outbox: ReceiptDelivery[] = []
    for (const part of parts) {
      events.abandoned(state, reason, part)
      const origin = originOfPart(part)
      if (origin !== undefined) outbox.push(...this.#notices.receipts(origin, state, error, wallMs()))
    }
    const cdr = this.#settling.recordsOfParts(parts, state, error)
    recorder.recordLazily({ kind: 'uncollected', parts: parts.map(({ id }) => id), outbox, cdr }, this)
  }

  /** A vendor reported, or gave no report in time. Receipts for the outbox: one for each part that asked for it, none where the sender has too many waiting. */
  outbox(
    origin: ReceiptOrigin,
    state: MessageState,
    error: string,
    doneAtMs: number,
    isReleased = false,
  ): readonly ReceiptDelivery[] {
    const { endedFrom } = this.#ports
    if (endedFrom !== undefined && isFinal(state)) endedFrom(origin.source.value, state, error, true)
    return this.#notices.receipts(origin, state, error, doneAtMs, isReleased)
  }

  /** Receipts that are durable in the outbox may go. */
  offer(receipts: readonly ReceiptDelivery[]): void {
    if (receipts.length === 0) return
    const nowMs = this.#ports.nowMs()
    for (const receipt of receipts) this.#dispatcher.offer(receipt, nowMs)
  }

  released(delivery: Delivery): void {
    this.#dispatcher.release(delivery)
  }

  durable(unit: Unit): void {
    switch (unit.kind) {
      case 'answered': {
        if (unit.move !== undefined) this.#settling.moved(unit.move)
        if (unit.connection !== undefined) this.#endings.recorded(unit.connection)
        const { outcome } = unit
        // What goes on keeps its place, and its lane's hands are on it.
        if (outcome.kind !== 'advanced') this.#dispatcher.release(unit.delivery)
        if (outcome.kind === 'awaiting') {
          if (outcome.group !== undefined) this.#correlator.expectedGroup(outcome.group)
          if (outcome.awaiting !== undefined) this.#correlator.expected(outcome.awaiting)
        } else if (outcome.kind === 'requeued') this.#requeued(outcome.next)
        else if (outcome.kind === 'advanced') {
          if (outcome.opens !== undefined) this.#correlator.expectedGroup(outcome.opens)
          if (outcome.awaiting !== undefined) this.#correlator.expected(outcome.awaiting)
        } else if (outcome.closes !== undefined) this.#correlator.closedGroup(outcome.closes)
        this.offer(unit.outbox)
        return
      }
      case 'notified':
        if (unit.move !== undefined) this.#settling.moved(unit.move)
        this.#dispatcher.release(unit.delivery)
        if (unit.outcome.kind === 'requeued') this.#dispatcher.offer(unit.outcome.next, this.#ports.nowMs())
        if (unit.outbox !== undefined) this.offer(unit.outbox)
        return
      case 'uncollected':
        this.offer(unit.outbox)
        return
      case 'paid':
      case 'exported':
      case 'registered':
      case 'kept':
      case 'forgotten':
      case 'accepted':
      case 'attempted':
      case 'collected':
      case 'receipted':
      case 'groupGivenUp':
      case 'receiptedUnanswered':
      case 'parked':
      case 'unparked':
        return
    }
  }

  #durableUndecided(unit: Unit): void {
    this.durable(unit)
    if (unit.kind !== 'answered' || (unit.outcome.kind === 'requeued' && isUndecided(unit.outcome.next))) return
    this.#ports.leftDesk?.(unit.delivery)
  }

  #durableLate(unit: Unit): void {
    this.durable(unit)
    if (unit.kind !== 'answered' || unit.outcome.kind !== 'advanced') return
    this.#dispatcher.release(unit.delivery)
    this.#dispatcher.offer(unit.outcome.next, this.#ports.nowMs())
  }

  #requeued(next: SegmentDelivery): void {
    if (next.unansweredBy !== '' && this.#unanswered.wasOverOnItsWay(next.id)) this.#dispatcher.offerHeld(next)
    else this.#dispatcher.offer(next, this.#ports.nowMs())
  }

  #endingOf(delivery: SegmentDelivery, result: AttemptResult, rules: ConnectionRules): Ending {
    const sent = result.kind === 'taken' ? this.#settling.sentOf(delivery, rules) : undefined
    return endingOf(delivery, result, rules, this.#ports.nowMs(), this.#isUp, sent)
  }
}

function isUndecided({ lane }: SegmentDelivery): boolean {
  return lane.startsWith('n:')
}
