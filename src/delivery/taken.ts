// What it means that a vendor took a segment, the only one of its message or one of several: pure, no I/O.

import type { Awaiting, Progress, SegmentDelivery } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import { wantsReceipts, type ReceiptOrigin } from '../message/receipt.js'
import { originOf, originOfSegment } from '../receipts/origin.js'
import type { ConnectionRules } from './connection-rules.js'
import { NO_ERROR, over, type Ending } from './ending.js'
import { vendorLane } from './lane-key.js'

/** @param vendorMessageId in the normal form of the connection; '' where the vendor gave none */
export function takenEnding(delivery: SegmentDelivery, vendorMessageId: string, rules: ConnectionRules): Ending {
  const { progress } = delivery
  if (progress !== undefined) return takenOfSeveral(delivery, progress, vendorMessageId, rules)
  if (vendorMessageId !== '' && isReportedOn(delivery, rules))
    return awaited(awaitingOf(delivery, vendorMessageId, rules, originOf(delivery.message), ''))
  // No receipt will come: the vendor's acceptance is the last that will be known.
  return over(delivery, 'DELIVERED', undefined, NO_ERROR)
}

function isReportedOn(delivery: SegmentDelivery, { requestReceipt }: ConnectionRules): boolean {
  if (requestReceipt === 'always') return true
  return requestReceipt === 'asAsked' && wantsReceipts(delivery.message.receiptRequest)
}

function takenOfSeveral(delivery: SegmentDelivery, progress: Progress, id: string, rules: ConnectionRules): Ending {
  const { message } = delivery
  const isFirst = progress.taken === 0
  const reported = isReportedOn(delivery, rules)
  const opens = isFirst && reported && id !== '' && rules.segmentReceipts === 'all'
  const grouped = opens || (!isFirst && progress.grouped)
  const ofFirst = isFirst ? (reported && rules.segmentReceipts === 'first' ? id : '') : progress.firstId
  const row = grouped && id !== '' ? awaitingOf(delivery, id, rules, originOfSegment(message), message.id) : undefined
  const taken = progress.taken + 1
  if (taken < progress.total) {
    const next: SegmentDelivery = {
      ...delivery,
      failures: 0,
      unansweredBy: '',
      progress: { connection: rules.id, total: progress.total, taken, grouped, firstId: ofFirst },
    }
    const group = opens
      ? { id: message.id, origin: originOf(message), wanted: progress.total, expiresAtMs: reportedBy(delivery, rules) }
      : undefined
    return { outcome: { kind: 'advanced', next, awaiting: row, opens: group }, report: undefined }
  }
  if (row !== undefined) return awaited(row)
  // The vendor named some segments and not this one: what becomes of them all is known by a failure, or never.
  if (grouped) return { outcome: { kind: 'final', state: 'UNKNOWN', reason: undefined }, report: undefined }
  const last = reported && rules.segmentReceipts === 'last' ? id : ''
  const only = ofFirst === '' ? last : ofFirst
  if (only === '') return over(delivery, 'DELIVERED', undefined, NO_ERROR)
  return awaited(awaitingOf(delivery, only, rules, originOf(message), ''))
}

function awaited(awaiting: Awaiting): Ending {
  return { outcome: { kind: 'awaiting', awaiting }, report: undefined }
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
