// Keys by which receipts and what they are about are remembered: pure.

import type { Awaiting, VendorReport } from '../message/delivery.js'
import type { VendorId } from '../message/ids.js'
import { isFinal } from '../message/state.js'
import type { VendorReceipt } from './correlator-ports.js'

/** Ids of vendors have at most 65 octets (SMPP 3.4 §5.2.23); longer ones in a text are no ids. No store takes keys of any length. */
const MAX_ID_LENGTH = 128

export function keyOf(vendor: VendorId, vendorMessageId: string): string {
  return `${vendor}\0${vendorMessageId}`
}

/**
 * Steps on the way are told once each. A repeat of the end says the same about the same phone at the same time: a vendor that
 * gives an id to another message, after a restart of its counter, differs in one of them.
 */
export function seenKey(key: string, report: VendorReport): string {
  if (!isFinal(report.state)) return `${key}\0${report.state}`
  return `${key}\0${report.state}\0${report.destination}\0${report.doneAtMs}`
}

/** The end of one of several segments was reported under this id; one id may have stood for more of them. */
export function settledKey(key: string): string {
  return `${key}\0\0`
}

/** An id that no report names, for a row that must not stand under its own. */
export function idWithoutReport({ vendorMessageId, origin }: Awaiting): string {
  return `${vendorMessageId}\0${origin.messageId}`
}

export function isPossible(id: string): boolean {
  return id.length <= MAX_ID_LENGTH
}

/** By delegation: `stored` and `failed` belong to the receipt as the edge made it. */
export function withPossibleIds(receipt: VendorReceipt): VendorReceipt {
  return {
    vendor: receipt.vendor,
    connection: receipt.connection,
    ids: receipt.ids.filter(isPossible),
    report: receipt.report,
    learn: (index) => receipt.learn?.(receipt.ids.indexOf(receipt.ids.filter(isPossible)[index]!)),
    stored: () => receipt.stored(),
    failed: () => receipt.failed(),
  }
}
