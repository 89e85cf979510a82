// What a sender's edge wants back with each receipt, in words of its own: kept among the message's parameters under a tag that no
// PDU can have, so that messages without it cost nothing. Nobody but that edge reads it.

import type { Tlv } from './message.js'

/** Above the 16 bits of a tag (SMPP 3.4 §3.2.4.1). */
const ECHO_TAG = 0x1_0000

export function echoTlv(text: string): Tlv {
  return { tag: ECHO_TAG, value: Buffer.from(text) }
}

/** '' for none. */
export function echoOf(tlvs: readonly Tlv[]): string {
  for (const { tag, value } of tlvs) if (tag === ECHO_TAG) return Buffer.from(value).toString()
  return ''
}

/** Is this parameter for ourselves? */
export function isOwnTag(tag: number): boolean {
  return tag >= ECHO_TAG
}
