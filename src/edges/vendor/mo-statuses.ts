// How a vendor is told that a message from a phone was not taken. One table: a vendor sends a message again, perhaps for ever,
// unless the status says that this is of no use, so each is chosen by whether the same message could be taken later.

import type { FailureReason } from '../../message/failure.js'
import { status, type StatusName } from '../../smpp/index.js'

/** SMPP 3.4 §5.1.3: ESME_RX_T_APPN invites the vendor to send it again, ESME_RX_R_APPN makes it final. */
export const moStatusNameByReason = {
  // The message itself, which won't change: sent again it would be refused again.
  invalidDestination: 'ESME_RX_R_APPN',
  invalidSource: 'ESME_RX_R_APPN',
  invalidValidity: 'ESME_RX_R_APPN',
  invalidSchedule: 'ESME_RX_R_APPN',
  invalidContent: 'ESME_RX_R_APPN',
  tooLarge: 'ESME_RX_R_APPN',
  unsupportedContent: 'ESME_RX_R_APPN',
  unreadableText: 'ESME_RX_R_APPN',
  mixedConcatenation: 'ESME_RX_R_APPN',
  invalidConcatenation: 'ESME_RX_R_APPN',
  notEncodable: 'ESME_RX_R_APPN',
  // Nobody has the number. Somebody may tomorrow, but a vendor that keeps it until then blocks its own queue.
  notPermitted: 'ESME_RX_R_APPN',
  noPolicy: 'ESME_RX_R_APPN',
  noRoute: 'ESME_RX_R_APPN',
  unknownUser: 'ESME_RX_R_APPN',
  routingLoop: 'ESME_RX_R_APPN',
  sourceNotAllowed: 'ESME_RX_R_APPN',
  destinationNotAllowed: 'ESME_RX_R_APPN',
  insufficientFunds: 'ESME_RX_R_APPN',
  customerBlocked: 'ESME_RX_R_APPN',
  noPrice: 'ESME_RX_R_APPN',
  dayLimit: 'ESME_RX_R_APPN',
  noSender: 'ESME_RX_R_APPN',
  optedOut: 'ESME_RX_R_APPN',
  tollFreeToCanada: 'ESME_RX_R_APPN',
  countryBarred: 'ESME_RX_R_APPN',
  unregisteredSender: 'ESME_RX_R_APPN',
  queueOverflow: 'ESME_RX_R_APPN',
  dayCapReached: 'ESME_RX_R_APPN',
  networkUnknown: 'ESME_RX_R_APPN',
  // What refused the whole message refuses each part: those that are not sent yet would wait for it in vain.
  messageRefused: 'ESME_RX_R_APPN',
  // None of its parts was taken: if the vendor has them all, they may come together the next time.
  incompleteMessage: 'ESME_RX_T_APPN',
  // Ours, and it passes.
  queueFull: 'ESME_RX_T_APPN',
  throttled: 'ESME_RX_T_APPN',
  systemError: 'ESME_RX_T_APPN',
  stopping: 'ESME_RX_T_APPN',
  // Ends of messages that were taken: no answer waits for them.
  expired: 'ESME_RX_R_APPN',
  rejectedByVendor: 'ESME_RX_R_APPN',
  rejectedForRate: 'ESME_RX_R_APPN',
  resendsUsedUp: 'ESME_RX_R_APPN',
  unanswered: 'ESME_RX_R_APPN',
} as const satisfies Record<FailureReason, StatusName>

/** The command_status of deliver_sm_resp and data_sm_resp for this failure. */
export function moStatusOf(reason: FailureReason): number {
  return status[moStatusNameByReason[reason]]
}
