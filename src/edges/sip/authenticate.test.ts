import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import { DigestClient, ha1Of, parseMessage, type DigestHash, type SipRequest } from '../../sip/index.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { Authenticator, type Authentication } from './authenticate.js'

const domain = 'sip.example.com'
const nowMs = 1_000_000
const address = '192.0.2.1'

/** Users whose password is their name, with a secret for each of these hashes. */
const users: Readonly<Record<string, readonly DigestHash[]>> = { alice: ['MD5', 'SHA-256'], bob: ['SHA-256'] }

function accountOf(user: string): SendingAccount {
  const secrets = Object.fromEntries((users[user] ?? []).map((of) => [of, ha1Of(of, user, domain, user)]))
  return {
    id: user as AccountId,
    active: user !== 'bob',
    addresses: [],
    sip: { user, secrets },
  } as unknown as SendingAccount
}

function rig(settings: { readonly defaultDomain?: string; readonly domains?: readonly string[] } = {}) {
  const wrong: string[] = []
  const state = { mayTry: true }
  const directory = {
    sipDomains: () => settings.domains ?? [domain],
    hasSipDomain: (name: string) => (settings.domains ?? [domain]).includes(name),
    sipAccount: (user: string) => (user in users ? accountOf(user) : undefined),
    sipSecret: (user: string, realm: string, of: DigestHash) =>
      realm === domain && users[user]?.includes(of) === true
        ? { ha1: ha1Of(of, user, domain, user), account: accountOf(user) }
        : undefined,
  } as unknown as Snapshot
  const authenticator = new Authenticator(
    { nonceLifetimeMs: 60_000, nonces: 100, defaultDomain: settings.defaultDomain ?? '' },
    {
      directory: () => directory,
      logIns: {
        mayTry: () => state.mayTry,
        wrong: (from, account) => wrong.push(`${account} from ${from}`),
        right: () => undefined,
      },
      random: randomBytes,
      metrics: createMetrics({ processMetrics: false }),
    },
  )
  const check = (user: string, credentials = '', host = domain, method = 'MESSAGE'): Authentication =>
    authenticator.check(requestOf(user, credentials, host, method), address, nowMs)
  return { check, wrong, state }
}

function requestOf(user: string, credentials: string, host: string, method: string): SipRequest {
  const lines = [
    `${method} sip:x@${domain} SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    `From: <sip:${user}@${host}>;tag=1`,
    `To: <sip:${user}@${host}>`,
    'Call-ID: 1',
    `CSeq: 1 ${method}`,
    ...(credentials === '' ? [] : [`Authorization: ${credentials}`]),
  ]
  const request = parseMessage(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`))
  if (request.kind !== 'request') throw new Error('no request')
  return request
}

const challengesOf = (answer: Authentication): readonly string[] =>
  answer.kind === 'refused' ? (answer.parts.fields ?? []).map(({ value }) => value) : []

const algorithmsOf = (answer: Authentication): readonly unknown[] =>
  challengesOf(answer).map((value) => /algorithm="?([\w-]+)/.exec(value)?.[1])

/** What a phone sends next. */
function signed(answer: Authentication, username: string, password: string): string {
  const client = new DigestClient({ credentials: { username, password }, cnonce: () => 'abcdefabcdefabcd' })
  client.challenged(401, challengesOf(answer), 0)
  return client.fields({ method: 'MESSAGE', uri: `sip:x@${domain}`, body: new Uint8Array() })[0]!.value
}

describe('an authenticator', () => {
  it('knows who has the password, once for each count of a nonce', () => {
    const { check, wrong } = rig()
    const credentials = signed(check('alice'), 'alice', 'alice')
    expect(check('alice', credentials)).toMatchObject({ kind: 'known', account: { id: 'alice' } })
    const again = check('alice', credentials)
    expect(again).toMatchObject({ kind: 'refused', status: 401 })
    expect(challengesOf(again)[0]).toContain('stale=true')
    expect(wrong).toEqual([])
  })

  it('offers what there are secrets for, MD5 first, and the same as ever to who is nobody', () => {
    const { check } = rig()
    expect(algorithmsOf(check('alice'))).toEqual(['MD5', 'SHA-256'])
    expect(algorithmsOf(check('bob'))).toEqual(['SHA-256'])
    expect(algorithmsOf(check('nobody'))).toEqual(['MD5', 'SHA-256'])
  })

  it('counts a wrong password and an unknown user alike', () => {
    const { check, wrong } = rig()
    for (const user of ['alice', 'nobody']) {
      expect(check(user, signed(check(user), user, 'wrong'))).toMatchObject({ kind: 'refused', status: 401 })
    }
    expect(wrong).toEqual([`alice@${domain} from ${address}`, `nobody@${domain} from ${address}`])
  })

  it('tells who guessed too often nothing, whether he is right or wrong', () => {
    const { check, state } = rig()
    const challenge = check('alice')
    state.mayTry = false
    const right = check('alice', signed(challenge, 'alice', 'alice'))
    expect(right).toMatchObject({ kind: 'refused', status: 403 })
    expect(check('alice', signed(challenge, 'alice', 'wrong'))).toEqual(right)
  })

  it('refuses an account that is not active, behind its password', () => {
    const { check } = rig()
    expect(check('bob')).toMatchObject({ status: 401 })
    expect(check('bob', signed(check('bob'), 'bob', 'bob'))).toMatchObject({ kind: 'refused', status: 403 })
  })

  it('asks nobody for a password of a domain that is not served', () => {
    const { check } = rig()
    expect(check('alice', '', 'elsewhere.example.com')).toMatchObject({ kind: 'refused', status: 403 })
    expect(check('alice', '', 'elsewhere.example.com', 'REGISTER')).toMatchObject({ kind: 'refused', status: 404 })
  })

  it('takes an address in place of the domain for the only one, or the one that is said to be meant', () => {
    const realmOf = (answer: Authentication): unknown => /realm="([^"]+)/.exec(challengesOf(answer)[0] ?? '')?.[1]
    expect(realmOf(rig().check('alice', '', '192.0.2.7'))).toBe(domain)
    const domains = [domain, 'other.example.com']
    expect(rig({ domains }).check('alice', '', '192.0.2.7')).toMatchObject({ status: 403 })
    const named = rig({ domains, defaultDomain: 'other.example.com' })
    expect(realmOf(named.check('alice', '', '192.0.2.7'))).toBe('other.example.com')
  })

  it('answers what it cannot read with 400', () => {
    const { check } = rig()
    const broken = `Digest username="alice", realm="${domain}", nonce="x"`
    expect(check('alice', broken)).toMatchObject({ kind: 'refused', status: 400 })
  })
})
