// From what a peer sent (octets, header flag, data_coding) to text or binary. What can't be read is a value, never an exception.
import { isGsm7, isOpaque, noShifts, type Alphabet, type Shifts } from './alphabet.js'
import { decodePlain } from './charsets.js'
import { readDataCoding, type PeerCoding, type TextCoding } from './data-coding.js'
import { decodeGsm7 } from './gsm7.js'
import { fillBitsAfter, unpackSeptets, type PackedEnd } from './septets.js'
import { readUdh, shiftsOf, type InformationElement } from './udh.js'

/** A short message's content as SMPP carries it. */
export interface WireContent {
  readonly dataCoding: number
  /** The octets begin with a user data header. */
  readonly udhi: boolean
  readonly octets: Uint8Array
}

/** How one peer codes its texts. */
export interface PeerText {
  readonly coding: PeerCoding
  /** Only for `gsm7Packed`; `cr` if not said. */
  readonly packedEnd?: PackedEnd
}

/** A content taken apart: its header read, its septets unpacked, nothing decoded yet. */
export interface OpenedContent {
  readonly kind: 'opened'
  readonly coding: TextCoding
  /** Elements of the header in their order; empty without one. */
  readonly elements: readonly InformationElement[]
  /** What follows the header; septets of `gsm7Packed` are one in each octet, so that parts can be joined. */
  readonly userData: Uint8Array
  readonly shifts: Shifts
}

export type Unreadable =
  | { readonly kind: 'refused'; readonly why: 'compressed' | 'reserved' }
  | { readonly kind: 'malformed'; readonly why: 'empty' | 'headerPastEnd' | 'elementPastHeader' }

interface DecodedWhat {
  readonly coding: TextCoding
  readonly elements: readonly InformationElement[]
}

export type Decoded =
  | (DecodedWhat & { readonly kind: 'text'; readonly text: string; readonly shifts: Shifts })
  | (DecodedWhat & { readonly kind: 'binary'; readonly octets: Uint8Array })
  | Unreadable

const noElements: readonly InformationElement[] = []

/** Reads data_coding and header. Parts of one message are opened, their user data joined, and then decoded. */
export function openContent(content: WireContent, peer: PeerText): OpenedContent | Unreadable {
  const coding = readDataCoding(content.dataCoding, peer.coding)
  if (coding.kind === 'refused') return coding
  let elements = noElements
  let headerOctets = 0
  let shifts = noShifts
  if (content.udhi) {
    const udh = readUdh(content.octets)
    if (udh.kind === 'malformed') return udh
    elements = udh.elements
    headerOctets = udh.octets
    if (isGsm7(coding.alphabet)) shifts = shiftsOf(elements)
  }
  const rest = headerOctets === 0 ? content.octets : content.octets.subarray(headerOctets)
  const userData =
    coding.alphabet === 'gsm7Packed' ? unpackSeptets(rest, fillBitsAfter(headerOctets), peer.packedEnd ?? 'cr') : rest
  return { kind: 'opened', coding, elements, userData, shifts }
}

/** Text of user data without header and with septets unpacked (of one part, or of all parts joined); undefined for opaque ones. */
export function decodeUserData(
  userData: Uint8Array,
  alphabet: Alphabet,
  shifts: Shifts = noShifts,
): string | undefined {
  if (isOpaque(alphabet)) return undefined
  return isGsm7(alphabet) ? decodeGsm7(userData, shifts) : decodePlain(userData, alphabet)
}

/** All of it at once, for a content that is a message by itself. */
export function decodeContent(content: WireContent, peer: PeerText): Decoded {
  const opened = openContent(content, peer)
  if (opened.kind !== 'opened') return opened
  const { coding, elements, userData, shifts } = opened
  const text = decodeUserData(userData, coding.alphabet, shifts)
  return text === undefined
    ? { kind: 'binary', octets: userData, coding, elements }
    : { kind: 'text', text, coding, elements, shifts }
}
