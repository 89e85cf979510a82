// The alphabets a short message's octets may be in, and the national tables beside GSM 7 bit. Names only; it converts nothing.

/**
 * How octets are text, or that they are not.
 * - `gsm7`: one septet in each octet, as SMPP carries it; `gsm7Packed`: eight septets in seven octets, as the air does.
 * - `ucs2` is big-endian UTF-16 (surrogate pairs are kept); `ucs2le` is for peers that have it the wrong way round.
 * - `binary` is not text; `jis`, `pictogram`, `iso2022jp`, `extendedJis` and `ksc5601` are text that passes as it came.
 */
export type Alphabet =
  'gsm7' | 'gsm7Packed' | 'ascii' | 'latin1' | 'cyrillic' | 'hebrew' | 'ucs2' | 'ucs2le' | 'utf8' | OpaqueAlphabet

/** What is neither decoded nor encoded here. */
export type OpaqueAlphabet = 'binary' | 'jis' | 'pictogram' | 'iso2022jp' | 'extendedJis' | 'ksc5601'

const opaque: ReadonlySet<Alphabet> = new Set(['binary', 'jis', 'pictogram', 'iso2022jp', 'extendedJis', 'ksc5601'])

/** Whether octets in this alphabet pass untouched. */
export function isOpaque(alphabet: Alphabet): alphabet is OpaqueAlphabet {
  return opaque.has(alphabet)
}

/** Both carry GSM septets, so escapes and national tables. */
export function isGsm7(alphabet: Alphabet): alphabet is 'gsm7' | 'gsm7Packed' {
  return alphabet === 'gsm7' || alphabet === 'gsm7Packed'
}

/** National language identifiers of both tables in force; 0 is the default alphabet and its extension. */
export interface Shifts {
  /** 3GPP TS 23.040 clause 9.2.3.24.16. */
  readonly locking: number
  /** 3GPP TS 23.040 clause 9.2.3.24.15. */
  readonly single: number
}

export const noShifts: Shifts = { locking: 0, single: 0 }

/** 3GPP TS 23.038 clause 6.2.1.2.4: the languages with national tables, by name. */
export const nationalLanguages = {
  turkish: 1,
  spanish: 2,
  portuguese: 3,
  bengali: 4,
  gujarati: 5,
  hindi: 6,
  kannada: 7,
  malayalam: 8,
  oriya: 9,
  punjabi: 10,
  tamil: 11,
  telugu: 12,
  urdu: 13,
} as const

export type NationalLanguage = keyof typeof nationalLanguages
