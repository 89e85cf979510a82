// The codes that the trade knows failures of 10DLC by. A table of failure reasons; which code it is, the tables say.

import type { FailureReason } from '../message/failure.js'
import type { Tables } from './tables.js'

/** Failures that have a code of the trade. */
export const codedReasons = [
  'queueOverflow',
  'rejectedForRate',
  'dayCapReached',
  'unregisteredSender',
  'expired',
] as const satisfies readonly FailureReason[]

export type CodedReason = (typeof codedReasons)[number]

/** Such as 30001; undefined for reasons that have none. */
export function tradeCodeOf(reason: FailureReason, { codes }: Tables): number | undefined {
  return isCoded(reason) ? codes[reason] : undefined
}

/** Such as 30025 for a cap of which 50% is used; undefined where nobody has a code for that. */
export function capWarningCodeOf(percent: number, { codes }: Tables): number | undefined {
  return codes.capWarnings[String(percent)]
}

function isCoded(reason: FailureReason): reason is CodedReason {
  return (codedReasons as readonly FailureReason[]).includes(reason)
}
