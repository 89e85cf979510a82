// What a rate is for: leading digits, one exact number, a mobile network or a name. Each written in one way, which is also its key.

import { parseNetwork } from '../phone/network.js'

export type Destination =
  /** Numbers that begin so; '' is every destination, but for names. */
  | { readonly kind: 'prefix'; readonly digits: string }
  /** This number only, written `=12345`: premium short numbers. */
  | { readonly kind: 'number'; readonly digits: string }
  /** Written `E.212-310-410`, or `E.212-310` for all of a country, with `mnc` ''. */
  | { readonly kind: 'network'; readonly mcc: string; readonly mnc: string }
  /** What is no number: ONNET, ESME, API. */
  | { readonly kind: 'word'; readonly word: string }

/** What is paid for a message that stays in the network, wherever it goes there. */
export const ON_NET_WORD = 'ONNET'

/** E.164 §6: a number has at most 15 digits. */
export const DIGITS_MAX = 15
export const DESTINATION_FORMS =
  'up to 15 digits, =digits for one number, E.212-MCC-MNC, E.212-MCC, or a word such as ONNET'

const word = /^[A-Z][A-Z0-9_]{1,31}$/
const country = /^E\.212-([0-9]{3})$/i

/** Undefined for what is none. Digits are read without a leading `+`. */
export function parseDestination(text: string): Destination | undefined {
  if (isDigitsFrom(text, 0)) return { kind: 'prefix', digits: text }
  if (text.startsWith('=')) {
    return text.length > 1 && isDigitsFrom(text, 1) ? { kind: 'number', digits: text.slice(1) } : undefined
  }
  const network = parseNetwork(text)
  if (network !== undefined) return { kind: 'network', ...network }
  const mcc = country.exec(text)?.[1]
  if (mcc !== undefined) return { kind: 'network', mcc, mnc: '' }
  return word.test(text) ? { kind: 'word', word: text } : undefined
}

export function formatDestination(destination: Destination): string {
  switch (destination.kind) {
    case 'prefix':
      return destination.digits
    case 'number':
      return `=${destination.digits}`
    case 'network':
      return destination.mnc === '' ? `E.212-${destination.mcc}` : `E.212-${destination.mcc}-${destination.mnc}`
    case 'word':
      return destination.word
  }
}

// Keys are whole numbers: a digit that tells the kind, then the digits. So 12 and 012 differ, and all stay below 2^53.
export const PREFIX_KEY = 1
export const NUMBER_KEY = 2
const NETWORK_KEY = 3
const COUNTRY_KEY = 4

/** Appends digits to a key. */
function withDigits(key: number, digits: string): number {
  let longer = key
  for (let i = 0; i < digits.length; i++) longer = longer * 10 + (digits.charCodeAt(i) - 48)
  return longer
}

export function networkKey(mcc: string, mnc: string): number {
  return withDigits(withDigits(NETWORK_KEY, mcc), mnc)
}

export function countryKey(mcc: string): number {
  return withDigits(COUNTRY_KEY, mcc)
}

/** The key of what has digits; 0 for a word. */
export function keyOf(destination: Destination): number {
  switch (destination.kind) {
    case 'prefix':
      return withDigits(PREFIX_KEY, destination.digits)
    case 'number':
      return withDigits(NUMBER_KEY, destination.digits)
    case 'network':
      return destination.mnc === '' ? countryKey(destination.mcc) : networkKey(destination.mcc, destination.mnc)
    case 'word':
      return 0
  }
}

/** The destination of a key other than 0, as it is written. */
export function writtenKey(key: number): string {
  const digits = String(key)
  const rest = digits.slice(1)
  switch (Number(digits[0])) {
    case NUMBER_KEY:
      return `=${rest}`
    case NETWORK_KEY:
      return `E.212-${rest.slice(0, 3)}-${rest.slice(3)}`
    case COUNTRY_KEY:
      return `E.212-${rest}`
    default:
      return rest
  }
}

function isDigitsFrom(text: string, from: number): boolean {
  if (text.length - from > DIGITS_MAX) return false
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
