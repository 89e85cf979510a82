// A form that a text can take: an alphabet with its national tables. Whether a text fits it, and its octets; no header, no cutting.
import { isGsm7, isOpaque, noShifts, type Alphabet, type OpaqueAlphabet, type Shifts } from './alphabet.js'
import { encodePlain, plainOctetsOf } from './charsets.js'
import { countSeptets, encodeGsm7 } from './gsm7.js'
import { ESCAPE, hasLockingTable, hasSingleShiftTable } from './gsm7-tables.js'
import { leavesSpareSeptet, packSeptets, type PackedEnd } from './septets.js'
import type { InformationElement } from './udh.js'

/** An alphabet that text is encoded into. */
export type TextAlphabet = Exclude<Alphabet, OpaqueAlphabet>

export interface TextForm {
  readonly alphabet: TextAlphabet
  /** `noShifts` for all but GSM 7 bit. */
  readonly shifts: Shifts
}

const CARRIAGE_RETURN = 0x0d
const noElements: readonly InformationElement[] = []

export function plainForm(alphabet: TextAlphabet): TextForm {
  return { alphabet, shifts: noShifts }
}

export function isTextAlphabet(alphabet: Alphabet): alphabet is TextAlphabet {
  return !isOpaque(alphabet)
}

/** All pairs of tables that allowed languages give, without the default one, those of one table first. */
export function nationalShifts(languages: readonly number[]): readonly Shifts[] {
  const singles = languages.filter((single) => single > 0 && hasSingleShiftTable(single))
  const lockings = languages.filter((locking) => locking > 0 && hasLockingTable(locking))
  return [
    ...singles.map((single) => ({ locking: 0, single })),
    ...lockings.map((locking) => ({ locking, single: 0 })),
    ...lockings.flatMap((locking) => (singles.includes(locking) ? [{ locking, single: locking }] : [])),
  ]
}

/** The header elements that tell of the tables (3GPP TS 23.040 clauses 9.2.3.24.15 and 9.2.3.24.16). */
export function shiftElements(shifts: Shifts): readonly InformationElement[] {
  if (shifts.single === 0 && shifts.locking === 0) return noElements
  const elements: InformationElement[] = []
  if (shifts.single !== 0) elements.push({ kind: 'singleShift', language: shifts.single })
  if (shifts.locking !== 0) elements.push({ kind: 'lockingShift', language: shifts.locking })
  return elements
}

/**
 * How much a text takes in a form, in septets for GSM 7 bit, else in octets; or -1 - the position (in UTF-16 units) of the first
 * character that the form lacks.
 */
export function measure(text: string, { alphabet, shifts }: TextForm): number {
  if (isGsm7(alphabet)) return countSeptets(text, shifts)
  if (alphabet === 'ucs2' || alphabet === 'ucs2le') return text.length * 2
  let octets = 0
  for (let i = 0; i < text.length; i++) {
    const more = plainOctetsOf(text, i, alphabet)
    if (more === undefined) return -1 - i
    octets += more
    if ((text.codePointAt(i) ?? 0) > 0xffff) i++
  }
  return octets
}

/** Whether the form has all characters of a text. */
export function hasAll(text: string, form: TextForm): boolean {
  return measure(text, form) >= 0
}

/** User data of `text` from `from` to before `to`, after `fillBits` where septets are packed; undefined when a character is lacking. */
export function encodeUserData(
  text: string,
  form: TextForm,
  from: number,
  to: number,
  fillBits: number,
  packedEnd: PackedEnd,
): Uint8Array | undefined {
  const { alphabet, shifts } = form
  if (!isGsm7(alphabet)) return encodePlain(text, alphabet, from, to)
  const septets = encodeGsm7(text, shifts, from, to)
  if (septets === undefined || alphabet === 'gsm7') return septets
  const packable = looksPadded(septets, fillBits, packedEnd) ? withLastEscaped(septets) : septets
  return packSeptets(packable, fillBits, packedEnd)
}

/** A carriage return that ends at an octet's end would be taken for padding (3GPP TS 23.038 clause 6.1.2.3.1). */
function looksPadded(septets: Uint8Array, fillBits: number, packedEnd: PackedEnd): boolean {
  const { length } = septets
  return packedEnd === 'cr' && septets[length - 1] === CARRIAGE_RETURN && leavesSpareSeptet(length - 1, fillBits)
}

/** No single shift table has the carriage return's cell, so that after an escape it is still one (TS 23.038 clause 6.2.1.1). */
function withLastEscaped(septets: Uint8Array): Uint8Array {
  return Uint8Array.of(...septets.subarray(0, -1), ESCAPE, CARRIAGE_RETURN)
}
