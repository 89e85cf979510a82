// An address of a message: the number or name with its type of number and numbering plan, as the peer wrote it.

/** TON and NPI have SMPP's numbers (SMPP 3.4 §5.2.5, §5.2.6), the field's common language for both. */
export interface Address {
  readonly ton: number
  readonly npi: number
  /** Digits, a name of up to 11 characters, or a short code; never with a leading `+`. */
  readonly value: string
}

/** Who and whom. */
export interface Addresses {
  readonly source: Address
  readonly destination: Address
}

export type AddressKind = 'e164' | 'shortCode' | 'alphanumeric'

const TON_ALPHANUMERIC = 5
const TON_NATIONAL = 2
const TON_SUBSCRIBER = 4
/** The longest short codes in use have 8 digits, the shortest full international numbers 7; TON 1 decides between. */
const SHORT_CODE_MAX_DIGITS = 6
/** E.164, whatever the digits look like. */
export const TON_INTERNATIONAL = 1

/** Tells what an address is by its TON, then by its shape. */
export function addressKind(address: Address): AddressKind {
  if (address.ton === TON_ALPHANUMERIC || !isDigits(address.value)) return 'alphanumeric'
  if (address.ton !== TON_INTERNATIONAL && address.value.length <= SHORT_CODE_MAX_DIGITS) return 'shortCode'
  return 'e164'
}

/**
 * What an address is to whom its writer's own rules are for: as `addressKind`, but that a number may have what people dial or put
 * between digits, and is no short code where its TON says that it is a part of one, national or local.
 */
export function writtenKind({ ton, value }: Address): AddressKind {
  if (ton === TON_ALPHANUMERIC) return 'alphanumeric'
  let digits = 0
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code >= 48 && code <= 57) digits++
    else if (!BESIDE_DIGITS.includes(value[i]!)) return 'alphanumeric'
  }
  if (digits === 0) return 'alphanumeric'
  if (ton === TON_INTERNATIONAL || ton === TON_NATIONAL || ton === TON_SUBSCRIBER) return 'e164'
  return digits <= SHORT_CODE_MAX_DIGITS ? 'shortCode' : 'e164'
}

const BESIDE_DIGITS = '+*# -.()/'

/** The address of a peer's field. Peers write international numbers with a `+` now and then; inside the TON says the same. */
export function addressOf(ton: number, npi: number, value: string): Address {
  if (value.charCodeAt(0) !== PLUS) return { ton, npi, value }
  const digit = value.charCodeAt(1)
  const isNumber = ton !== TON_ALPHANUMERIC && digit >= 48 && digit <= 57
  return { ton: isNumber ? TON_INTERNATIONAL : ton, npi, value: value.slice(1) }
}

const PLUS = 0x2b

/** True for one or more ASCII digits and nothing else. */
export function isDigits(value: string): boolean {
  if (value.length === 0) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
