// Addresses of the switch from URIs of SIP: numbers, short codes, names. Pure; who may use which is not decided here.

import { isIP } from 'node:net'
import { ownText } from '../../lib/own-text.js'
import { isDigits, TON_INTERNATIONAL, type Address } from '../../message/address.js'
import { param, parseUri, type SipUri } from '../../sip/index.js'

const TON_UNKNOWN = 0
const TON_ALPHANUMERIC = 5
const NPI_UNKNOWN = 0
const NPI_ISDN = 1

/** No user of a directory is longer. */
const MAX_USER = 64
/** SMPP 3.4 §5.2.9: no vendor could be told more. Longer ones are names. */
const MAX_NUMBER = 20

/**
 * The address that a URI names: its user, as a number where it looks like one (RFC 3261 §19.1.6), else as a name.
 * @returns undefined for a URI of a scheme that we don't know, without a user, or with one that is too long
 */
export function addressIn(uri: SipUri): Address | undefined {
  if (uri.user === undefined) return undefined
  switch (uri.scheme) {
    case 'sip':
    case 'sips':
      return numberOrName(uri.user, param(uri.params, 'user') === 'phone')
    case 'tel': {
      // RFC 3966 §5.1.5: a local number has a context, the digits before it or a domain.
      const context = param(uri.params, 'phone-context')
      return numberOrName(context?.startsWith('+') && !uri.user.startsWith('+') ? context + uri.user : uri.user, true)
    }
    default:
      return undefined
  }
}

/** As `addressIn`, of a URI as it is written. */
export function addressOfUri(text: string): Address | undefined {
  const uri = parseUri(text)
  return uri === undefined ? undefined : addressIn(uri)
}

/** Whether the host of a URI says where somebody is and not whose he is: an address, or nothing, as in a `tel:` URI. */
export function isNoDomain(host: string): boolean {
  return host === '' || host.startsWith('[') || isIP(host) !== 0
}

function numberOrName(user: string, isPhone: boolean): Address | undefined {
  const number = numberIn(user, isPhone)
  if (number !== undefined) {
    if (number.startsWith('+')) return { ton: TON_INTERNATIONAL, npi: NPI_ISDN, value: ownText(number.slice(1)) }
    return { ton: TON_UNKNOWN, npi: NPI_ISDN, value: ownText(number) }
  }
  if (user.length > MAX_USER || !isPrintable(user)) return undefined
  return { ton: TON_ALPHANUMERIC, npi: NPI_UNKNOWN, value: ownText(user) }
}

/** Digits, perhaps behind a `+`; undefined where it is a name. */
function numberIn(user: string, isPhone: boolean): string | undefined {
  // Parameters of a number stand in the user of a sip URI (RFC 3261 §19.1.6).
  const semicolon = user.indexOf(';')
  const front = semicolon < 0 ? user : user.slice(0, semicolon)
  if (front.length === 0 || front.length > MAX_USER) return undefined
  if (isDigits(front)) return front.length > MAX_NUMBER ? undefined : front
  // What people put between digits counts for nothing (RFC 3966 §5.1.1), where it is surely a number.
  const bare = front.startsWith('+') || isPhone ? front.replace(/[-.() ]/g, '') : front
  const digits = bare.startsWith('+') ? bare.slice(1) : bare
  if (digits.length > MAX_NUMBER) return undefined
  if (isDigits(digits)) return bare
  // Service codes are dialed, too.
  return isPhone && /^[0-9*#]+$/.test(digits) ? bare : undefined
}

function isPrintable(user: string): boolean {
  for (let i = 0; i < user.length; i++) {
    const code = user.charCodeAt(i)
    if (code < 32 || code === 127) return false
  }
  return true
}
