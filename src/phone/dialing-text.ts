// Reads a dialing rule: `dialing international=00 national=0 countryCode=44 nationalLengths=10`, and whether it makes sense.
import { nearest } from '../lib/nearest.js'
import { E164_MAX_DIGITS } from './e164.js'
import type { DialingRule, Slip, Word } from './rule.js'

const PREFIX_MAX = 7

interface Field {
  readonly expected: string
  /** Whether the value, or one of the list, is right. */
  readonly fits: (value: string) => boolean
  readonly list: boolean
}

const lengths: Field = {
  expected: `counts of digits, 1 to ${E164_MAX_DIGITS}, with commas between them`,
  fits: (value) => /^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= E164_MAX_DIGITS,
  list: true,
}

const fields = {
  international: {
    expected: `prefixes of up to ${PREFIX_MAX} digits, +, * or #, with commas between them, such as 00,011`,
    fits: isPrefix,
    list: true,
  },
  national: {
    expected: `prefixes of up to ${PREFIX_MAX} digits, * or #, or none, with commas between them, such as 0`,
    fits: (value) => value === 'none' || (isPrefix(value) && !value.includes('+')),
    list: true,
  },
  countryCode: {
    expected: 'a calling code of 1 to 3 digits, such as 44',
    fits: (value) => /^[1-9]\d{0,2}$/.test(value),
    list: false,
  },
  nationalLengths: lengths,
  areaCode: { expected: 'an area code of 1 to 6 digits', fits: (value) => /^\d{1,6}$/.test(value), list: false },
  localLengths: lengths,
} as const satisfies Readonly<Record<string, Field>>

type FieldName = keyof typeof fields

/** Reads the words after `dialing`; `end` is where the rule ends. */
export function readDialing(
  words: readonly Word[],
  end: number,
): { readonly rule: DialingRule } | { readonly slip: Slip } {
  const found = new Map<FieldName, readonly string[]>()
  let last = true
  for (const word of words) {
    if (word.text === 'goOn' || word.text === 'last') {
      last = word.text === 'last'
      continue
    }
    const read = readField(word)
    if ('slip' in read) return read
    if (found.has(read.name)) return { slip: { at: word.at, what: `${read.name} is given twice`, expected: 'it once' } }
    found.set(read.name, read.values)
  }
  const list = (name: FieldName): readonly string[] => found.get(name) ?? []
  const rule: DialingRule = {
    kind: 'dialing',
    international: list('international'),
    national: list('national').map((prefix) => (prefix === 'none' ? '' : prefix)),
    countryCode: list('countryCode')[0],
    nationalLengths: list('nationalLengths').map(Number),
    areaCode: list('areaCode')[0],
    localLengths: list('localLengths').map(Number),
    last,
  }
  const lack = lacking(rule)
  return lack === undefined ? { rule } : { slip: { at: end, ...lack } }
}

function readField(
  word: Word,
): { readonly name: FieldName; readonly values: readonly string[] } | { readonly slip: Slip } {
  const equals = word.text.indexOf('=')
  const name = equals === -1 ? word.text : word.text.slice(0, equals)
  if (!Object.hasOwn(fields, name)) {
    const meant = nearest(name, Object.keys(fields))
    const expected = meant === undefined ? `one of ${Object.keys(fields).join(', ')}` : `"${meant}"`
    return { slip: { at: word.at, what: `"${name}" is nothing a dialing rule has`, expected } }
  }
  const field = fields[name as FieldName]
  const value = equals === -1 ? '' : word.text.slice(equals + 1)
  const values = field.list ? value.split(',') : [value]
  const wrong = values.findIndex((one, i) => !field.fits(one) || values.indexOf(one) !== i)
  if (wrong === -1) return { name: name as FieldName, values }
  const before = values.slice(0, wrong).reduce((sum, one) => sum + one.length + 1, 0)
  const at = word.at + Math.min(word.text.length, name.length + 1 + before)
  return { slip: { at, what: `${name} ${JSON.stringify(values[wrong])}`, expected: field.expected } }
}

function lacking(rule: DialingRule): { readonly what: string; readonly expected: string } | undefined {
  const { countryCode, areaCode, localLengths, national, international, nationalLengths } = rule
  if (countryCode === undefined && (national.length > 0 || areaCode !== undefined))
    return { what: 'countryCode is missing', expected: 'countryCode=…, which takes the place of the national prefix' }
  if ((areaCode === undefined) !== (localLengths.length === 0))
    return { what: 'one of areaCode and localLengths is missing', expected: 'both or none' }
  if (nationalLengths.length > 0 && national.length === 0 && areaCode === undefined)
    return { what: 'nationalLengths without national', expected: 'national=0, or national=none where they come bare' }
  if (international.length === 0 && national.length === 0 && areaCode === undefined)
    return { what: 'the dialing rule changes nothing', expected: 'international=…, national=… or areaCode=…' }
  return undefined
}

function isPrefix(value: string): boolean {
  return /^[0-9+*#]+$/.test(value) && value.length <= PREFIX_MAX
}
