// Follows each delivery from the moment it is durable to its end: hands it to the dispatcher, records what became of it,
// and puts what the sender must be told into the outbox. Knows no protocol and no concrete store.

import type { Delivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { IdSource } from '../message/id-source.js'
import type { AccountId, ConnectionId, DeliveryId, VendorId } from '../message/ids.js'
import type { FailureReason } from '../message/failure.js'
import { wantsReceipts, type ReceiptOrigin } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import type { Correlator } from '../receipts/correlator.js'
import { originOf, receiptDelivery } from '../receipts/origin.js'
import type { Recorder, UnitListener } from '../store/contracts/recorder.js'
import type { Unit } from '../store/contracts/unit.js'
import type { Dispatcher } from './dispatcher.js'
import { esmeLane } from './lane-key.js'
import { LostHeads } from './lost-heads.js'
import {
  endingOf,
  expiredEnding,
  unansweredEnding,
  type AttemptResult,
  type ConnectionRules,
  type Ending,
} from './outcome.js'
import { reroutedEnding, type NewRoute } from './reroute.js'
import { resendDelayMs, type ResendSchedule } from './retry.js'
import { Unanswered } from './unanswered.js'

export interface CourierOptions {
  readonly receiptMaxAgeMs: number
  readonly receiptsPerAccount: (account: AccountId) => number
  readonly receiptResend: ResendSchedule
  readonly unansweredMax: number
}

/** What happened, for counters. Called on the hot path: must be cheap. */
export interface CourierEvents {
  resent(connection: ConnectionId, delivery: SegmentDelivery): void
  ended(state: MessageState, reason: FailureReason | undefined, delivery: SegmentDelivery): void
  receiptQueued(state: MessageState): void
  receiptDropped(account: AccountId): void
  receiptEnded(outcome: 'done' | 'setAside' | 'expired', delivery: ReceiptDelivery): void
  lateAnswerUsed(connection: ConnectionId): void
}

export interface CourierPorts {
  readonly recorder: Recorder
  readonly ids: IdSource
  readonly rules: (connection: ConnectionId) => ConnectionRules | undefined
  readonly events: CourierEvents
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

/**
 * What an ESME did with a receipt. `lost`: its session ended before it answered; the next one gets it, and only the first in
 * line spends a try: it may be what ends the sessions, and all others stand behind it.
 */
export type NotifyResult = 'taken' | 'refused' | 'refusedForGood' | 'unanswered' | 'lost'

export class Courier implements UnitListener {
  readonly #ports: CourierPorts
  readonly #options: CourierOptions
  readonly #unanswered: Unanswered
  /** Unanswered segments whose way back into a lane is recorded and not durable yet. */
  readonly #requeuing = new Set<DeliveryId>()
  /** Those of them whose end is recorded already, by a late answer or receipt: counted in their lane, never sent. */
  readonly #overInRequeue = new Set<DeliveryId>()
  readonly #lostHeads = new LostHeads()
  readonly #unrecorded = new Map<ConnectionId, number>()
  #dispatcher!: Dispatcher
  #correlator!: Correlator

  /** One function for all attempts. Whose segments they are makes no difference to who is up. */
  readonly #isUp = (connection: ConnectionId): boolean =>
    this.#dispatcher.isServed({ kind: 'vendor', route: [connection], account: '' as AccountId })

  constructor(ports: CourierPorts, options: CourierOptions) {
    this.#ports = ports
    this.#options = options
    this.#unanswered = new Unanswered(options.unansweredMax, (connection) => ports.rules(connection)?.vendor)
  }

  /** The courier, the dispatcher and the correlator need each other; the composition root ties the knot once. */
  connect(dispatcher: Dispatcher, correlator: Correlator): void {
    this.#dispatcher = dispatcher
    this.#correlator = correlator
  }

  /**
   * Answers of a connection that are not durable yet: a crash now would send those segments again. Whoever sends over it
   * keeps that to a window's worth.
   */
  unrecorded(connection: ConnectionId): number {
    return this.#unrecorded.get(connection) ?? 0
  }

  /** A message was accepted and is durable. */
  accepted(delivery: SegmentDelivery): void {
    this.#dispatcher.offer(delivery, this.#ports.nowMs())
  }

  /** An attempt over a connection ended. */
  attemptEnded(delivery: SegmentDelivery, connection: ConnectionId, result: AttemptResult): void {
    const rules = this.#ports.rules(connection)
    if (rules === undefined) return this.notSent(delivery)
    this.#end(delivery, this.#endingOf(delivery, result, rules), connection)
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

  /** A vendor's good answer came after it was given up: cancels a resend that has not happened yet. */
  answeredLate(original: SegmentDelivery, connection: ConnectionId, vendorMessageId: string): void {
    const rules = this.#ports.rules(connection)
    const waiting = this.#unanswered.get(original.id)
    if (rules === undefined || waiting?.unansweredBy !== connection || !this.#claim(waiting)) return
    this.#ports.events.lateAnswerUsed(connection)
    // The validity of the original: while waiting for a receipt the delivery carried another deadline.
    const delivery = { ...waiting, expiresAtMs: original.expiresAtMs }
    this.#end(delivery, this.#endingOf(delivery, { kind: 'taken', vendorMessageId }, rules), connection)
  }

  /**
   * For the correlator: the only segment that waits unanswered for this vendor and phone, taken out of its lane; undefined
   * where it was accepted after `receivedAtMs` (wall time), when the receipt was there already.
   */
  claimUnanswered(vendor: VendorId, destination: string, receivedAtMs = Infinity): SegmentDelivery | undefined {
    if (this.#unanswered.size === 0) return undefined
    const waiting = this.#unanswered.onlyFor(vendor, destination)
    if (waiting === undefined || waiting.message.acceptedAtMs > receivedAtMs) return undefined
    return this.#claim(waiting) ? waiting : undefined
  }

  /** Takes a segment that waits unanswered out of everybody's hands; false when it is being sent again. */
  #claim(waiting: SegmentDelivery): boolean {
    if (this.#requeuing.has(waiting.id)) this.#overInRequeue.add(waiting.id)
    else if (!this.#dispatcher.seize(waiting)) return false
    this.#unanswered.remove(waiting.id)
    return true
  }

  /** A segment in a lane that leads nowhere any more: on over a new route, or over where there is none. */
  reroute(delivery: SegmentDelivery, to: NewRoute | undefined): void {
    if (!this.#dispatcher.seize(delivery)) return
    this.#unanswered.remove(delivery.id)
    this.#end(delivery, reroutedEnding(delivery, to), undefined)
  }

  /** Deliveries found in the store at the start: receipts may be looked for among those that were never answered. */
  restoreWaiting(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) if (delivery.kind === 'segment') this.#unanswered.add(delivery)
  }

  /** An ESME answered a receipt, or did not. */
  notified(delivery: ReceiptDelivery, result: NotifyResult): void {
    const losses = result === 'lost' ? this.#lostHeads.lost(delivery) : 0
    // The schedule's `max` counts the tries after the first.
    if (result === 'lost' && losses <= this.#options.receiptResend.max) return this.notSent(delivery)
    this.#lostHeads.over(delivery)
    const { recorder, events, nowMs } = this.#ports
    const failures = delivery.failures + 1
    const delayMs =
      result === 'refused' || result === 'unanswered' ? resendDelayMs(this.#options.receiptResend, failures) : undefined
    if (delayMs !== undefined) {
      const next: ReceiptDelivery = { ...delivery, failures, dueMs: nowMs() + delayMs }
      recorder.recordLazily({ kind: 'notified', delivery, outcome: { kind: 'requeued', next } }, this)
      return
    }
    const kind = result === 'taken' ? 'done' : 'setAside'
    events.receiptEnded(kind, losses > 0 ? { ...delivery, failures: losses - 1 } : delivery)
    recorder.recordLazily({ kind: 'notified', delivery, outcome: kind === 'done' ? done : setAside }, this)
  }

  /** Its time was over when its turn came, or it waited in vain; it is held by its lane. */
  overdue(delivery: Delivery): void {
    if (delivery.kind === 'receipt') {
      this.#lostHeads.over(delivery)
      this.#ports.events.receiptEnded('expired', delivery)
      this.#ports.recorder.recordLazily({ kind: 'notified', delivery, outcome: expired }, this)
      return
    }
    const waited = delivery.lane.startsWith('w:')
    this.#unanswered.remove(delivery.id)
    this.#end(delivery, waited ? unansweredEnding() : expiredEnding(), undefined)
  }

  /** A delivery of the outbox, or undefined where the sender did not ask or has too many waiting. */
  outbox(origin: ReceiptOrigin, state: MessageState, error: string, doneAtMs: number): ReceiptDelivery | undefined {
    const lane = esmeLane(origin.account)
    const { ids, nowMs, events } = this.#ports
    const { receiptMaxAgeMs: maxAgeMs, receiptsPerAccount } = this.#options
    const place = () => ({ lane, id: ids.nextDelivery(), nowMs: nowMs(), maxAgeMs })
    const delivery = receiptDelivery(origin, state, error, doneAtMs, place)
    if (delivery === undefined) return undefined
    if (this.#dispatcher.waiting(lane) >= receiptsPerAccount(origin.account)) {
      events.receiptDropped(origin.account)
      return undefined
    }
    events.receiptQueued(state)
    return delivery
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
        if (unit.connection !== undefined) this.#unrecorded.set(unit.connection, this.unrecorded(unit.connection) - 1)
        this.#dispatcher.release(unit.delivery)
        const { outcome } = unit
        if (outcome.kind === 'requeued') this.#requeued(outcome.next)
        else if (outcome.kind === 'awaiting') this.#correlator.expected(outcome.awaiting)
        this.offer(unit.outbox)
        return
      }
      case 'notified':
        this.#dispatcher.release(unit.delivery)
        if (unit.outcome.kind === 'requeued') this.#dispatcher.offer(unit.outcome.next, this.#ports.nowMs())
        return
      case 'accepted':
      case 'attempted':
      case 'receipted':
      case 'receiptedUnanswered':
      case 'parked':
      case 'unparked':
        return
    }
  }

  #requeued(next: SegmentDelivery): void {
    if (next.unansweredBy !== '') this.#requeuing.delete(next.id)
    if (this.#overInRequeue.size > 0 && this.#overInRequeue.delete(next.id)) this.#dispatcher.offerHeld(next)
    else this.#dispatcher.offer(next, this.#ports.nowMs())
  }

  /** Waits for company while few answers do; when half a window's worth is not durable, it goes by itself. */
  #recordAnswer(unit: Unit, connection: ConnectionId): void {
    const unrecorded = this.unrecorded(connection) + 1
    this.#unrecorded.set(connection, unrecorded)
    const places = this.#ports.rules(connection)?.places ?? 0
    if (unrecorded * 2 < places) this.#ports.recorder.recordLazily(unit, this)
    else this.#ports.recorder.record(unit, this)
  }

  #endingOf(delivery: SegmentDelivery, result: AttemptResult, rules: ConnectionRules): Ending {
    return endingOf(delivery, result, rules, this.#ports.nowMs(), this.#isUp)
  }

  #end(delivery: SegmentDelivery, ending: Ending, connection: ConnectionId | undefined): void {
    const { outcome, report } = ending
    let outbox = nothing
    if (report !== undefined && wantsReceipts(delivery.message.receiptRequest)) {
      const receipt = this.outbox(originOf(delivery.message), report.state, report.error, this.#ports.wallMs())
      if (receipt !== undefined) outbox = [receipt]
    }
    if (connection === undefined) {
      this.#ports.recorder.recordLazily({ kind: 'answered', delivery, outcome, outbox }, this)
    } else this.#recordAnswer({ kind: 'answered', delivery, connection, outcome, outbox }, connection)
    if (outcome.kind !== 'requeued' && delivery.unansweredBy !== '') this.#unanswered.remove(delivery.id)
    if (outcome.kind === 'awaiting') this.#correlator.expect(outcome.awaiting)
    else if (outcome.kind === 'final') this.#ports.events.ended(outcome.state, outcome.reason, delivery)
    else {
      if (outcome.next.unansweredBy !== '') {
        this.#unanswered.add(outcome.next)
        this.#requeuing.add(outcome.next.id)
      }
      // In a lane that only waits for a receipt, nothing is sent again.
      if (connection !== undefined && !outcome.next.lane.startsWith('w:'))
        this.#ports.events.resent(connection, delivery)
    }
  }
}

const nothing: readonly ReceiptDelivery[] = []
const done = { kind: 'done' } as const
const setAside = { kind: 'setAside' } as const
const expired = { kind: 'expired' } as const
