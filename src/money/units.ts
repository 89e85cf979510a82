// What is charged: the units of a message for the customer, and how they are shared among its parts.

import { nationalLanguages } from '../text/alphabet.js'
import { leave, leavesUntouched, type Target } from '../text/leave.js'
import { openContent, type WireContent } from '../text/decode.js'
import { standardText } from '../text/standard.js'

/** A phone that takes all that the standard coding has, in segments. */
const phone: Target = { text: standardText, longMessage: 'udh8', languages: [], transliterate: false }
const nationalPhone: Target = { ...phone, languages: Object.values(nationalLanguages) }

const ESCAPE = 0x1b
/** User data of one of several segments (3GPP TS 23.040 clause 9.2.3.24.1): octets, and septets of GSM 7 bit. */
const SEGMENT_OCTETS = 134
const SEGMENT_SEPTETS = 153

/** Segments that a content in the standard coding makes on the air, however it came; at least 1. */
export function segmentsOf(content: WireContent): number {
  if (leavesUntouched(content, phone)) return 1
  // A header may name national tables: without them the text would need more than it came in.
  const leaving = leave(content, 'udh8', 0, content.udhi ? nationalPhone : phone)
  if (leaving.kind === 'leaving') return leaving.segments.length
  // More than 255 segments, or octets that nobody can read.
  const opened = openContent(content, standardText)
  const isSeptets = opened.kind === 'opened' && opened.coding.alphabet === 'gsm7'
  return Math.max(1, Math.ceil(content.octets.length / (isSeptets ? SEGMENT_SEPTETS : SEGMENT_OCTETS)))
}

/** Characters of a text as UTF-16 counts them (an emoji has two), octets of what is no text. */
export function charactersOf(content: WireContent): number {
  const opened = openContent(content, standardText)
  if (opened.kind !== 'opened') return content.octets.length
  const { coding, userData } = opened
  if (coding.alphabet === 'ucs2') return userData.length >>> 1
  if (coding.alphabet !== 'gsm7') return userData.length
  let characters = 0
  for (const septet of userData) if (septet !== ESCAPE) characters++
  return characters
}

/**
 * What the customer pays for. A message that came in parts: as many as came, or the segments of its text where those are more.
 * Else by characters where `billingUnit` is set, else the segments.
 * @param parts pieces it came in
 * @param billingUnit characters for one charge, 0 for none
 */
export function customerUnits(content: WireContent, parts: number, billingUnit: number): number {
  if (parts > 1) return Math.max(parts, segmentsOf(content))
  if (billingUnit > 0) return Math.max(1, Math.ceil(charactersOf(content) / billingUnit))
  return segmentsOf(content)
}

/** The share of one part in the units of its message, which sum up to them; the first ones have what does not divide. */
export function shareOf(units: number, parts: number, part: number): number {
  const rest = units % parts
  return (units - rest) / parts + (part < rest ? 1 : 0)
}
