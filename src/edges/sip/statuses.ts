// The one place where a failure becomes a status of SIP. Adding a reason does not compile until it stands here.

import { failureReasons, type FailureReason } from '../../message/failure.js'
import type { AnswerParts } from '../../sip/index.js'

/** RFC 3261 §21. None is 408, which no MESSAGE may be answered with (RFC 4320 §4.2), and none 401 or 407: those ask for a password. */
export const sipStatusByReason = {
  invalidDestination: 484,
  invalidSource: 403,
  invalidValidity: 400,
  invalidSchedule: 400,
  invalidContent: 400,
  tooLarge: 413,
  unsupportedContent: 415,
  unreadableText: 415,
  mixedConcatenation: 400,
  invalidConcatenation: 400,
  incompleteMessage: 400,
  messageRefused: 400,
  notEncodable: 488,
  notPermitted: 403,
  sourceNotAllowed: 403,
  destinationNotAllowed: 403,
  insufficientFunds: 402,
  customerBlocked: 403,
  // Not 404: the number may be a good one, only we don't carry to it.
  noPrice: 403,
  dayLimit: 480,
  networkUnknown: 480,
  noPolicy: 404,
  noRoute: 404,
  unknownUser: 404,
  routingLoop: 482,
  // Numbers of pools: no SIP user names one.
  noSender: 403,
  optedOut: 403,
  tollFreeToCanada: 403,
  countryBarred: 403,
  unregisteredSender: 403,
  queueOverflow: 480,
  dayCapReached: 480,
  // Its own queue at whoever it goes to, or ours: both empty in time.
  queueFull: 480,
  throttled: 503,
  systemError: 503,
  stopping: 503,
  // Ends of messages that were accepted: no answer waits for them.
  expired: 480,
  rejectedByVendor: 403,
  rejectedForRate: 480,
  resendsUsedUp: 480,
  unanswered: 480,
} as const satisfies Record<FailureReason, number>

/** Those where a proxy or a phone may try elsewhere or again, and is told when. */
const tellsWhen: ReadonlySet<number> = new Set([480, 503])

export interface Refusal extends AnswerParts {
  readonly status: number
}

/**
 * The answer to a MESSAGE that the switch refuses: a Warning says why in words (RFC 3261 §20.43).
 *
 * @param agent who warns: a host name of ours
 * @param retryAfterS for what passes by itself
 */
export function refusalOf(reason: FailureReason, agent: string, retryAfterS: number): Refusal {
  const status = sipStatusByReason[reason]
  const { retryable, publicText } = failureReasons[reason]
  const fields = [{ name: 'warning', value: `399 ${agent} "${publicText}"` }]
  if (retryable && tellsWhen.has(status)) fields.push({ name: 'retry-after', value: String(retryAfterS) })
  // RFC 3261 §8.2.3: whichever of the two it was.
  if (status === 415) {
    fields.push({ name: 'accept', value: acceptedTypes.join(', ') }, { name: 'accept-encoding', value: 'identity' })
  }
  return { status, fields }
}

/** What a MESSAGE may carry. */
export const acceptedTypes: readonly string[] = ['text/plain', 'message/cpim', 'message/imdn+xml']
