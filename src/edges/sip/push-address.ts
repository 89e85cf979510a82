// Which addresses are not of the public internet: nothing outside may be made to reach them through us. Pure.

import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** The registries of the IANA for special purposes (RFC 6890), multicast besides. */
const ranges4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const

/** All but 2000::/3, which has the public ones, and of that what stands for something else: tunnels, documentation. */
const ranges6 = [
  ['::', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['4000::', 2],
  ['8000::', 1],
] as const

// Two lists: one alone takes an IPv4 address for one in ::/3.
const special4 = new BlockList()
const special6 = new BlockList()
for (const [net, prefix] of ranges4) special4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of ranges6) special6.addSubnet(net, prefix, 'ipv6')

/** True for what is no address, too. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return special4.check(address, 'ipv4')
  // An IPv4 address in its IPv6 dress is in ::/3.
  return !isIPv6(address) || special6.check(address, 'ipv6')
}
