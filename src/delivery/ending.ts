// What the end of an attempt comes to: what is recorded of the segment, and what its sender is told. Plain data.

import type { Bill, Move } from '../message/bill.js'
import type { Awaiting, SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { KeptRow } from '../message/kept.js'
import type { MessageState } from '../message/state.js'
import { released, type Settled } from '../money/settle.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'

export interface Ending {
  readonly outcome: SegmentOutcome
  /** What the sender may be told now, if it asked. */
  readonly report: Report | undefined
  /** The last of several segments was taken, and so many of those in their group have no report of their own. */
  readonly silent: number
  /** Undefined where nobody pays, or nothing changes for who does. */
  readonly money: Money | undefined
  /** What is kept with it. */
  readonly kept?: readonly KeptRow[] | undefined
}

export interface Report {
  readonly state: MessageState
  readonly error: string
}

/** What an ending means for the money of its message. */
export interface Money {
  /** As it is now. */
  readonly bill: Bill
  readonly move: Move | undefined
  /** The end of the message, if this is it: what its records say. */
  readonly end: Report | undefined
}

/** Error words of receipts that the switch makes by itself, where no vendor gave a code. */
export const NO_ERROR = '000'

/** The message is over undelivered, and with it the group of those of its segments that were taken. */
export function over(delivery: SegmentDelivery, state: MessageState, reason: FailureReason, error: string): Ending {
  const report = { state, error }
  return { outcome: closing(delivery, state, reason), report, silent: 0, money: releasedMoney(delivery, report) }
}

/** The message is delivered as far as anybody will know. @param settled undefined where nobody pays */
export function delivered(delivery: SegmentDelivery, settled: Settled | undefined): Ending {
  const last = lastDelivered
  const isAlone = delivery.progress?.group === undefined
  // What ends alike in one turn is settled by the same object.
  if (isAlone && settled !== undefined && last?.settled === settled) return last.ending
  const money = settled && { bill: settled.bill, move: settled.move, end: deliveredReport }
  const outcome = closing(delivery, 'DELIVERED', undefined)
  const ending: Ending = { outcome, report: deliveredReport, silent: 0, money }
  if (isAlone && settled !== undefined) lastDelivered = { settled, ending }
  return ending
}

/** What it says follows from what it is of: to remember it changes nothing but the garbage. */
let lastDelivered: { readonly settled: Settled; readonly ending: Ending } | undefined

const deliveredReport: Report = { state: 'DELIVERED', error: NO_ERROR }

function closing(delivery: SegmentDelivery, state: MessageState, reason: FailureReason | undefined): SegmentOutcome {
  const closes = delivery.progress?.group !== undefined ? delivery.message.id : undefined
  return { kind: 'final', state, reason, closes }
}

/** Of a message that is over undelivered. */
export function releasedMoney({ bill, message }: SegmentDelivery, end: Report): Money | undefined {
  if (bill === undefined) return undefined
  const settled = released(bill, message.account)
  return { bill: settled.bill, move: settled.move, end }
}

export function requeued(next: SegmentDelivery): Ending {
  return { outcome: { kind: 'requeued', next }, report: undefined, silent: 0, money: undefined }
}

/** The row that waits for a report from now on. */
export function rowOf(outcome: SegmentOutcome): Awaiting | undefined {
  return outcome.kind === 'awaiting' || outcome.kind === 'advanced' ? outcome.awaiting : undefined
}
