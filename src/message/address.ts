// An address of a message: the number or name with its type of number and numbering plan, as the peer wrote it.

/** TON and NPI have SMPP's numbers (SMPP 3.4 §5.2.5, §5.2.6), the field's common language for both. */
export interface Address {
  readonly ton: number
  readonly npi: number
  /** Digits, a name of up to 11 characters, or a short code; never with a leading `+`. */
  readonly value: string
}

export type AddressKind = 'e164' | 'shortCode' | 'alphanumeric'

const TON_ALPHANUMERIC = 5
/** The longest short codes in use have 8 digits, the shortest full international numbers 7; TON 1 decides between. */
const SHORT_CODE_MAX_DIGITS = 6
const TON_INTERNATIONAL = 1

/** Tells what an address is by its TON, then by its shape. */
export function addressKind(address: Address): AddressKind {
  if (address.ton === TON_ALPHANUMERIC || !isDigits(address.value)) return 'alphanumeric'
  if (address.ton !== TON_INTERNATIONAL && address.value.length <= SHORT_CODE_MAX_DIGITS) return 'shortCode'
  return 'e164'
}

/** True for one or more ASCII digits and nothing else. */
export function isDigits(value: string): boolean {
  if (value.length === 0) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
