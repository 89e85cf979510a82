// What a vendor's report on one segment, or the taking of the last one, means for its message: pure. Delivered when all are,
// failed when one is for good.

import type { Bill } from '../message/bill.js'
import type { SegmentGroup, VendorReport } from '../message/delivery.js'
import { isFinal } from '../message/state.js'

export interface GroupStep {
  /** The group from now on; undefined: it is over. */
  readonly then: SegmentGroup | undefined
  /** It says what became of the message, as far as that is known. */
  readonly isTold: boolean
  /** Whether the group is over could be read. */
  readonly isKnown: boolean
}

/** What a group gets with the last segment, where somebody pays: until then the message's delivery has the bill. */
export interface HandOver {
  readonly bill: Bill
  /** Switch time, ms. */
  readonly expiresAtMs: number
}

/** @param group undefined where its message's end was told already: a report changes nothing then */
export function reportOn(group: SegmentGroup | undefined, report: VendorReport): GroupStep {
  if (group === undefined) return isOver
  if (!isFinal(report.state)) return { then: group, isTold: true, isKnown: true }
  if (report.state !== 'DELIVERED' || group.wanted <= 1) return isEnd
  return { then: { ...group, wanted: group.wanted - 1 }, isTold: false, isKnown: true }
}

/** All segments are taken, and so many of them count as delivered by that: no report of their own comes. */
export function allTaken(group: SegmentGroup | undefined, silent: number, handOver: HandOver | undefined): GroupStep {
  if (group === undefined) return isOver
  if (group.wanted <= silent) return isEnd
  return { then: { ...group, ...handOver, wanted: group.wanted - silent }, isTold: false, isKnown: true }
}

const isOver: GroupStep = { then: undefined, isTold: false, isKnown: true }
const isEnd: GroupStep = { then: undefined, isTold: true, isKnown: true }
/** The store can't be read: the reports that are wanted never all come, and its end is not known then. */
export const notKnown: GroupStep = { then: undefined, isTold: false, isKnown: false }
