// The machine's DNS as the port that the resolver asks. The only file here that does.
import { lookup, Resolver } from 'node:dns/promises'
import type { DnsAnswer, DnsPort } from './dns-cache.js'

const nothing: DnsAnswer<string> = { records: [] }

/** @param servers addresses to ask instead of the machine's own, as `192.0.2.1:53` */
export function systemDns(
  options: { readonly timeoutMs?: number; readonly servers?: readonly string[] } = {},
): DnsPort {
  const resolver = new Resolver({ timeout: options.timeoutMs ?? 2000, tries: 2 })
  if (options.servers !== undefined) resolver.setServers(options.servers)
  const shortest = (records: readonly { readonly ttl: number }[]) => Math.min(...records.map(({ ttl }) => ttl))
  const addresses = (records: readonly { readonly address: string; readonly ttl: number }[]): DnsAnswer<string> => ({
    records: records.map(({ address }) => address),
    ttlS: records.length === 0 ? undefined : shortest(records),
  })
  return {
    naptr: (name) => orNone(async () => ({ records: await resolver.resolveNaptr(name) })),
    srv: (name) => orNone(async () => ({ records: await resolver.resolveSrv(name) })),
    a: async (name) => {
      let fault: unknown
      const asked = await orNone(async () => addresses(await resolver.resolve4(name, { ttl: true }))).catch(
        (error: unknown) => {
          fault = error
          return nothing
        },
      )
      if (asked.records.length > 0) return asked
      // The hosts file, which only the system's own look-up reads: all the more where no server answers.
      const found = await orNone(async () => ({
        records: (await lookup(name, { family: 4, all: true })).map((each) => each.address),
      }))
      if (found.records.length === 0 && fault !== undefined) throw fault as Error
      return found
    },
    aaaa: (name) => orNone(async () => addresses(await resolver.resolve6(name, { ttl: true }))),
  }
}

/** That there is nothing of the kind is an answer. */
async function orNone<T>(ask: () => Promise<DnsAnswer<T>>): Promise<DnsAnswer<T>> {
  try {
    return await ask()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENODATA' || code === 'ENOTFOUND') return { records: [] }
    throw error
  }
}
