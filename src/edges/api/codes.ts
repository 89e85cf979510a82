// The one place where a failure becomes a code and a status of the API. Adding a reason does not compile until it stands here.

import type { FailureReason } from '../../message/failure.js'
import type { MessageState } from '../../message/state.js'
import { noSenderCodes } from '../../powerpack/sender.js'

/** What the codes mean, in the API's own words. */
export const errorTexts = {
  0: 'Delivered',
  10: 'Invalid message',
  20: 'Network error',
  30: 'Spam detected',
  40: 'Invalid source number',
  50: 'Invalid destination number',
  60: 'Loop detected',
  70: 'Destination permanently unavailable',
  80: 'Destination temporarily unavailable',
  90: 'No route available',
  100: 'Prohibited by carrier',
  110: 'Message too long',
  200: 'Source number blocked by STOP from destination number',
  201: 'Outbound messages from US toll-free to Canada are blocked',
  300: 'Failed to dispatch message',
  420: 'Message expired in queue',
  450: 'Destination country barred',
  900: 'Insufficient credit',
  910: 'Account disabled',
  1000: 'Unknown error',
} as const satisfies Record<number, string>

export type ApiCode = keyof typeof errorTexts

export interface ReasonInApi {
  /** Of a message that ends so. */
  readonly code: ApiCode
  /** Of a request of which nothing else becomes a message; 202: there is a message, and it has failed. */
  readonly status: 202 | 400 | 403 | 404 | 429 | 503
}

/** Why no number of a powerpack sends a message. */
type SenderReason = 'noSender' | 'optedOut' | 'tollFreeToCanada' | 'countryBarred'

/** A message that fails for what it is has its record; a request that came at the wrong time, or from the wrong one, is refused. */
export const apiByReason = {
  invalidDestination: { code: 50, status: 202 },
  invalidSource: { code: 40, status: 400 },
  invalidValidity: { code: 420, status: 400 },
  invalidSchedule: { code: 10, status: 400 },
  invalidContent: { code: 10, status: 400 },
  tooLarge: { code: 110, status: 400 },
  unsupportedContent: { code: 10, status: 400 },
  unreadableText: { code: 10, status: 400 },
  mixedConcatenation: { code: 10, status: 400 },
  invalidConcatenation: { code: 10, status: 400 },
  incompleteMessage: { code: 10, status: 400 },
  messageRefused: { code: 10, status: 400 },
  notEncodable: { code: 10, status: 202 },
  notPermitted: { code: 910, status: 403 },
  sourceNotAllowed: { code: 40, status: 400 },
  // SDKs know 403 to a new message as "no permission for this country".
  destinationNotAllowed: { code: 450, status: 403 },
  insufficientFunds: { code: 900, status: 202 },
  customerBlocked: { code: 910, status: 403 },
  noPrice: { code: 90, status: 202 },
  dayLimit: { code: 300, status: 202 },
  networkUnknown: { code: 20, status: 202 },
  noPolicy: { code: 90, status: 202 },
  noRoute: { code: 90, status: 202 },
  unknownUser: { code: 50, status: 202 },
  routingLoop: { code: 60, status: 202 },
  noSender: { code: 90, status: 202 },
  optedOut: { code: 200, status: 202 },
  tollFreeToCanada: { code: 201, status: 202 },
  countryBarred: { code: 450, status: 202 },
  // The API has no codes of its own for what registries and caps say.
  unregisteredSender: { code: 40, status: 202 },
  queueOverflow: { code: 300, status: 429 },
  dayCapReached: { code: 300, status: 202 },
  queueFull: { code: 300, status: 429 },
  throttled: { code: 300, status: 429 },
  systemError: { code: 300, status: 503 },
  stopping: { code: 300, status: 503 },
  // Ends of messages that were accepted: no answer waits for them.
  expired: { code: 420, status: 202 },
  rejectedByVendor: { code: 100, status: 202 },
  rejectedForRate: { code: 100, status: 202 },
  resendsUsedUp: { code: 300, status: 202 },
  unanswered: { code: 1000, status: 202 },
} as const satisfies Record<FailureReason | SenderReason, ReasonInApi>

export type ApiReason = keyof typeof apiByReason

export function codeOfReason(reason: FailureReason): ApiCode {
  return apiByReason[reason].code
}

/** As records and callbacks have it. */
export function codeText(code: ApiCode): string {
  return code === 0 ? '000' : String(code)
}

export function isApiCode(code: number): code is ApiCode {
  return Object.hasOwn(errorTexts, code)
}

/** The end of a message that a vendor had taken: it said so, or never said anything. */
const codeOfReport: Readonly<Partial<Record<MessageState, ApiCode>>> = {
  DELIVERED: 0,
  EXPIRED: 80,
  UNDELIVERABLE: 70,
  REJECTED: 100,
}

/** ESME_RINVSRCADR and ESME_RINVDSTADR as three digits (SMPP 3.4 §5.1.3): a vendor took it for one of these. */
const codeOfRefusal: Readonly<Record<string, ApiCode>> = { '010': 40, '011': 50 }

/** What a message of a powerpack is told by the switch when no number may send it at its turn. */
const codesOfSender: ReadonlySet<number> = new Set(Object.values(noSenderCodes))

/** What is known of a message when its end comes. */
export interface BeforeEnd {
  /** A vendor had taken it. */
  readonly wasSent: boolean
  /** A powerpack chooses who sends it. */
  readonly isPooled: boolean
}

/**
 * The code of a message that is over, by its receipt.
 * @param error the three characters of the receipt
 */
export function codeOfEnd(state: MessageState, error: string, { wasSent, isPooled }: BeforeEnd): ApiCode {
  if (wasSent || state === 'DELIVERED') return codeOfReport[state] ?? 1000
  switch (state) {
    case 'EXPIRED':
      return codeOfReason('expired')
    case 'REJECTED':
      return codeOfRejected(error, isPooled)
    case 'UNDELIVERABLE':
      return codeOfReason('resendsUsedUp')
    default:
      return codeOfReason('unanswered')
  }
}

function codeOfRejected(error: string, isPooled: boolean): ApiCode {
  const code = Number(error)
  // A number that was named may be opted out of at its turn, too; no vendor says 200 (reserved, SMPP 3.4 §5.1.3).
  if ((isPooled || code === noSenderCodes.optedOut) && codesOfSender.has(code) && isApiCode(code)) return code
  // Without a code of anybody's it never left: no vendor could be sent it.
  return error === '000' ? codeOfReason('notEncodable') : (codeOfRefusal[error] ?? codeOfReason('rejectedByVendor'))
}
