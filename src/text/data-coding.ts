// What each of the 256 values of data_coding means towards one peer, and which value to send. Values only, no octets of text.
import type { Alphabet } from './alphabet.js'

/** 0: shown at once ("flash"), not stored; 1: phone; 2: SIM; 3: terminal equipment (3GPP TS 23.038 clause 4). */
export type MessageClass = 0 | 1 | 2 | 3

/** Message waiting indication (3GPP TS 23.038 clause 4, groups 1100 to 1110). */
export interface Waiting {
  readonly what: 'voicemail' | 'fax' | 'email' | 'other'
  readonly active: boolean
  /** false: the text may be dropped once the indication is shown. */
  readonly store: boolean
}

export interface TextCoding {
  readonly kind: 'coding'
  readonly alphabet: Alphabet
  readonly messageClass?: MessageClass
  readonly waiting?: Waiting
  /** TS 23.038 clause 4, groups 01xx: deleted once read. */
  readonly autoDelete?: true
}

export interface RefusedCoding {
  readonly kind: 'refused'
  /** `compressed`: TS 23.042, which nobody sends; `reserved`: the table in force gives no meaning. */
  readonly why: 'compressed' | 'reserved'
}

export type DataCoding = TextCoding | RefusedCoding

/** How one peer uses data_coding. */
export interface PeerCodingOptions {
  /**
   * `smpp`: SMPP 3.4 §5.2.19; what it leaves to GSM (message class, message waiting) and the class values 0x10 to 0x1F, which it
   * reserves and everybody uses, are read as GSM has them. `gsm0338`: 3GPP TS 23.038 clause 4 throughout.
   */
  readonly table: 'smpp' | 'gsm0338'
  /** What 0 means, and with it each value that names the default alphabet. */
  readonly defaultAlphabet: Alphabet
  /** Values that mean something else towards this peer; their class and indication stay. */
  readonly alphabets?: ReadonlyMap<number, Alphabet>
  /** Which values carry a class towards the peer: 0x10 to 0x1B or 0xF0 to 0xF7. */
  readonly classGroup?: 'general' | 'class'
}

/** A peer's 256 values. Made once, looked up for each message. */
export interface PeerCoding {
  readonly byValue: readonly DataCoding[]
  readonly options: PeerCodingOptions
  /** The value to send for an alphabet without class or indication. */
  readonly plainValues: ReadonlyMap<Alphabet, number>
  /** 1 for each value that says towards the peer what it says in the standard coding (see standard.ts), else 0. */
  readonly sameAsStandard: Uint8Array
}

/** What a message asks for beside its alphabet. */
export interface Wanted {
  readonly messageClass?: MessageClass
  readonly waiting?: Waiting
}

/** The switch's own coding: SMPP 3.4 §5.2.19 with GSM 7 bit, unpacked, as default alphabet. */
export const standardOptions: PeerCodingOptions = { table: 'smpp', defaultAlphabet: 'gsm7' }

export function peerCoding(options: PeerCodingOptions): PeerCoding {
  const byValue = valuesOf(options)
  const plainValues = new Map<Alphabet, number>()
  for (const coding of byValue) {
    if (coding.kind === 'refused' || plainValues.has(coding.alphabet)) continue
    const value = searchValue(coding.alphabet, byValue, options, {})
    if (value !== undefined) plainValues.set(coding.alphabet, value)
  }
  const standard = valuesOf(standardOptions)
  const sameAsStandard = Uint8Array.from(byValue, (coding, value) => (saysTheSame(coding, standard[value]) ? 1 : 0))
  return { byValue, options, plainValues, sameAsStandard }
}

function valuesOf(options: PeerCodingOptions): readonly DataCoding[] {
  return Array.from({ length: 256 }, (_, value): DataCoding => {
    const read = options.table === 'smpp' ? smppCoding(value, options) : gsmCoding(value, options)
    const alphabet = options.alphabets?.get(value)
    if (alphabet === undefined) return read
    return read.kind === 'coding' ? { ...read, alphabet } : { kind: 'coding', alphabet }
  })
}

/** What both refuse for the same reason is the same. */
function saysTheSame(a: DataCoding, b: DataCoding | undefined): boolean {
  if (a.kind === 'refused') return b?.kind === 'refused' && a.why === b.why
  return (
    b?.kind === 'coding' &&
    a.alphabet === b.alphabet &&
    a.messageClass === b.messageClass &&
    a.autoDelete === b.autoDelete &&
    isSame(a.waiting, b.waiting)
  )
}

/** What a value means towards the peer. Only the low octet is looked at. */
export function readDataCoding(value: number, peer: PeerCoding): DataCoding {
  return peer.byValue[value & 0xff] ?? reserved
}

/**
 * The value to send, or undefined where the peer's table has none for it. Explicit values win over reserved ones that read alike,
 * the lowest first; a class goes out in the peer's group.
 */
export function dataCodingFor(alphabet: Alphabet, peer: PeerCoding, wanted: Wanted = {}): number | undefined {
  if (wanted.messageClass === undefined && wanted.waiting === undefined) return peer.plainValues.get(alphabet)
  return searchValue(alphabet, peer.byValue, peer.options, wanted)
}

function searchValue(
  alphabet: Alphabet,
  byValue: readonly DataCoding[],
  options: PeerCodingOptions,
  { messageClass, waiting }: Wanted,
): number | undefined {
  const from = messageClass === undefined || options.classGroup !== 'class' ? 0 : 0xf0
  for (let i = 0; i < 256; i++) {
    const value = (from + i) & 0xff
    if (isPlaceholder(value, options)) continue
    const coding = byValue[value]
    if (coding?.kind !== 'coding' || coding.alphabet !== alphabet || coding.autoDelete === true) continue
    if (coding.messageClass === messageClass && isSame(coding.waiting, waiting)) return value
  }
  return undefined
}

/** Values that read as something by rule, but that no one should send; unless the peer's map names them. */
function isPlaceholder(value: number, { table, alphabets }: PeerCodingOptions): boolean {
  if (alphabets?.has(value) === true) return false
  // "Octet unspecified" twice: 4 is the one that GSM knows too.
  if (table === 'smpp') return value === 2
  const isReservedAlphabet = value < 0x80 && (value & 0x0c) === 0x0c
  const hasReservedBits = value < 0x80 && (value & 0x13) > 0 && (value & 0x10) === 0
  return isReservedAlphabet || hasReservedBits || (value >= 0x80 && value < 0xc0)
}

function isSame(a: Waiting | undefined, b: Waiting | undefined): boolean {
  return a?.what === b?.what && a?.active === b?.active && a?.store === b?.store
}

const reserved: RefusedCoding = { kind: 'refused', why: 'reserved' }
const compressed: RefusedCoding = { kind: 'refused', why: 'compressed' }

/** SMPP 3.4 §5.2.19, values 1 to 14. 9 is pictograms, 10 the music codes of ISO-2022-JP. */
const smppAlphabets: readonly (Alphabet | undefined)[] = [
  undefined,
  'ascii',
  'binary',
  'latin1',
  'binary',
  'jis',
  'cyrillic',
  'hebrew',
  'ucs2',
  'pictogram',
  'iso2022jp',
  undefined,
  undefined,
  'extendedJis',
  'ksc5601',
]

function smppCoding(value: number, options: PeerCodingOptions): DataCoding {
  if (value === 0) return { kind: 'coding', alphabet: options.defaultAlphabet }
  if (value < 0x10) {
    const alphabet = smppAlphabets[value]
    return alphabet === undefined ? reserved : { kind: 'coding', alphabet }
  }
  if (value < 0x20) return generalCoding(value, options)
  return value < 0xc0 ? reserved : gsmCoding(value, options)
}

const waitingKinds = ['voicemail', 'fax', 'email', 'other'] as const

/** 3GPP TS 23.038 clause 4: the coding group is in bits 7 to 4. */
function gsmCoding(value: number, options: PeerCodingOptions): DataCoding {
  const group = value >> 4
  if (group < 0x4) return generalCoding(value, options)
  if (group < 0x8) {
    const coding = generalCoding(value & 0x3f, options)
    return coding.kind === 'coding' ? { ...coding, autoDelete: true } : coding
  }
  // "Any reserved codings shall be assumed to be the GSM 7 bit default alphabet (the same as codepoint 00000000)."
  if (group < 0xc) return { kind: 'coding', alphabet: options.defaultAlphabet }
  if (group < 0xf) {
    const what = waitingKinds[value & 3] ?? 'other'
    const waiting = { what, active: (value & 8) !== 0, store: group !== 0xc }
    return { kind: 'coding', alphabet: group === 0xe ? 'ucs2' : options.defaultAlphabet, waiting }
  }
  const alphabet = (value & 4) === 0 ? options.defaultAlphabet : 'binary'
  return { kind: 'coding', alphabet, messageClass: classOf(value) }
}

/** Groups 00xx: bit 5 compressed, bit 4 bits 1 and 0 are a class, bits 3 and 2 the alphabet. */
function generalCoding(value: number, options: PeerCodingOptions): DataCoding {
  if ((value & 0x20) !== 0) return compressed
  const alphabets: readonly Alphabet[] = [options.defaultAlphabet, 'binary', 'ucs2', options.defaultAlphabet]
  const alphabet = alphabets[(value >> 2) & 3] ?? options.defaultAlphabet
  return { kind: 'coding', alphabet, ...((value & 0x10) !== 0 && { messageClass: classOf(value) }) }
}

function classOf(value: number): MessageClass {
  return (value & 3) as MessageClass
}
