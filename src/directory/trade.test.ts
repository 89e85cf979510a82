import { describe, expect, it } from 'vitest'
import type { AccountId, ConnectionId } from '../message/ids.js'
import { translate } from '../phone/translator.js'
import { compileDirectory } from './compile.js'
import { explainSending } from './explain.js'
import { describeDirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'
import type { Policy, Snapshot } from './snapshot.js'
import { createTariffMemory } from './tariff-memory.js'

const around = { env: {}, readSecret: () => '', statusByName: () => undefined }
const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`

function parsed(text: string) {
  const result = parseDirectory(text, 'd.yaml', around)
  if (result.kind === 'mistakes') throw new Error(result.mistakes.map(describeDirectoryMistake).join('\n'))
  return result.directory
}
const snapshotOf = (text: string): Snapshot => compileDirectory(parsed(text))
function lines(text: string): string[] {
  const result = parseDirectory(text, 'd.yaml', around)
  return result.kind === 'mistakes' ? result.mistakes.map(describeDirectoryMistake) : []
}
const connection = (id: string, tariff: string, more = ''): string =>
  `{ id: ${id}, host: h, systemId: s, password: p, tariff: ${tariff}${more} }`
const account = (id: string, more: string): string => `{ id: ${id}, systemId: ${id}, password: "${hash}"${more} }`

const DAY = Date.UTC(2027, 0, 1)
const text = `
currency: EUR
exchangeRates: [{ currency: USD, rate: '0.5' }, { currency: USD, rate: '2', effectiveFrom: 2027-01-02 }]
customers: [{ id: acme, billing: postpaid, creditLimit: '12.5', currency: USD }, { id: small, creditLimit: '9' }]
products: [{ id: retail, tariff: sale, services: [sms], dialingRules: { calledIn: 's/^0/44/', callingIn: add 1 } }]
accounts:
  - ${account('plain', '')}
  - ${account('sold', ", customer: acme, product: retail, dialing: { calledIn: ['s/^0/49/', strip 1] }, limits: { messagesPerDay: 5, spendPerDay: '1.5' }")}
  - ${account('bound', ", allowedSources: ['ACME', '4477*'], allowedDestinations: [GB, '1555']")}
  - { id: alone, systemId: alone, ipOnly: true, addresses: [192.0.2.0/24, '2001:db8::/32'] }
tariffs:
  - id: sale
    rates: [{ prefix: '44', price: '0.02' }, { destination: '=7726', price: '2' }, { destination: ONNET, price: '0' }]
  - { id: one, rates: [{ prefix: '44', price: '0.01' }, { destination: E.212-234-10, price: '0.05' }, { destination: '=4499', price: '9' }] }
  - { id: two, currency: USD, rates: [{ prefix: '44', price: '0.02' }, { prefix: '', price: '0.3', effectiveFrom: 2027-01-01 }] }
  - { id: gold, rates: [{ prefix: '44', price: '0.03', category: Gold, preference: 9 }, { prefix: '445', price: '0', preference: 0 }] }
plans:
  - { id: first, categories: [{ category: Gold, order: 2 }, { category: Default, order: 1 }], profit: { absolute: '0', relative: '50', both: true } }
vendors:
  - id: v
    connections:
      - ${connection('a', 'one')}
      - ${connection('b', 'two', ', weight: 3')}
      - ${connection('c', 'gold', ", translations: { calledOut: 's/^44/0/' }")}
      - ${connection('d', 'one', ', direction: from')}
policies:
  - { id: all, priority: 1 }
  - { id: planned, match: { domain: planned }, priority: 2, plan: first, billingUnit: 70, hlr: { onFailure: refuse } }
`

describe('routes', () => {
  const snapshot = snapshotOf(text)
  const all = snapshot.policyFor('x', '44') as Policy
  const planned = snapshot.policyFor('planned', '44') as Policy
  const accountOf = (id: string) => snapshot.account(id as AccountId)!
  const sold = accountOf('sold')

  it('go by preference, then price in the base currency; equal ones share by weight', () => {
    const routes = [0, 0.2, 0.3, 0.9].map((chance) => snapshot.routeFor(all, '447', undefined, DAY, undefined, chance))
    // a and b cost 0.01 each; b has three shares of four.
    expect(routes).toEqual([['c', 'a', 'b'], ['c', 'a', 'b'], ['c', 'b', 'a'], ['c', 'b', 'a']]) // prettier-ignore
    expect(routes[2]).toBe(routes[3])
    expect(routes[0]).toBe(snapshot.routeFor(all, '446', undefined, DAY))
    expect(Object.isFrozen(routes[0])).toBe(true)
  })

  it('share in proportion over many chances', () => {
    let first = 0
    for (let n = 0; n < 10_000; n++)
      if (snapshot.routeFor(all, '447', undefined, DAY, undefined, n / 10_000)[1] === 'b') first++
    expect(first / 10_000).toBeCloseTo(0.75, 2)
  })

  it('go by the plan and leave the profit that it asks for, where the account has prices', () => {
    expect(snapshot.routeFor(planned, '447', accountOf('plain'), DAY)).toEqual(['c', 'a', 'b'])
    // 0.02 pays for 0.01 and half as much again, not for 0.03.
    expect(snapshot.routeFor(planned, '447', sold, DAY)).toEqual(['a', 'b'])
    expect(snapshot.routeQuestion(planned, '447', sold, DAY, undefined).candidates).toHaveLength(4)
  })

  it('leave out preference 0 and connections that only send to us', () => {
    expect(snapshot.routeFor(all, '4455', undefined, DAY)).toEqual(['a', 'b'])
  })

  it('follow the network and exact numbers', () => {
    const network = { mcc: '234', mnc: '10' }
    expect(snapshot.routeFor(all, '447', undefined, DAY, network)).toEqual(['c', 'b', 'a'])
    expect(snapshot.routeFor(all, '999', undefined, 0, network)).toEqual(['a'])
    expect(snapshot.routeFor(all, '447', undefined, DAY, { mcc: '234', mnc: '1' })).toEqual(['c', 'a', 'b'])
    expect(snapshot.routeFor(all, '4499', undefined, DAY)).toEqual(['c', 'b', 'a'])
    expect(snapshot.routeFor(all, '44990', undefined, DAY)).toEqual(['c', 'a', 'b'])
  })

  it('change when a rate or a rate of exchange begins, and back with the clock', () => {
    expect(snapshot.nextChangeMs(DAY - 1)).toBe(DAY)
    expect(snapshot.nextChangeMs(DAY)).toBe(DAY + 86_400_000)
    expect(snapshot.nextChangeMs(DAY + 86_400_000)).toBe(Infinity)
    for (const _ of [1, 2]) {
      expect(snapshot.routeFor(all, '1', undefined, DAY - 1)).toEqual([])
      expect(snapshot.routeFor(all, '1', undefined, DAY)).toEqual(['b'])
      // Without a moment it is the one asked for last.
      expect(snapshot.routeFor(all, '1')).toEqual(['b'])
      expect(snapshot.routeFor(all, '447', undefined, DAY + 86_400_000, undefined, 0.9)).toEqual(['c', 'a', 'b'])
      expect(snapshot.priceOf('b' as ConnectionId, '447')).toBe(40_000)
    }
  })

  describe('of messages that connections bring', () => {
    const peering = snapshotOf(`
accounts:
  - ${account('tidal', '')}
  - ${account('other', '')}
tariffs: [{ id: one, rates: [{ prefix: '44', price: '0.01' }] }]
vendors:
  - id: v
    connections:
      - ${connection('peer', 'one', ', account: tidal')}
      - ${connection('second', 'one', ', account: tidal')}
      - ${connection('there', 'one', ', account: tidal, direction: to')}
      - ${connection('away', 'one')}
policies:
  - { id: all, match: { domain: '*' } }
  - { id: back, match: { domain: back }, priority: 2, routing: { connections: [peer, second] } }
`)
    const by = (id: string, domain = 'x') =>
      peering.routeFor(peering.policyFor(domain, '44')!, '447', peering.account(id as AccountId), DAY)

    it('never lead back to where their account comes from', () => {
      expect(by('tidal')).toEqual(['there', 'away'])
      expect(by('tidal', 'back')).toEqual([])
      expect(by('other')).toEqual(['peer', 'second', 'there', 'away'])
      expect(by('tidal')).toBe(by('tidal'))
    })

    it('are explained', () => {
      const tidal = peering.account('tidal' as AccountId)!
      const question = { account: tidal, from: '1', to: '447', domain: undefined, network: undefined, wallMs: DAY }
      const why = explainSending(peering, question).candidates.map(({ connection, place, words }) => [connection, place, words]) // prettier-ignore
      expect(why).toEqual([
        ['there', 1, expect.stringContaining('costs 0.01')],
        ['away', 2, expect.stringContaining('costs 0.01')],
        ['peer', 0, 'messages of account tidal come from it: they are not sent back'],
        ['second', 0, 'messages of account tidal come from it: they are not sent back'],
      ])
    })
  })

  it('let those that stand back come last', () => {
    const route = snapshot.routeFor(all, '447', undefined, DAY)
    expect(snapshot.standBack(route, () => 'ready')).toBe(route)
    expect(snapshot.standBack(route, (id) => (id === 'c' ? 'full' : 'ready'))).toEqual(['a', 'b', 'c'])
  })

  it('tell prices of customers', () => {
    const price = (called: string) => snapshot.customerPrice(sold, called, undefined, DAY)?.priceMicros
    expect([price('447'), price('7726'), price('77260'), price('1')]).toEqual([20_000, 2_000_000, undefined, undefined])
    expect(snapshot.customerWordPrice(sold, 'ONNET', DAY)?.priceMicros).toBe(0)
    expect(snapshot.customerWordPrice(sold, 'API', DAY)).toBeUndefined()
    expect(snapshot.customerDearestPrice(sold, '447', undefined, DAY)?.priceMicros).toBe(20_000)
    expect(snapshot.customerPrice(accountOf('plain'), '447', undefined, DAY)).toBeUndefined()
    expect(snapshot.vendorPrice('b' as ConnectionId, '447', undefined, DAY)).toMatchObject({ priceMicros: 10_000, price: { ownMicros: 20_000 } }) // prettier-ignore
  })

  it('compile the rest of the rows', () => {
    expect(snapshot.customer('acme')).toMatchObject({ creditLimitMicros: 12_500_000, currency: 'USD', active: true })
    // A prepaid customer has no credit, whatever its row says.
    expect(snapshot.customer('small')).toMatchObject({ creditLimitMicros: 0, currency: 'EUR', billing: 'prepaid' })
    expect(snapshot.product('retail')).toEqual({ id: 'retail', tariff: 'sale', services: ['sms'] })
    expect(planned).toMatchObject({ billingUnit: 70, hlr: { onFailure: 'refuse' }, plan: { id: 'first' } })
    expect(sold.limits).toEqual({ messages: 5, spentMicros: 1_500_000 })
    expect(translate(sold.dialing.calledIn!, '0123', 'e164')).toBe('9123')
    expect(translate(sold.dialing.callingIn!, '5', 'e164')).toBe('15')
    expect(translate(snapshot.connection('c' as ConnectionId)!.dialing.calledOut!, '447', 'e164')).toBe('07')
    expect(accountOf('plain').dialing.calledIn).toBeUndefined()
  })

  it('compile what an account may do', () => {
    const bound = accountOf('bound')
    const sources = ['ACME', 'acme', '447712', '4478', ''].map((source) => bound.allowsSource?.(source))
    expect(sources).toEqual([true, false, true, false, false])
    const places = ['447700900123', '15551234567', '1555', '16661234567', 'GB', '44', '999', '1555x'].map((to) => bound.allowsDestination?.(to)) // prettier-ignore
    expect(places).toEqual([true, true, true, false, false, false, false, false])
    expect(sold.allowsSource ?? sold.allowsDestination).toBeUndefined()
    for (const ip of ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.7', '2001:db8:1::1'])
      expect(snapshot.accountByAddress(ip)).toBe(accountOf('alone'))
    for (const ip of ['192.0.1.255', '192.0.3.0', '2001:db9::', 'nonsense', ''])
      expect(snapshot.accountByAddress(ip)).toBeUndefined()
  })
})

describe('a tariff that did not change', () => {
  it('is not compiled again', () => {
    const tariffs = createTariffMemory()
    const steps = (directory: ReturnType<typeof parsed>) =>
      directory.tariffs.map((tariff) => [...tariffs.compiled(tariff, 'EUR')].length)
    const rates = Array.from({ length: 3000 }, (_, n) => `{ prefix: '${n + 1}', price: '1' }`)
    const long = (price: string) =>
      parsed(`tariffs: [{ id: t, rates: [${rates.join(', ').replace("price: '1'", `price: ${price}`)}] }]`)
    const first = steps(long("'1'"))
    expect(steps(long("'1'"))[0]).toBeLessThan(first[0]!)
    expect(steps(long("'2'"))[0]).toBeGreaterThanOrEqual(first[0]!)
  })
})

describe('mistakes', () => {
  it('name object, field, value and what would be right', () => {
    const wrong = `currency: EUR
exchangeRates:
  - { currency: EUR, rate: '1' }
  - { currency: USD, rate: '0' }
  - { currency: GBP, rate: '1.2' }
  - { currency: GBP, rate: '1.3', effectiveFrom: 1970-01-01T00:00:00Z }
customers:
  - { id: c, currency: CHF, creditLimit: '-1' }
products:
  - { id: p, tariff: none, services: [sms, sms] }
tariffs:
  - id: t
    currency: XYZ
    rates:
      - { price: '1' }
      - { prefix: '1', destination: '1', price: '1' }
      - { prefix: '1234567890123456', price: '1' }
      - { destination: '+44', price: '1' }
      - { destination: '44', price: '1000001' }
      - { prefix: '44', price: '1', effectiveFrom: 2027-02-31, preference: 11 }
      - { destination: '49', price: '1', effectiveFrom: 2027-01-01 }
      - { prefix: '49', price: '1', effectiveFrom: 2027-01-01T00:00:00Z }
plans:
  - { id: x, categories: [{ category: A, order: 1 }, { category: A, order: 2 }], profit: { both: false } }
accounts:
  - ${account('a', ", customer: c, dialing: { calledIn: ['s/^0/44/', strp 3], callingOut: 's/(/' }")}
  - ${account('b', ', customer: nobody, product: p, allowedDestinations: [GB, XX], addresses: [10.0.0.1/8]')}
  - { id: d, systemId: d, ipOnly: true, addresses: [10.0.0.0/8] }
  - { id: e, systemId: e, ipOnly: true, addresses: [10.2.0.0/16, '1.2.3'] }
  - { id: f, systemId: f, ipOnly: true }
  - { id: g, systemId: g }
vendors:
  - id: v
    connections:
      - ${connection('k', 't', ', settleOn: receipt, requestReceipt: never, translations: { calledOut: nonsense }')}
policies:
  - { id: q, plan: none }
`
    const told = lines(wrong).map((line) => line.replace(/^d\.yaml:\d+:\d+: /, ''))
    expect(told).toEqual([
      'exchangeRates[0].currency: expects another currency: EUR is the base, not "EUR"',
      'exchangeRates[1].rate: expects a rate above 0, not "0"',
      'exchangeRates[3]: expects one rate of GBP from one moment on (first at exchangeRates[2])',
      'customers[0].currency: expects the base currency or one with a rate in exchangeRates: EUR, GBP, not "CHF"',
      'customers[0].creditLimit: expects a decimal number such as "250.50", at most 9 digits and 6 decimals, not "-1"',
      'products[0].tariff: expects the id of a tariff, not "none"',
      'products[0].services[1]: expects a service that is not used twice (first at products[0].services[0]), not "sms"',
      'tariffs[0].currency: expects the base currency or one with a rate in exchangeRates: EUR, GBP, not "XYZ"',
      'tariffs[0].rates[0]: expects exactly one of destination and prefix',
      'tariffs[0].rates[1].prefix: expects exactly one of destination and prefix',
      'tariffs[0].rates[2].prefix: expects up to 15 digits: no number has more, not "1234567890123456"',
      'tariffs[0].rates[3].destination: expects up to 15 digits, =digits for one number, E.212-MCC-MNC, E.212-MCC, or a word such as ONNET, not "+44"',
      'tariffs[0].rates[4].price: expects a price up to 1000000, not "1000001"',
      'tariffs[0].rates[5].prefix: expects a moment that is not used twice (first at tariffs[0].rates[4].destination), not "44"',
      'tariffs[0].rates[5].effectiveFrom: expects a day or moment that is in the calendar, from 1970 on, not "2027-02-31"',
      'tariffs[0].rates[5].preference: expects a whole number from 0 to 10, not 11',
      'tariffs[0].rates[7].prefix: expects a moment that is not used twice (first at tariffs[0].rates[6].destination), not "49"',
      'plans[0].categories[1].category: expects a category that is not used twice (first at plans[0].categories[0].category), not "A"',
      'plans[0].profit: expects at least one of absolute and relative',
      'accounts[0].customer: expects both customer and product, or none of them',
      'accounts[0].dialing.calledIn[1]: expects "strip" (character 1: "strp" is no rule), not "strp 3"',
      expect.stringMatching(
        /^accounts\[0\]\.dialing\.callingOut: expects .*\(character \d+: .*\), not "s\/\(\/"$/,
      ) as string,
      'accounts[1].customer: expects the id of a customer, not "nobody"',
      'accounts[1].allowedDestinations[1]: expects a country that has numbers (ISO 3166-1), such as GB, not "XX"',
      'accounts[1].addresses[0]: expects an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32, not "10.0.0.1/8"',
      'accounts[3].addresses[0]: expects addresses that no other ipOnly account has (10.0.0.0/8 at accounts[2].addresses[0]), not "10.2.0.0/16"',
      'accounts[3].addresses[1]: expects an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32, not "1.2.3"',
      'accounts[4].ipOnly: expects addresses, by which the account is known, not true',
      'accounts[5].password: expects a hash made by `smswitch hash-password`; it is missing',
      'vendors[0].connections[0].settleOn: expects answer where requestReceipt is never: no receipt would come, not "receipt"',
      expect.stringMatching(
        /^vendors\[0\]\.connections\[0\]\.translations\.calledOut: .*"nonsense" is no rule.*$/,
      ) as string,
      'policies[0].plan: expects the id of a routing plan, not "none"',
    ])
  })

  it('tell a price that would not be exact in the base currency', () => {
    const text = `
currency: EUR
exchangeRates: [{ currency: USD, rate: '1' }, { currency: USD, rate: '999999999', effectiveFrom: 2030-01-01 }]
tariffs: [{ id: t, currency: USD, rates: [{ prefix: '', price: '1000' }] }]`
    expect(lines(text)).toEqual([
      expect.stringContaining('tariffs[0].currency: expects prices that stay below 9 billion EUR'),
    ])
  })
})
