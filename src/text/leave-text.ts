// A text as a peer takes it: alphabet, national tables and transliteration chosen, cut. Contents that are no text are leave.ts's.
import { isGsm7, noShifts } from './alphabet.js'
import type { Cutting } from './cut.js'
import type { TextCoding } from './data-coding.js'
import { encodeText, segmentCount, type EncodedText, type EncodeOptions } from './encode.js'
import { cannotLeave, leavingSegments, notSegmented, type CannotLeave, type Leaving, type Target } from './leaving.js'
import { transliterate } from './transliterate.js'
import { concatenationOf, type InformationElement } from './udh.js'

/**
 * @param elements what each segment's header must have beside concatenation and tables; with a concatenation among them the text is
 * a part that goes by itself, and stays one
 */
export function leaveText(
  text: string,
  coding: TextCoding,
  elements: readonly InformationElement[],
  cutting: Cutting,
  reference: number,
  target: Target,
): Leaving | CannotLeave {
  const isPart = concatenationOf(elements) !== undefined
  const options: EncodeOptions = {
    // A part must be seen to be too long, which a whole one never is.
    cutting: isPart ? 'udh8' : cutting,
    reference,
    elements,
    languages: target.languages,
    ...(coding.messageClass !== undefined && { messageClass: coding.messageClass }),
    ...(coding.waiting !== undefined && { waiting: coding.waiting }),
  }
  const asItIs = encoded(text, target, options)
  const replaced = target.transliterate ? better(text, asItIs, target, options) : undefined
  const best = replaced?.result ?? asItIs
  switch (best.kind) {
    case 'encoded':
      if (isPart && best.segments.length > 1)
        return cannotLeave("a part of a message is too long in the peer's alphabet")
      return leavingSegments(best.dataCoding, best.segments, cutting, reference, replaced?.count ?? 0)
    case 'unencodable':
      return cannotLeave(`the peer's alphabets lack ${codePoint(best.character)} at ${best.position}`)
    case 'noDataCoding':
      return cannotLeave('the peer has no data_coding for a text of this class or indication')
    case 'unsegmentable':
      return notSegmented(best)
  }
}

/** UCS-2 has no value for an indication whose text may be dropped (3GPP TS 23.038 clause 4): then it is kept, and nothing is lost. */
function encoded(text: string, { text: peer }: Target, options: EncodeOptions): EncodedText {
  const first = encodeText(text, peer, options)
  if (options.waiting?.store !== false || (first.kind !== 'unencodable' && first.kind !== 'noDataCoding')) return first
  return encodeText(text, peer, { ...options, waiting: { ...options.waiting, store: true } })
}

interface Replaced {
  readonly result: EncodedText
  readonly count: number
}

/** Replacing characters changes how a text looks, so it must be worth something: fewer segments, or that it leaves at all. */
function better(text: string, asItIs: EncodedText, target: Target, options: EncodeOptions): Replaced | undefined {
  const before = segmentsOnAir(text, asItIs, options)
  if (before === 1) return undefined
  // An alphabet of more than GSM 7 bit may have what no replacement is known for.
  const allOrNothing = isGsm7(target.text.coding.options.defaultAlphabet)
  const { text: other, replacements } = transliterate(text, allOrNothing)
  if (replacements.length === 0) return undefined
  const result = encoded(other, target, options)
  return segmentsOnAir(other, result, options) < before ? { result, count: replacements.length } : undefined
}

/** What leaves whole is cut by the peer. */
function segmentsOnAir(text: string, result: EncodedText, { cutting, elements = [] }: EncodeOptions): number {
  if (result.kind !== 'encoded') return Infinity
  const { alphabet, shifts } = result.form
  if (cutting !== 'whole' || shifts !== noShifts) return result.segments.length
  return segmentCount(text, { alphabets: [alphabet], cutting: 'udh8', elements }) ?? Infinity
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${hex.padStart(4, '0')}`
}
