// A text or binary content as the segments that leave, headers written; and the size on the air of what came. It chooses no alphabet.
import { isGsm7, noShifts, type Alphabet } from './alphabet.js'
import { octetCuts } from './cut-octets.js'
import { SEGMENTS_MAX, ROOM_MIN, USER_DATA_OCTETS, cuts, fitsAlone, roomFor, type Cutting } from './cut.js'
import type { TextCoding } from './data-coding.js'
import { encodeUserData, isTextAlphabet, measure, shiftElements, type TextForm } from './form.js'
import { countSeptets } from './gsm7.js'
import { fillBitsAfter, packedLength, type PackedEnd } from './septets.js'
import { readUdh, udhOctets, writeUdh, type InformationElement } from './udh.js'

/** One piece as it goes out. */
export interface Segment {
  /** From 1. */
  readonly part: number
  readonly total: number
  readonly udhi: boolean
  readonly octets: Uint8Array
}

export interface SegmentOptions {
  readonly cutting: Cutting
  /** Of the set, by the caller; its low 8 bits in `udh8`. With `sar` the caller writes the TLVs. */
  readonly reference: number
  /** Elements for each segment's header, such as ports; without concatenation and national tables. */
  readonly elements?: readonly InformationElement[]
  /** Only for `gsm7Packed`; `cr` if not said. */
  readonly packedEnd?: PackedEnd
}

export type Segmented =
  | { readonly kind: 'segments'; readonly segments: readonly Segment[] }
  | Unsegmentable
  /** The form lacks the character at this position, in UTF-16 units. */
  | { readonly kind: 'unencodable'; readonly position: number }

export interface Unsegmentable {
  readonly kind: 'unsegmentable'
  /**
   * `tooManySegments`: more than 255; `headerWithSar`: a header that only SAR parts without one could carry (both together are
   * refused by peers); `noRoom`: the header's elements leave none.
   */
  readonly why: 'tooManySegments' | 'headerWithSar' | 'noRoom'
}

/** Cuts a text in a form. One segment for the empty text. */
export function segmentText(text: string, form: TextForm, options: SegmentOptions): Segmented {
  const { cutting, packedEnd = 'cr' } = options
  const elements = allElements(options.elements, form)
  const room = roomFor(form, cutting, elementsOctets(elements))
  if (room.alone < ROOM_MIN) return { kind: 'unsegmentable', why: 'noRoom' }
  const size = measure(text, form)
  if (size < 0) return { kind: 'unencodable', position: -1 - size }
  if (fitsAlone(text, size, form, room)) {
    const data = encodeUserData(text, form, 0, text.length, room.aloneFillBits, packedEnd)
    if (data === undefined) return lost(form)
    return { kind: 'segments', segments: [alone(elements, data)] }
  }
  const refusal = whyNot(cutting, elements, room.each)
  if (refusal !== undefined) return refusal
  const ends = cuts(text, form, room)
  const total = ends.length
  if (total > SEGMENTS_MAX) return { kind: 'unsegmentable', why: 'tooManySegments' }
  const segments: Segment[] = []
  for (let from = 0, part = 1; part <= total; part++) {
    const to = ends[part - 1] ?? text.length
    const data = encodeUserData(text, form, from, to, cutting === 'sar' ? 0 : room.eachFillBits, packedEnd)
    if (data === undefined) return lost(form)
    segments.push(oneOf(options, elements, data, part, total))
    from = to
  }
  return { kind: 'segments', segments }
}

/** A text that can be measured can be encoded. */
function lost({ alphabet }: TextForm): never {
  throw new Error(`${alphabet} lost a character between measuring and encoding`)
}

/** Cuts octets that leave as they are, text or not: each has the room that it would have as a character of its alphabet. */
export function segmentOctets(octets: Uint8Array, alphabet: Alphabet, options: SegmentOptions): Segmented {
  const { cutting, elements = [] } = options
  const room = roomFor(
    { alphabet: isTextAlphabet(alphabet) ? alphabet : 'latin1', shifts: noShifts },
    cutting,
    elementsOctets(elements),
  )
  if (octets.length <= room.alone) return { kind: 'segments', segments: [alone(elements, octets)] }
  const refusal = whyNot(cutting, elements, room.each)
  if (refusal !== undefined) return refusal
  const ends = octetCuts(octets, alphabet, room.each)
  const total = ends.length
  if (total > SEGMENTS_MAX) return { kind: 'unsegmentable', why: 'tooManySegments' }
  const segments = ends.map((end, i) => oneOf(options, elements, octets.subarray(ends[i - 1] ?? 0, end), i + 1, total))
  return { kind: 'segments', segments }
}

function whyNot(cutting: Cutting, elements: readonly InformationElement[], room: number): Unsegmentable | undefined {
  if (cutting === 'sar' && elements.length > 0) return { kind: 'unsegmentable', why: 'headerWithSar' }
  return room < ROOM_MIN ? { kind: 'unsegmentable', why: 'noRoom' } : undefined
}

function alone(elements: readonly InformationElement[], data: Uint8Array): Segment {
  return { part: 1, total: 1, udhi: elements.length > 0, octets: withHeader(elements, data) }
}

function oneOf(
  { cutting, reference }: SegmentOptions,
  elements: readonly InformationElement[],
  data: Uint8Array,
  part: number,
  total: number,
): Segment {
  if (cutting === 'sar' || cutting === 'whole') return { part, total, udhi: false, octets: data }
  const bits = cutting === 'udh8' ? 8 : 16
  const masked = reference & (bits === 8 ? 0xff : 0xffff)
  const header: readonly InformationElement[] = [
    { kind: 'concatenation', bits, reference: masked, total, part },
    ...elements,
  ]
  return { part, total, udhi: true, octets: withHeader(header, data) }
}

function withHeader(elements: readonly InformationElement[], data: Uint8Array): Uint8Array {
  if (elements.length === 0) return data
  const header = writeUdh(elements)
  const octets = Buffer.allocUnsafe(header.length + data.length)
  octets.set(header)
  octets.set(data, header.length)
  return octets
}

function allElements(own: readonly InformationElement[] | undefined, form: TextForm): readonly InformationElement[] {
  const shifts = shiftElements(form.shifts)
  return own === undefined || own.length === 0 ? shifts : [...own, ...shifts]
}

function elementsOctets(elements: readonly InformationElement[]): number {
  return Math.max(0, udhOctets(elements) - 1)
}

/** Octets of the header that a message centre makes of SAR parameters: 8-bit reference. */
const SAR_HEADER_OCTETS = 6

/**
 * TP-User-Data octets that a part needs on the air, to be held against 140: header, fill bits, septets packed
 * (3GPP TS 23.040 clause 9.2.3.16). With `sar` the header it will become is counted. ASCII and Latin-1 texts count as septets where
 * GSM 7 bit has all their characters, since that is what becomes of them.
 */
export function userDataOctets(
  octets: Uint8Array,
  udhi: boolean,
  { alphabet }: Pick<TextCoding, 'alphabet'>,
  sar = false,
): number {
  const udh = udhi ? readUdh(octets) : undefined
  const ownHeader = udh?.kind === 'udh' ? udh.octets : 0
  const data = octets.length - ownHeader
  const header = sar ? (ownHeader === 0 ? SAR_HEADER_OCTETS : ownHeader + SAR_HEADER_OCTETS - 1) : ownHeader
  const fillBits = fillBitsAfter(header)
  if (alphabet === 'gsm7') return header + packedLength(data, fillBits)
  if (isGsm7(alphabet)) {
    const septets = Math.floor((data * 8 - fillBitsAfter(ownHeader)) / 7)
    return header + packedLength(Math.max(0, septets), fillBits)
  }
  if (alphabet === 'ascii' || alphabet === 'latin1') {
    const septets = countSeptets(Buffer.from(octets.buffer, octets.byteOffset + ownHeader, data).toString('latin1'))
    if (septets >= 0) return header + packedLength(septets, fillBits)
  }
  return header + data
}

/** Whether a part fits the air. */
export function fitsUserData(
  octets: Uint8Array,
  udhi: boolean,
  coding: Pick<TextCoding, 'alphabet'>,
  sar = false,
): boolean {
  return userDataOctets(octets, udhi, coding, sar) <= USER_DATA_OCTETS
}
