// The parts of one message as one content, in the switch's own coding. It knows no sets and no order: they come complete and sorted.
import { isGsm7, isOpaque, noShifts, type Alphabet, type Shifts } from './alphabet.js'
import { encodePlain } from './charsets.js'
import { dataCodingFor, type TextCoding } from './data-coding.js'
import { decodeUserData, openContent, type WireContent } from './decode.js'
import { shiftElements } from './form.js'
import { standardText } from './standard.js'
import { udhOctets, writeUdh } from './udh.js'

/** SMPP 3.4 §5.2.19. */
const UCS2 = 8

/** What a part has to give once its header is off. */
interface Piece {
  readonly dataCoding: number
  readonly coding: TextCoding
  readonly shifts: Shifts
  readonly userData: Uint8Array
}

/**
 * Contents of all parts, in their order and in standard coding, headers and all, as one content without concatenation.
 * Octets are joined before anything is decoded, since peers cut surrogate pairs and escapes across parts. Tables that all parts
 * name are named once; where the parts differ in alphabet or tables the whole is UCS-2. Class and indication are the first part's.
 */
export function joinParts(parts: readonly WireContent[]): WireContent {
  const pieces = parts.map(pieceOf)
  const first = pieces[0]
  if (first === undefined) throw new RangeError('a message has one part or more')
  if (pieces.every((piece) => isLike(piece, first))) return joined(pieces, first)
  // Text beside what is none can't become text: it stays octets.
  const opaque = pieces.find(({ coding }) => isOpaque(coding.alphabet))
  return opaque === undefined ? asUcs2(pieces, first) : joined(pieces, opaque)
}

function pieceOf(content: WireContent): Piece {
  const opened = openContent(content, standardText)
  // A reserved data_coding passes as it came, and so do its octets.
  if (opened.kind !== 'opened') {
    return { dataCoding: content.dataCoding, coding: octetsOnly, shifts: noShifts, userData: content.octets }
  }
  return { dataCoding: content.dataCoding, ...opened }
}

const octetsOnly: TextCoding = { kind: 'coding', alphabet: 'binary' }

/** Octets of both can stand one after the other. */
function isLike(piece: Piece, first: Piece): boolean {
  return piece.coding.alphabet === first.coding.alphabet && isSame(piece.shifts, first.shifts)
}

function isSame(a: Shifts, b: Shifts): boolean {
  return a === b || (a.locking === b.locking && a.single === b.single)
}

/** Under the data_coding and the tables of `like`. */
function joined(pieces: readonly Piece[], like: Piece): WireContent {
  const elements = isGsm7(like.coding.alphabet) ? shiftElements(like.shifts) : []
  const headerOctets = udhOctets(elements)
  let length = headerOctets
  for (const { userData } of pieces) length += userData.length
  const octets = Buffer.allocUnsafe(length)
  if (headerOctets > 0) octets.set(writeUdh(elements))
  let at = headerOctets
  for (const { userData } of pieces) {
    octets.set(userData, at)
    at += userData.length
  }
  return { dataCoding: like.dataCoding, udhi: headerOctets > 0, octets }
}

function asUcs2(pieces: readonly Piece[], { coding }: Piece): WireContent {
  let text = ''
  for (let from = 0; from < pieces.length;) {
    const { coding: runCoding, shifts } = pieces[from]!
    let to = from + 1
    while (to < pieces.length && isLike(pieces[to]!, pieces[from]!)) to++
    const run = Buffer.concat(pieces.slice(from, to).map(({ userData }) => userData))
    text += textOf(run, runCoding.alphabet, shifts)
    from = to
  }
  const dataCoding = dataCodingFor('ucs2', standardText.coding, coding) ?? UCS2
  return { dataCoding, udhi: false, octets: encodePlain(text, 'ucs2') ?? new Uint8Array() }
}

/** Opaque parts never come here. */
function textOf(userData: Uint8Array, alphabet: Alphabet, shifts: Shifts): string {
  return decodeUserData(userData, alphabet, shifts) ?? ''
}
