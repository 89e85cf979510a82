// The one place where a failure becomes a command_status for an ESME. Adding a reason does not compile until it stands here.

import type { FailureReason } from '../../message/failure.js'
import { status, type StatusName } from '../../smpp/index.js'

export const statusNameByReason = {
  invalidDestination: 'ESME_RINVDSTADR',
  invalidSource: 'ESME_RINVSRCADR',
  invalidValidity: 'ESME_RINVEXPIRY',
  invalidSchedule: 'ESME_RINVSCHED',
  invalidContent: 'ESME_RINVMSGLEN',
  tooLarge: 'ESME_RINVMSGLEN',
  unsupportedContent: 'ESME_RSUBMITFAIL',
  unreadableText: 'ESME_RINVDCS',
  // SMPP 3.4 calls it ESME_ROPTPARNOTALLWD.
  mixedConcatenation: 'ESME_RTLVNOTALLWD',
  invalidConcatenation: 'ESME_RINVNUMMSGS',
  incompleteMessage: 'ESME_RINVNUMMSGS',
  messageRefused: 'ESME_RSYSERR',
  notEncodable: 'ESME_RSUBMITFAIL',
  notPermitted: 'ESME_RSUBMITFAIL',
  sourceNotAllowed: 'ESME_RINVSRCADR',
  destinationNotAllowed: 'ESME_RINVDSTADR',
  insufficientFunds: 'ESME_RSUBMITFAIL',
  customerBlocked: 'ESME_RSUBMITFAIL',
  noPrice: 'ESME_RINVDSTADR',
  // "Exceeded allowed message limits": its sender waits, and asks why.
  dayLimit: 'ESME_RTHROTTLED',
  networkUnknown: 'ESME_RSUBMITFAIL',
  noPolicy: 'ESME_RINVDSTADR',
  noRoute: 'ESME_RINVDSTADR',
  unknownUser: 'ESME_RINVDSTADR',
  routingLoop: 'ESME_RINVDSTADR',
  // Numbers of pools: no ESME names one.
  noSender: 'ESME_RINVSRCADR',
  optedOut: 'ESME_RINVDSTADR',
  tollFreeToCanada: 'ESME_RINVDSTADR',
  countryBarred: 'ESME_RINVDSTADR',
  unregisteredSender: 'ESME_RINVSRCADR',
  queueOverflow: 'ESME_RMSGQFUL',
  dayCapReached: 'ESME_RTHROTTLED',
  queueFull: 'ESME_RMSGQFUL',
  throttled: 'ESME_RTHROTTLED',
  systemError: 'ESME_RSYSERR',
  stopping: 'ESME_RSYSERR',
  expired: 'ESME_RINVEXPIRY',
  rejectedByVendor: 'ESME_RSUBMITFAIL',
  rejectedForRate: 'ESME_RSUBMITFAIL',
  resendsUsedUp: 'ESME_RSUBMITFAIL',
  unanswered: 'ESME_RSUBMITFAIL',
} as const satisfies Record<FailureReason, StatusName>

/** The command_status that tells an ESME of this failure. */
export function statusOf(reason: FailureReason): number {
  return status[statusNameByReason[reason]]
}
