import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeDirectoryMistake } from '../directory/mistake.js'
import { columnsOf, parseProviders, ProviderRow } from './providers-file.js'

const files: Readonly<Record<string, string>> = {
  'own.csv': 'number,network\n12025550123,310410\n1202*,310-004\n',
  'bad.csv': '1,310410\nx,1\n2\n',
  'secret.txt': 'from the file\nand more',
}

function parse(yaml: string) {
  const parsed = parseProviders(yaml, 'p.yaml', {
    env: { HLR_SECRET: 'from the environment', EMPTY: '' },
    readText: (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text
    },
    wallMs: () => 0,
  })
  return parsed.kind === 'providers'
    ? parsed.providers.map(({ name, kind }) => `${name} ${kind}`)
    : parsed.mistakes.map(describeDirectoryMistake)
}

describe('the file of lookup providers', () => {
  it('makes providers in the order of the file', () => {
    expect(
      parse(`providers:
  - { id: own, type: table, file: own.csv }
  - { id: hlr, type: hlrLookups, key: abc, secretEnv: HLR_SECRET, service: mnp }
  - { id: hlr2, type: hlrLookups, key: abc, secretFile: secret.txt, origin: 'http://127.0.0.1:1', plainHttp: true }
  - id: other
    type: httpJson
    url: https://api.example.com/{number}?key={secret}
    secret: \${HLR_SECRET}
    headers: { accept: application/json }
    answer: { mccmnc: /data/network }
    unknownStatuses: [404]
    unknownWhen: [{ pointer: /status, equals: [none, null, 0] }]
`),
    ).toEqual(['own table', 'hlr asked', 'hlr2 asked', 'other asked'])
    expect(parse('providers: []')).toEqual([])
  })

  it.each([
    ['{}', ['p.yaml:1:1: providers: expects a list of lookup providers; it is missing']],
    ['providers: [', [expect.stringContaining('expects valid YAML')]],
    [
      'providers: [{ id: a, type: dns }]',
      ['p.yaml:1:28: providers[0].type: expects one of hlrLookups, httpJson, table, not "dns"'],
    ],
    [
      'providers: [{ id: a, type: table, file: own.csv }, { id: a, type: table, file: own.csv, key: k }]',
      [
        'p.yaml:1:58: providers[1].id: expects an id that is not used twice, not "a"',
        'p.yaml:1:94: providers[1].key: expects no key with type table (file)',
      ],
    ],
    ['providers: [{ id: a, type: table }]', ['p.yaml:1:13: providers[0]: expects file with type table']],
    [
      'providers: [{ id: a, type: table, file: none.csv }]',
      ['p.yaml:1:41: providers[0].file: expects a file that can be read (ENOENT), not "none.csv"'],
    ],
    [
      'providers: [{ id: a, type: table, file: bad.csv }]',
      [
        'p.yaml:1:41: providers[0].file: expects in line 2 a number, or a prefix with * behind it, not "x"',
        'p.yaml:1:41: providers[0].file: expects in line 3 number,network or number,network,ported, not "2"',
      ],
    ],
    [
      'providers: [{ id: a, type: hlrLookups, key: k }]',
      ['p.yaml:1:13: providers[0]: expects exactly one of secret, secretEnv, secretFile with type hlrLookups'],
    ],
    [
      'providers: [{ id: a, type: hlrLookups, key: k, secret: s, secretFile: secret.txt }]',
      ['p.yaml:1:71: providers[0].secretFile: expects only one of secret, secretEnv, secretFile'],
    ],
    [
      'providers: [{ id: a, type: hlrLookups, key: k, secret: s, origin: "http://x" }]',
      [
        'p.yaml:1:67: providers[0].origin: expects https://HOST[:PORT] (http: only with plainHttp: true), not "http://x"',
      ],
    ],
    [
      'providers: [{ id: a, type: hlrLookups, key: "k k", secret: s }]',
      ['p.yaml:1:45: providers[0].key: expects a: the key is 1 to 200 printable characters'],
    ],
    [
      'providers: [{ id: a, type: httpJson, url: "https://x/{numer}", answer: { mcc: /a } }]',
      [
        'p.yaml:1:43: providers[0].url: expects {number}, {plusNumber} or {secret}, not {numer} (url)',
        'p.yaml:1:72: providers[0].answer: expects mccmnc, or mcc and mnc (answer)',
      ],
    ],
  ])('says every mistake of %s', (yaml, wanted) => {
    expect(parse(yaml)).toEqual(wanted)
  })

  it('never shows a secret', () => {
    const told = parse('providers: [{ id: a, type: hlrLookups, key: 17, secret: 1234567, secretEnv: EMPTY }]').join()
    expect(told).not.toContain('1234567')
    expect(told).not.toContain('17,')
  })

  it('is explained in docs/lookup.md', () => {
    const page = readFileSync(new URL('../../docs/lookup.md', import.meta.url), 'utf8')
    for (const column of Object.keys(ProviderRow.properties)) expect(page).toContain(`\`${column}`)
    for (const type of Object.keys(columnsOf)) expect(page).toContain(`\`${type}\``)
  })
})
