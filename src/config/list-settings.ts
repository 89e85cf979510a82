// Settings that are lists, written as one text parted by blanks. Read here and nowhere else; nothing is opened or asked.
import { parseRange } from '../lib/cidr.js'
import type { Setting } from './setting.js'

const RANGES_MAX = 1_000
const DELAYS_MAX = 20
const DELAY_MAX_MS = 86_400_000

/** Addresses and ranges (CIDR). Undefined where one is none, or there are too many. */
export function parseAddressRanges(text: string): readonly string[] | undefined {
  const ranges = wordsOf(text)
  return ranges.length <= RANGES_MAX && ranges.every((range) => parseRange(range) !== undefined) ? ranges : undefined
}

/** Times one after the other, ms. Undefined where one is none, or there are too many. */
export function parseDelays(text: string): readonly number[] | undefined {
  const delays = wordsOf(text).map((word) => (/^[0-9]{1,8}$/.test(word) ? Number(word) : NaN))
  return delays.length <= DELAYS_MAX && delays.every((ms) => ms >= 1 && ms <= DELAY_MAX_MS) ? delays : undefined
}

export function addressRanges(value: string, doc: string): Setting<string> {
  return listSetting(
    value,
    doc,
    'addresses and ranges such as 192.0.2.7 or 10.0.0.0/8, parted by blanks',
    (text) => parseAddressRanges(text) !== undefined,
  )
}

export function delays(value: string, doc: string): Setting<string> {
  const expected = `up to ${DELAYS_MAX} whole numbers from 1 to ${DELAY_MAX_MS} in one text, parted by blanks`
  return listSetting(value, doc, expected, (text) => parseDelays(text) !== undefined)
}

function listSetting(value: string, doc: string, expected: string, isList: (text: string) => boolean): Setting<string> {
  return {
    default: value,
    doc,
    expected,
    accepts: (given) => typeof given === 'string' && isList(given),
    fromText: (text) => text,
  }
}

/** The words of a text that is a list. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
