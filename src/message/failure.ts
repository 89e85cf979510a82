// Every reason why a message is refused or fails. Wire codes are not here: each edge maps every reason in one table.

interface ReasonRow {
  /** May the same message succeed later without a change? */
  readonly retryable: boolean
  /** Safe to show to a customer. */
  readonly publicText: string
}

export const failureReasons = {
  invalidDestination: { retryable: false, publicText: 'The destination address is not valid.' },
  invalidSource: { retryable: false, publicText: 'The source address is not valid.' },
  invalidValidity: { retryable: false, publicText: 'The validity period is malformed or already over.' },
  invalidSchedule: { retryable: false, publicText: 'The scheduled delivery time is malformed or too far ahead.' },
  invalidContent: { retryable: false, publicText: 'The message has no usable content or too much of it.' },
  tooLarge: { retryable: false, publicText: 'The message is larger than is taken.' },
  unsupportedContent: { retryable: false, publicText: 'The type of the content is one that is not supported.' },
  unreadableText: { retryable: false, publicText: 'The coding of the text is one that is not supported.' },
  mixedConcatenation: {
    retryable: false,
    publicText: 'A part is marked in two ways, by its header and by parameters.',
  },
  invalidConcatenation: { retryable: false, publicText: 'The numbers of the part and of its message do not fit.' },
  incompleteMessage: { retryable: true, publicText: 'Other parts of the message did not come in time.' },
  messageRefused: { retryable: false, publicText: 'The message that the part belongs to was refused.' },
  notEncodable: { retryable: false, publicText: 'The text has characters that the network cannot carry.' },
  notPermitted: { retryable: false, publicText: 'This account may not send this message.' },
  sourceNotAllowed: { retryable: false, publicText: 'This account may not send under this source address.' },
  destinationNotAllowed: { retryable: false, publicText: 'This account may not send to this destination.' },
  insufficientFunds: { retryable: true, publicText: 'The balance does not cover the message.' },
  customerBlocked: { retryable: true, publicText: 'The customer is blocked.' },
  noPrice: { retryable: false, publicText: 'There is no price for this destination.' },
  dayLimit: { retryable: true, publicText: 'The limit of the day is reached.' },
  networkUnknown: { retryable: true, publicText: 'The network of the destination could not be found out.' },
  noPolicy: { retryable: false, publicText: 'No service policy covers this destination.' },
  noRoute: { retryable: false, publicText: 'There is no route to this destination.' },
  unknownUser: { retryable: false, publicText: 'There is no such user of the network.' },
  routingLoop: { retryable: false, publicText: 'The only route to this destination leads back to where it came from.' },
  noSender: { retryable: false, publicText: 'No number of the pool can send this message.' },
  optedOut: { retryable: false, publicText: 'The destination has asked for no more messages from this sender.' },
  tollFreeToCanada: { retryable: false, publicText: 'A toll-free number of the United States cannot send to Canada.' },
  countryBarred: { retryable: false, publicText: 'The pool does not send to the country of this destination.' },
  unregisteredSender: { retryable: false, publicText: 'The number is not registered for this kind of traffic.' },
  queueOverflow: { retryable: true, publicText: 'More waits already than can be sent before it expires.' },
  dayCapReached: { retryable: true, publicText: 'The carrier takes no more of this sender today.' },
  queueFull: { retryable: true, publicText: 'The queue is full; try again later.' },
  throttled: { retryable: true, publicText: 'Too many messages a second; slow down.' },
  systemError: { retryable: true, publicText: 'The message could not be stored; try again later.' },
  stopping: { retryable: true, publicText: 'The switch is going down; try again on a new connection.' },
  expired: { retryable: false, publicText: 'The validity period ended before the message could be delivered.' },
  rejectedByVendor: { retryable: false, publicText: 'The network refused the message.' },
  rejectedForRate: { retryable: true, publicText: 'The carrier refused the message: too many were sent.' },
  resendsUsedUp: { retryable: false, publicText: 'The network kept failing until the resends were used up.' },
  unanswered: { retryable: false, publicText: 'The network took the message but never said what became of it.' },
} as const satisfies Record<string, ReasonRow>

export type FailureReason = keyof typeof failureReasons

/** What somebody must see to first, or hours: a balance is topped up, a customer unblocked, the next day comes, a long queue goes. */
const waitsForSomebody: ReadonlySet<FailureReason> = new Set([
  'insufficientFunds',
  'customerBlocked',
  'dayLimit',
  'dayCapReached',
  'queueOverflow',
])

/** May the same message succeed within seconds, though nobody does anything? */
export function passesSoon(reason: FailureReason): boolean {
  return failureReasons[reason].retryable && !waitsForSomebody.has(reason)
}

/** An expected failure, as a value. */
export interface Failure {
  readonly reason: FailureReason
  /** For our log; may name peers and codes. */
  readonly cause: string
}
