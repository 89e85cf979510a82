// Where a SIP URI leads (RFC 3263 §4): transport, address and port, in the order to be tried. DNS, time and chance are arguments.
import { isIP, isIPv4 } from 'node:net'
import { defaultPort, type FlowKind } from './flow.js'
import { DnsCache, type DnsPort, type SrvRecord } from './dns-cache.js'

/** What of a URI decides where it leads. */
export interface ResolveTarget {
  readonly scheme: 'sip' | 'sips'
  /** Host name or address, in brackets or not: of `maddr` if the URI has it. */
  readonly host: string
  readonly port?: number | undefined
  /** The transport parameter in lower case. */
  readonly transport?: string | undefined
}

/** One way to try. */
export interface Hop {
  readonly kind: FlowKind
  /** Numeric, without brackets. */
  readonly address: string
  readonly port: number
  /** The name that a certificate must have: that of the URI, never one that DNS led to (RFC 5922 §4). */
  readonly serverName: string
}

export interface ResolveOptions {
  /** Kinds we can send over, the one liked best first. */
  readonly kinds: readonly FlowKind[]
  /** IPv6 addresses before IPv4 ones, or left out. */
  readonly ipv6: 'first' | 'last' | 'never'
  /** Most hops that come out; a zone could name thousands. */
  readonly most: number
}

export const defaultResolveOptions: ResolveOptions = { kinds: ['udp', 'tcp', 'tls'], ipv6: 'last', most: 16 }

export class Resolver {
  readonly #options: ResolveOptions
  readonly #dns: DnsCache
  readonly #random: () => number

  /** @param random from 0 to less than 1, for the weights of SRV */
  constructor(options: ResolveOptions, dns: DnsPort, sources: { now(): number; random(): number }) {
    this.#options = options
    this.#dns = new DnsCache(dns, () => sources.now())
    this.#random = () => sources.random()
  }

  /** The hops in the order to be tried; none if the name leads nowhere or asks for what we do not speak. Never rejects. */
  async resolve(target: ResolveTarget): Promise<readonly Hop[]> {
    const host = unbracketed(target.host)
    const asked = askedKind(target)
    if (asked === 'unknown' || (asked !== undefined && !this.#options.kinds.includes(asked))) return []
    // §4.1: without NAPTR and SRV to say otherwise, the default is UDP, or TLS for sips. Who has no UDP tries TCP.
    const plain = asked ?? (target.scheme === 'sips' ? 'tls' : this.#speaks('udp') ? 'udp' : 'tcp')
    // A number or a port leaves DNS nothing to choose (§4.2).
    if (isIP(host) !== 0)
      return this.#speaks(plain) ? [hopOf(plain, host, target.port ?? defaultPort[plain], host)] : []
    if (target.port !== undefined) return this.#hosts(plain, host, target.port, host)
    // RFC 7118 has no SRV names.
    if (asked === 'ws' || asked === 'wss') return this.#hosts(asked, host, defaultPort[asked], host)
    const services = await this.#services(host, asked, target.scheme)
    const hops: Hop[] = []
    let isDenied = false
    for (const { kind, name } of services) {
      const records = await this.#dns.srv(name)
      if (kind === plain && records.length > 0 && records.every(isNowhere)) isDenied = true
      for (const record of orderedSrv(records, this.#random))
        hops.push(...(await this.#hosts(kind, record.name, record.port, host)))
      if (hops.length >= this.#options.most) break
    }
    // RFC 2782: a service that the zone says it has not must not be looked for elsewhere.
    if (hops.length > 0 || isDenied) return hops.slice(0, this.#options.most)
    return this.#hosts(plain, host, defaultPort[plain], host)
  }

  /** The SRV names to ask, best first: from NAPTR, or those of each kind that we speak. §4.1. */
  async #services(host: string, asked: FlowKind | undefined, scheme: 'sip' | 'sips'): Promise<readonly Service[]> {
    if (asked === undefined) {
      const pointers = (await this.#dns.naptr(host)).flatMap((record) => {
        const kind = record.flags.toLowerCase() === 's' ? kindOfService(record.service) : undefined
        const isFit = kind !== undefined && this.#speaks(kind) && (scheme === 'sip' || kind === 'tls')
        return isFit ? [{ ...record, kind }] : []
      })
      pointers.sort((a, b) => a.order - b.order || a.preference - b.preference)
      if (pointers.length > 0) return pointers.map(({ kind, replacement }) => ({ kind, name: replacement }))
    }
    const kinds = asked !== undefined ? [asked] : scheme === 'sips' ? (['tls'] as const) : this.#options.kinds
    return kinds.flatMap((kind) => {
      const prefix = srvPrefix(kind)
      return prefix === undefined || !this.#speaks(kind) ? [] : [{ kind, name: `${prefix}.${host}` }]
    })
  }

  async #hosts(kind: FlowKind, host: string, port: number, serverName: string): Promise<readonly Hop[]> {
    if (!this.#speaks(kind)) return []
    if (isIP(host) !== 0) return [hopOf(kind, host, port, serverName)]
    const { ipv6 } = this.#options
    const [four, six] = await Promise.all([this.#dns.a(host), ipv6 === 'never' ? [] : this.#dns.aaaa(host)])
    const addresses = ipv6 === 'first' ? [...six, ...four] : [...four, ...six]
    return addresses.slice(0, this.#options.most).map((address) => hopOf(kind, address, port, serverName))
  }

  #speaks(kind: FlowKind): boolean {
    return this.#options.kinds.includes(kind)
  }
}

interface Service {
  readonly kind: FlowKind
  readonly name: string
}

function hopOf(kind: FlowKind, address: string, port: number, serverName: string): Hop {
  return { kind, address, port, serverName }
}

/** The kind that the URI itself asks for; undefined if it leaves the choice, `unknown` for SCTP and the like. */
function askedKind({ scheme, transport }: ResolveTarget): FlowKind | 'unknown' | undefined {
  const isSecure = scheme === 'sips'
  switch (transport) {
    case undefined:
      return undefined
    case 'udp':
      // There is no sips over UDP (RFC 5630 §3.1.3).
      return isSecure ? 'unknown' : 'udp'
    case 'tcp':
      return isSecure ? 'tls' : 'tcp'
    case 'tls':
      return 'tls'
    case 'ws':
      return isSecure ? 'wss' : 'ws'
    case 'wss':
      return 'wss'
    default:
      return 'unknown'
  }
}

function kindOfService(service: string): FlowKind | undefined {
  switch (service.toUpperCase()) {
    case 'SIP+D2U':
      return 'udp'
    case 'SIP+D2T':
      return 'tcp'
    case 'SIPS+D2T':
      return 'tls'
    default:
      return undefined
  }
}

function srvPrefix(kind: FlowKind): string | undefined {
  switch (kind) {
    case 'udp':
      return '_sip._udp'
    case 'tcp':
      return '_sip._tcp'
    case 'tls':
      return '_sips._tcp'
    case 'ws':
    case 'wss':
      return undefined
  }
}

function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') && !isIPv4(host) ? host.slice(1, -1) : host
}

/** A target of `.`, which resolvers tell as '' too. */
function isNowhere({ name }: SrvRecord): boolean {
  return name === '.' || name === ''
}

/** Lowest priority first, by weight at random within one (RFC 2782). A target of `.` says that the service is not there. */
export function orderedSrv(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const ordered: SrvRecord[] = []
  const left = records.filter((record) => !isNowhere(record))
  // Weight 0 first, so that chance 0 can find it.
  left.sort((a, b) => a.priority - b.priority || a.weight - b.weight)
  while (left.length > 0) {
    const priority = left[0]?.priority
    const group = left.filter((record) => record.priority === priority)
    const total = group.reduce((sum, record) => sum + record.weight, 0)
    const draw = random() * (total + 1)
    let sum = 0
    const drawn = group.find((record) => (sum += record.weight) >= Math.floor(draw)) as SrvRecord
    ordered.push(drawn)
    left.splice(left.indexOf(drawn), 1)
  }
  return ordered
}
