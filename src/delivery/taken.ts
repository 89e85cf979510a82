// What it means that a vendor took a segment, the only one of its message or one of several: pure, no I/O.

import type { Awaiting, GroupProgress, Progress, SegmentDelivery } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import { wantsReceipts, type ReceiptOrigin } from '../message/receipt.js'
import type { GroupStep } from '../receipts/group.js'
import { originOf, originOfSegment } from '../receipts/origin.js'
import type { ConnectionRules } from './connection-rules.js'
import { NO_ERROR, over, type Ending } from './ending.js'
import { vendorLane } from './lane-key.js'

/** @param vendorMessageId in the normal form of the connection; '' where the vendor gave none */
export function takenEnding(delivery: SegmentDelivery, vendorMessageId: string, rules: ConnectionRules): Ending {
  const { progress } = delivery
  if (progress !== undefined) return takenOfSeveral(delivery, progress, vendorMessageId, rules)
  if (vendorMessageId !== '' && isReportedOn(delivery, rules))
    return awaited(awaitingOf(delivery, vendorMessageId, rules, originOf(delivery.message), ''), 0)
  // No receipt will come: the vendor's acceptance is the last that will be known.
  return over(delivery, 'DELIVERED', undefined, NO_ERROR)
}

function isReportedOn(delivery: SegmentDelivery, { requestReceipt }: ConnectionRules): boolean {
  if (requestReceipt === 'always') return true
  return requestReceipt === 'asAsked' && wantsReceipts(delivery.message.receiptRequest)
}

/** Is the vendor asked to report on the next of several segments? */
export function isAskedOf({ taken, total }: Progress, policy: ConnectionRules['segmentReceipts']): boolean {
  switch (policy) {
    case 'all':
      return true
    case 'first':
      return taken === 0
    case 'last':
      return taken === total - 1
  }
}

function takenOfSeveral(delivery: SegmentDelivery, progress: Progress, id: string, rules: ConnectionRules): Ending {
  const { message } = delivery
  const { total, group } = progress
  const isLast = progress.taken + 1 === total
  // An id that stands for the segment before as well has its row already, and one report is all that comes.
  const isNamed =
    id !== '' && id !== group?.lastId && isReportedOn(delivery, rules) && isAskedOf(progress, rules.segmentReceipts)
  if (isLast && group === undefined) {
    if (!isNamed) return over(delivery, 'DELIVERED', undefined, NO_ERROR)
    return awaited(awaitingOf(delivery, id, rules, originOf(message), ''), 0)
  }
  const row = isNamed ? awaitingOf(delivery, id, rules, originOfSegment(message), message.id) : undefined
  if (isLast) return awaited(row, (group?.silent ?? 0) + (isNamed ? 0 : 1))
  const next: SegmentDelivery = {
    ...delivery,
    failures: 0,
    unansweredBy: '',
    progress: { connection: rules.id, total, taken: progress.taken + 1, group: groupAfter(group, isNamed, id) },
  }
  // Also for those that have not left: no report may end the message as delivered before the last is taken.
  const opens =
    isNamed && group === undefined
      ? {
          id: message.id,
          origin: originOf(message),
          wanted: total - progress.taken,
          bill: undefined,
          expiresAtMs: reportedBy(delivery, rules),
        }
      : undefined
  return { outcome: { kind: 'advanced', next, awaiting: row, opens }, report: undefined, silent: 0 }
}

function groupAfter(before: GroupProgress | undefined, isNamed: boolean, id: string): GroupProgress | undefined {
  if (isNamed) return { silent: before?.silent ?? 0, lastId: id }
  return before === undefined ? undefined : { ...before, silent: before.silent + 1 }
}

/**
 * The ending when the last segment is taken and it is known what that makes of the group, now that `ending.silent` of its
 * segments count as delivered.
 */
export function afterLast(delivery: SegmentDelivery, ending: Ending, { then, isTold }: GroupStep): Ending {
  if (isTold) return over(delivery, 'DELIVERED', undefined, NO_ERROR)
  const { outcome } = ending
  if (then === undefined || outcome.kind !== 'awaiting') return ending
  return { outcome: { kind: 'awaiting', awaiting: outcome.awaiting, group: then }, report: undefined, silent: 0 }
}

function awaited(awaiting: Awaiting | undefined, silent: number): Ending {
  return { outcome: { kind: 'awaiting', awaiting, group: undefined }, report: undefined, silent }
}

function awaitingOf(
  delivery: SegmentDelivery,
  vendorMessageId: string,
  rules: ConnectionRules,
  origin: ReceiptOrigin,
  group: MessageId | '',
): Awaiting {
  return {
    vendor: rules.vendor,
    vendorMessageId,
    connection: rules.id,
    origin,
    group,
    bill: undefined,
    expiresAtMs: reportedBy(delivery, rules),
  }
}

function reportedBy(delivery: SegmentDelivery, rules: ConnectionRules): number {
  return delivery.expiresAtMs + rules.receiptGraceMs
}

/** Into the lane of the connection that has its first segments: no other may go on with it. */
export function pinned(delivery: SegmentDelivery, { connection }: Progress, dueMs: number): SegmentDelivery {
  const route = [connection]
  const lane = vendorLane(route, 0, delivery.message.account)
  return { ...delivery, lane, route, hop: 0, failover: 'none', dueMs }
}

/**
 * Of a message of which nothing is taken yet: another connection may cut it otherwise. Who never answered may still have a
 * segment of it, and that it is one of several must be known when a receipt with an unknown id comes.
 */
export function progressNotBegun({ unansweredBy, progress }: SegmentDelivery): Progress | undefined {
  return unansweredBy === '' ? undefined : progress
}
