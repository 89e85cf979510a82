// Messages of several segments that a vendor's report, or the want of one, has ended: what has not left of them need not leave. Decides
// nothing and is lost in a restart.

import type { SegmentDelivery } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import { NO_ERROR, releasedMoney, type Ending, type Report } from './ending.js'

/** What `reportOn` gives where no report came: this very object. */
export const unheard: Report = { state: 'UNKNOWN', error: NO_ERROR }

/** Beyond so many the oldest are forgotten: their rest leaves, and its reports tell nothing. */
const STOPPED_MAX = 50_000

export class Stopped {
  readonly #reports = new Map<MessageId, Report>()

  /** @param report undefined where none came, and its sender was told that its end is not known */
  add(id: MessageId, report: Report = unheard): void {
    this.#reports.delete(id)
    this.#reports.set(id, report)
    if (this.#reports.size <= STOPPED_MAX) return
    for (const oldest of this.#reports.keys()) {
      this.#reports.delete(oldest)
      return
    }
  }

  /** What the report said, as far as it is remembered. */
  reportOn(id: MessageId): Report | undefined {
    return this.#reports.get(id)
  }

  /** Was its sender told of its end, as far as is remembered? */
  isOver(id: MessageId): boolean {
    return this.#reports.size > 0 && this.#reports.has(id)
  }

  /** Most failed with all of their segments out; they stand here as well, until newer ones push them out. */
  has({ message, progress }: SegmentDelivery): boolean {
    return progress?.group !== undefined && this.#reports.size > 0 && this.#reports.has(message.id)
  }
}

/** The report, or the want of it, has told its sender, and closed its group. The money is given back only now: until here it was the delivery's. */
export function stoppedEnding(delivery: SegmentDelivery, report: Report = unknownReport): Ending {
  return { outcome: stoppedOutcome, report: undefined, silent: 0, money: releasedMoney(delivery, report) }
}

/**
 * What the sender of a message was told whose group is over and of which nothing is remembered, since the switch was started anew: that
 * nothing is known once reports are not waited for any more, and that it failed before that. What failed is taken for the former where its rest
 * ends later than that: when the switch was down for so long, or waited for the receipt of a segment that was never answered.
 *
 * @param receiptGraceMs of the connection that has its segments
 * @param nowMs switch time
 */
export function toldForgotten(delivery: SegmentDelivery, receiptGraceMs: number, nowMs: number): Report {
  return nowMs < delivery.message.expiresAtMs + receiptGraceMs ? unknownReport : unheard
}

/** Where nobody remembers what the report said. */
const unknownReport: Report = { state: 'UNDELIVERABLE', error: NO_ERROR }

const stoppedOutcome = {
  kind: 'final',
  state: 'UNDELIVERABLE',
  reason: 'rejectedByVendor',
  closes: undefined,
} as const
