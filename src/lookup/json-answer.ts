// Reading of what providers answer in JSON: places by pointer, network codes in the forms they come in. Pure.

import { type MobileNetwork, parseNetworkDigits } from '../phone/network.js'

/** A parsed text, or undefined where it is no JSON object or list. */
export function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** RFC 6901 §4: the tokens of a pointer such as `/data/0/mcc`; undefined where it is not one. '' is the whole document. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What is at this place; undefined where there is nothing (JSON itself has no undefined). */
export function valueAt(document: unknown, tokens: readonly string[]): unknown {
  let value = document
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
    // A list has its own `length`, which no pointer means.
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(token)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[token]
  }
  return value
}

/**
 * A network from one value (`310260`, `310-260`, `E.212-310-260`). A number lost no digit, since no MCC in use begins with 0.
 * @returns `none` for null and '', which say that it is not known; undefined for what can't be read
 */
export function networkOf(mccmnc: unknown): MobileNetwork | 'none' | undefined {
  if (isNothing(mccmnc)) return 'none'
  const text = codeText(mccmnc)
  return text === undefined
    ? undefined
    : parseNetworkDigits(text.replace(/^E\.212-/i, '').replace(/^(\d{3})[-/ ]/, '$1'))
}

/** A network from two values; a code that came as a number is filled with zeros to the length it has at least. */
export function networkOfCodes(mcc: unknown, mnc: unknown): MobileNetwork | 'none' | undefined {
  if (isNothing(mcc) || isNothing(mnc)) return 'none'
  const country = codeText(mcc)?.padStart(3, '0')
  const network = codeText(mnc)?.padStart(2, '0')
  return country?.length === 3 && network !== undefined ? parseNetworkDigits(country + network) : undefined
}

/** true, false, and the words and digits for them; undefined for all else. */
export function truthOf(value: unknown): boolean | undefined {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case true:
    case 'true':
    case 'yes':
    case '1':
    case 1:
      return true
    case false:
    case 'false':
    case 'no':
    case '0':
    case 0:
      return false
    default:
      return undefined
  }
}

/** A word of somebody else for our log: short, and of printable ASCII only. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return 'nothing'
  return String(value)
    .slice(0, 40)
    .replace(/[^\x20-\x7e]/g, '?')
}

function isNothing(value: unknown): boolean {
  return value === null || value === '' || value === undefined
}

function codeText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim()
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined
}
