// From text to what a peer takes: the alphabet is chosen, national tables where they save segments, the segments are written.
import { isGsm7 } from './alphabet.js'
import { ROOM_MIN, SEGMENTS_MAX, countSegments, roomFor, type Cutting } from './cut.js'
import { dataCodingFor, type Wanted } from './data-coding.js'
import type { PeerText } from './decode.js'
import {
  isTextAlphabet,
  measure,
  nationalShifts,
  plainForm,
  shiftElements,
  type TextAlphabet,
  type TextForm,
} from './form.js'
import { segmentText, type Segment, type SegmentOptions, type Unsegmentable } from './segment.js'
import { udhOctets, type InformationElement } from './udh.js'

export interface FormOptions {
  /** In order of preference: the first that has all characters is taken. */
  readonly alphabets: readonly TextAlphabet[]
  /** National languages whose tables may be used; none if not said. Only with GSM 7 bit among the alphabets. */
  readonly languages?: readonly number[]
  readonly cutting: Cutting
  /** As in SegmentOptions: they take room. */
  readonly elements?: readonly InformationElement[]
}

export interface ChosenForm {
  readonly kind: 'form'
  readonly form: TextForm
  readonly segments: number
}

/** No alphabet has all characters. */
export interface Unencodable {
  readonly kind: 'unencodable'
  /** The first character lacking in the alphabet that goes furthest. */
  readonly character: string
  /** In UTF-16 units. */
  readonly position: number
}

/** GSM 7 bit, else UCS-2. */
const usualAlphabets: readonly TextAlphabet[] = ['gsm7', 'ucs2']
const none: readonly InformationElement[] = []
const usual: FormOptions = { alphabets: usualAlphabets, cutting: 'udh8' }

/** Chooses how a text leaves: the first alphabet that has it, or national tables that make fewer segments of it. */
export function chooseForm(text: string, options: FormOptions): ChosenForm | Unencodable {
  let chosen: ChosenForm | undefined
  let furthest = 0
  for (const alphabet of options.alphabets) {
    const form = plainForm(alphabet)
    const size = measure(text, form)
    if (size >= 0) {
      chosen = { kind: 'form', form, segments: countIn(text, size, form, options) }
      break
    }
    furthest = Math.max(furthest, -1 - size)
  }
  if (options.languages !== undefined && options.languages.length > 0 && (chosen?.segments ?? Infinity) > 1) {
    const gsm = options.alphabets.find(isGsm7)
    if (gsm !== undefined) chosen = withTables(text, gsm, options, options.languages, chosen)
  }
  if (chosen !== undefined) return chosen
  const character = String.fromCodePoint(text.codePointAt(furthest) ?? 0)
  return { kind: 'unencodable', character, position: furthest }
}

/** What is better than `chosen` among forms with national tables: only fewer segments are. */
function withTables(
  text: string,
  alphabet: TextAlphabet,
  options: FormOptions,
  languages: readonly number[],
  chosen: ChosenForm | undefined,
): ChosenForm | undefined {
  let best = chosen
  for (const shifts of nationalShifts(languages)) {
    const form: TextForm = { alphabet, shifts }
    const size = measure(text, form)
    if (size < 0) continue
    const segments = countIn(text, size, form, options)
    // The tables need a header, which SAR parts must not have.
    if (options.cutting === 'sar' && segments > 1) continue
    if (best === undefined || segments < best.segments) best = { kind: 'form', form, segments }
  }
  return best
}

/** Infinity where the header leaves no room. */
function countIn(text: string, size: number, form: TextForm, { cutting, elements = none }: FormOptions): number {
  const shifts = shiftElements(form.shifts)
  const octets = elements.length + shifts.length === 0 ? 0 : udhOctets([...elements, ...shifts]) - 1
  const room = roomFor(form, cutting, octets)
  return room.each < ROOM_MIN ? Infinity : countSegments(text, size, form, room)
}

/** How many segments a text makes, without building them; undefined when no alphabet has it. By default as `udh8`. */
export function segmentCount(text: string, options: FormOptions = usual): number | undefined {
  const chosen = chooseForm(text, options)
  return chosen.kind === 'form' ? chosen.segments : undefined
}

export interface EncodeOptions extends Omit<FormOptions, 'alphabets'>, Wanted {
  /** By default the peer's default alphabet, then UCS-2. One that the peer has no data_coding for is passed over. */
  readonly alphabets?: readonly TextAlphabet[]
  /** See SegmentOptions. */
  readonly reference: number
}

export type EncodedText =
  | {
      readonly kind: 'encoded'
      readonly form: TextForm
      readonly dataCoding: number
      readonly segments: readonly Segment[]
    }
  | Unencodable
  | Unsegmentable
  /** The peer has no value of data_coding for any of the alphabets with the class or indication wanted. */
  | { readonly kind: 'noDataCoding' }

/** Everything a peer needs to be sent a text. */
export function encodeText(text: string, peer: PeerText, options: EncodeOptions): EncodedText {
  const asked = options.alphabets ?? alphabetsOf(peer)
  const alphabets = asked.filter((alphabet) => dataCodingFor(alphabet, peer.coding, options) !== undefined)
  if (alphabets.length === 0) return { kind: 'noDataCoding' }
  const { cutting, reference, languages = [], elements = none } = options
  const chosen = chooseForm(text, { alphabets, languages, cutting, elements })
  if (chosen.kind === 'unencodable') return chosen
  if (chosen.segments > SEGMENTS_MAX && chosen.segments !== Infinity) {
    return { kind: 'unsegmentable', why: 'tooManySegments' }
  }
  const dataCoding = dataCodingFor(chosen.form.alphabet, peer.coding, options) ?? 0
  const segmentOptions: SegmentOptions = { cutting, reference, elements, packedEnd: peer.packedEnd ?? 'cr' }
  const segmented = segmentText(text, chosen.form, segmentOptions)
  switch (segmented.kind) {
    case 'segments':
      return { kind: 'encoded', form: chosen.form, dataCoding, segments: segmented.segments }
    case 'unsegmentable':
      return segmented
    case 'unencodable':
      throw new Error(`a form was chosen that lacks a character: ${chosen.form.alphabet}`)
  }
}

/** The peer's default alphabet, if text, and UCS-2 the way round it takes it. */
function alphabetsOf({ coding }: PeerText): readonly TextAlphabet[] {
  const { defaultAlphabet } = coding.options
  const wide: readonly TextAlphabet[] = ['ucs2', 'ucs2le']
  return isTextAlphabet(defaultAlphabet) ? [defaultAlphabet, ...wide] : wide
}
