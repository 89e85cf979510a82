// Records what the end of an attempt, or of a message, comes to: one unit with what is told and paid, after what must be looked up
// for it. What it comes to is decided in outcome.ts and its neighbours.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, MessageId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { Correlator } from '../receipts/correlator.js'
import { noReceipts } from '../receipts/origin.js'
import type { UnitListener } from '../store/contracts/recorder.js'
import type { SegmentOutcome, Unit } from '../store/contracts/unit.js'
import type { CourierPorts } from './courier-ports.js'
import { rowOf, type Ending, type Report } from './ending.js'
import type { Notices } from './notices.js'
import type { Settling } from './settling.js'
import { toldForgotten, type Stopped } from './stopped.js'
import { afterLast, handOverOf, pinned } from './taken.js'
import type { Unanswered } from './unanswered.js'

/** What it shares with the courier. */
export interface EndingRecorderParts {
  readonly correlator: Correlator
  readonly notices: Notices
  readonly settling: Settling
  readonly stopped: Stopped
  readonly unanswered: Unanswered
  /** Told of units that are durable. */
  readonly listener: UnitListener
  /** The same where the next segment is not under way: it waits for its turn in its lane. */
  readonly late: UnitListener
}

export class EndingRecorder {
  readonly #ports: CourierPorts
  readonly #parts: EndingRecorderParts
  readonly #unrecorded = new Map<ConnectionId, number>()

  constructor(ports: CourierPorts, parts: EndingRecorderParts) {
    this.#ports = ports
    this.#parts = parts
  }

  /** Answers of a connection that are not durable yet. */
  unrecorded(connection: ConnectionId): number {
    return this.#unrecorded.get(connection) ?? 0
  }

  /** One of them is durable. */
  recorded(connection: ConnectionId): void {
    this.#unrecorded.set(connection, this.unrecorded(connection) - 1)
  }

  /**
   * With a promise a row is looked for that may stand under the vendor's id, or the group of its message; the record follows before
   * that resolves, and nobody else touches it meanwhile.
   *
   * @param connection over which there was an attempt
   */
  end(
    delivery: SegmentDelivery,
    ending: Ending,
    connection: ConnectionId | undefined,
    listener = this.#parts.listener,
  ): Promise<void> | undefined {
    const { correlator } = this.#parts
    const row = rowOf(ending.outcome)
    if (row === undefined || correlator.reserve(row)) return this.#endNow(delivery, ending, connection, listener)
    const { outcome } = ending
    return correlator.replace(row, (placed) => {
      if (outcome.kind === 'awaiting')
        void this.#endNow(delivery, { ...ending, outcome: { ...outcome, awaiting: placed } }, connection, listener)
      else if (outcome.kind === 'advanced' && outcome.next.progress !== undefined) {
        const next = pinned(outcome.next, outcome.next.progress, this.#ports.nowMs())
        const later: Ending = { ...ending, outcome: { ...outcome, awaiting: placed, next } }
        void this.#endNow(delivery, later, connection, this.#parts.late)
      }
    })
  }

  /** Where its segments are reported on, its end is told only when no report has told it already. */
  #endNow(
    delivery: SegmentDelivery,
    ending: Ending,
    connection: ConnectionId | undefined,
    listener: UnitListener,
  ): Promise<void> | undefined {
    const { outcome, silent, money } = ending
    if (outcome.kind !== 'requeued' && delivery.unansweredBy !== '') this.#parts.unanswered.remove(delivery.id)
    // The two below have functions in them, for which every call would pay.
    if (silent > 0 || (money !== undefined && outcome.kind === 'awaiting' && delivery.progress?.group !== undefined))
      return this.#endAfterLast(delivery, ending, connection, listener)
    if (outcome.kind === 'final' && outcome.closes !== undefined)
      return this.#endClosing(delivery, ending, outcome.closes, connection, listener)
    this.#record(delivery, ending, connection, listener)
    return undefined
  }

  #endAfterLast(
    delivery: SegmentDelivery,
    ending: Ending,
    connection: ConnectionId | undefined,
    listener: UnitListener,
  ): Promise<void> | undefined {
    const { correlator } = this.#parts
    const { id } = delivery.message
    const rules = connection === undefined ? undefined : this.#ports.rules(connection)
    const handOver = rules && handOverOf(delivery, ending, rules, this.#ports.nowMs())
    const row = rowOf(ending.outcome)
    return correlator.allTaken(id, ending.silent, handOver, (step) => {
      if (row !== undefined) correlator.makeWay(row)
      const told = step.then === undefined ? this.#toldOf(delivery) : undefined
      this.#record(delivery, afterLast(delivery, ending, step, told), connection, listener)
    })
  }

  #endClosing(
    delivery: SegmentDelivery,
    ending: Ending,
    group: MessageId,
    connection: ConnectionId | undefined,
    listener: UnitListener,
  ): Promise<void> | undefined {
    return this.#parts.correlator.closeGroup(group, (isOpen) =>
      this.#record(delivery, isOpen ? ending : this.#toldBefore(delivery, ending), connection, listener),
    )
  }

  /** A report, or the want of one, told its sender already: the records say the same. */
  #toldBefore(delivery: SegmentDelivery, ending: Ending): Ending {
    const { money } = ending
    return { ...ending, report: undefined, money: money && { ...money, end: this.#toldOf(delivery) } }
  }

  #toldOf(delivery: SegmentDelivery): Report {
    const rules = delivery.progress && this.#ports.rules(delivery.progress.connection)
    const graceMs = rules?.receiptGraceMs ?? Infinity
    const remembered = this.#parts.stopped.reportOn(delivery.message.id)
    return remembered ?? toldForgotten(delivery, graceMs, this.#ports.nowMs())
  }

  #record(
    delivery: SegmentDelivery,
    { outcome, report, money, kept }: Ending,
    connection: ConnectionId | undefined,
    listener: UnitListener,
  ): void {
    const { recorder, events, limited } = this.#ports
    const { correlator, notices, settling, stopped, unanswered } = this.#parts
    const { message } = delivery
    const outbox =
      report !== undefined
        ? notices.ended(message, report.state, report.error)
        : outcome.kind === 'awaiting' && message.receiptRequest.intermediate && !stopped.isOver(message.id)
          ? notices.taken(message)
          : noReceipts
    const move = money?.move
    const cdr = money && settling.recordsOf(delivery, money)
    const rows =
      limited === undefined || limited.isIdle ? kept : this.#withCounted(delivery, outcome, kept, connection, listener)
    if (connection === undefined)
      recorder.recordLazily({ kind: 'answered', delivery, outcome, outbox, kept: rows, move, cdr }, listener)
    else
      this.#recordAnswer(
        { kind: 'answered', delivery, connection, outcome, outbox, kept: rows, move, cdr },
        connection,
        listener,
      )
    switch (outcome.kind) {
      case 'awaiting':
        if (outcome.awaiting !== undefined) correlator.expect(outcome.awaiting)
        return
      case 'advanced':
        if (outcome.opens !== undefined) correlator.expectGroup(outcome.opens)
        if (outcome.awaiting !== undefined) correlator.expect(outcome.awaiting)
        return
      case 'final':
        if (report !== undefined) events.ended(outcome.state, outcome.reason, delivery)
        return
      case 'requeued':
        if (outcome.next.unansweredBy !== '') unanswered.addOnItsWay(outcome.next)
        // In a lane that only waits for a receipt, nothing is sent again.
        if (connection !== undefined && !outcome.next.lane.startsWith('w:')) events.resent(connection, delivery)
    }
  }

  /** With what carriers are sent, counted in the order of records. */
  #withCounted(
    delivery: SegmentDelivery,
    outcome: SegmentOutcome,
    kept: readonly KeptRow[] | undefined,
    connection: ConnectionId | undefined,
    listener: UnitListener,
  ): readonly KeptRow[] | undefined {
    const goesOn = outcome.kind === 'advanced' && listener !== this.#parts.late
    const counted = this.#ports.limited?.ended(delivery, outcome, connection !== undefined, goesOn)
    if (counted === undefined || counted.length === 0) return kept
    return kept === undefined ? counted : [...kept, ...counted]
  }

  /** Waits for company while few answers do; when half a window's worth is not durable, it goes by itself. */
  #recordAnswer(unit: Unit, connection: ConnectionId, listener: UnitListener): void {
    const unrecorded = this.unrecorded(connection) + 1
    this.#unrecorded.set(connection, unrecorded)
    const places = this.#ports.rules(connection)?.places ?? 0
    if (unrecorded * 2 < places) this.#ports.recorder.recordLazily(unit, listener)
    else this.#ports.recorder.record(unit, listener)
  }
}
