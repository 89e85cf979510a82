// A message's id as the API has it: a UUID that the id is in, so that nobody looks anything up. Pure.

import type { MessageId } from '../../message/ids.js'

const ID = /^[0-9a-f]{16}$/
/** RFC 9562 §5.8: version 8, and the variant that all UUIDs of today have. */
const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f])([0-9a-f]{2})-([0-9a-f]{12})$/i

/**
 * The UUID of a message: version 8 (RFC 9562 §5.8), its first 16 free digits those of the id, the other 14 a checksum, so that
 * a UUID with a slip in it is nobody's. UUIDs of one switch sort as their messages do.
 *
 * @throws RangeError for what is no id of the switch
 */
export function uuidOf(id: MessageId): string {
  if (!ID.test(id)) throw new RangeError(`no id of a message: ${id}`)
  const check = checksum(id)
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-8${id.slice(12, 15)}-8${id.slice(15)}${check.slice(0, 2)}-${check.slice(2)}`
}

/** The message that a UUID names, in whatever case it is written; undefined for a UUID that is not one of ours. */
export function messageIdOf(uuid: string): MessageId | undefined {
  const [, a, b, c, d, first, rest] = UUID.exec(uuid)?.map((text) => text.toLowerCase()) ?? []
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined
  const id = a + b + c + d
  return checksum(id) === `${first}${rest}` ? (id as MessageId) : undefined
}

/** 14 hex digits that differ all over for ids that differ in one: two multiplicative hashes (FNV-1a with two ends). No secret. */
function checksum(id: string): string {
  let low = 0x811c9dc5
  let high = 0x9e3779b9
  for (let i = 0; i < id.length; i++) {
    low = Math.imul(low ^ id.charCodeAt(i), 0x01000193)
    high = Math.imul(high ^ id.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15)
  }
  low = Math.imul(low ^ (high >>> 13), 0xc2b2ae35)
  high ^= low >>> 16
  return (low >>> 0).toString(16).padStart(8, '0') + ((high >>> 0) & 0xffffff).toString(16).padStart(6, '0')
}
