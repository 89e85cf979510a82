// What a vendor's report on one segment, or the taking of the last one, means for its message: pure. Delivered when all are,
// failed when one is for good.

import type { SegmentGroup, VendorReport } from '../message/delivery.js'
import { isFinal } from '../message/state.js'

export interface GroupStep {
  /** The group from now on; undefined: it is over. */
  readonly then: SegmentGroup | undefined
  /** It says what became of the message, as far as that is known. */
  readonly isTold: boolean
}

/** @param group undefined where its message's end was told already: a report changes nothing then */
export function reportOn(group: SegmentGroup | undefined, report: VendorReport): GroupStep {
  if (group === undefined) return { then: undefined, isTold: false }
  if (!isFinal(report.state)) return { then: group, isTold: true }
  if (report.state !== 'DELIVERED' || group.wanted <= 1) return { then: undefined, isTold: true }
  return { then: { ...group, wanted: group.wanted - 1 }, isTold: false }
}

/** All segments are taken, and so many of them count as delivered by that: no report of their own comes. */
export function allTaken(group: SegmentGroup | undefined, silent: number): GroupStep {
  if (group === undefined) return { then: undefined, isTold: false }
  if (group.wanted <= silent) return { then: undefined, isTold: true }
  return { then: { ...group, wanted: group.wanted - silent }, isTold: false }
}
