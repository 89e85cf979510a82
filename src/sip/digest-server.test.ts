import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestClient } from './digest-client.js'
import { ha1Of, type DigestAlgorithm, type DigestHash } from './digest.js'
import { parseDigestChallenges, parseDigestCredentials, writeDigest, type DigestFields } from './digest-fields.js'
import { DigestServer, type DigestServerOptions } from './digest-server.js'
import { Nonces } from './nonces.js'

const nowMs = 1_750_000_000_000
const realm = 'example.net'
const noBody = new Uint8Array()
const request = { method: 'MESSAGE', uri: 'sip:+12025550123@sms.example.net', body: noBody }
const passwords: Readonly<Record<string, string>> = { alice: 'wonder"land', 'bob, the': 'zanzibar' }

let drawn = 0
const random = (bytes: number) => Buffer.from((++drawn).toString(16).padStart(bytes * 2, '0'), 'hex')
const cnonce = () => (++drawn).toString(16).padStart(16, '0')

function server(changed: Partial<DigestServerOptions<string>> = {}, lifetimeMs = 60_000): DigestServer<string> {
  const key = Buffer.from('0123456789abcdef')
  return new DigestServer<string>({
    nonces: new Nonces({ key, random, lifetimeMs, most: 100, notBeforeMs: 0 }),
    algorithms: ['SHA-256', 'MD5'],
    secretOf: (username, of, hash) => secretOf(username, of, hash),
    ...changed,
  })
}

function secretOf(username: string, of: string, hash: DigestHash) {
  const password = passwords[username]
  if (password === undefined) return undefined
  return { ha1: ha1Of(hash, username, of, password), account: `account of ${username}` }
}

function phone(username = 'alice', password = passwords[username] ?? 'none'): DigestClient {
  return new DigestClient({ credentials: { username, password }, cnonce })
}

const valuesOf = (client: DigestClient, of = request) => client.fields(of).map((each) => each.value)

/** Sends until the server is content or the client gives up; what the server said each time. */
function ask(ours: DigestServer<string>, client: DigestClient, atMs = nowMs): readonly string[] {
  const said: string[] = []
  for (let tries = 0; ; tries++) {
    const check = ours.check(valuesOf(client), realm, request, atMs)
    said.push(check.kind === 'challenge' ? check.why : check.kind)
    if (check.kind !== 'challenge') return said
    if (!client.challenged(401, ours.challenges(realm, check.stale, atMs), tries)) return said
  }
}

/** Credentials with some fields changed. */
function changed(value: string, fields: Partial<DigestFields>): string {
  return writeDigest({ ...parseDigestCredentials(value), ...fields }, 'credentials')
}

describe('a digest server and its client', () => {
  it('meet at the second request, and at each first from then on', () => {
    const [ours, client] = [server(), phone()]
    expect(ask(ours, client)).toEqual(['none', 'known'])
    for (let i = 0; i < 100; i++) expect(ask(ours, client)).toEqual(['known'])
    expect(client.fields(request)[0]).toMatchObject({ name: 'Authorization' })
    expect(parseDigestCredentials(valuesOf(client)[0]!)).toMatchObject({ algorithm: 'SHA-256', qop: 'auth' })
  })

  it('say who it was', () => {
    const [ours, client] = [server(), phone('bob, the')]
    ask(ours, client)
    expect(ours.check(valuesOf(client), realm, request, nowMs)).toEqual({
      kind: 'known',
      account: 'account of bob, the',
      username: 'bob, the',
    })
  })

  it('give up after one refused password, and start anew with the next request', () => {
    const [ours, client] = [server(), phone('alice', 'guess')]
    expect(ask(ours, client)).toEqual(['none', 'wrong'])
    expect(client.fields(request)).toEqual([])
    expect(ask(ours, client)).toEqual(['none', 'wrong'])
    expect(ask(ours, phone('nobody'))).toEqual(['none', 'wrong'])
  })

  it('renew a nonce that ran out, without a guess counted', () => {
    const [ours, client] = [server(), phone()]
    ask(ours, client)
    expect(ask(ours, client, nowMs + 60_001)).toEqual(['stale', 'known'])
    expect(ask(ours, client, nowMs + 60_002)).toEqual(['known'])
  })

  it('renew a nonce of a run that nobody remembers', () => {
    const client = phone()
    ask(server(), client)
    const nonces = new Nonces({ key: Buffer.alloc(16), random, lifetimeMs: 60_000, most: 9, notBeforeMs: 0 })
    expect(ask(server({ nonces }), client)).toEqual(['stale', 'known'])
  })

  it.each<DigestAlgorithm>([
    ...(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const),
  ])('agree on %s', (algorithm) => {
    const [ours, client] = [server({ algorithms: [algorithm] }), phone()]
    expect(ask(ours, client)).toEqual(['none', 'known'])
    expect(ask(ours, client)).toEqual(['known'])
    expect(parseDigestCredentials(valuesOf(client)[0]!)?.algorithm).toBe(algorithm)
  })

  it('agree whatever the names, passwords and requests', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab"\\,=é€ '), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(text, text, text, fc.uint8Array({ maxLength: 20 }), (username, password, method, body) => {
        const ours = server({
          offersIntegrity: true,
          secretOf: (name, of, hash) =>
            name === username ? { ha1: ha1Of(hash, name, of, password), account: name } : undefined,
        })
        const client = phone(username, password)
        const signed = { method, uri: `sip:${encodeURIComponent(username)}@x`, body }
        client.challenged(401, ours.challenges(realm, false, nowMs), 0)
        expect(ours.check(valuesOf(client, signed), realm, signed, nowMs).kind).toBe('known')
        const other = { ...signed, method: `${method}!` }
        expect(ours.check(valuesOf(client, signed), realm, other, nowMs)).toMatchObject({ why: 'wrong' })
      }),
    )
  })
})

describe('DigestServer', () => {
  const signed = (fields: Partial<DigestFields> = {}) => {
    const [ours, client] = [server(), phone()]
    client.challenged(401, ours.challenges(realm, false, nowMs), 0)
    return { ours, value: changed(valuesOf(client)[0]!, fields) }
  }

  it('offers one nonce by every algorithm, and calls it stale only if it is', () => {
    const values = server().challenges(realm, false, nowMs)
    expect(values.map((each) => each.replace(/(nonce|opaque)="[^"]+"/g, '$1'))).toEqual([
      'Digest realm="example.net", nonce, opaque, algorithm=SHA-256, qop="auth"',
      'Digest realm="example.net", nonce, opaque, algorithm=MD5, qop="auth"',
    ])
    const [first, second] = values.flatMap(parseDigestChallenges)
    expect(first?.nonce).toBe(second?.nonce)
    expect(server().challenges(realm, true, nowMs)[0]).toContain(', stale=true,')
  })

  it('takes no request twice, but those that overtook each other', () => {
    const [ours, client] = [server(), phone()]
    client.challenged(401, ours.challenges(realm, false, nowMs), 0)
    const sent = Array.from({ length: 64 }, () => valuesOf(client))
    for (const values of sent.toReversed()) expect(ours.check(values, realm, request, nowMs).kind).toBe('known')
    for (const values of sent) expect(ours.check(values, realm, request, nowMs)).toMatchObject({ why: 'stale' })
  })

  it.each<[string, Partial<DigestFields>, object]>([
    ['another response', { response: '0'.repeat(64) }, { why: 'wrong' }],
    ['a response cut short', { response: '' }, { why: 'wrong' }],
    ['another nonce', { nonce: 'x' }, { why: 'wrong' }],
    ['another count', { nc: '00000002' }, { why: 'wrong' }],
    ['another cnonce', { cnonce: '' }, { why: 'wrong' }],
    ['another username', { username: 'bob, the' }, { why: 'wrong', username: 'bob, the' }],
    ['another uri', { uri: 'sip:x' }, { why: 'wrong' }],
    ['another algorithm', { algorithm: 'MD5' }, { why: 'wrong' }],
    ['an algorithm not offered', { algorithm: 'SHA-512-256' }, { why: 'none' }],
    ['an algorithm unknown', { algorithm: 'AKAv1-MD5' }, { why: 'none' }],
    ['another realm', { realm: 'other.net' }, { why: 'none' }],
    ['no qop', { qop: undefined, nc: undefined, cnonce: undefined }, { why: 'none' }],
    ['auth-int not offered', { qop: 'auth-int' }, { why: 'none' }],
    ['an unknown qop', { qop: 'auth-conf' }, { kind: 'malformed' }],
    ['no count', { nc: undefined }, { kind: 'malformed' }],
    ['a count that is no number', { nc: '0000000x' }, { kind: 'malformed' }],
    ['a count too short', { nc: '1' }, { kind: 'malformed' }],
    ['no username', { username: undefined }, { kind: 'malformed' }],
    ['no nonce', { nonce: undefined }, { kind: 'malformed' }],
    ['no uri', { uri: undefined }, { kind: 'malformed' }],
    ['no response', { response: undefined }, { kind: 'malformed' }],
  ])('does not take %s', (_what, fields, check) => {
    const { ours, value } = signed(fields)
    expect(ours.check([value], realm, request, nowMs)).toMatchObject(check)
  })

  it('finds the credentials of its realm among others', () => {
    const { ours, value } = signed()
    const others = ['Basic YTpi', 'Digest realm="other.net", username="x"']
    expect(ours.check([...others, value], realm, request, nowMs).kind).toBe('known')
    expect(ours.check(others, realm, request, nowMs)).toMatchObject({ why: 'none' })
    expect(ours.check([], realm, request, nowMs)).toMatchObject({ why: 'none' })
    expect(ours.check(['Digest realm="'], realm, request, nowMs)).toMatchObject({ kind: 'malformed' })
  })

  it('asks whether another uri means the same, if it is told how', () => {
    const client = phone()
    const strict = server({ isSameUri: (one, other) => one.toLowerCase() === other.toLowerCase() })
    client.challenged(401, strict.challenges(realm, false, nowMs), 0)
    const spelt = { ...request, uri: request.uri.toUpperCase() }
    expect(strict.check(valuesOf(client, spelt), realm, request, nowMs).kind).toBe('known')
    expect(strict.check(valuesOf(client, { ...request, uri: 'sip:x' }), realm, request, nowMs).kind).toBe('malformed')
  })

  it('takes a response without qop where it may, once a nonce', () => {
    const ours = server({ takesNoQop: true })
    const client = phone()
    const noQop = ours.challenges(realm, false, nowMs).map((each) => each.replace(/, qop="auth"/, ''))
    client.challenged(401, noQop, 0)
    expect(parseDigestCredentials(valuesOf(client)[0]!)).toMatchObject({ qop: undefined, nc: undefined })
    expect(ours.check(valuesOf(client), realm, request, nowMs).kind).toBe('known')
    expect(ours.check(valuesOf(client), realm, request, nowMs)).toMatchObject({ why: 'stale' })
  })

  it('judges anything without throwing', () => {
    const { ours, value } = signed()
    fc.assert(
      fc.property(fc.nat(value.length), fc.nat(10), fc.string(), (at, cut, insert) => {
        const broken = value.slice(0, at) + insert + value.slice(at + cut)
        if (broken !== value) expect(ours.check([broken], realm, request, nowMs)).toBeDefined()
      }),
    )
  })

  it('checks a reused nonce in a few microseconds', () => {
    const secret = secretOf('alice', realm, 'MD5')
    const [ours, client] = [server({ algorithms: ['MD5'], secretOf: () => secret }), phone()]
    client.challenged(401, ours.challenges(realm, false, nowMs), 0)
    let best = Infinity
    for (let round = 0; round < 10; round++) {
      const sent = Array.from({ length: 2000 }, () => valuesOf(client))
      const from = process.hrtime.bigint()
      for (const values of sent) if (ours.check(values, realm, request, nowMs).kind !== 'known') throw new Error('no')
      best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / sent.length)
    }
    console.log(`digest check, MD5, nonce in use: ${best.toFixed(2)} µs`)
    expect(best).toBeLessThan(50)
  })
})
