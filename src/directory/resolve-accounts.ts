// Accounts: what must be unique among them, what they refer to, and whence they may come; every mistake in them told.

import { knownCountries } from '../phone/e164.js'
import { parseRange, sortRanges, type Ranged } from '../lib/cidr.js'
import { CIDR_EXPECTED } from './columns.js'
import { parsePasswordHash } from './password.js'
import { checkDataCodings } from './resolve-connections.js'
import { createApiChecks } from './resolve-api.js'
import { createSipUserChecks } from './resolve-sip-users.js'
import { dotted, listOf, ROWS_SLICE, rows, type Resolving } from './resolving.js'
import type { AccountRow, DirectoryFile } from './schema.js'

const HASH = 'hash scrypt$N$r$p$salt$hash (make one with `smswitch hash-password`)'

export interface AccountReferences {
  readonly customers: ReadonlySet<string>
  readonly products: ReadonlySet<string>
}

export interface CheckedAccounts {
  readonly accounts: readonly AccountRow[]
  /** By account, of those that use the API. */
  readonly apiTokens: ReadonlyMap<string, string>
}

/** Works in slices. */
export function* checkAccounts(
  file: DirectoryFile,
  known: AccountReferences,
  resolving: Resolving,
): Generator<void, CheckedAccounts> {
  const { isRight, mistakes } = resolving
  const accountId = resolving.unique('an id')
  const systemId = resolving.unique('a systemId')
  const number = resolving.unique('a number')
  const sipUsers = createSipUserChecks(resolving)
  const api = createApiChecks(resolving)
  const countries = new Set(knownCountries())
  const alone: Ranged<{ readonly account: number; readonly pointer: string; readonly text: string }>[] = []
  const accounts: AccountRow[] = []
  for (const [account, at] of rows(file.accounts, '/accounts')) {
    accountId(account.id, `${at}/id`)
    if (account.systemId !== undefined) systemId(account.systemId, `${at}/systemId`)
    sipUsers.look(account, at)
    api.look(account, at)
    for (const [index, owned] of listOf(account.numbers).entries()) number(owned, `${at}/numbers/${index}`)
    resolving.refer(account.customer, `${at}/customer`, known.customers, 'a customer')
    resolving.refer(account.product, `${at}/product`, known.products, 'a product')
    if ((account.customer === undefined) !== (account.product === undefined)) {
      const given = account.customer === undefined ? 'product' : 'customer'
      mistakes.push({ pointer: `${at}/${given}`, expected: 'both customer and product, or none of them' })
    }
    if (!rightBefore.has(account)) checkAlone(account, at, countries, resolving)
    for (const [index, text] of listOf(account.addresses).entries()) {
      const pointer = `${at}/addresses/${index}`
      if (!isRight(pointer)) continue
      const range = parseRange(text as string)
      if (range === undefined) mistakes.push({ pointer, value: text, expected: CIDR_EXPECTED })
      else if (account.ipOnly === true)
        alone.push({ ...range, value: { account: accounts.length, pointer, text: text as string } })
    }
    if (account.ipOnly === true && listOf(account.addresses).length === 0)
      mistakes.push({ pointer: `${at}/ipOnly`, value: true, expected: 'addresses, by which the account is known' })
    if (accounts.push(account) % ROWS_SLICE === 0) yield
  }
  yield* sipUsers.end(accounts)
  const apiTokens = yield* api.end(accounts)
  checkOverlaps(alone, resolving)
  return { accounts, apiTokens }
}

/** Rows in which nothing was wrong but what others say: rows do not change, and most of a directory is as it was before. */
const rightBefore = new WeakSet<AccountRow>()

/** What no other row decides. */
function checkAlone(account: AccountRow, at: string, countries: ReadonlySet<string>, resolving: Resolving): void {
  const { isRight, isWhollyRight, mistakes } = resolving
  const before = mistakes.length
  checkDataCodings(account, at, resolving)
  if (account.systemId === undefined) checkUnbound(account, at, resolving)
  checkPassword(account, at, resolving)
  resolving.checkDialing(account.dialing, `${at}/dialing`)
  for (const [index, place] of listOf(account.allowedDestinations).entries()) {
    const pointer = `${at}/allowedDestinations/${index}`
    if (!isRight(pointer) || /^[0-9]/.test(place as string) || countries.has(place as string)) continue
    mistakes.push({ pointer, value: place, expected: 'a country that has numbers (ISO 3166-1), such as GB' })
  }
  if (mistakes.length === before && isWhollyRight(at)) rightBefore.add(account)
}

/** Without a systemId nobody binds: what is only for that says that something was forgotten. */
function checkUnbound({ sip, api, password }: AccountRow, at: string, { isRight, mistakes }: Resolving): void {
  if (sip === undefined && api === undefined) {
    if (isRight(`${at}/systemId`))
      mistakes.push({
        pointer: `${at}/systemId`,
        expected: 'text of 1 to 15 printable ASCII characters, or sip, or api; it is missing',
      })
  } else if (password !== undefined && isRight(`${at}/password`)) {
    const others = 'a SIP user has sip.secrets, the API api.token'
    mistakes.push({ pointer: `${at}/password`, expected: `systemId, whose password it is; ${others}` })
  }
}

function checkPassword(account: AccountRow, at: string, { isRight, mistakes }: Resolving): void {
  const pointer = `${at}/password`
  if (!isRight(pointer)) return
  const { password } = account
  if (password === undefined) {
    if (account.ipOnly !== true && account.systemId !== undefined)
      mistakes.push({ pointer, expected: 'a hash made by `smswitch hash-password`; it is missing' })
  } else if (parsePasswordHash(password) === undefined) {
    const looksHashed = password.startsWith('scrypt$')
    mistakes.push({ pointer, expected: looksHashed ? `a well-formed ${HASH}` : `a ${HASH}, not a plain password` })
  }
}

/** An address must say who it is: ranges of two accounts that are known by nothing else have none in common. */
function checkOverlaps(
  ranges: readonly Ranged<{ readonly account: number; readonly pointer: string; readonly text: string }>[],
  { mistakes }: Resolving,
): void {
  let widest: (typeof ranges)[number] | undefined
  for (const range of sortRanges(ranges)) {
    if (widest !== undefined && range.first <= widest.last && widest.value.account !== range.value.account) {
      // Told of the one that stands later.
      const [first, second] = [widest.value, range.value].sort((a, b) => a.account - b.account)
      const expected = `addresses that no other ipOnly account has (${first!.text} at ${dotted(first!.pointer)})`
      mistakes.push({ pointer: second!.pointer, value: second!.text, expected })
    }
    if (widest === undefined || range.last > widest.last) widest = range
  }
}
