// Who calls: the auth id and token of a request (HTTP Basic), and whether they open the account that its path names.
import { createHash, timingSafeEqual } from 'node:crypto'
import { parseIp, type AddressRange } from '../../lib/cidr.js'
import type { ApiAccount, ApiPorts } from './api-ports.js'

export type LetIn =
  { readonly kind: 'in'; readonly account: ApiAccount } | { readonly kind: 'wrong' | 'tooMany'; readonly why: string }

const ID_MAX = 64
/** What is compared where there is no such account, so that it takes as long. */
const nobody = digestOf('')
const digests = new WeakMap<ApiAccount, Buffer>()

/**
 * @param authorization the header
 * @param named the auth id of the path; a sub-account is opened by the token of its main account too
 * @param address of the client
 */
export function letIn(
  authorization: string | undefined,
  named: string,
  address: string,
  { accountOf, logIns }: Pick<ApiPorts, 'accountOf' | 'logIns'>,
): LetIn {
  const credentials = readBasic(authorization)
  if (credentials === undefined) return { kind: 'wrong', why: 'authenticate with your auth id and auth token' }
  const { authId, token } = credentials
  const caller = accountOf(authId)
  const isRight = timingSafeEqual(digestOf(token), caller === undefined ? nobody : knownDigest(caller))
  // From elsewhere the right token is worth nothing, and nobody is told that it is right.
  if (caller === undefined || !isRight || token === '' || !isFromWithin(caller.addresses, address)) {
    if (logIns?.mayTry(address, authId) === false)
      return { kind: 'tooMany', why: 'too many wrong tokens came from this address; try again later' }
    logIns?.wrong(address, authId)
    return { kind: 'wrong', why: 'the auth id or the auth token is wrong' }
  }
  const account = named === authId ? caller : accountOf(named)
  if (account === undefined || (account !== caller && account.main !== authId))
    return { kind: 'wrong', why: `the auth token does not open the account ${named.slice(0, ID_MAX)}` }
  return { kind: 'in', account }
}

/** As of who binds: no ranges are all. */
function isFromWithin(ranges: readonly AddressRange[] = [], ip: string): boolean {
  if (ranges.length === 0) return true
  const address = parseIp(ip)
  return address !== undefined && ranges.some(({ first, last }) => first <= address && address <= last)
}

function readBasic(authorization: string | undefined): { readonly authId: string; readonly token: string } | undefined {
  const coded = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(authorization ?? '')?.[1]
  if (coded === undefined) return undefined
  const text = Buffer.from(coded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 1 || colon > ID_MAX ? undefined : { authId: text.slice(0, colon), token: text.slice(colon + 1) }
}

function knownDigest(account: ApiAccount): Buffer {
  const known = digests.get(account)
  if (known !== undefined) return known
  const digest = digestOf(account.token)
  digests.set(account, digest)
  return digest
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
