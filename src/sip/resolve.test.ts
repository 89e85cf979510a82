// RFC 3263 as a table over a small zone, the weights of RFC 2782, and the cache.
import { describe, expect, it } from 'vitest'
import { DnsCache, type DnsPort, type NaptrRecord, type SrvRecord } from './dns-cache.js'
import { defaultResolveOptions, orderedSrv, Resolver, type ResolveOptions, type ResolveTarget } from './resolve.js'

const srv = (name: string, port: number, priority = 10, weight = 0): SrvRecord => ({ name, port, priority, weight })
const naptr = (service: string, replacement: string, order: number): NaptrRecord => ({
  ...{ flags: 's', service, replacement, order },
  preference: 1,
})

const zone = {
  srv: {
    '_sip._udp.example.com': [srv('b.example.com', 5070, 20), srv('a.example.com', 5060, 10)],
    '_sips._tcp.example.com': [srv('a.example.com', 5061)],
    '_sip._tcp.pointed.example': [srv('a.example.com', 5080)],
    '_sip._udp.gone.example': [srv('.', 0)],
    '_sip._udp.moved.example': [srv('.', 0)],
    '_sip._tcp.moved.example': [srv('a.example.com', 5080)],
  } as Record<string, SrvRecord[]>,
  naptr: {
    'pointed.example': [
      naptr('SIP+D2U', '_sip._udp.example.com', 20),
      naptr('SIP+D2T', '_sip._tcp.pointed.example', 10),
      naptr('SIP+D2S', '_sip._sctp.pointed.example', 1),
    ],
  } as Record<string, NaptrRecord[]>,
  a: {
    'a.example.com': ['192.0.2.1', '192.0.2.2'],
    'b.example.com': ['192.0.2.3'],
    'host.example': ['192.0.2.9'],
    'gone.example': ['192.0.2.10'],
    'moved.example': ['192.0.2.10'],
  } as Record<string, string[]>,
  aaaa: { 'host.example': ['2001:db8::9'] } as Record<string, string[]>,
}

function fakeDns(asked: string[] = []): DnsPort {
  const answer =
    <T>(records: Record<string, T[]>, kind: string) =>
    async (name: string) => {
      asked.push(`${kind} ${name}`)
      return { records: records[name] ?? [], ttlS: 60 }
    }
  return {
    srv: answer(zone.srv, 'srv'),
    naptr: answer(zone.naptr, 'naptr'),
    a: answer(zone.a, 'a'),
    aaaa: answer(zone.aaaa, 'aaaa'),
  }
}

const resolve = async (target: ResolveTarget, options: Partial<ResolveOptions> = {}) => {
  const resolver = new Resolver({ ...defaultResolveOptions, ...options }, fakeDns(), { now: () => 0, random: () => 0 })
  return (await resolver.resolve(target)).map(({ kind, address, port }) => `${kind} ${address} ${port}`)
}

const sip = 'sip' as const
const rows: [string, ResolveTarget, string[]][] = [
  ['a number', { scheme: sip, host: '192.0.2.7' }, ['udp 192.0.2.7 5060']],
  ['a number and a port', { scheme: sip, host: '192.0.2.7', port: 5090, transport: 'tcp' }, ['tcp 192.0.2.7 5090']],
  ['a number in brackets', { scheme: sip, host: '[2001:db8::1]' }, ['udp 2001:db8::1 5060']],
  ['a secure number', { scheme: 'sips', host: '192.0.2.7' }, ['tls 192.0.2.7 5061']],
  ['a port', { scheme: sip, host: 'host.example', port: 5090 }, ['udp 192.0.2.9 5090', 'udp 2001:db8::9 5090']],
  ['no SRV', { scheme: sip, host: 'host.example' }, ['udp 192.0.2.9 5060', 'udp 2001:db8::9 5060']],
  [
    'SRV by priority, then other transports',
    { scheme: sip, host: 'example.com' },
    ['udp 192.0.2.1 5060', 'udp 192.0.2.2 5060', 'udp 192.0.2.3 5070', 'tls 192.0.2.1 5061', 'tls 192.0.2.2 5061'],
  ],
  ['a transport', { scheme: sip, host: 'example.com', transport: 'tls' }, ['tls 192.0.2.1 5061', 'tls 192.0.2.2 5061']],
  ['sips', { scheme: 'sips', host: 'example.com' }, ['tls 192.0.2.1 5061', 'tls 192.0.2.2 5061']],
  [
    'NAPTR in its order, but for what we do not speak',
    { scheme: sip, host: 'pointed.example' },
    ['tcp 192.0.2.1 5080', 'tcp 192.0.2.2 5080', 'udp 192.0.2.1 5060', 'udp 192.0.2.2 5060', 'udp 192.0.2.3 5070'],
  ],
  ['SCTP', { scheme: sip, host: 'example.com', transport: 'sctp' }, []],
  ['secure UDP', { scheme: 'sips', host: 'example.com', transport: 'udp' }, []],
  ['a service that is not there', { scheme: sip, host: 'gone.example' }, []],
  [
    'one of two services that is not there',
    { scheme: sip, host: 'moved.example' },
    ['tcp 192.0.2.1 5080', 'tcp 192.0.2.2 5080'],
  ],
  ['a name that is not there', { scheme: sip, host: 'nowhere.example' }, []],
]

describe('where a URI leads', () => {
  it.each(rows)('with %s', async (_name, target, hops) => {
    expect(await resolve(target)).toEqual(hops)
  })

  it('goes over what we speak where nothing says how', async () => {
    const kinds = ['tcp', 'tls'] as const
    expect(await resolve({ scheme: sip, host: '192.0.2.7' }, { kinds })).toEqual(['tcp 192.0.2.7 5060'])
    expect(await resolve({ scheme: sip, host: 'b.example.com' }, { kinds })).toEqual(['tcp 192.0.2.3 5060'])
    expect(await resolve({ scheme: sip, host: '192.0.2.7' }, { kinds: ['tls'] })).toEqual([])
    expect(await resolve({ scheme: sip, host: '192.0.2.7', transport: 'udp' }, { kinds })).toEqual([])
  })

  it('minds the families and the bound', async () => {
    const target = { scheme: sip, host: 'host.example' }
    expect(await resolve(target, { ipv6: 'never' })).toEqual(['udp 192.0.2.9 5060'])
    expect(await resolve(target, { ipv6: 'first', most: 1 })).toEqual(['udp 2001:db8::9 5060'])
    expect(await resolve({ scheme: sip, host: 'example.com' }, { most: 3 })).toHaveLength(3)
  })

  it('draws by weight within a priority', () => {
    const records = [srv('light', 1, 1, 1), srv('heavy', 1, 1, 9), srv('later', 1, 2, 100)]
    let draws = 0
    let heavyFirst = 0
    // Every chance there is, in even steps.
    for (let chance = 0; chance < 1; chance += 0.001, draws++)
      if (orderedSrv(records, () => chance)[0]?.name === 'heavy') heavyFirst++
    expect(heavyFirst / draws).toBeGreaterThan(0.75)
    expect(heavyFirst / draws).toBeLessThan(0.92)
    for (const chance of [0, 0.5, 0.999]) expect(orderedSrv(records, () => chance)[2]?.name).toBe('later')
  })
})

describe('the cache of DNS', () => {
  it('asks once at a time and again when the answer is old', async () => {
    const asked: string[] = []
    let nowMs = 0
    const cache = new DnsCache(fakeDns(asked), () => nowMs)
    expect(await Promise.all([cache.a('host.example'), cache.a('host.example')])).toEqual([
      ['192.0.2.9'],
      ['192.0.2.9'],
    ])
    nowMs = 59_999
    await cache.a('host.example')
    expect(asked).toEqual(['a host.example'])
    nowMs = 60_000
    await cache.a('host.example')
    expect(asked.length).toBe(2)
  })

  it('takes a fault for nothing, for a short while', async () => {
    let nowMs = 0
    let isBroken = true
    const dns = fakeDns()
    const broken: DnsPort = {
      ...dns,
      a: async (name) => (isBroken ? Promise.reject(new Error('SERVFAIL')) : dns.a(name)),
    }
    const cache = new DnsCache(broken, () => nowMs)
    expect(await cache.a('host.example')).toEqual([])
    isBroken = false
    nowMs = 5_000
    expect(await cache.a('host.example')).toEqual(['192.0.2.9'])
  })
})
