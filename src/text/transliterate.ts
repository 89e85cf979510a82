// Makes a text fit GSM 7 bit by characters that say the same, and tells each replacement. It never touches other scripts.
import { noShifts } from './alphabet.js'
import { countSeptets } from './gsm7.js'
import { transliterations } from './transliterations.js'

export interface Replacement {
  /** In UTF-16 units of the text as it was. */
  readonly position: number
  readonly from: string
  /** Empty for what is invisible. */
  readonly to: string
}

export interface Transliterated {
  readonly text: string
  readonly replacements: readonly Replacement[]
  /** The text is now all GSM 7 bit. Where it is not, nothing is gained by sending it instead of the original. */
  readonly complete: boolean
}

/** One or more marks that compose with the letter before them. */
const COMBINING_MARKS = /\p{Mn}/u

/**
 * Replaces what GSM 7 bit (default alphabet and extension) lacks, where there is something that says the same.
 * @param allOrNothing leaves the text alone where that would not make all of it GSM 7 bit, at the first character that tells
 */
export function transliterate(text: string, allOrNothing = false): Transliterated {
  if (countSeptets(text, noShifts) >= 0) return { text, replacements: [], complete: true }
  const replacements: Replacement[] = []
  let result = ''
  let complete = true
  for (let at = 0; at < text.length;) {
    const from = characterAt(text, at)
    if (countSeptets(from, noShifts) >= 0) result += from
    else {
      const to = replacementOf(from)
      if (to === undefined) {
        if (allOrNothing) return { text, replacements: [], complete: false }
        complete = false
        result += from
      } else {
        replacements.push({ position: at, from, to })
        result += to
      }
    }
    at += from.length
  }
  return { text: result, replacements, complete }
}

/** A code point with the combining marks that follow a Latin letter. */
function characterAt(text: string, at: number): string {
  const first = String.fromCodePoint(text.codePointAt(at) ?? 0)
  let end = at + first.length
  const base = baseOf(first)
  const takesMarks = isLatinLetter(base) || isLatinLetter(transliterations.get(base) ?? '')
  if (takesMarks) while (end < text.length && COMBINING_MARKS.test(text[end] ?? '')) end++
  return text.slice(at, end)
}

function replacementOf(character: string): string | undefined {
  const listed = transliterations.get(character)
  if (listed !== undefined) return listed
  // Full-width forms of ASCII.
  const code = character.codePointAt(0) ?? 0
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  const composed = character.normalize('NFC')
  if (countSeptets(composed, noShifts) >= 0) return composed
  const base = baseOf(character)
  if (isLatinLetter(base)) return base
  // Marks on a listed letter, such as a stroke and an acute.
  const letter = transliterations.get(base)
  return letter !== undefined && isLatinLetter(letter) ? letter : undefined
}

/** The letter without its marks. */
function baseOf(character: string): string {
  const decomposed = character.normalize('NFD')
  const marks = Array.from(decomposed).slice(1)
  const [first = ''] = decomposed
  if (!marks.every((mark) => COMBINING_MARKS.test(mark))) return character
  // A letter of GSM 7 bit that has no decomposition keeps its shape: "ǿ" is "ø".
  return first
}

/** Of the default alphabet's Latin letters, those of other shapes included (3GPP TS 23.038 clause 6.2.1). */
function isLatinLetter(character: string): boolean {
  return (
    character.length === 1 &&
    ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || 'ÆæØøÅåß'.includes(character))
  )
}
