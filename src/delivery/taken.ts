// What it means that a vendor took a segment, the only one of its message or one of several: pure, no I/O.

import type { Bill, Sent } from '../message/bill.js'
import type { Awaiting, GroupProgress, Progress, SegmentDelivery } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import { wantsReceipts, type ReceiptOrigin } from '../message/receipt.js'
import { reported, silent, takenLast, takenOne, type Settled } from '../money/settle.js'
import type { GroupStep, HandOver } from '../receipts/group.js'
import { originOf, originOfSegment } from '../receipts/origin.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'
import type { ConnectionRules } from './connection-rules.js'
import { delivered, NO_ERROR, releasedMoney, type Ending, type Report } from './ending.js'
import { laneOver } from './lane-key.js'
import { unheard } from './stopped.js'

/**
 * @param vendorMessageId in the normal form of the connection; '' where the vendor gave none
 * @param nowMs switch time
 * @param sent what the vendor has of it, this one included; undefined where nobody pays
 * @param isAsked to report on it: what it was asked counts, since the rules may be others by now
 */
export function takenEnding(
  delivery: SegmentDelivery,
  vendorMessageId: string,
  rules: ConnectionRules,
  nowMs: number,
  sent: Sent | undefined,
  isAsked = isAskedFor(delivery, rules),
): Ending {
  const { progress } = delivery
  const isNamed = vendorMessageId !== '' && isAsked
  if (progress !== undefined) return takenOfSeveral(delivery, progress, isNamed, vendorMessageId, rules, nowMs, sent)
  return takenWhole(delivery, isNamed, vendorMessageId, rules, nowMs, sent)
}

/** Nothing is left to send, and at most one report comes that says what became of it. */
function takenWhole(
  delivery: SegmentDelivery,
  isNamed: boolean,
  vendorMessageId: string,
  rules: ConnectionRules,
  nowMs: number,
  sent: Sent | undefined,
): Ending {
  const settled = settledBy(delivery, rules, sent, isNamed)
  // No receipt will come: the vendor's acceptance is the last that will be known.
  if (!isNamed) return delivered(delivery, settled)
  const expiresAtMs = waitsUntilMs(delivery, rules, nowMs)
  const origin = originOf(delivery.message)
  return awaited(awaitingOf(vendorMessageId, rules, origin, '', settled?.bill, expiresAtMs), 0, settled)
}

function settledBy(
  { bill, message }: SegmentDelivery,
  rules: ConnectionRules,
  sent: Sent | undefined,
  isReported: boolean,
): Settled | undefined {
  return bill === undefined ? undefined : takenLast(bill, message.account, sent ?? bill.sent, rules, isReported)
}

/** Is the vendor asked to report on the segment that this delivery stands at? */
export function isAskedFor(
  delivery: SegmentDelivery,
  rules: Pick<ConnectionRules, 'requestReceipt' | 'settleOn' | 'segmentReceipts'>,
): boolean {
  const { progress } = delivery
  return isReportedOn(delivery, rules) && (progress === undefined || isAskedOf(progress, rules.segmentReceipts))
}

/** Is the vendor asked to report on this message? It always is where a report decides about money. */
function isReportedOn(
  { message, bill }: SegmentDelivery,
  { requestReceipt, settleOn }: Pick<ConnectionRules, 'requestReceipt' | 'settleOn'>,
): boolean {
  if (requestReceipt === 'always' || (settleOn === 'receipt' && bill !== undefined)) return true
  return requestReceipt === 'asAsked' && wantsReceipts(message.receiptRequest)
}

/** Is the vendor asked to report on the next of several segments? */
function isAskedOf({ taken, total }: Progress, policy: ConnectionRules['segmentReceipts']): boolean {
  switch (policy) {
    case 'all':
      return true
    case 'first':
      return taken === 0
    case 'last':
      return taken === total - 1
  }
}

function takenOfSeveral(
  delivery: SegmentDelivery,
  progress: Progress,
  isReported: boolean,
  id: string,
  rules: ConnectionRules,
  nowMs: number,
  sent: Sent | undefined,
): Ending {
  const { message } = delivery
  const { total, group } = progress
  const isLast = progress.taken + 1 === total
  // An id that stands for the segment before as well has its row already, and one report is all that comes.
  const isNamed = isReported && id !== group?.lastId
  if (isLast && group === undefined) return takenWhole(delivery, isNamed, id, rules, nowMs, sent)
  const expiresAtMs = isLast ? waitsUntilMs(delivery, rules, nowMs) : reportedBy(delivery, rules, nowMs)
  const row = isNamed ? awaitingOf(id, rules, originOfSegment(message), message.id, undefined, expiresAtMs) : undefined
  if (isLast) {
    const settled = settledBy(delivery, rules, sent, true)
    return awaited(row, (group?.silent ?? 0) + (isNamed ? 0 : 1), settled)
  }
  const { bill } = delivery
  const next: SegmentDelivery = {
    ...delivery,
    failures: 0,
    unansweredBy: '',
    bill: bill === undefined || sent === undefined ? bill : takenOne(bill, sent),
    progress: { connection: rules.id, total, taken: progress.taken + 1, group: groupAfter(group, isNamed, id) },
  }
  // Also for those that have not left: no report may end the message as delivered before the last is taken.
  const opens =
    isNamed && group === undefined
      ? {
          id: message.id,
          origin: originOf(message),
          wanted: total - progress.taken,
          // The delivery has it until its last segment is taken.
          bill: undefined,
          expiresAtMs,
        }
      : undefined
  return { outcome: { kind: 'advanced', next, awaiting: row, opens }, report: undefined, silent: 0, money: undefined }
}

function groupAfter(before: GroupProgress | undefined, isNamed: boolean, id: string): GroupProgress | undefined {
  if (isNamed) return { silent: before?.silent ?? 0, lastId: id }
  return before === undefined ? undefined : { ...before, silent: before.silent + 1 }
}

/** Until when its group waits for reports, once its last segment is taken, and with whose money. */
export function handOverOf(
  delivery: SegmentDelivery,
  { money }: Ending,
  rules: ConnectionRules,
  nowMs: number,
): HandOver | undefined {
  return money && { bill: money.bill, expiresAtMs: waitsUntilMs(delivery, rules, nowMs) }
}

/**
 * The ending when the last segment is taken and it is known what that makes of the group, now that `ending.silent` of its
 * segments count as delivered.
 * @param told what its sender was told of it, where its group is over and that is remembered
 */
export function afterLast(
  delivery: SegmentDelivery,
  ending: Ending,
  step: GroupStep,
  told: Report | undefined,
): Ending {
  const { outcome, money } = ending
  const { then, isTold, isKnown } = step
  const { account } = delivery.message
  if (isTold) return delivered(delivery, money && settledWith(money, reported(money.bill, account, 'DELIVERED')))
  if (outcome.kind !== 'awaiting') return ending
  if (then !== undefined) {
    const waits: SegmentOutcome = { kind: 'awaiting', awaiting: outcome.awaiting, group: then }
    return { outcome: waits, report: undefined, silent: 0, money }
  }
  if (money === undefined) return ending
  if (!isKnown)
    return {
      ...ending,
      money: { ...settledWith(money, silent(money.bill, account)), end: { state: 'UNKNOWN', error: NO_ERROR } },
    }
  // Its reports were given up while this segment was under way: its end is not known, and so it is with its money.
  if (told === unheard) return { ...ending, money: { ...settledWith(money, silent(money.bill, account)), end: told } }
  // A report has ended it as failed while this segment was under way: the vendor has it, and nobody pays us for it.
  const { sent } = money.bill
  const bill = delivery.bill === undefined || sent === undefined ? delivery.bill : takenOne(delivery.bill, sent)
  const end = told ?? { state: 'UNDELIVERABLE', error: NO_ERROR }
  return { ...ending, money: releasedMoney({ ...delivery, bill }, end) }
}

/** What was moved before stays moved: at most one of the two moves anything. */
function settledWith({ move }: Settled, then: Settled): Settled {
  return { bill: then.bill, move: move ?? then.move }
}

function awaited(awaiting: Awaiting | undefined, silent: number, settled: Settled | undefined): Ending {
  const money = settled && { bill: settled.bill, move: settled.move, end: undefined }
  return { outcome: { kind: 'awaiting', awaiting, group: undefined }, report: undefined, silent, money }
}

function awaitingOf(
  vendorMessageId: string,
  rules: ConnectionRules,
  origin: ReceiptOrigin,
  group: MessageId | '',
  bill: Bill | undefined,
  expiresAtMs: number,
): Awaiting {
  return { vendor: rules.vendor, vendorMessageId, connection: rules.id, origin, group, bill, expiresAtMs }
}

/** The end of the waiting for the report of a message that is taken: where it decides about money, it has a time of its own. */
function waitsUntilMs(delivery: SegmentDelivery, rules: ConnectionRules, nowMs: number): number {
  return isSettledByReport(delivery, rules)
    ? nowMs + rules.receiptTimeoutMs
    : delivery.expiresAtMs + rules.receiptGraceMs
}

/** The same while segments are left: no earlier than it may end itself. */
function reportedBy(delivery: SegmentDelivery, rules: ConnectionRules, nowMs: number): number {
  return Math.max(delivery.expiresAtMs + rules.receiptGraceMs, waitsUntilMs(delivery, rules, nowMs))
}

function isSettledByReport({ bill }: SegmentDelivery, { settleOn }: ConnectionRules): boolean {
  return bill !== undefined && settleOn === 'receipt'
}

/** Into the lane of the connection that has its first segments: no other may go on with it. */
export function pinned(delivery: SegmentDelivery, { connection }: Progress, dueMs: number): SegmentDelivery {
  const route = [connection]
  const lane = laneOver(route, 0, delivery)
  return { ...delivery, lane, route, hop: 0, failover: 'none', dueMs }
}

/**
 * Of a message of which nothing is taken yet: another connection may cut it otherwise. Who never answered may still have a
 * segment of it, and that it is one of several must be known when a receipt with an unknown id comes.
 */
export function progressNotBegun({ unansweredBy, progress }: SegmentDelivery): Progress | undefined {
  return unansweredBy === '' ? undefined : progress
}
