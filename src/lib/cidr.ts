// IP addresses and ranges (CIDR) as numbers, and which of many ranges an address is in. It opens no socket and asks no DNS.

import { isIP } from 'node:net'

/** From the first to the last address, both within. IPv4 stands where IPv6 maps it (::ffff:0:0/96). */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

const BITS = 128
const MAPPED = 0xffff_0000_0000n
const MAPPED_BITS = 96

/** An address alone is a range of one. Undefined for what is neither, and for a range with bits set beyond its prefix. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const first = parseIp(address)
  if (first === undefined) return undefined
  if (slash === -1) return { first, last: first }
  const written = text.slice(slash + 1)
  const length = /^[0-9]{1,3}$/.test(written) ? Number(written) + (address.includes(':') ? 0 : MAPPED_BITS) : Infinity
  if (length > BITS) return undefined
  const rest = (1n << BigInt(BITS - length)) - 1n
  return (first & rest) === 0n ? { first, last: first | rest } : undefined
}

/** Undefined for what is no IP address. A zone (`%eth0`) does not count. */
export function parseIp(text: string): bigint | undefined {
  const address = text.split('%', 1)[0]!
  const version = isIP(address)
  if (version === 4) return MAPPED | parseIpv4(address)
  return version === 6 ? parseIpv6(address) : undefined
}

function parseIpv4(address: string): bigint {
  return address.split('.').reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n)
}

function parseIpv6(address: string): bigint {
  const [head = '', tail] = address.split('::')
  const front = groupsOf(head)
  const back = groupsOf(tail ?? '')
  const zeros = new Array<bigint>(8 - front.length - back.length).fill(0n)
  return [...front, ...zeros, ...back].reduce((sum, group) => (sum << 16n) | group, 0n)
}

function groupsOf(text: string): bigint[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)]
    const dotted = parseIpv4(group)
    return [dotted >> 16n, dotted & 0xffffn]
  })
}

/** The same addresses in ranges that have none in common, by the first address. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = []
  for (const { first, last } of [...ranges].sort(byFirst)) {
    const before = merged.at(-1)
    if (before === undefined || first > before.last + 1n) merged.push({ first, last })
    else if (last > before.last) merged[merged.length - 1] = { first: before.first, last }
  }
  return merged
}

function byFirst(a: AddressRange, b: AddressRange): number {
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0
}

export interface Ranged<T> extends AddressRange {
  readonly value: T
}

/** By the first address; of equal ones the given order stays. */
export function sortRanges<T>(ranges: readonly Ranged<T>[]): Ranged<T>[] {
  return [...ranges].sort(byFirst)
}

/** The value of the range that an address is in. `sorted` is from sortRanges; no two of them overlap. */
export function findRange<T>(sorted: readonly Ranged<T>[], ip: string): T | undefined {
  const address = parseIp(ip)
  if (address === undefined) return undefined
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]!.last < address) low = middle + 1
    else high = middle
  }
  const found = sorted[low]
  return found !== undefined && found.first <= address ? found.value : undefined
}
