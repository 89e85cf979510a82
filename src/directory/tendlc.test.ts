// Brands, campaigns and whose phones are whose: what is found of them, what they may not have together, and what a change makes anew.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { limitsInForce } from '../tendlc/in-force.js'
import { readTables, shippedTables } from '../tendlc/tables.js'
import { changeDirectory, openDirectory, type Opened, type Provisioned } from './change.js'
import { compileDirectory } from './compile.js'
import { describeDirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'
import type { Surroundings } from './resolve.js'
import type { Snapshot } from './snapshot.js'

const files: Record<string, string> = {
  'carriers.csv': '1415,tmobile\n14155550123,att\n',
  'wrong.csv': '44,att\n1415,bt\n',
}
const reads: string[] = []
let stamp = 0
const surroundings: Surroundings = {
  env: {},
  readSecret: (path) => {
    reads.push(path)
    if (files[path] === undefined) throw new Error('ENOENT')
    return files[path]
  },
  stampOf: () => String(stamp),
  statusByName: () => undefined,
}
const defaults = { resend: { stepMs: 1, max: 1 } }

function parsed(text: string, around = surroundings) {
  const result = parseDirectory(text, 'd.yaml', around)
  if (result.kind === 'mistakes') throw new Error(result.mistakes.map(describeDirectoryMistake).join('\n'))
  return result.directory
}

function snapshotOf(text: string, around = surroundings): Snapshot {
  return compileDirectory(parsed(text, around), defaults)
}

function mistakesOf(text: string, around = surroundings): string[] {
  const result = parseDirectory(text, 'd.yaml', around)
  return result.kind === 'mistakes' ? result.mistakes.map(describeDirectoryMistake) : []
}

const accounts = 'accounts: [{ id: a, api: { authId: MA0123456789ABCDEFGH, token: aaaaaaaaaaaaaaaaaaaaaaaa } }, { id: b, api: { authId: MA0123456789ABCDEFGI, token: aaaaaaaaaaaaaaaaaaaaaaaa } }]' // prettier-ignore
const registry = `
${accounts}
brands:
  - { id: acme, name: ACME Inc., ein: 12-3456789, trustScore: 78 }
  - { id: city, entity: government }
  - { id: joe, kind: soleProprietor }
campaigns:
  - id: news
    brand: acme
    useCase: marketing
    accounts: [a]
    numbers: ['12025550100', 12025550101]
    overrides: { tmobile: { mps: 100, dayCap: none } }
  - { id: codes, name: One-time codes, brand: acme, useCase: declared, attClass: C, accounts: [a, b], atCap: fail }
  - { id: plumber, brand: joe, useCase: soleProprietor, numbers: ['16045550100'] }
carrierOverrides:
  file: carriers.csv
  numbers: [{ number: '1415555', carrier: verizon }, { number: '12025550199', carrier: minor }]
`

describe('brands and campaigns', () => {
  const { tenDlc } = snapshotOf(registry)

  it('are found by id, by number and by account', () => {
    expect(tenDlc?.brand('acme')).toEqual({
      ...{ id: 'acme', name: 'ACME Inc.', kind: 'standard', entity: 'company', ein: '12-3456789', trustScore: 78 },
      ...{ isRussell3000: false, isGovernment: false, tmobileDay: undefined },
    })
    expect(tenDlc?.brand('city')?.isGovernment).toBe(true)
    expect(tenDlc?.campaigns().map(({ id }) => id)).toEqual(['news', 'codes', 'plumber'])
    expect(tenDlc?.campaignOf('12025550101')).toBe(tenDlc?.campaign('news'))
    expect(tenDlc?.campaignOf('16045550100')?.id).toBe('plumber')
    expect(tenDlc?.campaignsOf('b' as AccountId).map(({ id }) => id)).toEqual(['codes'])
    expect(tenDlc?.campaignsOf('c' as AccountId)).toEqual([])
  })

  it.each([
    '12025550102',
    '+12025550100',
    '1202555010',
    '120255501000',
    'ACME',
    '',
    ' '.repeat(11),
    '12025550e03',
    '0x123456789',
  ])('have no number %j', (number) => {
    expect(tenDlc?.campaignOf(number)).toBeUndefined()
  })

  it('say who may use a campaign', () => {
    const news = tenDlc!.campaign('news')!
    expect([tenDlc!.mayUse(news, 'a' as AccountId), tenDlc!.mayUse(news, 'b' as AccountId)]).toEqual([true, false])
    expect(tenDlc!.mayUse(tenDlc!.campaign('plumber')!, 'b' as AccountId)).toBe(true)
  })

  it('come to the limits in force', () => {
    const [brand, news] = [tenDlc!.brand('acme')!, tenDlc!.campaign('news')!]
    expect(tenDlc?.limitsOf('news')).toEqual({ ...limitsInForce(brand, news, shippedTables()), atCap: 'hold' })
    expect(tenDlc?.limitsOf('news')?.sms.tmobile).toMatchObject({ shared: { perSecond: 100 }, day: undefined })
    expect(tenDlc?.limitsOf('codes')).toMatchObject({ atCap: 'fail', sms: { att: { shared: { perMinute: 2400 } } } })
    expect(tenDlc?.limitsOf('codes')).toBe(tenDlc?.limitsOf('codes'))
    expect(tenDlc?.limitsOf('none')).toBeUndefined()
  })

  it('say whose phones are whose, their own list before the file', () => {
    const of = (number: string) => tenDlc?.overrides.of(number)
    expect(['14155550123', '14155560000', '14155550000', '12025550199', '12125550100'].map(of)).toEqual([
      'verizon',
      'tmobile',
      'verizon',
      'minor',
      undefined,
    ])
  })

  it('are not there without a campaign', () => {
    expect(snapshotOf(accounts).tenDlc).toBeUndefined()
    expect(snapshotOf('brands: [{ id: x }]').tenDlc).toBeUndefined()
  })

  it('follow other tables and another policy where they are given', () => {
    const { tables } = readTables('plivo')
    const other = snapshotOf(registry, { ...surroundings, tenDlc: { tables: tables!, atCap: 'fail' } }).tenDlc
    expect(other?.limitsOf('news')).toMatchObject({ sharedBy: 'brand', atCap: 'fail' })
  })
})

describe('what is wrong is told', () => {
  const brands = 'brands: [{ id: acme }, { id: joe, kind: soleProprietor }]'
  const one = (columns: string, others = ''): string =>
    `${accounts}\n${brands}\ncampaigns:\n  - { id: c, useCase: mixed, brand: acme, ${columns} }\n${others}`

  it.each([
    [
      one('numbers: ["442071838750"]'),
      'campaigns[0].numbers[0]: expects a long code: 11 digits without +, such as 12025550123, not "442071838750"',
    ],
    [
      one('numbers: ["18005550100"]'),
      'campaigns[0].numbers[0]: expects a long code of the United States or Canada, which is not toll-free, not "18005550100"',
    ],
    [
      one('numbers: ["18765550100"]'),
      'campaigns[0].numbers[0]: expects a long code of the United States or Canada, which is not toll-free, not "18765550100"',
    ],
    [
      one('numbers: ["12025550100", "12025550100"]'),
      'campaigns[0].numbers[1]: expects each number once, not "12025550100"',
    ],
    [
      one('numbers: ["12025550100"]', '  - { id: d, useCase: mixed, brand: acme, numbers: ["12025550100"] }'),
      'campaigns[1].numbers[0]: expects each number in one campaign; campaigns[0] has it, not "12025550100"',
    ],
    [one('accounts: [z]'), 'campaigns[0].accounts[0]: expects the id of an account, not "z"'],
    [
      `${brands}\ncampaigns: [{ id: c, useCase: mixed, brand: acne }]`,
      'campaigns[0].brand: expects the id of a brand, not "acne"',
    ],
    [
      `${brands}\ncampaigns: [{ id: c, brand: acme }]`,
      'campaigns[0].useCase: expects one of declared, mixed, marketing, lowVolumeMixed, soleProprietor, proxy, agentsFranchises, political, charity, social, emergency; it is missing',
    ],
    [
      `${brands}\ncampaigns: [{ id: c, useCase: charity, brand: acme }]`,
      'campaigns[0].useCase: expects a use case that its brand acme may have: its entity is company, not charity, not "charity"',
    ],
    [
      `${brands}\ncampaigns: [{ id: c, useCase: mixed, brand: joe }]`,
      'campaigns[0].useCase: expects soleProprietor, as its brand is',
    ],
    [
      `${brands}\ncampaigns: [{ id: c, useCase: soleProprietor, brand: joe, numbers: ["12025550100", "12025550101"] }]`,
      'campaigns[0].numbers: expects 1 number at most, for a sole proprietor',
    ],
    [
      `${brands}\ncampaigns: [{ id: c, useCase: soleProprietor, brand: joe }, { id: d, useCase: soleProprietor, brand: joe }]`,
      'campaigns[1].brand: expects a brand that is no sole proprietor: such a one has 1 campaign',
    ],
    [
      one('overrides: { att: {} }'),
      'campaigns[0].overrides.att: expects one or more of { mps, tpm, mmsMps, mmsTpm, dayCap }, not "{…}"',
    ],
    [one('overrides: { sprint: { mps: 1 } }'), 'campaigns[0].overrides.sprint: expects'],
    [
      one('overrides: { att: { mps: 0 } }'),
      'campaigns[0].overrides.att.mps: expects a rate above 0, such as 75 or 0.25, not 0',
    ],
    [
      'brands: [{ id: x, kind: soleProprietor, ein: 12-3456789 }]',
      'brands[0].ein: expects nothing: a sole proprietor has no tax number, not "12-3456789"',
    ],
    ['brands: [{ id: x, ein: "123" }]', 'brands[0].ein: expects a tax number (EIN) such as 12-3456789, not "123"'],
    [
      'brands: [{ id: x, entity: charity, russell3000: true }]',
      'brands[0].russell3000: expects false: only a standard brand that is a company is one of the 3,000, not true',
    ],
    [
      'brands: [{ id: x }, { id: x }]',
      'brands[1].id: expects an id that is not used twice (first at brands[0].id), not "x"',
    ],
    [
      'carrierOverrides: { file: none.csv }',
      'carrierOverrides.file: expects a CSV file that can be read (ENOENT), not "none.csv"',
    ],
    [
      'carrierOverrides: { file: wrong.csv }',
      'carrierOverrides.file: expects in its line 2 one of att, tmobile, verizon, uscellular, minor after the number, not "wrong.csv"',
    ],
    [
      'carrierOverrides: { numbers: [{ number: "1202", carrier: att }, { number: "1202", carrier: minor }] }',
      'carrierOverrides.numbers[1].number: expects a number that is not used twice (first at carrierOverrides.numbers[0].number), not "1202"',
    ],
  ])('%s', (text, expected) => {
    // prettier-ignore
    const told = mistakesOf(text)
    expect(told.map((line) => line.replace(/^d\.yaml:\d+:\d+: /, ''))).toContainEqual(expect.stringContaining(expected))
  })

  it('a sole proprietor that sends for itself is none of it', () => {
    const text = `${brands}\ncampaigns: [{ id: c, useCase: soleProprietor, brand: joe, numbers: ["12025550100"] }]`
    expect(mistakesOf(text)).toEqual([])
  })
})

describe('where receipts name networks', () => {
  const connection = (columns: string) => `
tariffs: [{ id: t, rates: [{ prefix: '', price: '0' }] }]
vendors: [{ id: v, connections: [{ id: c, host: h, tariff: t, ${columns} }] }]
`
  const smpp = (networkTlv: string) => connection(`systemId: s, password: p, networkTlv: ${networkTlv}`)

  it.each([
    ['{ tag: 0x1403 }', { tag: 0x1403, names: {} }],
    ['{ tag: 5123, mncTag: "0x1404" }', { tag: 5123, mncTag: '0x1404', names: {} }],
    ['{ tag: 0, names: { AT&T: att, 77: verizon } }', { tag: 0, names: { 'AT&T': 'att', '77': 'verizon' } }],
  ])('%s', (text, expected) => {
    expect(snapshotOf(smpp(text)).connections()[0]?.networkTlv).toEqual(expected)
  })

  it('is nowhere unless a connection says so', () => {
    expect(snapshotOf(connection('systemId: s, password: p')).connections()[0]?.networkTlv).toBeUndefined()
    expect(mistakesOf(connection('type: sip, direction: to, host: 192.0.2.1'))).not.toContainEqual(
      expect.stringContaining('networkTlv'),
    )
  })

  it.each([
    [smpp('{}'), 'networkTlv.tag: expects the tag of a TLV'],
    [
      smpp('{ tag: 65536 }'),
      'networkTlv.tag: expects the tag of a TLV from 0x0000 to 0xFFFF, such as 0x1403, not 65536',
    ],
    [smpp('{ tag: dest_network_id }'), 'networkTlv.tag: expects the tag of a TLV'],
    [smpp('{ tag: 1, names: { BT: bt } }'), 'networkTlv.names.BT: expects one of att, tmobile'],
    [smpp('{ tag: 1, names: { " BT": att } }'), 'expects a name of 1–64 characters'],
    [
      smpp('{ tag: 1, names: { A/T: att, a/t: att } }'),
      'expects a name that is not given twice (first as A/T), not "a/t"',
    ],
    [
      connection('type: sip, direction: to, networkTlv: { tag: 1 }'),
      'networkTlv: expects nothing: SIP peers send no receipts',
    ],
  ])('%s', (text, expected) => {
    // prettier-ignore
    expect(mistakesOf(text)).toContainEqual(expect.stringContaining(expected))
  })
})

describe('what is only unwise', () => {
  it('is warned of, and the directory is in force', () => {
    const numbers = Array.from({ length: 50 }, (_, n) => `'${12_025_550_100 + n}'`)
    const text = `
brands: [{ id: acme }, { id: small, kind: lowVolumeStandard, trustScore: 40 }]
campaigns: [{ id: x, brand: acme, useCase: mixed }, { id: c, brand: acme, useCase: mixed, numbers: [${numbers.join(', ')}] }]`
    const { warnings, tenDlc } = snapshotOf(text)
    expect(tenDlc?.campaign('c')?.numbers).toHaveLength(50)
    expect(warnings).toEqual([
      {
        ...{ kind: 'campaigns', id: 'c', path: 'numbers' },
        expected: '49 numbers at most: more raise no limit, and carriers take them for an evasion',
      },
      {
        ...{ kind: 'brands', id: 'small', path: 'trustScore' },
        expected: 'no score: a lowVolumeStandard brand is not vetted, and has the figures of none',
      },
    ])
    expect(snapshotOf(registry).warnings).toBeUndefined()
  })
})

describe('a change', () => {
  const rules = { ...surroundings, defaults }
  const whole = (opened: Opened): Provisioned => {
    if (opened.kind === 'mistakes') throw new Error(JSON.stringify(opened.mistakes))
    return opened.provisioned
  }
  const object = (kind: string, row: { readonly id: string }) => ({ kind, id: row.id, row, etag: '1' })
  const first = whole(
    openDirectory(
      [
        object('brands', { id: 'acme' }),
        object('brands', { id: 'best' }),
        object('campaigns', { id: 'c', ...{ brand: 'acme', useCase: 'mixed', numbers: ['12025550100'] } }),
        object('campaigns', { id: 'd', ...{ brand: 'best', useCase: 'mixed', numbers: ['12025550101'] } }),
        { ...object('carrierOverrides', { id: 'all' }), row: { file: 'carriers.csv' } },
      ],
      1,
      rules,
    ),
  )
  const changed = (change: { kind: string; id: string; row: unknown }): Provisioned => {
    const result = changeDirectory(first, { changes: [change] }, rules)
    if (result.kind !== 'changed') throw new Error(JSON.stringify(result))
    return result.provisioned
  }

  it('makes only what it touches anew', () => {
    const [before, countBefore] = [first.snapshot.tenDlc!, reads.length]
    const limits = [before.limitsOf('c'), before.limitsOf('d')]
    const { snapshot } = changed({ kind: 'brands', id: 'best', row: { trustScore: 80 } })
    expect(snapshot.tenDlc?.limitsOf('c')).toBe(limits[0])
    expect(snapshot.tenDlc?.limitsOf('d')?.sms.verizon.shared?.perSecond).toBe(75)
    expect(before.limitsOf('d')).toEqual(limits[1])
    expect(reads.length).toBe(countBefore)
    stamp++
    changed({ kind: 'brands', id: 'acme', row: { name: 'x' } })
    expect(reads.length).toBe(countBefore + 1)
  })

  it('of a campaign moves its numbers', () => {
    const row = { brand: 'acme', useCase: 'mixed', numbers: ['12025550102'] }
    const { tenDlc } = changed({ kind: 'campaigns', id: 'c', row }).snapshot
    expect(['12025550100', '12025550101', '12025550102'].map((number) => tenDlc?.campaignOf(number)?.id)).toEqual([
      undefined,
      'd',
      'c',
    ])
    expect(first.snapshot.tenDlc?.campaignOf('12025550100')?.id).toBe('c')
  })

  it('that is unwise is made, and says so', () => {
    const numbers = Array.from({ length: 60 }, (_, n) => String(12_025_550_200 + n))
    const changes = [
      { kind: 'campaigns', id: 'c', row: { brand: 'acme', useCase: 'mixed', numbers } },
      { kind: 'brands', id: 'acme', row: { name: 'x' } },
    ]
    expect(changeDirectory(first, { changes }, rules)).toMatchObject({
      kind: 'changed',
      report: [
        {
          id: 'c',
          action: 'update',
          warnings: [{ path: 'numbers', expected: expect.stringContaining('49 numbers') as string }],
        },
        { id: 'acme', action: 'update' },
      ],
    })
  })

  it('that is wrong names the other object', () => {
    const row = { brand: 'acme', useCase: 'mixed', numbers: ['12025550101'] }
    expect(changeDirectory(first, { changes: [{ kind: 'campaigns', id: 'e', row }] }, rules)).toMatchObject({
      kind: 'mistakes',
      mistakes: [
        {
          ...{ kind: 'campaigns', id: 'e', path: 'numbers[0]', value: '12025550101' },
          expected: 'each number in one campaign; campaigns/d has it',
        },
      ],
    })
  })
})

describe('config/tendlc.yaml', () => {
  it('is right, and comes to what its remarks say', () => {
    const { tenDlc, warnings } = snapshotOf(readFileSync(new URL('../../config/tendlc.yaml', import.meta.url), 'utf8'))
    expect(warnings).toBeUndefined()
    const shown = tenDlc?.campaigns().map(({ id }) => {
      const { sms, atCap } = tenDlc.limitsOf(id)!
      return [id, sms.att.shared?.perSecond, sms.tmobile.shared?.perSecond, sms.tmobile.day?.segments, atCap]
    })
    expect(shown).toEqual([
      ['acme-news', 75, 100, 500_000, 'hold'],
      ['acme-codes', 75, 75, 200_000, 'fail'],
      ['bakery-orders', 1.25, 1.25, 2000, 'hold'],
      ['joe-visits', 0.25, undefined, 1000, 'hold'],
    ])
    expect(tenDlc?.overrides.of('12025550123')).toBe('verizon')
  })
})

describe('10,000 campaigns with 10 numbers each', () => {
  it('are little, and a change of something else leaves them alone', () => {
    const around = { ...surroundings }
    const file = JSON.stringify({
      brands: Array.from({ length: 5000 }, (_, n) => ({ id: `b${n}`, trustScore: n % 101 })),
      campaigns: Array.from({ length: 10_000 }, (_, n) => ({
        ...{ id: `c${n}`, brand: `b${n % 5000}`, useCase: 'mixed' },
        numbers: Array.from({ length: 10 }, (__, at) => String(12_022_000_000 + n * 10 + at)),
      })),
    })
    const directory = parsed(file, around)
    const fromMs = performance.now()
    const { tenDlc } = compileDirectory(directory, defaults)
    const compiledMs = performance.now() - fromMs
    let found = 0
    const lookMs = performance.now()
    for (let n = 0; n < 100_000; n++) if (tenDlc?.campaignOf(String(12_022_000_000 + n))?.id === `c${Math.floor(n / 10)}`) found++ // prettier-ignore
    const lookedUs = ((performance.now() - lookMs) * 1000) / 100_000
    console.log(`100,000 numbers: compiled ${compiledMs.toFixed(0)} ms, ${directory.tenDlc!.numbers.octets / 1e6} MB, look-up ${lookedUs.toFixed(2)} µs`) // prettier-ignore
    expect(found).toBe(100_000)
    expect(directory.tenDlc!.numbers.octets).toBeLessThan(5_000_000)
    expect(compiledMs).toBeLessThan(5000)
  }, 60_000)
})
