// Finds the fields of a receipt's text (SMPP 3.4 Appendix B) in its octets, however a vendor writes them. It judges no value.

/** The values as written, '' for a field that is missing or empty. */
export interface ReportFields {
  readonly id: string
  readonly doneDate: string
  readonly stat: string
  readonly error: string
  /** How many fields of a receipt are there, id and text not counted. */
  readonly others: number
}

type Field = 'id' | 'doneDate' | 'stat' | 'error' | 'text' | 'other'

/** SMPP 3.4 allows 64 octets for an id; longer values are cut, never refused. */
const VALUE_MAX = 64

const OTHER = 0
const LETTER = 1
/** What stands between fields: space, tab, line ends, NUL, comma, semicolon, quotes. */
const GAP = 2
/** The `_` or `-` of submit_date; 0x11 is `_` in the GSM alphabet. */
const JOINT = 3
const EQUALS = 4

const kinds = new Uint8Array(256)
for (const character of ' \t\r\n\0,;"\'') kinds[character.charCodeAt(0)] = GAP
for (const character of '_-\x11') kinds[character.charCodeAt(0)] = JOINT
for (const character of ':=') kinds[character.charCodeAt(0)] = EQUALS
for (let n = 0; n < 26; n++) kinds[0x41 + n] = kinds[0x61 + n] = LETTER

/** Letters as a small number, case ignored. A strange word may share one (13 in 16 million) and is then read as that field. */
const KEY_MAX = 10
function mixed(code: number, letter: number): number {
  return (code * 31 + (letter & 0x1f)) & 0xff_ffff
}
function codeOf(key: string): number {
  let code = 0
  for (let i = 0; i < key.length; i++) code = mixed(code, key.charCodeAt(i))
  return code
}

const fieldByCode: ReadonlyMap<number, Field> = new Map<number, Field>([
  [codeOf('id'), 'id'],
  [codeOf('messageid'), 'id'],
  [codeOf('msgid'), 'id'],
  [codeOf('sub'), 'other'],
  [codeOf('dlvrd'), 'other'],
  [codeOf('submitdate'), 'other'],
  [codeOf('donedate'), 'doneDate'],
  [codeOf('stat'), 'stat'],
  [codeOf('status'), 'stat'],
  [codeOf('state'), 'stat'],
  [codeOf('err'), 'error'],
  [codeOf('error'), 'error'],
  [codeOf('text'), 'text'],
])
const SUBMIT = codeOf('submit')
const DONE = codeOf('done')
const MESSAGE = codeOf('message')

interface Key {
  field: Field | undefined
  /** Where its value begins, or, for no key, where to go on looking. */
  end: number
}

/**
 * One pass over the octets, no regular expression. The first of two equal fields counts. `text:` ends the search, for
 * what follows was written by a person, unless no id came before it.
 */
export function reportFields(octets: Uint8Array): ReportFields {
  const view = Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const text = view.toString('latin1')
  const found = { id: '', doneDate: '', stat: '', error: '', others: 0 }
  let at = 0
  const key: Key = { field: undefined, end: 0 }
  while (at < text.length) {
    if (kinds[text.charCodeAt(at)] === GAP) {
      at++
      continue
    }
    readKey(text, at, key)
    const { field } = key
    if (field === undefined) {
      // After an unknown key and its colon another key may follow: `DLR:id:1`.
      at = key.end > at && kinds[text.charCodeAt(key.end - 1)] === EQUALS ? key.end : afterWord(text, key.end)
      continue
    }
    if (field === 'text') {
      if (found.id !== '') break
      at = key.end
      continue
    }
    const start = valueStart(text, key)
    const end = afterWord(text, start)
    at = end
    if (field !== 'id') found.others++
    if (field !== 'other' && found[field] === '') found[field] = text.slice(start, Math.min(end, start + VALUE_MAX))
  }
  return found
}

/** Reads `submit date :` and the like at `at`. */
function readKey(text: string, at: number, key: Key): void {
  let code = 0
  let letters = 0
  let i = at
  key.field = undefined
  for (; i < text.length; i++) {
    const octet = text.charCodeAt(i)
    const kind = kinds[octet]
    if (kind === LETTER) {
      if (++letters > KEY_MAX) break
      code = mixed(code, octet)
    } else if (kind === EQUALS) {
      key.field = fieldByCode.get(code)
      key.end = i + 1
      return
    } else if (kind === GAP) {
      const next = afterGaps(text, i)
      const isColon = next < text.length && kinds[text.charCodeAt(next)] === EQUALS
      if (!isColon && code !== SUBMIT && code !== DONE && code !== MESSAGE) break
      i = next - 1
    } else if (kind === OTHER) break
  }
  key.end = i
}

/** A value may stand after spaces; where a key stands instead, the value is empty. */
function valueStart(text: string, key: Key): number {
  const direct = key.end
  if (direct >= text.length || kinds[text.charCodeAt(direct)] !== GAP) return direct
  const next = afterGaps(text, direct)
  readKey(text, next, key)
  return key.field === undefined ? next : direct
}

function afterGaps(text: string, from: number): number {
  let i = from
  while (i < text.length && kinds[text.charCodeAt(i)] === GAP) i++
  return i
}

function afterWord(text: string, from: number): number {
  let i = from
  while (i < text.length && kinds[text.charCodeAt(i)] !== GAP) i++
  return i
}
