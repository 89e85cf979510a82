// The text columns of a row → how that peer's texts are read and written. A table of data_coding is made once for all who code alike.

import { nationalLanguages } from '../text/alphabet.js'
import { peerCoding } from '../text/data-coding.js'
import type { PeerText } from '../text/decode.js'
import { standardText } from '../text/standard.js'
import type { Target } from '../text/leave.js'
import type { AccountRow } from './schema.js'
import type { PeerTexts } from './snapshot.js'
import type { MultipartRow, TextRow } from './text-columns.js'

export type TextColumns = Pick<AccountRow, 'text' | 'longMessage' | 'languages' | 'transliterate' | 'multipart'>
export type TextsOf = (columns: TextColumns) => PeerTexts

/** What an empty row says: the switch's own coding. */
const usual: TextRow = {
  table: 'smpp',
  defaultAlphabet: 'gsm7',
  dataCodings: {},
  packedEnd: 'cr',
  classGroup: 'general',
}

/**
 * For one directory. A peer that codes as the switch itself does gets the switch's own `text`, which costs nothing to convert. What
 * comes to the same is one object, however many have it.
 */
export function createTexts(): TextsOf {
  const made = new Map<string, PeerText>([[meaningOf(usual), standardText]])
  /** Rows without the column share their default. */
  const known = new WeakMap<TextRow, PeerText>()
  const targets = new Map<PeerText, Map<string, Target>>()
  const multiparts = new Map<string, MultipartRow>()

  function textOf(row: TextRow): PeerText {
    let text = known.get(row)
    if (text !== undefined) return text
    const meaning = meaningOf(row)
    text = made.get(meaning)
    if (text === undefined) made.set(meaning, (text = peerTextOf(row)))
    known.set(row, text)
    return text
  }

  function targetOf(text: PeerText, { longMessage, languages, transliterate }: TextColumns): Target {
    const meaning = [longMessage, transliterate, ...languages].join()
    let ofText = targets.get(text)
    if (ofText === undefined) targets.set(text, (ofText = new Map<string, Target>()))
    let target = ofText.get(meaning)
    if (target === undefined) {
      const tables = Object.freeze([...new Set(languages.map((name) => nationalLanguages[name]))])
      ofText.set(meaning, (target = Object.freeze({ text, longMessage, languages: tables, transliterate })))
    }
    return target
  }

  function multipartOf(row: MultipartRow): MultipartRow {
    const meaning = [row.ack, row.incomplete, row.strictPartLimits].join()
    let multipart = multiparts.get(meaning)
    if (multipart === undefined) multiparts.set(meaning, (multipart = Object.freeze({ ...row })))
    return multipart
  }

  return (columns) => {
    const text = textOf(columns.text)
    return { text, leaving: targetOf(text, columns), multipart: multipartOf(columns.multipart) }
  }
}

/** The same for rows that mean the same. */
function meaningOf(row: TextRow): string {
  const { table, defaultAlphabet, packedEnd, classGroup } = row
  const codings = [...codingsOf(row)].sort(([a], [b]) => a - b)
  const isPacked = defaultAlphabet === 'gsm7Packed' || codings.some(([, alphabet]) => alphabet === 'gsm7Packed')
  return JSON.stringify([table, defaultAlphabet, classGroup, isPacked ? packedEnd : '', codings])
}

function peerTextOf(row: TextRow): PeerText {
  const { table, defaultAlphabet, packedEnd, classGroup } = row
  const coding = peerCoding({ table, defaultAlphabet, classGroup, alphabets: codingsOf(row) })
  return Object.freeze({ coding, packedEnd })
}

/** Keys are decimal or hex, which Number reads both. */
function codingsOf({ dataCodings }: TextRow): ReadonlyMap<number, TextRow['dataCodings'][string]> {
  return new Map(Object.entries(dataCodings).map(([value, alphabet]) => [Number(value), alphabet]))
}
