// What the end of an attempt comes to: what is recorded of the segment, and what its sender is told. Plain data.

import type { SegmentDelivery } from '../message/delivery.js'
import type { FailureReason } from '../message/failure.js'
import type { MessageState } from '../message/state.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'

export interface Ending {
  readonly outcome: SegmentOutcome
  /** What the sender may be told now, if it asked. */
  readonly report: { readonly state: MessageState; readonly error: string } | undefined
  /** The last of several segments was taken, and so many of those in their group have no report of their own. */
  readonly silent: number
}

/** Error words of receipts that the switch makes by itself, where no vendor gave a code. */
export const NO_ERROR = '000'

/** The message is over, and with it the group of those of its segments that were taken. */
export function over(
  delivery: SegmentDelivery,
  state: MessageState,
  reason: FailureReason | undefined,
  error: string,
): Ending {
  const closes = delivery.progress?.group !== undefined ? delivery.message.id : undefined
  return { outcome: { kind: 'final', state, reason, closes }, report: { state, error }, silent: 0 }
}

export function requeued(next: SegmentDelivery): Ending {
  return { outcome: { kind: 'requeued', next }, report: undefined, silent: 0 }
}
