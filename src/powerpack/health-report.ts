// What the end of a message says of the number that it was from. Pure.
import type { MessageState } from '../message/state.js'
import type { HealthReport } from './health.js'

/** How a message from a number ended. */
export interface MessageEnd {
  readonly state: MessageState
  /** The three characters of a receipt; of an answer of a vendor its status as a decimal number. */
  readonly error: string
  /** A vendor reported it; else the switch found it out, from a vendor's answer or without one. */
  readonly isReported: boolean
}

/** ESME_RINVSRCADR (SMPP 3.4 §5.1.3). */
const SOURCE_REFUSED = '010'

/**
 * Undefined for what says nothing of the number: nobody knows the end, or it never left.
 *
 * @param spamErrors what vendors write in reports on messages that were taken for spam
 */
export function healthReportOf(
  { state, error, isReported }: MessageEnd,
  spamErrors: ReadonlySet<string>,
): HealthReport | undefined {
  switch (state) {
    case 'DELIVERED':
      // Taken by a vendor that reports on nothing: where it came to is not known.
      return isReported ? 'delivered' : 'sourceTaken'
    case 'UNDELIVERABLE':
    case 'REJECTED':
      if (!isReported) return error === SOURCE_REFUSED ? 'sourceRefused' : undefined
      return spamErrors.has(error) ? 'spam' : 'undelivered'
    case 'EXPIRED':
      return isReported ? 'undelivered' : undefined
    case 'SCHEDULED':
    case 'ENROUTE':
    case 'ACCEPTED':
    case 'DELETED':
    case 'UNKNOWN':
    case 'SKIPPED':
      return undefined
  }
}
