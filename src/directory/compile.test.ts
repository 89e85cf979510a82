import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountId, ConnectionId } from '../message/ids.js'
import { readDataCoding } from '../text/data-coding.js'
import { standardText } from '../text/standard.js'
import { compileDirectory } from './compile.js'
import { parseDirectory } from './parse.js'
import { looksLike } from './pattern.js'
import type { Rate } from './resolve.js'
import { MAX_ROUTE } from './routes.js'
import type { Policy, Snapshot } from './snapshot.js'

function snapshotOf(text: string, resend?: { stepMs: number; max: number }): Snapshot {
  const parsed = parseDirectory(text, 'd.yaml', { env: {}, readSecret: () => '', statusByName: () => undefined })
  if (parsed.kind === 'mistakes') throw new Error(JSON.stringify(parsed.mistakes))
  return compileDirectory(parsed.directory, resend === undefined ? undefined : { resend })
}

const connection = (id: string, tariff: string, more = ''): string =>
  `{ id: ${id}, host: h, systemId: s, password: p, tariff: ${tariff}${more} }`

const text = `
tariffs:
  - id: cheap-uk
    rates: [{ prefix: '44', price: '0.01' }, { prefix: '447', price: '0.03' }]
  - id: world
    rates: [{ prefix: '', price: '0.02' }, { prefix: '4479', price: '0.005' }, { prefix: '1', price: '0.02' }]
  - id: same
    rates: [{ prefix: '1', price: '0.02' }, { prefix: '44', price: '0.02' }]
vendors:
  - id: v
    connections:
      - ${connection('uk', 'cheap-uk')}
      - ${connection('world', 'world')}
  - id: w
    connections:
      - ${connection('same', 'same')}
      - ${connection('off', 'world', ', active: false')}
policies:
  - { id: all, priority: 1 }
  - { id: uk-only, priority: 9, match: { domain: 'uk.*', called: '44' }, routing: { connections: [uk, off], failover: next } }
  - { id: shape, priority: 9, match: { domain: 'UK.example', called: '1???5*' } }
  - { id: never, priority: 0 }
`

describe('routeFor', () => {
  const snapshot = snapshotOf(text)
  const all = snapshot.policyFor('sms.local', '1') as Policy

  it.each([
    ['441234', ['uk', 'world', 'same']], // 0.01, 0.02, 0.02: equal ones as in the file
    ['447123', ['world', 'same', 'uk']], // 0.02, 0.02, 0.03
    ['4479', ['world', 'same', 'uk']], // 0.005, 0.02, 0.03
    ['14155550100', ['world', 'same']],
    ['999', ['world']],
    ['', ['world']],
    ['Company', ['world']],
  ])('finds for "%s" %j', (called, route) => {
    expect(snapshot.routeFor(all, called)).toEqual(route)
  })

  it('keeps to the connections of the policy, without inactive ones', () => {
    const policy = snapshot.policyFor('uk.example', '44123') as Policy
    expect(policy.id).toBe('uk-only')
    expect(snapshot.routeFor(policy, '44123')).toEqual(['uk'])
    expect(snapshot.routeFor(policy, '1')).toEqual([])
  })

  it('gives the same array for equal routes', () => {
    expect(snapshot.routeFor(all, '447123')).toBe(snapshot.routeFor(all, '4479000'))
    const fresh = snapshotOf(text)
    const [one, other] = ['999', '888'].map((called) => fresh.routeFor(fresh.policyFor('x', called) as Policy, called))
    expect(one).toBe(other)
    expect(Object.isFrozen(one)).toBe(true)
  })

  it('keeps to as many connections as a lane key can name, the cheapest', () => {
    const names = Array.from({ length: MAX_ROUTE + 3 }, (_, i) => `c${i}`)
    const many = snapshotOf(`
tariffs: [${names.map((_, i) => `{ id: t${i}, rates: [{ prefix: '', price: '${names.length - i}' }] }`).join(', ')}]
vendors: [{ id: v, connections: [${names.map((name, i) => connection(name, `t${i}`)).join(', ')}] }]
policies: [{ id: all }]
`)
    const route = many.routeFor(many.policyFor('x', '1') as Policy, '1')
    expect(route).toEqual(names.reverse().slice(0, MAX_ROUTE))
  })

  it('takes a policy of the snapshot before this one by its id; where it is gone there is no route', () => {
    const next = snapshotOf(text)
    expect(next.routeFor(all, '447123')).toEqual(snapshot.routeFor(all, '447123'))
    expect(next.routeFor({ ...all, id: 'gone' }, '447123')).toEqual([])
  })

  it('tells prices', () => {
    expect(snapshot.priceOf('uk' as ConnectionId, '447123')).toBe(30_000)
    expect(snapshot.priceOf('uk' as ConnectionId, '1')).toBeUndefined()
    expect(snapshot.priceOf('nobody' as ConnectionId, '1')).toBeUndefined()
  })

  it('agrees with a search through all rates', () => {
    const prefix = fc.string({ unit: fc.constantFrom('0', '1', '2'), maxLength: 4 })
    const rates = fc.uniqueArray(fc.record({ prefix, price: fc.nat(3) }), {
      selector: (rate) => rate.prefix,
      maxLength: 12,
    })
    const dearest = (list: readonly Rate[], called: string): Rate | undefined =>
      list.filter((rate) => called.startsWith(rate.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0]
    fc.assert(
      fc.property(fc.array(rates, { minLength: 1, maxLength: 4 }), fc.array(prefix), (tariffs, numbers) => {
        const base = snapshotDirectory(tariffs)
        const compiled = compileDirectory(base)
        const policy = compiled.policyFor('x', '') as Policy
        for (const called of numbers) {
          const expected = tariffs
            .map((list, index) => ({ id: `c${index}`, price: dearest(list, called)?.price }))
            .filter(({ price }) => price !== undefined)
            .sort((a, b) => (a.price as number) - (b.price as number))
            .map(({ id }) => id)
          expect(compiled.routeFor(policy, called)).toEqual(expected)
          // Once more, from what was remembered.
          expect(compiled.routeFor(policy, called)).toEqual(expected)
        }
      }),
    )
  })
})

function snapshotDirectory(tariffs: readonly (readonly Rate[])[]) {
  const rows = tariffs.map((_, index) => connection(`c${index}`, `t${index}`)).join(', ')
  const parsed = parseDirectory(
    `tariffs: [${tariffs.map((_, index) => `{ id: t${index} }`).join(', ')}]
vendors: [{ id: v, connections: [${rows}] }]
policies: [{ id: p }]`,
    'd.yaml',
    { env: {}, readSecret: () => '', statusByName: () => undefined },
  )
  if (parsed.kind === 'mistakes') throw new Error(JSON.stringify(parsed.mistakes))
  return { ...parsed.directory, tariffs: tariffs.map((rates, index) => ({ id: `t${index}`, rates })) }
}

describe('policyFor', () => {
  const snapshot = snapshotOf(text)

  it.each([
    ['sms.local', '44123', 'all'],
    ['uk.example', '44123', 'uk-only'],
    ['UK.Example', '44123', 'uk-only'],
    ['uk.example', '1234', 'all'],
    ['uk.example', '12346', 'all'],
    ['uk.example', '22345', 'all'],
    ['uk.example', '12345', 'shape'],
    ['uk.example', '1234567', 'shape'],
    ['ukk.example', '44123', 'all'],
  ])('finds for %s and %s: %s', (domain, called, id) => {
    expect(snapshot.policyFor(domain, called)?.id).toBe(id)
  })

  it('finds none where none matches', () => {
    expect(snapshotOf('policies: [{ id: p, match: { domain: a.b } }]').policyFor('a.c', '1')).toBeUndefined()
    expect(snapshotOf('').policyFor('a.c', '1')).toBeUndefined()
  })

  it('remembers domains within a bound', () => {
    for (let n = 0; n < 5000; n++) expect(snapshot.policyFor(`d${n}.example`, '44')?.id).toBe('all')
  })
})

describe('looksLike', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b-', false],
    ['?', '', false],
    ['**a', 'bba', true],
    ['*.sms.local', 'x.sms.local', true],
    ['*.sms.local', 'sms.local', false],
  ])('%s and %s: %s', (pattern, subject, expected) => {
    expect(looksLike(pattern, subject)).toBe(expected)
  })

  it('cannot be made slow', () => {
    const start = performance.now()
    expect(looksLike(`${'a*'.repeat(100)}b`, 'a'.repeat(250))).toBe(false)
    expect(performance.now() - start).toBeLessThan(50)
  })
})

describe('accounts and connections', () => {
  const snapshot = snapshotOf(text, { stepMs: 1000, max: 3 })

  it('takes the resend schedule of all where a connection has none', () => {
    expect(snapshot.connection('uk' as ConnectionId)?.resend).toEqual({ stepMs: 1000, max: 3 })
    const own = snapshotOf(
      `tariffs: [{ id: t }]\nvendors: [{ id: v, connections: [${connection('c', 't', ', resend: { max: 5 }')}] }]`,
    )
    expect(own.connection('c' as ConnectionId)?.resend).toEqual({ stepMs: 30_000, max: 5 })
  })

  it('lists connections in the order of the file with their vendors', () => {
    expect(snapshot.connections().map(({ id, vendor }) => [id, vendor])).toEqual([
      ['uk', 'v'],
      ['world', 'v'],
      ['same', 'w'],
      ['off', 'w'],
    ])
    expect(Object.isFrozen(snapshot.connections()[0])).toBe(true)
  })
})

describe('texts', () => {
  const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
  const account = (id: string, more: string): string =>
    `  - { id: ${id}, systemId: ${id}, password: ${hash}, ${more} }\n`
  const snapshot = snapshotOf(
    [
      'accounts:\n',
      account('plain', 'numbers: [12025550123, 7726]'),
      account('latin', 'active: false, numbers: [447700900123], text: { defaultAlphabet: latin1 }'),
      account('packed', 'text: { dataCodings: { 1: gsm7Packed } }'),
      account('zeros', 'text: { packedEnd: zero, dataCodings: { 1: gsm7Packed } }'),
      account('gsm', 'languages: [urdu, turkish, urdu], transliterate: true, text: { packedEnd: zero }'),
      'tariffs: [{ id: t }]\n',
      'vendors:\n',
      `  - id: v
    connections:
      - ${connection('latin-too', 't', ", text: { defaultAlphabet: latin1, packedEnd: zero }, longMessage: sar, segmentReceipts: 'last'")}
      - ${connection('same', 't', ", text: { dataCodings: { '0x01': gsm7Packed } }, multipart: { ack: withheld }")}`,
    ].join(''),
  )
  const accountOf = (id: string) => snapshot.account(id as AccountId)!
  const connectionOf = (id: string) => snapshot.connection(id as ConnectionId)!

  it('finds the account that has a number, active or not', () => {
    expect(snapshot.ownerOf('7726')).toBe(accountOf('plain'))
    expect(snapshot.ownerOf('447700900123')).toBe(accountOf('latin'))
    for (const nobodys of ['', '1202555012', '+12025550123']) expect(snapshot.ownerOf(nobodys)).toBeUndefined()
  })

  it('gives who codes as the switch itself does its own coding, and one table to all who code alike', () => {
    expect(accountOf('plain').text).toBe(standardText)
    // What fills packed septets does not matter to whom sends none.
    expect(accountOf('gsm').text).toBe(standardText)
    expect(accountOf('latin').text).toBe(connectionOf('latin-too').text)
    expect(accountOf('packed').text).toBe(connectionOf('same').text)
    expect(accountOf('packed').text).not.toBe(accountOf('zeros').text)
  })

  it('reads data_coding as the row says', () => {
    const alphabetOf = (id: string, value: number) => readDataCoding(value, accountOf(id).text.coding)
    expect(alphabetOf('latin', 0)).toMatchObject({ alphabet: 'latin1' })
    expect(alphabetOf('packed', 1)).toMatchObject({ alphabet: 'gsm7Packed' })
    expect(alphabetOf('packed', 8)).toMatchObject({ alphabet: 'ucs2' })
    expect([accountOf('packed').text.packedEnd, accountOf('zeros').text.packedEnd]).toEqual(['cr', 'zero'])
  })

  it('says how texts leave and parts are taken', () => {
    expect(accountOf('gsm')).toMatchObject({
      leaving: { text: standardText, longMessage: 'asReceived', languages: [13, 1], transliterate: true },
      multipart: { ack: 'withheld', incomplete: 'fail', strictPartLimits: false },
    })
    expect(connectionOf('latin-too')).toMatchObject({
      leaving: { text: accountOf('latin').text, longMessage: 'sar', languages: [], transliterate: false },
      segmentReceipts: 'last',
    })
    expect(connectionOf('same').multipart).toEqual({
      ack: 'withheld',
      incomplete: 'sendAsReceived',
      strictPartLimits: false,
    })
  })

  it('is frozen to the leaves', () => {
    for (const peer of [accountOf('gsm'), connectionOf('same')])
      for (const value of [peer, peer.text, peer.leaving, peer.leaving.languages, peer.multipart])
        expect(Object.isFrozen(value) || value === standardText).toBe(true)
    expect(Object.isFrozen(accountOf('plain').numbers)).toBe(true)
  })
})

describe('size', () => {
  it('compiles 100,000 rates within a second and looks one up within a microsecond, give or take a busy machine', () => {
    const prefixes = new Set<string>()
    for (let n = 1; prefixes.size < 100_000; n++) prefixes.add(String((n * 7919) % 10_000_019))
    const rates = [...prefixes].map((prefix, index) => ({ prefix, price: index }))
    const directory = snapshotDirectory([rates, rates.slice(0, 50_000), [{ prefix: '', price: 5 }]])
    const compileStart = performance.now()
    const snapshot = compileDirectory(directory)
    const compileMs = performance.now() - compileStart
    const numbers = rates.slice(0, 10_000).map(({ prefix }) => `${prefix}55501`)
    let bestNs = Infinity
    let found = 0
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      for (const called of numbers) found += snapshot.routeFor(snapshot.policyFor('sms.local', called)!, called).length
      bestNs = Math.min(bestNs, ((performance.now() - start) * 1e6) / numbers.length)
    }
    console.log(
      `directory: 100,000 rates compile in ${compileMs.toFixed(0)} ms; policy and route in ${bestNs.toFixed(0)} ns`,
    )
    expect(found).toBeGreaterThan(numbers.length * 5)
    expect(compileMs).toBeLessThan(5000)
    expect(bestNs).toBeLessThan(5000)
  })
})
