// The parts of one message as one content, in the switch's own coding. It knows no sets and no order: they come complete and sorted.
import { isGsm7, isOpaque, noShifts, type Alphabet, type Shifts } from './alphabet.js'
import { encodePlain } from './charsets.js'
import type { TextCoding } from './data-coding.js'
import { decodeUserData, openContent, type PeerText, type Unreadable, type WireContent } from './decode.js'
import { shiftElements } from './form.js'
import { recoded, standardText, standardValue } from './standard.js'
import { udhOctets, writeUdh } from './udh.js'

/** What a part has to give once its header is off. */
interface Piece {
  readonly kind: 'piece'
  readonly dataCoding: number
  readonly coding: TextCoding
  readonly shifts: Shifts
  readonly userData: Uint8Array
}

/** Parts that do not make one content: one can't be read, or they say of the same message that it is text and that it is none. */
export type Unjoinable = Unreadable | { readonly kind: 'mixed' }

const mixed: Unjoinable = { kind: 'mixed' }

/**
 * Contents of all parts, in their order, headers and all, as one content in standard coding without concatenation.
 * Octets are joined before anything is decoded or recoded, since peers cut characters, surrogate pairs and escapes across parts.
 * Tables that all parts name are named once; where the parts differ in alphabet or tables the whole is UCS-2. Class and indication
 * are the first part's.
 *
 * @param peer whose coding the parts are in
 */
export function joinParts(parts: readonly WireContent[], peer: PeerText = standardText): WireContent | Unjoinable {
  const pieces: Piece[] = []
  for (const part of parts) {
    const piece = pieceOf(part, peer)
    if (piece.kind !== 'piece') return piece
    pieces.push(piece)
  }
  const first = pieces[0]
  if (first === undefined) throw new RangeError('a message has one part or more')
  if (pieces.every((piece) => isLike(piece, first))) return joined(pieces, first, peer)
  return pieces.some(({ coding }) => isOpaque(coding.alphabet)) ? mixed : asUcs2(pieces, first)
}

function pieceOf(content: WireContent, peer: PeerText): Piece | Unreadable {
  const { dataCoding, octets } = content
  const opened = openContent(content, peer)
  if (opened.kind === 'opened') {
    const { coding, shifts, userData } = opened
    return { kind: 'piece', dataCoding, coding, shifts, userData }
  }
  if (opened.kind !== 'refused' || opened.why !== 'reserved') return opened
  // Its data_coding passes as it came, and so do its octets.
  return { kind: 'piece', dataCoding, coding: reservedCoding, shifts: noShifts, userData: octets }
}

/** Of a data_coding that the peer's table gives no meaning. */
const reservedCoding: TextCoding = { kind: 'coding', alphabet: 'binary' }

/** Octets of both can stand one after the other. */
function isLike(piece: Piece, first: Piece): boolean {
  if (piece.coding === reservedCoding || first.coding === reservedCoding) return piece.dataCoding === first.dataCoding
  return piece.coding.alphabet === first.coding.alphabet && isSame(piece.shifts, first.shifts)
}

function isSame(a: Shifts, b: Shifts): boolean {
  return a === b || (a.locking === b.locking && a.single === b.single)
}

/** Of pieces that are alike. */
function joined(pieces: readonly Piece[], { dataCoding, coding, shifts }: Piece, peer: PeerText): WireContent {
  const elements = isGsm7(coding.alphabet) ? shiftElements(shifts) : []
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
  const udhi = headerOctets > 0
  if (coding === reservedCoding || peer.coding.sameAsStandard[dataCoding & 0xff] === 1)
    return { dataCoding, udhi, octets }
  const userData = octets.subarray(headerOctets)
  const standard = recoded({ kind: 'opened', coding, elements: [], userData, shifts })
  // Septets stay where they are, behind the tables that they are read by.
  return udhi ? { dataCoding: standard.dataCoding, udhi, octets } : { ...standard, udhi }
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
  const octets = encodePlain(text, 'ucs2') ?? new Uint8Array()
  return { dataCoding: standardValue('ucs2', coding), udhi: false, octets }
}

/** Opaque parts never come here. */
function textOf(userData: Uint8Array, alphabet: Alphabet, shifts: Shifts): string {
  return decodeUserData(userData, alphabet, shifts) ?? ''
}
