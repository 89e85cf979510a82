// What a submission says of its place among the parts of a message, or why it can't be one. Reads one submission, keeps nothing.

import type { PartMark } from '../../message/collected-part.js'
import type { Failure, FailureReason } from '../../message/failure.js'
import type { Content } from '../../message/message.js'
import { isOpaque, type Alphabet } from '../../text/alphabet.js'
import { readDataCoding } from '../../text/data-coding.js'
import type { PeerText } from '../../text/decode.js'
import { fitsUserData } from '../../text/segment.js'
import { standardText, toStandard } from '../../text/standard.js'
import { concatenationOf, readUdh } from '../../text/udh.js'
import { unreadable } from '../readable.js'
import type { SarMark } from '../stage.js'

export type Marked =
  /** A message of its own, to go on untouched. */
  | { readonly kind: 'message' }
  /** The only part of its message. */
  | { readonly kind: 'onlyPart' }
  | { readonly kind: 'part'; readonly mark: PartMark }
  | { readonly kind: 'invalid'; readonly failure: Failure }

const message: Marked = { kind: 'message' }
const onlyPart: Marked = { kind: 'onlyPart' }

/**
 * Of a content with a user data header, or SAR parameters, or neither, or both.
 * @param peer whose coding it is in
 * @param strict refuse parts of more than 153 characters, or 63 of UCS-2, even those that fit the air
 */
export function readMark(
  content: Content,
  sar: SarMark | undefined,
  peer: PeerText,
  maxParts: number,
  strict: boolean,
): Marked {
  if (sar === undefined) return content.udhi ? headerMark(content, peer, maxParts, strict) : message
  if (content.udhi) return invalid('mixedConcatenation', 'a user data header and SAR parameters in one submission')
  const coding = readDataCoding(content.dataCoding, peer.coding)
  if (coding.kind === 'refused' && coding.why === 'compressed') {
    return { kind: 'invalid', failure: unreadable(coding, content.dataCoding) }
  }
  return checked({ shape: 'sar', ...sar }, content, 0, peer, maxParts, strict)
}

function headerMark(content: Content, peer: PeerText, maxParts: number, strict: boolean): Marked {
  const udh = readUdh(content.octets)
  if (udh.kind === 'malformed') return invalid('invalidContent', `the user data header is malformed: ${udh.why}`)
  const coding = readDataCoding(content.dataCoding, peer.coding)
  // What octets mean that are no text is between the two ends: they pass with their header.
  if (coding.kind === 'refused' || isOpaque(coding.alphabet)) return message
  for (const { kind } of udh.elements) if (kind === 'ports' || kind === 'other') return message
  const found = concatenationOf(udh.elements)
  if (found === undefined) return message
  const { bits, reference, total, part } = found
  const mark: PartMark = { shape: bits === 8 ? 'udh8' : 'udh16', reference, total, part }
  return checked(mark, content, udh.octets, peer, maxParts, strict)
}

function checked(
  mark: PartMark,
  content: Content,
  headerOctets: number,
  peer: PeerText,
  maxParts: number,
  strict: boolean,
): Marked {
  const { total, part } = mark
  // TS 23.040 clause 9.2.3.24.1: such an element is to be ignored, and the text would come out in pieces. We say so instead.
  if (total === 0) return invalid('invalidConcatenation', 'a message of 0 parts')
  if (part === 0) return invalid('invalidConcatenation', `part 0 of ${total}: they count from 1`)
  if (part > total) return invalid('invalidConcatenation', `part ${part} of ${total}`)
  if (total > maxParts) {
    return invalid('invalidConcatenation', `a message of ${total} parts, the most is ${maxParts}`)
  }
  const isSar = mark.shape === 'sar'
  let tooMuch = excess(content, headerOctets, peer, isSar, strict)
  if (tooMuch !== undefined) {
    // What can't go over the air as it came, such as UTF-8, fits if it does in the coding that it goes on in.
    const standard = toStandard(content, peer)
    if (standard !== content && !('kind' in standard)) {
      tooMuch = excess(standard, headerOctets, standardText, isSar, strict)
    }
  }
  if (tooMuch !== undefined) return invalid('invalidContent', `part ${part} of ${total} ${tooMuch}`)
  return total === 1 ? onlyPart : { kind: 'part', mark }
}

/** Why it is too much for one part; undefined if it is not. */
function excess(
  { dataCoding, udhi, octets }: Content,
  headerOctets: number,
  peer: PeerText,
  isSar: boolean,
  strict: boolean,
): string | undefined {
  const coding = readDataCoding(dataCoding, peer.coding)
  // A reserved value is of no known alphabet, and its octets are counted as they are.
  const alphabet = coding.kind === 'coding' ? coding.alphabet : 'binary'
  if (!fitsUserData(octets, udhi, { alphabet }, isSar)) return 'does not fit 140 octets of user data'
  if (strict && octets.length - headerOctets > strictOctets(alphabet)) {
    return 'has more than 153 characters, or 63 of UCS-2'
  }
  return undefined
}

/** The limits that some operators state; GSM arithmetic alone gives 67 characters of UCS-2. */
function strictOctets(alphabet: Alphabet): number {
  return alphabet === 'ucs2' || alphabet === 'ucs2le' ? 63 * 2 : 153
}

function invalid(reason: FailureReason, cause: string): Marked {
  return { kind: 'invalid', failure: { reason, cause } }
}
