// Where a text is cut so that each segment fits the air, and how many segments that makes. Positions only; it encodes nothing.
import { isGsm7, type Shifts } from './alphabet.js'
import { plainOctetsOf } from './charsets.js'
import type { TextForm } from './form.js'
import { septetsOf } from './gsm7.js'
import { lockingTable, singleShiftEncoding } from './gsm7-tables.js'
import { fillBitsAfter, leavesSpareSeptet } from './septets.js'

/** TP-User-Data of one short message in octets (3GPP TS 23.040 clause 9.2.3.16). */
export const USER_DATA_OCTETS = 140

/**
 * How the segments of a long message are marked. `sar` leaves without a header, but the message centre makes one of it for the air,
 * with an 8-bit reference, which is left room for. `whole` is not cut: it leaves as message_payload.
 */
export type Cutting = 'udh8' | 'udh16' | 'sar' | 'whole'

/** Octets of the concatenation element (TS 23.040 clauses 9.2.3.24.1 and 9.2.3.24.8). */
const concatenationOctets = { udh8: 5, udh16: 6, sar: 5, whole: 0 } as const

/** A part's number and the total have one octet (TS 23.040 clause 9.2.3.24.1). */
export const SEGMENTS_MAX = 255

/** Room in septets for GSM 7 bit, else in octets. */
export interface Room {
  /** For a text that needs no cutting. */
  readonly alone: number
  /** For each segment of one that does. */
  readonly each: number
  /** Fill bits before the first septet of a segment. */
  readonly eachFillBits: number
  readonly aloneFillBits: number
}

/** Room for a form under a cutting, with header elements of `elementOctets` (the national tables' included) in each segment. */
export function roomFor(form: TextForm, cutting: Cutting, elementOctets: number): Room {
  const aloneHeader = elementOctets === 0 ? 0 : elementOctets + 1
  const eachHeader = 1 + elementOctets + concatenationOctets[cutting]
  return {
    alone: cutting === 'whole' ? Infinity : roomAfter(form, aloneHeader),
    each: cutting === 'whole' ? Infinity : roomAfter(form, eachHeader),
    aloneFillBits: fillBitsAfter(aloneHeader),
    eachFillBits: fillBitsAfter(eachHeader),
  }
}

function roomAfter({ alphabet }: TextForm, headerOctets: number): number {
  const octets = Math.max(0, USER_DATA_OCTETS - headerOctets)
  if (isGsm7(alphabet)) return Math.floor((octets * 8) / 7)
  return alphabet === 'ucs2' || alphabet === 'ucs2le' ? octets & ~1 : octets
}

/** The least room in which any one character fits: an emoji in UTF-16 or UTF-8. */
export const ROOM_MIN = 4

/** Whether a text that measures `size` in the form fits one short message. */
export function fitsAlone(text: string, size: number, { alphabet }: TextForm, { alone, aloneFillBits }: Room): boolean {
  if (size > alone) return false
  return alphabet !== 'gsm7Packed' || size < alone || !needsEscapeAtEnd(text, text.length, size, aloneFillBits)
}

/** How many segments a text makes that measures `size` in the form. */
export function countSegments(text: string, size: number, form: TextForm, room: Room): number {
  if (fitsAlone(text, size, form, room)) return 1
  // No character takes more than another or belongs to another: all segments but the last are full.
  const isEven = size === text.length && form.alphabet !== 'gsm7Packed' && !hasClusters(form)
  if (isEven) return Math.ceil(size / room.each)
  let count = 0
  for (let at = 0; at < text.length; count++) at = nextCut(text, at, form, room.each, room.eachFillBits)
  return count
}

/** Ends of all segments of a text that does not fit alone. */
export function cuts(text: string, form: TextForm, room: Room): readonly number[] {
  const ends: number[] = []
  for (let at = 0; at < text.length;) {
    at = nextCut(text, at, form, room.each, room.eachFillBits)
    ends.push(at)
  }
  return ends
}

/** Where a segment that begins at `from` ends: between characters, and not within what is seen as one, if that can be. */
function nextCut(text: string, from: number, form: TextForm, room: number, fillBits: number): number {
  const end = characterCut(text, from, form, room, fillBits)
  return hasClusters(form) ? clusterCut(text, from, end) : end
}

function characterCut(
  text: string,
  from: number,
  { alphabet, shifts }: TextForm,
  room: number,
  fillBits: number,
): number {
  switch (alphabet) {
    case 'gsm7':
      return septetCut(text, from, shifts, room).end
    case 'gsm7Packed': {
      const { end, size } = septetCut(text, from, shifts, room)
      return size === room && needsEscapeAtEnd(text, end, size, fillBits) ? end - 1 : end
    }
    case 'ucs2':
    case 'ucs2le':
      return pairCut(text, from, Math.min(from + room / 2, text.length))
    case 'utf8':
      return utf8Cut(text, from, room)
    case 'ascii':
    case 'latin1':
    case 'cyrillic':
    case 'hebrew':
      return Math.min(from + room, text.length)
  }
}

function septetCut(text: string, from: number, shifts: Shifts, room: number): { end: number; size: number } {
  const { encode } = lockingTable(shifts.locking)
  const single = singleShiftEncoding(shifts.single)
  const { length } = text
  let size = 0
  for (let at = from; at < length; at++) {
    const more = septetsOf(text.charCodeAt(at), encode, single)
    if (size + more > room) return { end: at, size }
    size += more
  }
  return { end: length, size }
}

/** Packed, a carriage return at the end of an octet is sent with an escape, which takes a septet more. */
function needsEscapeAtEnd(text: string, end: number, size: number, fillBits: number): boolean {
  return text.charCodeAt(end - 1) === 0x0d && leavesSpareSeptet(size - 1, fillBits)
}

function utf8Cut(text: string, from: number, room: number): number {
  let left = room
  let at = from
  while (at < text.length) {
    left -= plainOctetsOf(text, at, 'utf8') ?? 0
    if (left < 0) return at
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
  return at
}

/** Not within a surrogate pair. */
function pairCut(text: string, from: number, end: number): number {
  const splitsPair = end < text.length && end > from + 1 && (text.codePointAt(end - 1) ?? 0) > 0xffff
  return splitsPair ? end - 1 : end
}

/**
 * Units that never join each other: between two of them is a boundary by all rules of UAX #29. Latin, Greek, Cyrillic and Hebrew
 * letters, Arabic ones without their marks, kana and Chinese characters. It spares most long texts the segmenter, which is slow.
 */
const neverJoin: readonly (readonly [number, number])[] = [
  [0x0000, 0x02ff],
  [0x0370, 0x0482],
  [0x048a, 0x0556],
  [0x05d0, 0x05ea],
  [0x0620, 0x064a],
  [0x0671, 0x06d3],
  [0x2010, 0x2027],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x4e00, 0x9fff],
]
/** What may belong to the character at a cut, in units: a family of emoji has 11, a flag by tags 14. */
const CLUSTER_UNITS = 32
/**
 * A virama joins the consonants of six scripts into one cluster since Unicode 15.1 (UAX #29 rule GB9c), but not before: cut there, the
 * parts read as well as any, and counts do not depend on the Unicode version of the machine.
 */
const ENDS_WITH_VIRAMA = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]\u200d?$/
const LETTER = /^\p{Lo}/u
let graphemes: Intl.Segmenter | undefined

/** Whether characters of the form combine: the Latin tables have none that do, the others (4 and up) have. */
function hasClusters({ alphabet, shifts }: TextForm): boolean {
  return isGsm7(alphabet)
    ? shifts.locking > 3 || shifts.single > 3
    : alphabet === 'ucs2' || alphabet === 'ucs2le' || alphabet === 'utf8'
}

/** Back to the beginning of an extended grapheme cluster (UAX #29), unless that is where the segment begins. */
function clusterCut(text: string, from: number, end: number): number {
  if (end >= text.length) return end
  if (standsAlone(text.charCodeAt(end)) && standsAlone(text.charCodeAt(end - 1))) return end
  if (ENDS_WITH_VIRAMA.test(text.slice(end - 2, end)) && LETTER.test(text.charAt(end))) return end
  graphemes ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  const begins = graphemes.segment(text.slice(from, end + CLUSTER_UNITS)).containing(end - from)?.index ?? 0
  return begins > 0 ? from + begins : end
}

function standsAlone(unit: number): boolean {
  for (const [first, last] of neverJoin) if (unit <= last) return unit >= first
  return false
}
