// The one coding that contents have inside the switch, and the way into it from a peer's own. It joins and cuts nothing.
import { encodePlain, swappedUnits } from './charsets.js'
import { dataCodingFor, peerCoding, standardOptions, type TextCoding, type Wanted } from './data-coding.js'
import { decodeUserData, openContent, type OpenedContent, type PeerText, type Unreadable } from './decode.js'
import type { WireContent } from './decode.js'
import { encodeGsm7 } from './gsm7.js'
import { readUdh } from './udh.js'

/** The switch's own coding: what a content's data_coding and octets mean once it is in. */
export const standardText: PeerText = { coding: peerCoding(standardOptions) }

/**
 * A peer's content (a message or a part of one) in the standard coding, its header kept. The same object where it means the same.
 * A reserved data_coding passes as it is; a compressed text and a malformed header are refused.
 */
export function toStandard(content: WireContent, peer: PeerText): WireContent | Unreadable {
  if (peer.coding.sameAsStandard[content.dataCoding & 0xff] === 1) {
    if (!content.udhi) return content
    const udh = readUdh(content.octets)
    return udh.kind === 'malformed' ? udh : content
  }
  const opened = openContent(content, peer)
  if (opened.kind !== 'opened') return opened.kind === 'refused' && opened.why === 'reserved' ? content : opened
  const header = content.udhi ? content.octets.subarray(0, content.octets.length - restOf(content)) : undefined
  const { dataCoding, octets } = recoded(opened)
  return { dataCoding, udhi: content.udhi, octets: header === undefined ? octets : Buffer.concat([header, octets]) }
}

/** Octets after the header. */
function restOf({ octets }: WireContent): number {
  return octets.length - 1 - (octets[0] ?? 0)
}

export interface Recoded {
  readonly dataCoding: number
  readonly octets: Uint8Array
}

/** Opened user data of a peer, in the standard coding. GSM 7 bit keeps the tables that its header names. */
export function recoded({ coding, elements, userData }: OpenedContent): Recoded {
  const { alphabet } = coding
  // Septets are unpacked by now.
  const own = alphabet === 'gsm7Packed' ? 'gsm7' : alphabet === 'ucs2le' ? 'ucs2' : alphabet
  const dataCoding = dataCodingFor(own, standardText.coding, coding)
  if (dataCoding !== undefined) {
    return { dataCoding, octets: alphabet === 'ucs2le' ? swappedUnits(userData) : userData }
  }
  const text = decodeUserData(userData, alphabet)
  // Nothing to read: what it is goes before the class or indication that a peer's own map gave it.
  if (text === undefined) return { dataCoding: standardValue(own, {}), octets: userData }
  // Septets would be read by tables that the header names and that meant nothing until now.
  const namesTables = elements.some(({ kind }) => kind === 'singleShift' || kind === 'lockingShift')
  const septets = namesTables ? undefined : encodeGsm7(text)
  if (septets !== undefined) return { dataCoding: standardValue('gsm7', coding), octets: septets }
  return { dataCoding: standardValue('ucs2', coding), octets: encodePlain(text, 'ucs2') ?? userData }
}

/** The standard table has a value for each: but UCS-2 with an indication is always stored (3GPP TS 23.038 clause 4, group 1110). */
export function standardValue(alphabet: TextCoding['alphabet'], wanted: Wanted): number {
  const exact = dataCodingFor(alphabet, standardText.coding, wanted)
  if (exact !== undefined || wanted.waiting === undefined) return exact ?? 0
  return dataCodingFor(alphabet, standardText.coding, { waiting: { ...wanted.waiting, store: true } }) ?? 0
}
