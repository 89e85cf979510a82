// The octets of a part, in memory of their own: what is kept for a minute must not hold on to the slabs that its whole neighbourhood
// was copied into. Copies, and judges nothing.

import type { CollectedPart } from '../../message/collected-part.js'
import type { Tlv } from '../../message/message.js'

/** What a part keeps of what came in buffers that many share. */
export type Octets = Pick<CollectedPart, 'content' | 'tlvs'>

/** One slab for all: each buffer with memory of its own takes much more than its octets. */
export function ownOctets({ content, tlvs }: Octets): Octets {
  let length = content.octets.length
  for (const { value } of tlvs) length += value.length
  const slab = Buffer.allocUnsafeSlow(length)
  slab.set(content.octets)
  if (tlvs.length === 0) return { content: { ...content, octets: slab }, tlvs }
  let at = content.octets.length
  const octets = slab.subarray(0, at)
  const own: Tlv[] = []
  for (const { tag, value } of tlvs) {
    slab.set(value, at)
    own.push({ tag, value: slab.subarray(at, (at += value.length)) })
  }
  return { content: { ...content, octets }, tlvs: own }
}
