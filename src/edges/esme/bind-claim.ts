// Whose bind it is, by its system_id and the address that it comes from. Passwords are somebody else's to check.

import { parseIp, type AddressRange } from '../../lib/cidr.js'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'

export interface BindClaim {
  /** Whom it claims to be; undefined for nobody. */
  readonly account: SendingAccount | undefined
  /**
   * `known`: its address says so, whatever the password. `unproved`: its password must be right. `elsewhere`: it comes from where
   * that account may not, and its password changes nothing.
   */
  readonly standing: 'known' | 'unproved' | 'elsewhere'
}

/**
 * A system_id that is an account's is that account's, so that several may come from one address. Any other stands for the account
 * that has the address.
 */
export function claimOf(directory: Snapshot, systemId: string, ip: string): BindClaim {
  const account = directory.accountBySystemId(systemId)
  if (account === undefined) {
    const here = directory.accountByAddress(ip)
    return { account: here, standing: here === undefined ? 'unproved' : 'known' }
  }
  if (account.addresses.length > 0 && !isWithin(account.addresses, ip)) return { account, standing: 'elsewhere' }
  return { account, standing: account.ipOnly ? 'known' : 'unproved' }
}

/** IPv4 addresses are also told as IPv6 ones (RFC 4291 §2.5.5.2): the same here. */
function isWithin(ranges: readonly AddressRange[], ip: string): boolean {
  const address = parseIp(ip)
  return address !== undefined && ranges.some(({ first, last }) => first <= address && address <= last)
}
