// Which addresses may be connected to for somebody else: those of the public internet, and what the operator allows besides. Nothing
// inside may be reached through us. Pure.

import { isIP } from 'node:net'
import { type AddressRange, findRange, mergeRanges, parseIp, parseRange, sortRanges } from '../lib/cidr.js'

/** The registries of the IANA for special purposes (RFC 6890), multicast and broadcast besides. */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

/** All but 2000::/3, which has the public ones, and of that what stands for something else: tunnels, documentation. */
const special6 = ['::/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '4000::/2', '8000::/1']

const sorted4 = sorted(special4.map(rangeOf))
const sorted6 = sorted(special6.map(rangeOf))

/** @returns whether an IP address may be connected to */
export type AddressGuard = (address: string) => boolean

/**
 * @param allowed CIDR ranges and addresses that may be connected to whatever they are
 * @throws RangeError for what is no range
 */
export function addressGuard(allowed: readonly string[]): AddressGuard {
  const sortedAllowed = sorted(mergeRanges(allowed.map(rangeOf)))
  return (address) => {
    const number = parseIp(address)
    if (number === undefined) return false
    if (findRange(sortedAllowed, address) === true) return true
    // An IPv4 address in the dress of an IPv6 one is looked at as what it is.
    const isIpv4 = number >> 32n === 0xffffn
    return findRange(isIpv4 ? sorted4 : sorted6, address) === undefined
  }
}

/** False for a URL that names an address which may not be connected to; a name is known only once it is looked up. */
export function mayNameHost(guard: AddressGuard, hostname: string): boolean {
  const host = unbracketed(hostname)
  return isIP(host) === 0 || guard(host)
}

/** An IPv6 address stands in brackets in a URL. */
function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text)
  if (range === undefined) throw new RangeError(`${text} is no range of addresses such as 10.0.0.0/8`)
  return range
}

function sorted(ranges: readonly AddressRange[]): readonly (AddressRange & { readonly value: true })[] {
  return sortRanges(ranges.map((range) => ({ ...range, value: true as const })))
}
