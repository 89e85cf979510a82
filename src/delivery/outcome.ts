// What the end of an attempt means for a segment: pure, one table, no I/O.

import type { Sent } from '../message/bill.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import type { ConnectionRules } from './connection-rules.js'
import { NO_ERROR, over, requeued, type Ending } from './ending.js'
import { laneOver, waitLane } from './lane-key.js'
import { resendDelayMs } from './retry.js'
import { pinned, progressNotBegun, takenEnding } from './taken.js'

export type { ConnectionRules } from './connection-rules.js'

export type AttemptResult =
  /**
   * The id in the connection's normal form. `isAsked`: was the vendor asked to report on this segment when it was sent? By the rules
   * of now where that is not known.
   */
  | { readonly kind: 'taken'; readonly vendorMessageId: string; readonly isAsked?: boolean | undefined }
  | {
      readonly kind: 'refused'
      readonly permanent: boolean
      readonly error: string
      /** What its sender is told of a permanent one; left out: REJECTED. */
      readonly state?: 'REJECTED' | 'UNDELIVERABLE' | undefined
      /** Of a temporary one: the vendor asks not to be tried again before, ms. */
      readonly afterMs?: number | undefined
    }
  /** Sent, and no answer in time or the link is gone. */
  | { readonly kind: 'unanswered' }
  /** Not sent: its text can't be written in what the connection takes. */
  | { readonly kind: 'cannotCarry' }

/**
 * Decides what becomes of a segment after an attempt over `rules`' connection.
 *
 * @param nowMs switch time
 * @param isUp can that connection be tried now? Failing over passes those by that can't.
 * @param sent what the vendor has of it now that it has taken one more; undefined where nobody pays
 */
export function endingOf(
  delivery: SegmentDelivery,
  result: AttemptResult,
  rules: ConnectionRules,
  nowMs: number,
  isUp: (connection: ConnectionId) => boolean,
  sent?: Sent,
): Ending {
  switch (result.kind) {
    case 'taken':
      return takenEnding(delivery, result.vendorMessageId, rules, nowMs, sent, result.isAsked)
    case 'refused':
      if (result.permanent) return over(delivery, result.state ?? 'REJECTED', 'rejectedByVendor', result.error)
      return tryAgain(delivery, rules, stillUnanswered(delivery, rules), result.error, nowMs, isUp, result.afterMs)
    case 'unanswered':
      return unanswered(delivery, rules, nowMs, isUp)
    case 'cannotCarry':
      return over(delivery, 'REJECTED', 'notEncodable', NO_ERROR)
  }
}

/** The time of a segment is over before it was delivered. */
export function expiredEnding(delivery: SegmentDelivery): Ending {
  return over(delivery, 'EXPIRED', 'expired', NO_ERROR)
}

/** A segment waited in vain for the receipt of an attempt that was never answered. */
export function unansweredEnding(delivery: SegmentDelivery): Ending {
  return over(delivery, 'UNKNOWN', 'unanswered', NO_ERROR)
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
      return unansweredEnding(delivery)
    case 'waitReceipt': {
      const next: SegmentDelivery = {
        ...delivery,
        lane: waitLane(rules.id),
        dueMs: nowMs + rules.waitReceiptMs,
        unansweredBy: rules.id,
        // Its own deadline rules from here on: the vendor may have it, so it must not be called expired.
        expiresAtMs: nowMs + rules.waitReceiptMs,
      }
      return requeued(next)
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
  afterMs = 0,
): Ending {
  const { route, failover, progress } = delivery
  const begun = progress !== undefined && progress.taken > 0 ? progress : undefined
  const nextHop = failover === 'next' && begun === undefined ? hopAfter(route, rules.id, isUp) : 0
  if (nextHop > 0) {
    const lane = laneOver(route, nextHop, delivery)
    return notBegun({ ...delivery, lane, hop: nextHop, dueMs: nowMs, unansweredBy })
  }
  const failures = delivery.failures + 1
  const delayMs = resendDelayMs(rules.resend, failures)
  if (delayMs === undefined) return over(delivery, 'UNDELIVERABLE', 'resendsUsedUp', error)
  // Expiry beats resend: it comes to its turn when its validity ends, not later; and not before, since stores keep whole ms.
  const dueMs = Math.min(nowMs + Math.max(delayMs, afterMs), Math.ceil(delivery.expiresAtMs))
  if (begun !== undefined) return requeued({ ...pinned(delivery, begun, dueMs), failures, unansweredBy })
  const lane = laneOver(route, 0, delivery)
  return notBegun({ ...delivery, lane, hop: 0, failures, dueMs, unansweredBy })
}

function notBegun(next: SegmentDelivery): Ending {
  return requeued(next.progress === undefined ? next : { ...next, progress: progressNotBegun(next) })
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
