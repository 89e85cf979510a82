// What the end of an attempt means for a segment: pure, one table, no I/O.

import type { SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'
import { wantsReceipts } from '../message/receipt.js'
import { originOf } from '../receipts/origin.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'
import { vendorLane, waitLane } from './lane-key.js'
import { resendDelayMs, type ResendSchedule } from './retry.js'

/** How one vendor connection wants its segments treated. */
export interface ConnectionRules {
  readonly id: ConnectionId
  /** Segments that may be under way at a time: window times binds. */
  readonly places: number
  readonly vendor: VendorId
  readonly resend: ResendSchedule
  readonly requestReceipt: 'asAsked' | 'always' | 'never'
  readonly onUnanswered: 'resend' | 'waitReceipt' | 'fail'
  /** How long an unanswered segment waits for a receipt before it is given up, ms. */
  readonly waitReceiptMs: number
  /** How long after the end of its validity a receipt may still come, ms. */
  readonly receiptGraceMs: number
}

export type AttemptResult =
  /** The id in the connection's normal form. */
  | { readonly kind: 'taken'; readonly vendorMessageId: string }
  | { readonly kind: 'refused'; readonly permanent: boolean; readonly error: string }
  /** Sent, and no answer in time or the link is gone. */
  | { readonly kind: 'unanswered' }

export interface Ending {
  readonly outcome: SegmentOutcome
  /** What the sender may be told now, if it asked. */
  readonly report: { readonly state: MessageState; readonly error: string } | undefined
}

/** Error words of receipts that the switch makes by itself, where no vendor gave a code. */
const NO_ERROR = '000'

/**
 * Decides what becomes of a segment after an attempt over `rules`' connection.
 *
 * @param nowMs switch time
 * @param isUp can that connection be tried now? Failing over passes those by that can't.
 */
export function endingOf(
  delivery: SegmentDelivery,
  result: AttemptResult,
  rules: ConnectionRules,
  nowMs: number,
  isUp: (connection: ConnectionId) => boolean,
): Ending {
  switch (result.kind) {
    case 'taken':
      return taken(delivery, result.vendorMessageId, rules)
    case 'refused':
      if (result.permanent) return over('REJECTED', 'rejectedByVendor', result.error)
      return tryAgain(delivery, rules, stillUnanswered(delivery, rules), result.error, nowMs, isUp)
    case 'unanswered':
      return unanswered(delivery, rules, nowMs, isUp)
  }
}

/** The time of a segment is over before it was delivered. */
export function expiredEnding(): Ending {
  return over('EXPIRED', 'expired', NO_ERROR)
}

/** A segment waited in vain for the receipt of an attempt that was never answered. */
export function unansweredEnding(): Ending {
  return over('UNKNOWN', 'unanswered', NO_ERROR)
}

function taken(delivery: SegmentDelivery, vendorMessageId: string, rules: ConnectionRules): Ending {
  const { requestReceipt } = rules
  const asked = wantsReceipts(delivery.message.receiptRequest)
  const vendorReports = requestReceipt === 'always' || (requestReceipt === 'asAsked' && asked)
  if (vendorReports && vendorMessageId !== '') {
    const awaiting = {
      vendor: rules.vendor,
      vendorMessageId,
      connection: rules.id,
      origin: originOf(delivery.message),
      expiresAtMs: delivery.expiresAtMs + rules.receiptGraceMs,
    }
    return { outcome: { kind: 'awaiting', awaiting }, report: undefined }
  }
  // No receipt will come: the vendor's acceptance is the last that will be known.
  return over('DELIVERED', undefined, NO_ERROR)
}

function unanswered(
  delivery: SegmentDelivery,
  rules: ConnectionRules,
  nowMs: number,
  isUp: (connection: ConnectionId) => boolean,
): Ending {
  switch (rules.onUnanswered) {
    case 'resend':
      return tryAgain(delivery, rules, rules.id, NO_ERROR, nowMs, isUp)
    case 'fail':
      return unansweredEnding()
    case 'waitReceipt': {
      const next: SegmentDelivery = {
        ...delivery,
        lane: waitLane(rules.id),
        dueMs: nowMs + rules.waitReceiptMs,
        unansweredBy: rules.id,
        // Its own deadline rules from here on: the vendor may have it, so it must not be called expired.
        expiresAtMs: nowMs + rules.waitReceiptMs,
      }
      return { outcome: { kind: 'requeued', next }, report: undefined }
    }
  }
}

/**
 * Who may still answer an earlier sending late. Where a second sending is unwanted the name was only the mark of this
 * attempt, which has been answered.
 */
function stillUnanswered(delivery: SegmentDelivery, rules: ConnectionRules): ConnectionId | '' {
  return rules.onUnanswered === 'resend' ? delivery.unansweredBy : ''
}

function tryAgain(
  delivery: SegmentDelivery,
  rules: ConnectionRules,
  unansweredBy: ConnectionId | '',
  error: string,
  nowMs: number,
  isUp: (connection: ConnectionId) => boolean,
): Ending {
  const { route, failover, message } = delivery
  const nextHop = failover === 'next' ? hopAfter(route, rules.id, isUp) : 0
  if (nextHop > 0) {
    const lane = vendorLane(route, nextHop, message.account)
    return requeued({ ...delivery, lane, hop: nextHop, dueMs: nowMs, unansweredBy })
  }
  const failures = delivery.failures + 1
  const delayMs = resendDelayMs(rules.resend, failures)
  if (delayMs === undefined) return over('UNDELIVERABLE', 'resendsUsedUp', error)
  // Expiry beats resend: it comes to its turn when its validity ends, not later; and not before, since stores keep whole ms.
  const dueMs = Math.min(nowMs + delayMs, Math.ceil(delivery.expiresAtMs))
  return requeued({ ...delivery, lane: vendorLane(route, 0, message.account), hop: 0, failures, dueMs, unansweredBy })
}

/** Index of the first connection behind the one that failed that can be tried now; 0 for none. */
function hopAfter(
  route: readonly ConnectionId[],
  failed: ConnectionId,
  isUp: (connection: ConnectionId) => boolean,
): number {
  const at = route.indexOf(failed)
  return at < 0
    ? 0
    : Math.max(
        0,
        route.findIndex((connection, hop) => hop > at && isUp(connection)),
      )
}

function requeued(next: SegmentDelivery): Ending {
  return { outcome: { kind: 'requeued', next }, report: undefined }
}

/** For outcomes that come without an attempt too. */
export function over(state: MessageState, reason: FailureReason | undefined, error: string): Ending {
  return { outcome: { kind: 'final', state, reason }, report: { state, error } }
}
