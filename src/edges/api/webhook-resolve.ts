// Names of receivers to addresses that may be connected to. The system's own resolver blocks a thread of the few that also write to
// the disk, so a name whose servers are silent is never given to it.

import { lookup as systemLookup, promises as dns, type LookupAddress, type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressGuard } from '../address-guard.js'

export const FORBIDDEN_ADDRESS = 'ERR_WEBHOOK_ADDRESS'

/** Of those names only that the name servers deny: they may be in the file of hosts, or be completed by a search list. */
const MAX_SYSTEM_LOOKUPS = 2
const SERVER_TIMEOUT_MS = 2_000
const SERVER_TRIES = 2

/** How a name becomes addresses; rejects with the error of the resolver. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

/**
 * For the `lookup` of a connection: it connects to one of the very addresses that were looked at, so no name can say another one
 * in between. Addresses that are not allowed are left out; where none is left it fails with FORBIDDEN_ADDRESS.
 */
export function guardedLookup(guard: AddressGuard, resolve: Resolve): LookupFunction {
  return (host, options, found) => {
    resolve(host).then(
      (all) => {
        const allowed = ofFamily(all, options).filter(({ address }) => guard(address))
        const [first] = allowed
        if (first === undefined) found(Object.assign(new Error('no address that is allowed'), forbidden(all)), '', 0)
        else if (options.all === true) found(null, allowed)
        else found(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => found(error, '', 0),
    )
  }
}

function forbidden(all: readonly LookupAddress[]): { readonly code: string } {
  return { code: all.length === 0 ? 'ENOTFOUND' : FORBIDDEN_ADDRESS }
}

function ofFamily(all: readonly LookupAddress[], { family }: LookupOptions): readonly LookupAddress[] {
  const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : (family ?? 0)
  return wanted === 0 ? all : all.filter((each) => each.family === wanted)
}

/** The machine's name servers, and its own resolver for what they do not have. */
export function systemResolve(): Resolve {
  const resolver = new dns.Resolver({ timeout: SERVER_TIMEOUT_MS, tries: SERVER_TRIES })
  let lookups = 0
  return async (name) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const all = [...addressesOf(v4, 4), ...addressesOf(v6, 6)]
    if (all.length > 0) return all
    const failed = v4.status === 'rejected' ? v4 : v6.status === 'rejected' ? v6 : undefined
    const code = (failed?.reason as NodeJS.ErrnoException | undefined)?.code ?? 'ENOTFOUND'
    const isDenied = code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ECONNREFUSED'
    if (!isDenied || lookups >= MAX_SYSTEM_LOOKUPS) throw failure(code)
    lookups++
    try {
      return await new Promise<readonly LookupAddress[]>((resolve, reject) => {
        systemLookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)))
      })
    } finally {
      lookups--
    }
  }
}

function addressesOf(settled: PromiseSettledResult<string[]>, family: 4 | 6): readonly LookupAddress[] {
  return settled.status === 'rejected' ? [] : settled.value.map((address) => ({ address, family }))
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error('the name has no address'), { code })
}
