import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { hlrAnswer, json, numberOf, startProviderServer } from '../lookup/provider-server.suite.js'
import { createOutput } from './output.js'
import { routeCommand, routeReport } from './route.js'

const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const folder = mkdtempSync(join(tmpdir(), 'smswitch-route-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'd.yaml')
const connection = (id: string, tariff: string, more = ''): string =>
  `{ id: ${id}, host: h, systemId: s, password: p, tariff: ${tariff}${more} }`
writeFileSync(
  file,
  `
currency: EUR
exchangeRates:
  - { currency: USD, rate: '0.9' }
  - { currency: USD, rate: '0.8', effectiveFrom: 2027-01-01 }
customers: [{ id: acme, billing: postpaid, creditLimit: '100' }]
products:
  - { id: retail, tariff: sale, dialingRules: { calledIn: 'dialing international=00 national=0 countryCode=44' } }
accounts:
  - { id: a, systemId: a, password: "${hash}", customer: acme, product: retail, allowedDestinations: [GB, US] }
  - { id: free, systemId: free, password: "${hash}" }
tariffs:
  - id: sale
    rates: [{ destination: '44', price: '0.02' }, { destination: '1', price: '0.01' }, { destination: '=447000', price: '1.5' }]
  - { id: gold, currency: USD, rates: [{ destination: '44', price: '0.015', category: Gold, preference: 7 }] }
  - id: cheap
    rates:
      - { prefix: '44', price: '0.004' }
      - { prefix: '44', price: '0.005', effectiveFrom: 2027-06-01T12:00:00Z }
      - { destination: E.212-234-10, price: '0.001' }
      - { prefix: '447', price: '0', forbidden: true }
  - { id: dear, rates: [{ prefix: '', price: '0.05' }] }
  - { id: closed, rates: [{ prefix: '', price: '0.001', category: Closed }] }
plans:
  - { id: best, categories: [{ category: Gold, order: 9 }, { category: Default, order: 1 }], profit: { absolute: '0' } }
vendors:
  - id: v
    connections:
      - ${connection('gold', 'gold', ", translations: { calledOut: 'add 00' }")}
      - ${connection('cheap', 'cheap')}
  - id: w
    connections:
      - ${connection('dear', 'dear')}
      - ${connection('closed', 'closed')}
      - ${connection('off', 'cheap', ', active: false')}
      - ${connection('in', 'cheap', ', direction: from')}
policies:
  - { id: all, priority: 1, plan: best }
  - { id: other, priority: 9, match: { domain: '*.other', called: '44' } }
  - { id: us, priority: 5, match: { called: '1' } }
  - { id: shape, priority: 4, match: { called: '44??' } }
  - { id: never, priority: 0 }
`,
)

type Values = Parameters<typeof routeReport>[0]
const values = (more: Partial<Values>): Values => ({
  directory: file,
  account: 'a',
  from: 'ACME',
  to: '020 7946'.replace(' ', ''),
  domain: undefined,
  network: undefined,
  providers: undefined,
  lookup: false,
  down: [],
  full: [],
  resting: [],
  chance: undefined,
  at: '2026-01-01',
  ...more,
})

async function run(more: Partial<Values>, json = false): Promise<string> {
  let out = ''
  const sink = { write: (some: string) => (out += some) }
  expect(await routeCommand.run(values(more), createOutput({ json, out: sink, err: sink }))).toBe(0)
  return out
}

describe('smswitch route', () => {
  it('explains policy, translations, price and candidates', async () => {
    expect((await run({})).split('\n').map((line) => line.trimEnd())).toEqual([
      'from ACME to 44207946, domain sms.local',
      '',
      'translations',
      'where             number  before    after       by',
      'from the account  called  0207946   44207946    dialing international=00 national=0 countryCode=44',
      'to gold           called  44207946  0044207946  add 00',
      '',
      'policies',
      '   policy  priority  why',
      '   other   9         the domain sms.local does not match *.other',
      '   us      5         44207946 does not begin with 1',
      '   shape   4         44207946 does not look like 44??',
      '→  all     1         covers 44207946 in sms.local, and none before it does',
      '   never   0         would cover it too, but all comes first',
      '',
      'plan best: Gold 9, Default 1; profit of at least 0 a unit',
      '',
      'the customer pays 0.02 EUR a unit, by product retail',
      '',
      'candidates',
      'place  connection  vendor  cost    why',
      '1      gold        v       0.0135  costs 0.0135 (0.015 USD at 0.9) a unit, profit 0.0065, preference 7, category Gold of order 9, weight 1',
      '2      cheap       v       0.004   costs 0.004 a unit, profit 0.016, preference 5, category Default of order 1, weight 1',
      'out    dear        w       0.05    it costs 0.05 a unit and the customer pays 0.02: profit -0.03, wanted at least 0',
      'out    closed      w       0.001   its route category Closed is not in the plan (Gold 9, Default 1)',
      'out    off         w       0.004   it is not active',
      'out    in          w       0.004   messages only come from it (direction: from)',
      '',
      'route: gold, cheap',
      '',
    ])
  })

  it('follows the moment: rates and rates of exchange have dates', async () => {
    expect(await run({ at: '2027-01-01' })).toContain('costs 0.012 (0.015 USD at 0.8)')
    expect(await run({ at: '2027-06-01' })).toContain('2      cheap       v       0.004 ')
    expect(await run({ at: '2027-06-01T12:00:00Z' })).toContain('2      cheap       v       0.005 ')
  })

  it('follows the network, exact numbers and forbidden rates', async () => {
    expect(await run({ network: 'E.212-234-10' })).toContain('2      cheap       v       0.001 ')
    expect(await run({ to: '+447000' })).toContain('the customer pays 1.5 EUR a unit')
    expect(await run({ to: '+447700900123' })).toContain('its rate forbids this destination')
  })

  it('says that a message stays in the network, and to whom it goes', async () => {
    const sip = fileURLToPath(new URL('../../config/sip.yaml', import.meta.url))
    const question = { directory: sip, account: 'alice', from: 'alice', domain: 'sip.example.com' }
    const said = await run({ ...question, to: 'bob' })
    expect(said).toContain('the customer pays 0 EUR a unit, by product phones')
    expect(said).toContain('stays in the network: to account bob')
    expect(said).not.toContain('candidates')
    expect(await run({ ...question, to: 'carol' })).toContain('refused: no account has the number carol')
  })

  describe('with a policy that asks for the network', () => {
    const hlr = join(folder, 'hlr.yaml')
    const providers = join(folder, 'providers.yaml')
    const table = join(folder, 'own.csv')
    writeFileSync(table, '447911*,234-10,true\n')
    const write = async (origin: string, onFailure: string) => {
      const all = '- { id: all, priority: 1, plan: best }'
      const asking = `- { id: all, priority: 1, plan: best, hlr: { providers: [own, hlr1], onFailure: ${onFailure} } }`
      writeFileSync(hlr, readFileSync(file, 'utf8').replace(all, asking))
      const rows = [
        { id: 'own', type: 'table', file: table },
        { id: 'hlr1', type: 'hlrLookups', key: 'k', secret: 's', origin, plainHttp: true },
        { id: 'other', type: 'table', file: table },
      ]
      writeFileSync(providers, JSON.stringify({ providers: rows }))
    }
    const asked = (more: Partial<Values> = {}) => run({ directory: hlr, providers, to: '+447922123456', ...more })

    it('shows what tables say, and whom it would ask', async () => {
      await write('http://127.0.0.1:9', 'refuse')
      const told = await asked({ to: '+447911123456' })
      expect(told).toContain('network E.212-234-10\n')
      expect(told).toContain('lookup: E.212-234-10, ported\n')
      expect(told).toContain('costs 0.001 a unit')
      expect(await asked()).toContain('lookup: in no table; --lookup asks hlr1: the digits decide here\n')
      expect(await asked({ providers: undefined })).toContain('lookup: there is nobody to ask (--providers FILE)')
      expect(await asked({ network: 'E.212-234-10' })).toContain('lookup: E.212-234-10, as said by --network\n')
    })

    it('asks, and judges failures as the policy does', async () => {
      const provider = await startProviderServer(undefined)
      try {
        await write(provider.origin, 'refuse')
        provider.answers = (request, response) =>
          json(
            response,
            200,
            hlrAnswer(numberOf(request), { mccmnc: '23410', mcc: '234', mnc: '10', is_ported: false }),
          )
        expect(await asked({ lookup: true })).toContain('lookup: E.212-234-10, not ported\n')
        provider.answers = (request, response) =>
          json(response, 200, hlrAnswer(numberOf(request), { connectivity_status: 'INVALID_MSISDN' }))
        expect(await asked({ lookup: true })).toContain('lookup: nobody knows: the digits decide\n')
        provider.answers = (_, response) => json(response, 500, {})
        const failure = 'refused: hlr1: HTTP 500'
        const refused = await asked({ lookup: true })
        expect(refused).toContain(`lookup: ${failure}\n`)
        expect(refused).toContain(`refused: policy all refuses it, the network being unknown (${failure})`)
        await write(provider.origin, 'retry')
        expect(await asked({ lookup: true })).toContain(`lookup: ${failure}: it would be accepted and asked for again`)
        await write(provider.origin, 'prefix')
        const byDigits = await asked({ lookup: true, to: '+447000' })
        expect(byDigits).toContain('lookup: nobody knows: the digits decide\n')
        expect(await asked({ lookup: true })).toContain(`lookup: ${failure}: the digits decide (onFailure: prefix)`)
      } finally {
        await provider.close()
      }
    })

    it('refuses a file of providers with mistakes', async () => {
      writeFileSync(providers, 'providers: [{ id: x, type: table, file: none.csv }]')
      await expect(asked()).rejects.toThrow(/providers\[0\]\.file: expects a file that can be read/)
      await expect(asked({ providers: join(folder, 'none.yaml') })).rejects.toThrow(/can't be read/)
    })
  })

  it('shows what if connections stand back', async () => {
    const told = await run({ down: ['cheap'], full: ['gold'] })
    expect(told).toContain('1      gold        v       0.0135  stands back, being full: costs')
    expect(told).toContain('2      cheap       v       0.004   stands back, its link being down: costs')
  })

  it.each([
    [
      { to: '+493012345678' },
      'refused: account a may not send to 493012345678; tariff sale of product retail has no rate',
    ],
    [{ account: 'free', to: '15550100', domain: 'x.other' }, 'the customer pays nothing: the account has no product'],
    [{ account: 'free', to: '15550100' }, 'route: closed, dear'],
  ])('says what would happen: %j', async (more, wanted) => {
    expect(await run(more)).toContain(wanted)
  })

  it.each([
    [{ account: 'fre' }, /has no account fre; did you mean free\?/],
    [{ network: '23410' }, /--network 23410 is no network, such as E\.212-310-410/],
    [{ at: 'tomorrow' }, /--at tomorrow is no moment/],
    [{ chance: '1' }, /--chance 1 is not from 0 to below 1/],
    [{ down: ['golden'] }, /there is no connection golden/],
    [{ directory: join(folder, 'none.yaml') }, /can't be read/],
  ])('refuses %j', async (more, message) => {
    await expect(run(more)).rejects.toThrow(message)
  })

  it('prints the same for programs', async () => {
    expect(JSON.parse(await run({}, true))).toEqual(JSON.parse(JSON.stringify(await routeReport(values({}), {}, 0))))
  })
})
