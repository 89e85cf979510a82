// SIP users: what must be unique among them, and that no name of one is the number of another; every mistake told.

import { dotted, listOf, ROWS_SLICE, type Resolving } from './resolving.js'
import type { AccountRow } from './schema.js'
import { isSipDomain } from './sip-columns.js'

const NUMERIC = /^\+?([0-9]{1,15})$/

export interface SipUserChecks {
  /** What the row alone shows, and whether another has the same address. */
  look(account: AccountRow, at: string): void
  /** Once all accounts were looked at. Works in slices. */
  end(accounts: readonly AccountRow[]): Generator<void, void>
}

export function createSipUserChecks(resolving: Resolving): SipUserChecks {
  const { isRight, mistakes } = resolving
  /** By address, where it was first. */
  const seen = new Map<string, string>()
  const numeric: { readonly id: string; readonly user: string; readonly pointer: string }[] = []
  return {
    look(account, at) {
      const { sip, domain } = account
      if (typeof sip !== 'object' || sip === null || !isRight(`${at}/sip`)) return
      const isDomain = isRight(`${at}/domain`) && isSipDomain(domain)
      if (!isDomain && isRight(`${at}/domain`))
        mistakes.push({
          pointer: `${at}/domain`,
          value: domain,
          expected: 'a domain name in lower case, for which the secrets of its SIP user are made',
        })
      const pointer = `${at}/sip/user`
      if (!isRight(pointer)) return
      const { user } = sip
      const address = `${user}@${domain}`
      const first = seen.get(address)
      if (first === undefined) seen.set(address, pointer)
      else if (isDomain)
        mistakes.push({
          pointer,
          value: user,
          expected: `a user that is not there twice in ${domain} (first at ${dotted(first)})`,
        })
      const digits = NUMERIC.exec(user)?.[1]
      if (digits === undefined || listOf(account.numbers).includes(digits)) return
      if (user.startsWith('+')) {
        // Numbers have no + inside: it would never be found.
        mistakes.push({ pointer, value: user, expected: `a name, or a number of the account: ${digits} is none` })
      } else numeric.push({ id: account.id, user, pointer })
    },
    *end(accounts) {
      if (numeric.length === 0) return
      const owners = new Map<string, string>()
      let count = 0
      for (const { id, numbers } of accounts) {
        for (const number of listOf(numbers)) owners.set(number as string, id)
        if (++count % ROWS_SLICE === 0) yield
      }
      for (const { user, pointer } of numeric) {
        if (++count % ROWS_SLICE === 0) yield
        const owner = owners.get(user)
        if (owner !== undefined)
          mistakes.push({ pointer, value: user, expected: `a name that is no number of another account (${owner})` })
      }
    },
  }
}
