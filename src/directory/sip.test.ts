// SIP in a directory: users and their secrets, policies that keep messages here, peers; and every mistake in them told.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { digestAlgorithms, ha1Of } from '../sip/index.js'
import { changeDirectory, openDirectory, type Provisioned } from './change.js'
import { SECRET_MASK, withoutSecrets } from './change-secrets.js'
import { compileDirectory } from './compile.js'
import { describeDirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'
import type { Snapshot } from './snapshot.js'

const surroundings = { env: {}, readSecret: () => '', statusByName: () => 0x45 }
const md5 = '0123456789abcdef0123456789abcdef'
const sha = md5 + md5
const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`

function mistakesOf(text: string): string[] {
  const parsed = parseDirectory(text, 'd.yaml', surroundings)
  return parsed.kind === 'mistakes' ? parsed.mistakes.map(describeDirectoryMistake) : []
}

function snapshotOf(text: string): Snapshot {
  const parsed = parseDirectory(text, 'd.yaml', surroundings)
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  return compileDirectory(parsed.directory)
}

const secrets = `secrets: { MD5: '${md5}' }`

describe('SIP users', () => {
  const snapshot = snapshotOf(`
accounts:
  - id: alice
    domain: sip.example.com
    numbers: ['12025550101']
    sip: { user: alice, secrets: { MD5: '${md5}', SHA-256: '${sha}' }, maxContacts: 3 }
  - id: both
    domain: sip.example.com
    systemId: both
    password: "${hash}"
    sip: { user: '12025550102', ${secrets} }
  - { id: gone, active: false, domain: sip.example.com, sip: { user: gone, ${secrets} } }
  - { id: other, domain: sip.example.org, sip: { user: alice, ${secrets} } }
  - { id: app, systemId: app, password: "${hash}", numbers: ['40404'] }
`)

  it('are found by user and domain, and need no systemId', () => {
    expect(snapshot.sipAccount('alice', 'sip.example.com')).toMatchObject({ id: 'alice', password: '' })
    expect(snapshot.sipAccount('alice', 'SIP.Example.COM')?.id).toBe('alice')
    expect(snapshot.sipAccount('alice', 'sip.example.org')?.id).toBe('other')
    expect(snapshot.sipAccount('Alice', 'sip.example.com')).toBeUndefined()
    expect(snapshot.sipAccount('app', 'sms.local')).toBeUndefined()
    expect(snapshot.sipAccount('gone', 'sip.example.com')?.active).toBe(false)
    expect(snapshot.sipDomains()).toEqual(['sip.example.com', 'sip.example.org'])
    expect(snapshot.hasSipDomain('sip.example.org')).toBe(true)
    expect(snapshot.hasSipDomain('sms.local')).toBe(false)
    expect(snapshot.accountBySystemId('both')?.sip?.user).toBe('12025550102')
  })

  it('have a secret for each algorithm that was given, in their realm to the letter', () => {
    const account = snapshot.sipAccount('alice', 'sip.example.com')
    expect(snapshot.sipSecret('alice', 'sip.example.com', 'MD5')).toEqual({ ha1: md5, account })
    expect(snapshot.sipSecret('alice', 'sip.example.com', 'SHA-256')?.ha1).toBe(sha)
    expect(snapshot.sipSecret('alice', 'sip.example.com', 'SHA-512-256')).toBeUndefined()
    expect(snapshot.sipSecret('alice', 'SIP.example.com', 'MD5')).toBeUndefined()
    expect(snapshot.sipSecret('bob', 'sip.example.com', 'MD5')).toBeUndefined()
  })

  it('get what is sent to one of their numbers from anywhere, to their name in their domain', () => {
    const onNet = (called: string, domain: string): string | undefined => snapshot.onNetOf(called, domain)?.id
    expect(onNet('12025550101', 'nowhere')).toBe('alice')
    expect(onNet('alice', 'sip.example.org')).toBe('other')
    expect(onNet('12025550102', 'sip.example.com')).toBe('both')
    expect(onNet('12025550102', 'sip.example.org')).toBeUndefined()
    // A name is a name, also one of digits: what vendors bring is for numbers.
    expect(snapshot.ownerOf('12025550102')).toBeUndefined()
    expect(onNet('40404', 'sip.example.com')).toBe('app')
    expect(onNet('gone', 'sip.example.com')).toBe('gone')
    expect(onNet('bob', 'sip.example.com')).toBeUndefined()
  })
})

describe('mistakes in SIP users', () => {
  it('are told with what would be right, and without secrets', () => {
    const lines = mistakesOf(`
accounts:
  - { id: none }
  - { id: a1, domain: sip.example.com, sip: { user: alice, ${secrets} } }
  - { id: a2, domain: sip.example.com, sip: { user: alice, ${secrets} } }
  - { id: b, domain: SIP.example.com, sip: { user: bob, ${secrets} } }
  - { id: c, sip: { user: 'c d', secrets: { MD5: plainpassword, MD4: plainpassword } } }
  - { id: e, sip: { user: eve, secrets: plainpassword } }
  - { id: f, sip: { user: fay, secrets: {} } }
  - { id: g, sip: { user: gus, ${secrets} }, password: "${hash}" }
  - { id: h, sip: { user: '12025550101', ${secrets} } }
  - { id: i, sip: { user: +12025550109, ${secrets} } }
  - { id: j, sip: { user: '+12025550101', ${secrets} }, numbers: ['12025550101'] }
`)
    expect(lines).toMatchInlineSnapshot(`
      [
        "d.yaml:3:5: accounts[0].systemId: expects text of 1 to 15 printable ASCII characters, or sip, or api; it is missing",
        "d.yaml:5:53: accounts[2].sip.user: expects a user that is not there twice in sip.example.com (first at accounts[1].sip.user), not "alice"",
        "d.yaml:6:22: accounts[3].domain: expects a domain name in lower case, for which the secrets of its SIP user are made, not "SIP.example.com"",
        "d.yaml:7:27: accounts[4].sip.user: expects the user of a SIP address: 1–64 letters, digits and _.!~*'()&=+$,;?/-, such as alice, not "c d"",
        "d.yaml:7:50: accounts[4].sip.secrets.MD5: expects 32 hex digits in lower case, made by \`smswitch hash-password --sip USER@DOMAIN\`",
        "d.yaml:7:65: accounts[4].sip.secrets.MD4: expects a known key; did you mean MD5?",
        "d.yaml:8:41: accounts[5].sip.secrets: expects a mapping of MD5, SHA-256 or SHA-512-256 to the hash (\`smswitch hash-password --sip USER@DOMAIN\`)",
        "d.yaml:9:41: accounts[6].sip.secrets: expects a mapping of MD5, SHA-256 or SHA-512-256 to the hash (\`smswitch hash-password --sip USER@DOMAIN\`)",
        "d.yaml:10:98: accounts[7].password: expects systemId, whose password it is; a SIP user has sip.secrets, the API api.token",
        "d.yaml:11:27: accounts[8].sip.user: expects a name that is no number of another account (j), not "12025550101"",
        "d.yaml:12:27: accounts[9].sip.user: expects a name, or a number of the account: 12025550109 is none, not "+12025550109"",
      ]
    `)
    expect(lines.join()).not.toContain('plainpassword')
  })
})

describe('a policy with transport sip', () => {
  it('has no route', () => {
    const row = 'match: { domain: sip.example.com }, transport: sip'
    expect(snapshotOf(`policies: [{ id: on-net, ${row}, billingUnit: 160 }]`).policies()[0]?.transport).toBe('sip')
    expect(
      mistakesOf(`plans: [{ id: all, categories: [{ category: Default, order: 1 }] }]
vendors: [{ id: v, connections: [{ id: k, host: h, systemId: s, password: p, tariff: t }] }]
tariffs: [{ id: t }]
policies:
  - { id: p1, ${row}, routing: { connections: [k] }, plan: all }
  - { id: p2, ${row}, routing: { failover: next }, hlr: {} }
`),
    ).toMatchInlineSnapshot(`
      [
        "d.yaml:5:91: policies[0].routing.connections: expects nothing: with transport: sip messages go to accounts of ours, over no connection",
        "d.yaml:5:104: policies[0].plan: expects nothing: with transport: sip messages go to accounts of ours, over no connection",
        "d.yaml:6:88: policies[1].routing.failover: expects nothing: with transport: sip messages go to accounts of ours, over no connection",
        "d.yaml:6:101: policies[1].hlr: expects nothing: with transport: sip messages go to accounts of ours, over no connection",
      ]
    `)
  })
})

describe('connections of type sip', () => {
  const peer = (id: string, more: string): string => `      - { id: ${id}, type: sip, tariff: t, ${more} }\n`
  const file = (connections: string): string => `tariffs: [{ id: t, rates: [{ destination: '', price: '1' }] }]
vendors:
  - id: v
    connections:
${connections}`

  it('are known by their addresses, and a way for messages unless they only bring some', () => {
    const snapshot = snapshotOf(
      file(
        peer('p1', 'host: 192.0.2.1') +
          peer(
            'p2',
            'host: sip.example.net, port: 5070, password: x, permanentCodes: [404, 0x25b], sip: { transport: tls, domain: example.net, fromDomain: us.example.com, plus: false, userPhone: true, ping: false, username: us, addresses: [198.51.100.0/24, 198.51.100.7] }',
          ) +
          peer('p3', 'host: sip.example.net, direction: to') +
          peer('p4', 'host: 192.0.2.4, direction: from') +
          '      - { id: s, host: h, systemId: s, password: p, tariff: t }\n',
      ) + 'policies: [{ id: all }]\n',
    )
    const [p1, p2, p3, , s] = snapshot.connections()
    expect(p1).toMatchObject({
      ...{ type: 'sip', port: 0, systemId: '', password: '' },
      sip: { transport: 'udp', domain: '192.0.2.1', username: undefined, plus: true, userPhone: false, ping: true },
    })
    expect(p2).toMatchObject({
      port: 5070,
      password: 'x',
      sip: { transport: 'tls', domain: 'example.net', fromDomain: 'us.example.com' },
    })
    expect(p2).toMatchObject({ sip: { plus: false, userPhone: true, ping: false, username: 'us' } })
    expect([...p2!.permanentCodes]).toEqual([404, 603])
    expect(p2?.leaving.longMessage).toBe('payload')
    expect(p3?.sip?.addresses).toEqual([])
    expect(s).toMatchObject({ type: 'smpp', port: 2775 })
    expect(s?.sip).toBeUndefined()
    expect(snapshot.connectionByAddress('192.0.2.1')).toBe(p1)
    expect(snapshot.connectionByAddress('::ffff:198.51.100.7')).toBe(p2)
    expect(snapshot.connectionByAddress('192.0.2.2')).toBeUndefined()
    expect(snapshot.routeFor(snapshot.policies()[0]!, '4912345')).toEqual(['p1', 'p2', 'p3', 's'])
  })

  it('are told every column that they have no use for, and what they lack', () => {
    expect(
      mistakesOf(
        file(
          peer('p1', 'host: 192.0.2.1, systemId: s, binds: 2, text: { table: gsm0338 }, longMessage: sar') +
            peer('p2', 'host: sip.example.net') +
            peer('p6', 'host: 198.51.100.6, settleOn: receipt, requestReceipt: always, onUnanswered: waitReceipt') +
            peer('p3', 'host: 192.0.2.0, sip: { addresses: [192.0.2.0/24, 192.0.2.9/24] }') +
            peer('p4', 'host: 192.0.2.4, direction: to, password: x') +
            peer(
              'p5',
              'host: 192.0.2.5, direction: to, sip: { username: us, port: 5060 }, permanentCodes: [ESME_X, 200]',
            ) +
            '      - { id: s1, host: h, password: p, tariff: t, sip: {} }\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "d.yaml:5:68: vendors[0].connections[0].systemId: expects nothing: it says how SMPP is spoken, and the connection is of type sip",
        "d.yaml:5:78: vendors[0].connections[0].binds: expects nothing: it says how SMPP is spoken, and the connection is of type sip",
        "d.yaml:5:87: vendors[0].connections[0].text: expects nothing: it says how SMPP is spoken, and the connection is of type sip",
        "d.yaml:5:120: vendors[0].connections[0].longMessage: expects nothing: it says how SMPP is spoken, and the connection is of type sip",
        "d.yaml:6:9: vendors[0].connections[1]: expects sip.addresses, whence its messages come, where host is no IP address; or direction: to",
        "d.yaml:7:71: vendors[0].connections[2].settleOn: expects nothing: SIP peers send no receipts, and their answer is all that is known",
        "d.yaml:7:96: vendors[0].connections[2].requestReceipt: expects nothing: SIP peers send no receipts, and their answer is all that is known",
        "d.yaml:7:118: vendors[0].connections[2].onUnanswered: expects resend or fail: SIP peers send no receipts, not "waitReceipt"",
        "d.yaml:8:77: vendors[0].connections[3].sip.addresses[0]: expects addresses that no other SIP connection has (192.0.2.1 at vendors[0].connections[0].host), or direction: to, not "192.0.2.0/24"",
        "d.yaml:8:91: vendors[0].connections[3].sip.addresses[1]: expects an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32, not "192.0.2.9/24"",
        "d.yaml:9:83: vendors[0].connections[4].password: expects sip.username, whose password it is",
        "d.yaml:10:9: vendors[0].connections[5]: expects exactly one of password, passwordEnv and passwordFile",
        "d.yaml:10:94: vendors[0].connections[5].sip.port: expects a known key (transport, domain, fromDomain, plus, userPhone, ping, addresses, username)",
        "d.yaml:10:125: vendors[0].connections[5].permanentCodes[0]: expects a SIP status from 300 to 699, such as 404, not "ESME_X"",
        "d.yaml:10:133: vendors[0].connections[5].permanentCodes[1]: expects a SIP status from 300 to 699, such as 404, not 200",
        "d.yaml:11:9: vendors[0].connections[6].systemId: expects text of 1 to 15 printable ASCII characters; it is missing",
        "d.yaml:11:57: vendors[0].connections[6].sip: expects nothing: the connection is not of type sip",
      ]
    `)
  })
})

describe('secrets of SIP users', () => {
  const rules = { ...surroundings, defaults: { resend: { stepMs: 1, max: 1 } } }
  const row = { domain: 'sip.example.com', sip: { user: 'alice', secrets: { MD5: md5, 'SHA-256': sha } } }
  const start = (): Provisioned => {
    const opened = openDirectory([{ kind: 'accounts', id: 'a', row: { id: 'a', ...row }, etag: '1' }], 1, rules)
    if (opened.kind === 'mistakes') throw new Error(JSON.stringify(opened.mistakes))
    return opened.provisioned
  }

  it('are masked when they are shown, and stay what they were when the mask comes back', () => {
    const shown = withoutSecrets(start().objects.get('accounts/a')?.row) as typeof row
    expect(shown.sip).toEqual({ user: 'alice', secrets: { MD5: SECRET_MASK, 'SHA-256': SECRET_MASK } })
    const changed = changeDirectory(
      start(),
      { changes: [{ kind: 'accounts', id: 'a', row: { ...shown, maxMo: 5 } }] },
      rules,
    )
    if (changed.kind !== 'changed') throw new Error(JSON.stringify(changed))
    expect(changed.provisioned.snapshot.sipSecret('alice', 'sip.example.com', 'SHA-256')?.ha1).toBe(sha)
    expect(changed.report[0]?.fields).toEqual([{ path: 'maxMo', after: 5 }])
  })

  it('do not show in what a change says, and cannot come from nowhere', () => {
    const other = { ...row, sip: { user: 'alice', secrets: { MD5: 'f'.repeat(32) } } }
    const changed = changeDirectory(start(), { changes: [{ kind: 'accounts', id: 'a', row: other }] }, rules)
    expect(changed).toMatchObject({
      report: [
        {
          fields: [
            { path: 'sip.secrets.MD5', before: SECRET_MASK, after: SECRET_MASK },
            { path: 'sip.secrets.SHA-256', before: SECRET_MASK },
          ],
        },
      ],
    })
    const masked = { ...row, sip: { user: 'bob', secrets: { 'SHA-512-256': SECRET_MASK } } }
    const refused = changeDirectory(start(), { changes: [{ kind: 'accounts', id: 'b', row: masked }] }, rules)
    expect(refused).toMatchObject({ kind: 'mistakes', mistakes: [{ path: 'sip.secrets.SHA-512-256' }] })
    const wrong = { ...row, sip: { user: 'bob', secrets: { MD5: 'hunter2' } } }
    const told = changeDirectory(start(), { changes: [{ kind: 'accounts', id: 'b', row: wrong }] }, rules)
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })
})

describe('config/sip.yaml', () => {
  it('has users whose passwords are what it says', () => {
    const page = readFileSync(new URL('../../config/sip.yaml', import.meta.url), 'utf8')
    const snapshot = snapshotOf(page)
    for (const name of ['alice', 'bob'])
      for (const of of digestAlgorithms) {
        const ha1 = ha1Of(of, name, 'sip.example.com', name)
        expect(snapshot.sipSecret(name, 'sip.example.com', of)?.ha1).toBe(ha1)
      }
    const policyOf = (domain: string, called: string): string | undefined => snapshot.policyFor(domain, called)?.id
    expect(policyOf('sip.example.com', 'bob')).toBe('on-net')
    expect(policyOf('sms.example.com', '12025550102')).toBe('our-numbers')
    expect(policyOf('sms.example.com', '447946001234')).toBe('off-net')
    expect(snapshot.customerWordPrice(snapshot.onNetOf('bob', 'sip.example.com')!, 'ONNET', 0)?.priceMicros).toBe(0)
  })
})
