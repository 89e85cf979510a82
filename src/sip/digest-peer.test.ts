// Our digest server and client beside those of npm sip.js, which share no line with them.
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { DigestClient } from './digest-client.js'
import { DigestServer } from './digest-server.js'
import { ha1Of } from './digest.js'
import { parseDigestCredentials } from './digest-fields.js'
import { Nonces } from './nonces.js'

interface PeerDigest {
  authenticate(request: { method: string; ruri: string }, challenge: object, body?: string): boolean
  toString(): string
}

const require = createRequire(import.meta.url)
const { DigestAuthentication } = require('sip.js/lib/core/messages/digest-authentication.js') as {
  DigestAuthentication: new (loggers: object, ha1: string | undefined, name: string, password: string) => PeerDigest
}
const { Grammar } = require('sip.js/lib/grammar/grammar.js') as {
  Grammar: { parse(text: string, rule: string): object }
}

const silent = { getLogger: () => ({ warn: () => undefined }) }
const nowMs = 1_750_000_000_000
const request = { method: 'MESSAGE', uri: 'sip:+12025550123@sms.example.net', body: Buffer.from('hello') }

function server(): DigestServer<string> {
  const random = (bytes: number) => Buffer.alloc(bytes, 7)
  return new DigestServer({
    nonces: new Nonces({ key: Buffer.alloc(16, 1), random, lifetimeMs: 60_000, most: 10, notBeforeMs: 0 }),
    algorithms: ['SHA-256', 'MD5'],
    secretOf: (username, realm, of) => ({ ha1: ha1Of(of, username, realm, 'wonderland'), account: username }),
  })
}

it('sip.js is known by our server, with one nonce for many requests', () => {
  const ours = server()
  const theirs = new DigestAuthentication(silent, undefined, 'alice', 'wonderland')
  const [value] = ours.challenges('example.net', false, nowMs, ['MD5'])
  const challenge = Grammar.parse(value!, 'WWW_Authenticate')
  for (let i = 0; i < 3; i++) {
    expect(theirs.authenticate({ method: request.method, ruri: request.uri }, challenge, 'hello')).toBe(true)
    expect(ours.check([theirs.toString()], 'example.net', request, nowMs)).toMatchObject({
      kind: 'known',
      account: 'alice',
    })
  }
  expect(ours.check([theirs.toString()], 'example.net', request, nowMs)).toMatchObject({ why: 'stale' })
})

it('sip.js reads a stale challenge of ours as stale', () => {
  const [stale] = server().challenges('example.net', true, nowMs)
  expect(Grammar.parse(stale!, 'WWW_Authenticate')).toMatchObject({
    stale: true,
    algorithm: 'SHA-256',
    realm: 'example.net',
  })
})

it.each(['auth', 'auth-int'])('our client signs as sip.js does, for %s', (qop) => {
  const value = `Digest realm="example.net", nonce="abc", algorithm=MD5, qop="${qop}", opaque="o"`
  const theirs = new DigestAuthentication(silent, undefined, 'alice', 'wonderland')
  theirs.authenticate({ method: request.method, ruri: request.uri }, Grammar.parse(value, 'WWW_Authenticate'), 'hello')
  const said = parseDigestCredentials(theirs.toString())!
  const ours = new DigestClient({
    credentials: { username: 'alice', password: 'wonderland' },
    cnonce: () => said.cnonce!,
  })
  ours.challenged(401, [value], 0)
  expect(parseDigestCredentials(ours.fields(request)[0]!.value)).toEqual(said)
})
