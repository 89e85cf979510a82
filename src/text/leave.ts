// How a content in the standard coding leaves: untouched, re-encoded, or cut, by what the peer takes. It sends nothing.
import { isOpaque, type Alphabet } from './alphabet.js'
import { characterlessAt, nameCharacterless, wholeText } from './characterless.js'
import { swappedUnits } from './charsets.js'
import { cutSeptets, hasCanonicalEscapes } from './cut-septets.js'
import { USER_DATA_OCTETS, type Cutting } from './cut.js'
import { dataCodingFor, readDataCoding, type TextCoding } from './data-coding.js'
import { openContent, type OpenedContent, type WireContent } from './decode.js'
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
import { segmentOctets, userDataOctets } from './segment.js'
import { standardText } from './standard.js'
import { concatenationOf, type InformationElement } from './udh.js'

export type { CannotLeave, Leaving, LeavingSegment, LongMessage, Target } from './leaving.js'

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
  const { alphabet } = coding
  const gsm7 = elements.length === 0 ? staysGsm7(coding, target) : undefined
  if (gsm7 !== undefined && cutting !== 'whole' && target.languages.length === 0) {
    const cut = cutSeptets(userData, cutting, reference)
    return cut.kind === 'segments' ? leavingSegments(gsm7, cut.segments, cutting, reference, 0) : notSegmented(cut)
  }
  const isChanged = gsm7 !== undefined && !hasCanonicalEscapes(userData)
  const text = isChanged ? undefined : wholeText(userData, alphabet, shifts)
  return text === undefined
    ? leaveOctets(opened, cutting, reference, target)
    : leaveText(text, coding, kept, cutting, reference, target)
}

/** The value for GSM 7 bit, if that is what the peer would be sent first: then not even an escape to nowhere is changed. */
function staysGsm7(coding: TextCoding, { text }: Target): number | undefined {
  const isFirst = coding.alphabet === 'gsm7' && text.coding.options.defaultAlphabet === 'gsm7'
  return isFirst ? dataCodingFor('gsm7', text.coding, coding) : undefined
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

/** Octets that are not text, or that have no character in their alphabet: never changed, cut where they must be. */
function leaveOctets(
  opened: OpenedContent,
  cutting: Cutting,
  reference: number,
  target: Target,
): Leaving | CannotLeave {
  const { elements } = opened
  const asCoded = octetsFor(opened, target)
  if (asCoded.kind === 'cannotLeave') return asCoded
  const { dataCoding, alphabet, octets } = asCoded
  const isPart = concatenationOf(elements) !== undefined
  const cut = segmentOctets(octets, alphabet, { cutting: isPart ? 'udh8' : cutting, reference, elements })
  if (cut.kind === 'unsegmentable') return notSegmented(cut)
  if (cut.kind === 'unencodable' || (isPart && cut.segments.length > 1))
    return cannotLeave('a part of a message is too long')
  return leavingSegments(dataCoding, cut.segments, cutting, reference, 0)
}

interface OctetsFor {
  readonly kind: 'octets'
  readonly dataCoding: number
  readonly alphabet: Alphabet
  readonly octets: Uint8Array
}

/** The same octets under the peer's value for them; UTF-16 may be turned round. */
function octetsFor({ coding, userData }: OpenedContent, { text: peer }: Target): OctetsFor | CannotLeave {
  const { alphabet } = coding
  const dataCoding = dataCodingFor(alphabet, peer.coding, coding)
  if (dataCoding !== undefined) return { kind: 'octets', dataCoding, alphabet, octets: userData }
  const turned = alphabet === 'ucs2' ? dataCodingFor('ucs2le', peer.coding, coding) : undefined
  if (turned !== undefined) {
    return { kind: 'octets', dataCoding: turned, alphabet: 'ucs2le', octets: swappedUnits(userData) }
  }
  const why = `the peer has no data_coding for ${alphabet}`
  const at = characterlessAt(userData, alphabet)
  if (at < 0) return cannotLeave(why)
  return cannotLeave(`${alphabet} has no character for ${nameCharacterless(userData, alphabet, at)}, and ${why}`)
}

/** What the text has no tables for in the end is chosen anew. */
function withoutTables(elements: readonly InformationElement[]): readonly InformationElement[] {
  return elements.length === 0
    ? elements
    : elements.filter(({ kind }) => kind !== 'singleShift' && kind !== 'lockingShift')
}
