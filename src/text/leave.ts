// How a content in the standard coding leaves: untouched, re-encoded, or cut, by what the peer takes. It sends nothing.
import { isOpaque } from './alphabet.js'
import { cutSeptets } from './cut-septets.js'
import { USER_DATA_OCTETS, type Cutting } from './cut.js'
import { dataCodingFor, readDataCoding } from './data-coding.js'
import { decodeUserData, openContent, type OpenedContent, type WireContent } from './decode.js'
import { leaveText } from './leave-text.js'
import {
  cannotLeave,
  leavingAlone,
  leavingSegments,
  notSegmented,
  type CannotLeave,
  type Leaving,
  type LongMessage,
  type Target,
} from './leaving.js'
import { segmentBinary, userDataOctets } from './segment.js'
import { standardText } from './standard.js'
import { concatenationOf, type InformationElement } from './udh.js'

export type { CannotLeave, Leaving, LeavingSegment, LongMessage, SarNumbers, Target } from './leaving.js'

/** Octets without a header that surely fit one short message, by data_coding in the standard coding. */
const surelyAlone = Uint8Array.from({ length: 256 }, (_, value) => {
  const read = readDataCoding(value, standardText.coding)
  return read.kind === 'coding' && read.alphabet === 'gsm7' ? (USER_DATA_OCTETS * 8) / 7 : USER_DATA_OCTETS
})

/** Whether a content may go to the peer octet for octet, told without looking into it. False says nothing: ask `leave`. */
export function leavesUntouched({ dataCoding, udhi, octets }: WireContent, target: Target): boolean {
  const value = dataCoding & 0xff
  if (udhi || target.text.coding.sameAsStandard[value] !== 1) return false
  // Where the peer cuts, fewer segments may still be worth replacing characters.
  return octets.length <= (surelyAlone[value] ?? 0) || (target.longMessage === 'payload' && !target.transliterate)
}

/**
 * Everything a peer is sent of one message.
 * @param content a whole message in the standard coding, or a part that goes by itself with its header
 * @param shape how it came, for peers that get messages as they came
 * @param reference 0 to 65535, by which the receiver joins the segments; 8-bit headers have its low octet
 */
export function leave(content: WireContent, shape: Cutting, reference: number, target: Target): Leaving | CannotLeave {
  if (leavesUntouched(content, target)) return leavingAlone(content.dataCoding, false, content.octets)
  const cutting = cuttingFor(target.longMessage, shape)
  const opened = openContent(content, standardText)
  if (opened.kind === 'malformed') return cannotLeave(`its user data header is malformed: ${opened.why}`)
  if (opened.kind === 'refused') return leaveReserved(content, cutting, target)
  const { coding, elements, userData, shifts } = opened
  const kept = isOpaque(coding.alphabet) ? elements : withoutTables(elements)
  if ((kept.length > 0 || isOpaque(coding.alphabet)) && mayPass(content, opened, cutting, target)) {
    return leavingAlone(content.dataCoding, content.udhi, content.octets)
  }
  if (elements.length === 0) {
    const cut = cutAsItIs(opened, cutting, reference, target)
    if (cut !== undefined) return cut
  }
  const text = decodeUserData(userData, coding.alphabet, shifts)
  return text === undefined
    ? leaveOpaque(opened, cutting, reference, target)
    : leaveText(text, coding, kept, cutting, reference, target)
}

function cuttingFor(longMessage: LongMessage, shape: Cutting): Cutting {
  if (longMessage === 'asReceived') return shape
  return longMessage === 'payload' ? 'whole' : longMessage
}

/** A value without a meaning: its octets are not ours to cut. */
function leaveReserved(
  { dataCoding, udhi, octets }: WireContent,
  cutting: Cutting,
  target: Target,
): Leaving | CannotLeave {
  const value = `data_coding 0x${dataCoding.toString(16).padStart(2, '0')} is reserved`
  if (target.text.coding.sameAsStandard[dataCoding & 0xff] !== 1)
    return cannotLeave(`${value}: the peer reads another coding`)
  if (cutting !== 'whole' && octets.length > USER_DATA_OCTETS)
    return cannotLeave(`${value}, and it is too long for one message`)
  return leavingAlone(dataCoding, udhi, octets)
}

/** Whether a content with a header of its own, or without text, can be sent as it is. */
function mayPass(
  { dataCoding, udhi, octets }: WireContent,
  { coding, elements }: OpenedContent,
  cutting: Cutting,
  target: Target,
): boolean {
  if (target.text.coding.sameAsStandard[dataCoding & 0xff] !== 1) return false
  if (cutting === 'whole' && concatenationOf(elements) === undefined) return true
  return userDataOctets(octets, udhi, coding) <= USER_DATA_OCTETS
}

/** GSM 7 bit for a peer whose first choice that is; undefined where there is more to choose. */
function cutAsItIs(
  { coding, userData }: OpenedContent,
  cutting: Cutting,
  reference: number,
  { text, languages }: Target,
): Leaving | CannotLeave | undefined {
  if (coding.alphabet !== 'gsm7' || text.coding.options.defaultAlphabet !== 'gsm7') return undefined
  if (cutting === 'whole' || languages.length > 0) return undefined
  const dataCoding = dataCodingFor('gsm7', text.coding, coding)
  const cut = dataCoding === undefined ? undefined : cutSeptets(userData, cutting, reference)
  if (dataCoding === undefined || cut === undefined) return undefined
  return cut.kind === 'segments' ? leavingSegments(dataCoding, cut.segments, cutting, reference, 0) : notSegmented(cut)
}

/** Octets that are not text, or text that passes as it came: never changed, cut where they must be. */
function leaveOpaque(
  { coding, elements, userData }: OpenedContent,
  cutting: Cutting,
  reference: number,
  target: Target,
): Leaving | CannotLeave {
  const dataCoding = dataCodingFor(coding.alphabet, target.text.coding, coding)
  if (dataCoding === undefined) return cannotLeave(`the peer has no data_coding for ${coding.alphabet}`)
  const isPart = concatenationOf(elements) !== undefined
  const cut = segmentBinary(userData, { cutting: isPart ? 'udh8' : cutting, reference, elements })
  if (cut.kind === 'unsegmentable') return notSegmented(cut)
  if (cut.kind === 'unencodable' || (isPart && cut.segments.length > 1))
    return cannotLeave('a part of a message is too long')
  return leavingSegments(dataCoding, cut.segments, cutting, reference, 0)
}

/** What the text has no tables for in the end is chosen anew. */
function withoutTables(elements: readonly InformationElement[]): readonly InformationElement[] {
  return elements.length === 0
    ? elements
    : elements.filter(({ kind }) => kind !== 'singleShift' && kind !== 'lockingShift')
}
