// How one vendor connection wants its segments treated. Types only.

import type { ConnectionId, VendorId } from '../message/ids.js'
import type { SettleTerms } from '../money/settle.js'
import type { ResendSchedule } from './retry.js'
import type { SuccessRules } from './success.js'

export interface ConnectionRules extends SettleTerms {
  readonly id: ConnectionId
  /** Segments that may be under way at a time: window times binds. */
  readonly places: number
  readonly vendor: VendorId
  readonly resend: ResendSchedule
  readonly requestReceipt: 'asAsked' | 'always' | 'never'
  /** Which segments of a message of several the vendor is asked to report on. */
  readonly segmentReceipts: 'all' | 'first' | 'last'
  readonly onUnanswered: 'resend' | 'waitReceipt' | 'fail'
  /** How long an unanswered segment waits for a receipt before it is given up, ms. */
  readonly waitReceiptMs: number
  /** Whether it loses its turn for poor success; undefined for never. */
  readonly adaptive?: SuccessRules | undefined
  /** How long after the end of its validity a receipt may still come, ms. */
  readonly receiptGraceMs: number
}
