// The grids of the standard as arrays to look up in: septet → code point, code point → septet. Built when first asked for.
import { lockingGrids } from './locking-grids.js'
import { decodedThoughVoid, singleShiftGrids } from './single-shift-grids.js'

export const ESCAPE = 0x1b
/** In an encoding table: no septet has this character. No septet is as high. */
export const NO_SEPTET = 0xff
/** What a phone shows for a void cell of a locking table, and for an escape to nowhere (TS 23.038 clause 6.2.1.1 note 1). */
const SPACE = 0x20
/** An octet above 0x7F is no septet. */
const REPLACEMENT = 0xfffd

/** One locking table: 256 code points by octet, and 65,536 septets by code point. */
export interface LockingTable {
  readonly decode: Uint16Array
  readonly encode: Uint8Array
}

/** One pair of tables: 256 code points by the octet after an escape, void cells as the locking table has them. */
export type AfterEscape = Uint16Array

const lockings: (LockingTable | undefined)[] = []
const singleEncodes: (Uint8Array | undefined)[] = []
const afterEscapes: (AfterEscape | undefined)[] = []

/** Whether the standard has a locking table for the identifier; 0 is the default alphabet. */
export function hasLockingTable(language: number): boolean {
  return lockingGrids.has(language)
}

/** Whether the standard has a single shift table for the identifier; 0 is the default extension. */
export function hasSingleShiftTable(language: number): boolean {
  return singleShiftGrids.has(language)
}

/** An identifier without a table is read as the default alphabet (TS 23.038 clause 6.2.1.2.4: reserved values). */
export function lockingTable(language: number): LockingTable {
  const known = hasLockingTable(language) ? language : 0
  return (lockings[known] ??= buildLocking(cells(lockingGrids, known)))
}

/** Septets by code point, of those that need an escape before them. */
export function singleShiftEncoding(language: number): Uint8Array {
  const known = hasSingleShiftTable(language) ? language : 0
  return (singleEncodes[known] ??= buildEncoding(cells(singleShiftGrids, known)))
}

/** What follows an escape under a pair of tables. */
export function afterEscape(locking: number, single: number): AfterEscape {
  const knownLocking = hasLockingTable(locking) ? locking : 0
  const knownSingle = hasSingleShiftTable(single) ? single : 0
  const key = (knownLocking << 4) | knownSingle
  return (afterEscapes[key] ??= buildAfterEscape(knownLocking, knownSingle))
}

/** Code points by septet; -1 for a void cell and for the escape. */
export function cells(grids: ReadonlyMap<number, string>, language: number): readonly number[] {
  const words = (grids.get(language) ?? '').trim().split(/\s+/)
  return words.map((word) => (word === '----' ? -1 : parseInt(word, 16)))
}

function buildLocking(codes: readonly number[]): LockingTable {
  const decode = new Uint16Array(256).fill(REPLACEMENT)
  codes.forEach((code, septet) => (decode[septet] = code < 0 ? SPACE : code))
  return { decode, encode: buildEncoding(codes) }
}

function buildEncoding(codes: readonly number[]): Uint8Array {
  const encode = new Uint8Array(65_536).fill(NO_SEPTET)
  // From the end, so that of two cells with one character the lower septet is sent.
  for (let septet = codes.length - 1; septet >= 0; septet--) {
    const code = codes[septet] ?? -1
    if (code >= 0) encode[code] = septet
  }
  return encode
}

/** TS 23.038 clause 6.2.1.1: a code without a symbol in the extension shows the symbol of the locking (or default) table. */
function buildAfterEscape(locking: number, single: number): AfterEscape {
  const table = lockingTable(locking).decode.slice()
  cells(singleShiftGrids, single).forEach((code, septet) => {
    if (code >= 0) table[septet] = code
  })
  for (const { language, septet, code } of decodedThoughVoid) if (language === single) table[septet] = code
  // Reserved for one more extension table; until there is one a space is shown.
  table[ESCAPE] = SPACE
  return table
}
