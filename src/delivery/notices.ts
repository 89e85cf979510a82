// What goes to ESMEs and SIP users: receipts are made and counted here, and each receipt and message for them is followed to its
// end once it was sent. Knows no protocol and no concrete store.

import type { EsmeDelivery, MoDelivery, ReceiptDelivery } from '../message/delivery.js'
import type { KeptRow } from '../message/kept.js'
import type { Message } from '../message/message.js'
import { wantsReceipts, type ReceiptOrigin } from '../message/receipt.js'
import { isFinal, type MessageState } from '../message/state.js'
import { noReceipts, originOf, receiptDeliveries } from '../receipts/origin.js'
import type { FailureReason } from '../message/failure.js'
import type { UnitListener } from '../store/contracts/recorder.js'
import type { CourierOptions, CourierPorts } from './courier-ports.js'
import type { Dispatcher } from './dispatcher.js'
import { NO_ERROR, type Report } from './ending.js'
import { echoLane, esmeLane, recordLane } from './lane-key.js'
import { LostHeads } from './lost-heads.js'
import { resendDelayMs } from './retry.js'
import type { Settling } from './settling.js'

/**
 * What an ESME or SIP user did with a receipt or message.
 *
 * - `refused`, `unanswered`: it comes again by the schedule, whose tries end.
 * - `refusedForGood`, and a refusal with what its sender is told: over.
 * - `lost`: its session ended before it answered; the next one gets it, and only the first in line spends a try: it may be what
 *   ends the sessions, and all others stand behind it.
 * - `later`: nobody is there. It is back in its place and spends no try; its destination must not be up any more by then, or it
 *   comes again at once.
 */
export type NotifyResult = 'taken' | 'refused' | 'refusedForGood' | 'unanswered' | 'lost' | 'later' | NotifyRefusal

/** It will never be taken. A receipt has no sender to be told. */
export interface NotifyRefusal {
  readonly state: 'REJECTED' | 'UNDELIVERABLE'
  /** Appendix B `err:`, up to three characters. */
  readonly error: string
}

export class Notices {
  readonly #ports: CourierPorts
  readonly #options: CourierOptions
  readonly #dispatcher: Dispatcher
  readonly #settling: Settling
  readonly #listener: UnitListener
  readonly #lostHeads = new LostHeads()

  /** @param listener told of what is durable: takes what is over out of its lane, and offers what goes back */
  constructor(
    ports: CourierPorts,
    options: CourierOptions,
    dispatcher: Dispatcher,
    settling: Settling,
    listener: UnitListener,
  ) {
    this.#ports = ports
    this.#options = options
    this.#dispatcher = dispatcher
    this.#settling = settling
    this.#listener = listener
  }

  /** A message ended: what its sender is told of it. Costs nothing where nobody asked. */
  ended(message: Message, state: MessageState, error: string): readonly ReceiptDelivery[] {
    const { told, endedFrom, wallMs } = this.#ports
    endedFrom?.(message.source.value, state, error, false)
    const isAsked = wantsReceipts(message.receiptRequest)
    if (told === undefined && !isAsked) return noReceipts
    const doneAtMs = wallMs()
    told?.(message.account, message.id, message.parts, state, error, doneAtMs)
    return isAsked ? this.#receipts(originOf(message), state, error, doneAtMs) : noReceipts
  }

  /** A vendor has all of a message that is not over yet: told to those whose edge tells of it and who asked for steps on the way. */
  taken(message: Message): readonly ReceiptDelivery[] {
    const { tellsTaken, wallMs } = this.#ports
    if (tellsTaken?.(message) !== true) return noReceipts
    return this.#receipts(originOf(message), 'ENROUTE', NO_ERROR, wallMs())
  }

  /** Deliveries for the outbox, one for each part that is told; none where the sender did not ask or has too many waiting. */
  receipts(
    origin: ReceiptOrigin,
    state: MessageState,
    error: string,
    doneAtMs: number,
    isReleased = false,
  ): readonly ReceiptDelivery[] {
    const { told } = this.#ports
    if (told !== undefined && isFinal(state))
      told(origin.account, origin.messageId, origin.parts, state, error, doneAtMs)
    return this.#receipts(origin, state, error, doneAtMs, isReleased)
  }

  #receipts(
    origin: ReceiptOrigin,
    state: MessageState,
    error: string,
    doneAtMs: number,
    isReleased = false,
  ): readonly ReceiptDelivery[] {
    const { ids, nowMs, events } = this.#ports
    const { receiptMaxAgeMs, receiptsPerAccount, recorded } = this.#options
    const { account, echo } = origin
    const isRecorded = echo !== undefined && echo === recorded?.echo
    const lane = echo === undefined ? esmeLane(account) : isRecorded ? recordLane(account) : echoLane(account)
    const maxAgeMs = isRecorded ? recorded.keepMs : receiptMaxAgeMs
    const place = () => ({ lane, id: ids.nextDelivery(), nowMs: nowMs(), maxAgeMs })
    const all = receiptDeliveries(origin, state, error, doneAtMs, place, isReleased)
    if (all.length === 0) return all
    const isBounded = !isRecorded || !isFinal(state)
    const room = isBounded ? Math.max(0, receiptsPerAccount(account) - this.#dispatcher.waiting(lane)) : all.length
    const kept = all.length <= room ? all : room === 0 ? noReceipts : all.slice(0, room)
    for (let i = 0; i < all.length; i++) {
      if (i < kept.length) events.receiptQueued(state)
      else events.receiptDropped(account)
    }
    return kept
  }

  /** See Courier.notified. */
  notified(delivery: EsmeDelivery, result: NotifyResult, more: boolean): EsmeDelivery | undefined {
    const { recorder, nowMs } = this.#ports
    if (result === 'later') {
      this.#dispatcher.putBack(delivery, nowMs())
      return undefined
    }
    const losses = result === 'lost' ? this.#lostHeads.lost(delivery) : 0
    // The schedule's `max` counts the tries after the first.
    if (result === 'lost' && losses <= this.#options.receiptResend.max) {
      this.#dispatcher.putBack(delivery, nowMs())
      return undefined
    }
    this.#lostHeads.over(delivery)
    if (result === 'taken' && more && delivery.kind === 'mo') return this.#advance(delivery)
    const failures = delivery.failures + 1
    const delayMs =
      result === 'refused' || result === 'unanswered' ? resendDelayMs(this.#options.receiptResend, failures) : undefined
    if (delayMs !== undefined) {
      const next: EsmeDelivery = { ...delivery, failures, dueMs: nowMs() + delayMs }
      recorder.recordLazily({ kind: 'notified', delivery, outcome: { kind: 'requeued', next } }, this.#listener)
      return undefined
    }
    const kind = result === 'taken' ? 'done' : 'setAside'
    this.#ended(kind, losses > 0 ? { ...delivery, failures: losses - 1 } : delivery)
    this.#recordEnd(delivery, kind === 'done' ? done : setAside, reasonOf(result), refusalOf(result))
    return undefined
  }

  /** See Courier.dealtWith. */
  dealtWith(delivery: EsmeDelivery, kept: readonly KeptRow[], listener: UnitListener): void {
    this.#lostHeads.over(delivery)
    this.#ended('done', delivery)
    this.#recordEnd(delivery, done, undefined, undefined, kept, listener)
  }

  /** It stays where it is, in its lane's hands: only the store must learn how far it is. */
  #advance(delivery: MoDelivery): MoDelivery | undefined {
    const next: MoDelivery = { ...delivery, failures: 0, taken: delivery.taken + 1 }
    this.#ports.recorder.recordLazily({ kind: 'notified', delivery, outcome: { kind: 'requeued', next } }, goesOn)
    return this.#dispatcher.goesOn(next, this.#ports.nowMs()) ? next : undefined
  }

  /** Its time was over when its turn came; it is held by its lane. */
  overdue(delivery: EsmeDelivery): void {
    this.#lostHeads.over(delivery)
    this.#ended('expired', delivery)
    this.#recordEnd(delivery, expired, 'expired')
  }

  #recordEnd(
    delivery: EsmeDelivery,
    outcome: typeof done | typeof setAside | typeof expired,
    reason: FailureReason | undefined,
    refusal?: NotifyRefusal,
    kept?: readonly KeptRow[],
    listener = this.#listener,
  ): void {
    const { recorder } = this.#ports
    const report = refusal ?? moReports[outcome.kind]
    if (delivery.kind === 'mo' && delivery.message.direction === 'mt')
      return this.#recordOnNet(delivery, outcome, reason, report, kept, listener)
    const cdr = delivery.kind === 'mo' ? this.#settling.recordsOfMo(delivery, report) : undefined
    recorder.recordLazily({ kind: 'notified', delivery, outcome, cdr, kept }, listener)
  }

  /** From an account of ours: its money is settled, and it is told. */
  #recordOnNet(
    delivery: MoDelivery,
    outcome: typeof done | typeof setAside | typeof expired,
    reason: FailureReason | undefined,
    report: Report,
    kept: readonly KeptRow[] | undefined,
    listener: UnitListener,
  ): void {
    const { recorder, events } = this.#ports
    const outbox = this.ended(delivery.message, report.state, report.error)
    const booking = this.#settling.ofOnNet(delivery, outcome.kind === 'done', report)
    recorder.recordLazily({ kind: 'notified', delivery, outcome, outbox, kept, ...booking }, listener)
    events.ended(report.state, reason, delivery)
  }

  #ended(outcome: 'done' | 'setAside' | 'expired', delivery: EsmeDelivery): void {
    if (delivery.kind === 'receipt') this.#ports.events.receiptEnded(outcome, delivery)
    else this.#ports.events.moEnded(outcome, delivery)
  }
}

const done = { kind: 'done' } as const
const setAside = { kind: 'setAside' } as const
const expired = { kind: 'expired' } as const

const moReports = {
  done: { state: 'DELIVERED', error: NO_ERROR },
  setAside: { state: 'UNDELIVERABLE', error: NO_ERROR },
  expired: { state: 'EXPIRED', error: NO_ERROR },
} as const satisfies Record<string, Report>

function refusalOf(result: NotifyResult): NotifyRefusal | undefined {
  return typeof result === 'string' ? undefined : result
}

function reasonOf(result: NotifyResult): FailureReason | undefined {
  if (result === 'taken') return undefined
  return result === 'refusedForGood' || typeof result !== 'string' ? 'rejectedByVendor' : 'resendsUsedUp'
}

const goesOn: UnitListener = { durable: () => undefined }
