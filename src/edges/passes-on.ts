// Which TLVs that a message came with go on in the PDUs that it leaves in.

import { isOwnTag } from '../message/echo.js'
import { tlvTag } from '../smpp/index.js'

const sarTags: ReadonlySet<number> = new Set([
  tlvTag.sar_msg_ref_num,
  tlvTag.sar_total_segments,
  tlvTag.sar_segment_seqnum,
])
/** Tells of the PDU that the message came in, never of one that it leaves in (SMPP 3.4 §5.3.2.34). */
const MORE_MESSAGES_TO_SEND = tlvTag.more_messages_to_send

/** @param isCut the message makes several segments: a part that goes on by itself keeps its SAR marks, cut it would be marked twice */
export function passesOn(tag: number, isCut: boolean): boolean {
  return tag !== MORE_MESSAGES_TO_SEND && !isOwnTag(tag) && !(isCut && sarTags.has(tag))
}
