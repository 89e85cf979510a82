// Messages of several segments that a vendor's report has ended as failed: what has not left of them need not leave. Decides
// nothing and is lost in a restart.

import type { SegmentDelivery } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import { RecentKeys } from '../receipts/recent-keys.js'
import type { Ending } from './ending.js'

/** Beyond so many the oldest are forgotten: their rest leaves, and its reports tell nothing. */
const STOPPED_MAX = 50_000

export class Stopped {
  readonly #ids = new RecentKeys(STOPPED_MAX)

  add(id: MessageId): void {
    this.#ids.add(id)
  }

  /** Most failed with all of their segments out; they stand here as well, until newer ones push them out. */
  has({ message, progress }: SegmentDelivery): boolean {
    return progress?.group !== undefined && this.#ids.size > 0 && this.#ids.has(message.id)
  }
}

/** The report has told its sender, and closed its group. */
export const stoppedEnding: Ending = {
  outcome: { kind: 'final', state: 'UNDELIVERABLE', reason: 'rejectedByVendor', closes: undefined },
  report: undefined,
  silent: 0,
}
