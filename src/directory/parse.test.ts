import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeDirectoryMistake, type DirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'
import type { Directory, Surroundings } from './resolve.js'
import { alphabets, languageNames, textAlphabets } from './text-columns.js'

const statuses: Record<string, number> = { ESME_ROK: 0, ESME_RMSGQFUL: 0x14, ESME_RINVSRCTON: 0x48 }
const around: Surroundings = {
  env: { HOST: 'smsc.example', EMPTY: '', VENDOR_PASSWORD: 'from-env' },
  readSecret: (path) => {
    if (path === '/run/secret') return 'from-file\nsecond line\n'
    throw new Error('no such file')
  },
  statusByName: (name) => statuses[name],
}
const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`

function directoryOf(text: string): Directory {
  const parsed = parseDirectory(text, 'd.yaml', around)
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  return parsed.directory
}
function mistakesOf(text: string): readonly DirectoryMistake[] {
  const parsed = parseDirectory(text, 'd.yaml', around)
  return parsed.kind === 'mistakes' ? parsed.mistakes : []
}
const lines = (text: string): string[] => mistakesOf(text).map(describeDirectoryMistake)

const vendor = (connection: string): string => `
tariffs: [{ id: t, rates: [{ prefix: '', price: '0' }] }]
vendors:
  - id: v
    connections:
      - { id: c, host: h, systemId: s, tariff: t, ${connection} }
`

describe('parseDirectory', () => {
  it('fills in every default', () => {
    const { accounts, connections } = directoryOf(
      `accounts: [{ id: a, systemId: a, password: "${hash}" }]\n${vendor('password: p')}`,
    )
    expect(accounts[0]).toEqual({
      id: 'a',
      systemId: 'a',
      password: hash,
      domain: 'sms.local',
      active: true,
      maxBinds: 10,
      bindModes: ['transmitter', 'receiver', 'transceiver'],
      messagesPerSecond: 0,
      numbers: [],
      multipart: { ack: 'withheld', incomplete: 'fail', strictPartLimits: false },
      text: { table: 'smpp', defaultAlphabet: 'gsm7', dataCodings: {}, packedEnd: 'cr', classGroup: 'general' },
      longMessage: 'asReceived',
      languages: [],
      transliterate: false,
    })
    expect(connections[0]).toMatchObject({
      port: 2775,
      bindMode: 'transceiver',
      binds: 1,
      window: 10,
      messagesPerSecond: 0,
      interfaceVersion: 0x34,
      sourceAddress: 'byShape',
      requestReceipt: 'asAsked',
      onUnanswered: 'resend',
      onThrottle: 'resend',
      receiptIds: { form: 'asIs', lowerCase: false, stripLeadingZeros: false },
      permanentCodes: new Set(),
      multipart: { ack: 'early', incomplete: 'sendAsReceived', strictPartLimits: false },
      text: { table: 'smpp', defaultAlphabet: 'gsm7', dataCodings: {}, packedEnd: 'cr', classGroup: 'general' },
      longMessage: 'udh8',
      languages: [],
      transliterate: false,
      segmentReceipts: 'all',
    })
    expect(connections[0]).not.toHaveProperty('resend')
  })

  it('reads what is empty as empty', () => {
    const nothing = { accounts: [], connections: [], tariffs: [], policies: [] }
    for (const text of ['', '# nothing', '{}', 'accounts:\nvendors:\n']) expect(directoryOf(text)).toEqual(nothing)
  })

  it.each([
    ['password: p', 'p'],
    ['passwordEnv: VENDOR_PASSWORD', 'from-env'],
    ['passwordFile: /run/secret', 'from-file'],
    ["password: ''", ''],
    ['password: 0012', '0012'],
    ['password: "${VENDOR_PASSWORD}"', 'from-env'],
    ['password: "a$${b"', 'a${b'],
  ])('takes the secret of %s', (given, secret) => {
    expect(directoryOf(vendor(given)).connections[0]?.password).toBe(secret)
  })

  it('keeps no way to a secret beside it', () => {
    expect(directoryOf(vendor('passwordEnv: VENDOR_PASSWORD')).connections[0]).not.toHaveProperty('passwordEnv')
  })

  it('resolves status names, numbers and prices', () => {
    const { connections, tariffs } = directoryOf(
      `
tariffs:
  - id: t
    rates:
      - { prefix: 044, price: 0.0045 }
      - { prefix: '1', price: '12' }
      - { prefix: '', price: 0.10 }
vendors: [{ id: v, connections: [{ id: c, host: h, systemId: s, password: p, tariff: t, permanentCodes: [ESME_RMSGQFUL, 0x400, 1033] }] }]
`,
    )
    expect(connections[0]?.permanentCodes).toEqual(new Set([0x14, 0x400, 1033]))
    expect(tariffs[0]?.rates).toEqual([
      { prefix: '044', price: 4500 },
      { prefix: '1', price: 12_000_000 },
      { prefix: '', price: 100_000 },
    ])
  })

  it.each([
    ['host: "${HOST}"', { host: 'smsc.example' }],
    ['host: "${NOWHERE:-localhost}"', { host: 'localhost' }],
    ['host: "${EMPTY:-localhost}"', { host: 'localhost' }],
    ['host: "a.${HOST}.b"', { host: 'a.smsc.example.b' }],
  ])('substitutes %s', (given, wanted) => {
    const text = vendor('password: p').replace('host: h', given)
    expect(directoryOf(text).connections[0]).toMatchObject(wanted)
  })

  it('makes a number of an unquoted substitution only', () => {
    const block = (port: string) => `
tariffs: [{ id: t }]
vendors:
  - id: v
    connections:
      - id: c
        host: h
        systemId: s
        password: p
        tariff: t
        port: ${port}
`
    expect(directoryOf(block('${PORT:-2776}')).connections[0]?.port).toBe(2776)
    expect(lines(block('"${PORT:-2776}"'))).toEqual([
      'd.yaml:11:15: vendors[0].connections[0].port: expects a whole number from 1 to 65535, not "2776"',
    ])
    expect(lines(block('${PORT}'))).toEqual([
      'd.yaml:11:15: vendors[0].connections[0].port: expects the environment variable PORT to be set, or a default as ${PORT:-…}, not "${PORT}"',
    ])
  })

  it('tells every mistake at once, in the order of the file', () => {
    const text = `accounts:
  - id: a
    systemId: same
    password: secret
    maxBinds: 0
  - id: a
    systemId: same
    pasword: geheim
    password: "${hash}"
    bindModes: [transceiver, both]
tariffs:
  - id: t
    rates:
      - { prefix: '+1', price: '0.0000001' }
      - { prefix: '44', price: '1' }
      - { prefix: '44', price: -1 }
vendors:
  - id: v
    connections:
      - id: c
        host: h
        port: 99999
        systemId: much-too-long-a-name
        password: p
        passwordEnv: VENDOR_PASSWORD
        bindMode: tranceiver
        sourceAddress: { ton: 1 }
        permanentCodes: [ESME_NONSENSE, ESME_ROK, 0x14]
        tariff: nowhere
      - id: d
policies:
  - id: p
    match: { domain: '(a+)+$' }
    transport: pigeon
    routing: { connections: [c, missing], failover: maybe }
polices: []
`
    expect(lines(text)).toEqual([
      'd.yaml:4:15: accounts[0].password: expects a hash scrypt$N$r$p$salt$hash (make one with `smswitch hash-password`), not a plain password',
      'd.yaml:5:15: accounts[0].maxBinds: expects a whole number from 1 to 10000, not 0',
      'd.yaml:6:9: accounts[1].id: expects an id that is not used twice (first at accounts[0].id), not "a"',
      'd.yaml:7:15: accounts[1].systemId: expects a systemId that is not used twice (first at accounts[0].systemId), not "same"',
      'd.yaml:8:5: accounts[1].pasword: expects a known key; did you mean password?',
      'd.yaml:10:30: accounts[1].bindModes[1]: expects one of transmitter, receiver, transceiver, not "both"',
      'd.yaml:14:19: tariffs[0].rates[0].prefix: expects up to 20 digits, or "" for any destination, not "+1"',
      'd.yaml:14:32: tariffs[0].rates[0].price: expects a decimal number such as "0.0045", at most 6 decimals, not "0.0000001"',
      'd.yaml:16:19: tariffs[0].rates[2].prefix: expects a prefix that is not used twice (first at tariffs[0].rates[1].prefix), not "44"',
      'd.yaml:16:32: tariffs[0].rates[2].price: expects a decimal number such as "0.0045", at most 6 decimals, not "-1"',
      'd.yaml:22:15: vendors[0].connections[0].port: expects a whole number from 1 to 65535, not 99999',
      'd.yaml:23:19: vendors[0].connections[0].systemId: expects text of 1 to 15 printable ASCII characters, not "much-too-long-a-name"',
      'd.yaml:25:22: vendors[0].connections[0].passwordEnv: expects exactly one of password, passwordEnv and passwordFile',
      'd.yaml:26:19: vendors[0].connections[0].bindMode: expects one of transceiver, transmitterReceiver, not "tranceiver"',
      'd.yaml:27:24: vendors[0].connections[0].sourceAddress: expects byShape, asReceived or { ton: 0-255, npi: 0-255 }, not "{…}"',
      'd.yaml:28:26: vendors[0].connections[0].permanentCodes[0]: expects the name or number of an error status, such as ESME_RINVSRCTON or 0x400, not "ESME_NONSENSE"',
      'd.yaml:28:41: vendors[0].connections[0].permanentCodes[1]: expects the name or number of an error status, such as ESME_RINVSRCTON or 0x400, not "ESME_ROK"',
      'd.yaml:29:17: vendors[0].connections[0].tariff: expects the id of a tariff, not "nowhere"',
      'd.yaml:30:9: vendors[0].connections[1].host: expects a host name or IP address; it is missing',
      'd.yaml:30:9: vendors[0].connections[1].tariff: expects an id: 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit; it is missing',
      'd.yaml:30:9: vendors[0].connections[1].systemId: expects text of 1 to 15 printable ASCII characters; it is missing',
      'd.yaml:30:9: vendors[0].connections[1]: expects exactly one of password, passwordEnv and passwordFile',
      'd.yaml:33:22: policies[0].match.domain: expects a domain name in which * stands for any characters, not "(a+)+$"',
      'd.yaml:34:16: policies[0].transport: expects one of smpp, sip, not "pigeon"',
      'd.yaml:35:33: policies[0].routing.connections[1]: expects the id of a connection, not "missing"',
      'd.yaml:35:53: policies[0].routing.failover: expects one of none, next, not "maybe"',
      'd.yaml:36:1: polices: expects a known key; did you mean policies?',
    ])
  })

  it('takes numbers as they stand, and values of data_coding in decimal and in hex', () => {
    const { accounts } = directoryOf(`
accounts:
  - id: a
    systemId: a
    password: "${hash}"
    numbers: [12025550123, 0012, '7726']
    multipart: { ack: early }
    text: { defaultAlphabet: latin1, dataCodings: { 1: gsm7Packed, 0xF5: binary, '0x03': utf8 } }
    languages: [turkish, urdu]
`)
    expect(accounts[0]).toMatchObject({
      numbers: ['12025550123', '0012', '7726'],
      multipart: { ack: 'early', incomplete: 'fail', strictPartLimits: false },
      text: { defaultAlphabet: 'latin1', dataCodings: { 1: 'gsm7Packed', 245: 'binary', '0x03': 'utf8' } },
      languages: ['turkish', 'urdu'],
    })
  })

  it('names what is wrong with numbers, texts and parts', () => {
    const account = (id: string, more: string): string => `  - id: ${id}
    systemId: ${id}
    password: "${hash}"
    ${more}
`
    const text = [
      'accounts:\n',
      account('a', `numbers: ['7726', '+12025550123', '1234567890123456']`),
      account('b', `numbers: ['1', '1', 7726]`),
      account('c', 'multipart: { ack: later, timeout: 3 }'),
      account('d', `text: { table: gsm, dataCodings: { 300: ucs2, zero: ucs2, 8: utf16, 4: ucs2, '0x04': ucs2 } }`),
      account('e', 'languages: [english]\n    longMessage: cut\n    transliterate: "yes"'),
      account('f', 'text: { dataCodings: 3, defaultAlphabet: binary }'),
    ].join('')
    expect(lines(text)).toEqual([
      'd.yaml:5:23: accounts[0].numbers[1]: expects a number: 1–15 digits without +, such as 12025550123, not "+12025550123"',
      'd.yaml:5:39: accounts[0].numbers[2]: expects a number: 1–15 digits without +, such as 12025550123, not "1234567890123456"',
      'd.yaml:9:20: accounts[1].numbers[1]: expects a number that is not used twice (first at accounts[1].numbers[0]), not "1"',
      'd.yaml:9:25: accounts[1].numbers[2]: expects a number that is not used twice (first at accounts[0].numbers[0]), not "7726"',
      'd.yaml:13:23: accounts[2].multipart.ack: expects one of withheld, early, not "later"',
      'd.yaml:13:30: accounts[2].multipart.timeout: expects a known key (ack, incomplete, strictPartLimits)',
      'd.yaml:17:20: accounts[3].text.table: expects one of smpp, gsm0338, not "gsm"',
      'd.yaml:17:40: accounts[3].text.dataCodings[300]: expects a value of data_coding: 0 to 255 or 0x00 to 0xff',
      'd.yaml:17:51: accounts[3].text.dataCodings.zero: expects a value of data_coding: 0 to 255 or 0x00 to 0xff',
      `d.yaml:17:66: accounts[3].text.dataCodings[8]: expects one of ${alphabets.join(', ')}, not "utf16"`,
      'd.yaml:17:90: accounts[3].text.dataCodings.0x04: expects a value that is not given twice (first as 4), not "0x04"',
      `d.yaml:21:17: accounts[4].languages[0]: expects one of ${languageNames.join(', ')}, not "english"`,
      'd.yaml:22:18: accounts[4].longMessage: expects one of payload, udh8, udh16, sar, asReceived, not "cut"',
      'd.yaml:23:20: accounts[4].transliterate: expects true or false, not "yes"',
      'd.yaml:27:26: accounts[5].text.dataCodings: expects { value of data_coding: alphabet }, not 3',
      `d.yaml:27:46: accounts[5].text.defaultAlphabet: expects one of ${textAlphabets.join(', ')}, not "binary"`,
    ])
  })

  it.each([
    'password: {}',
    'password: [geheim]',
    `password: "${'geheim'.repeat(20)}"`,
    'passwordFile: /nowhere, password: geheim',
  ])('never shows a secret: %s', (given) => {
    const text = JSON.stringify(mistakesOf(vendor(given)))
    expect(text).toContain('password')
    expect(text).not.toContain('geheim')
  })

  it.each([
    ['- a list', 1],
    ['just words', 1],
    ['accounts: 7', 1],
    ['accounts: [7, null, "x"]', 3],
    ['accounts: {}', 1],
    ['accounts: [\n', 1],
    ['a: 1\na: 2', 1],
    ['vendors: [{ id: v, connections: 1 }]', 1],
    ['policies: [{ id: p, match: 1, routing: [] }]', 2],
    ['? [a]\n: b', 1],
    ['__proto__: { accounts: [] }', 1],
  ])('survives %j', (text, atLeast) => {
    expect(mistakesOf(text).length).toBeGreaterThanOrEqual(atLeast)
  })

  it('names a file and a variable that are not there', () => {
    expect(lines(vendor('passwordFile: /nowhere'))[0]).toContain(
      'a file that can be read (no such file), not "/nowhere"',
    )
    expect(lines(vendor('passwordEnv: NOWHERE'))[0]).toContain('an environment variable that is set, not "NOWHERE"')
  })

  it('follows anchors', () => {
    const text = `
tariffs: [{ id: t }]
vendors:
  - id: v
    connections: &list [{ id: c, host: h, systemId: s, password: p, tariff: t }]
  - { id: w, connections: *list }
`
    expect(lines(text)).toEqual([expect.stringContaining('an id that is not used twice')])
  })

  it.each(['demo', 'bench'])('finds nothing wrong in config/%s.yaml', (name) => {
    const file = new URL(`../../config/${name}.yaml`, import.meta.url)
    expect(lines(readFileSync(file, 'utf8'))).toEqual([])
  })
})
