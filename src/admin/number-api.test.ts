import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer, smallBounds } from '../http/server.js'
import { PowerpackChanges } from '../edges/api/powerpack-changes.js'
import { Powerpacks } from '../powerpack/powerpacks.js'
import { refused } from '../powerpack/change.js'
import { judgeGivingUp } from '../powerpack/number-changes.js'
import { packDefaults } from '../powerpack/pack.js'
import { account, owned } from '../powerpack/rig.suite.js'
import { keptTables } from '../powerpack/rows.js'
import { anchorAt } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { addApi } from './api.js'
import { rigOf, rigPauses } from './api-rig.suite.js'
import { openBook } from './directory-book.js'
import type { NumberReturns } from './number-removal.js'
import { parseTokens, tokenHash } from './tokens.js'

const rules = {
  env: {},
  readSecret: () => '',
  statusByName: () => undefined,
  defaults: { resend: { stepMs: 30_000, max: 20 } },
}
const hash = `scrypt$1024$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const objects = [
  { kind: 'accounts', id: 'acme', row: { systemId: 'a', password: hash } },
  { kind: 'policies', id: 'all', row: {} },
]

async function serve(provider?: NumberReturns) {
  const store = new MemoryStore()
  const book = await openBook({ store: store.directory, rules, pauses: rigPauses, applied: () => undefined })
  const made = await book.change({ changes: objects })
  if (made.kind !== 'changed') throw new Error(JSON.stringify(made))
  const parsed = parseTokens(`w ${tokenHash('write')} directory:write;r ${tokenHash('read')} directory:read`)
  if (parsed.kind !== 'tokens') throw new Error(JSON.stringify(parsed))
  const packs = new Powerpacks()
  packs.loaded(0)
  const changes = new PowerpackChanges((rows) => store.commit([{ kind: 'kept', rows }], anchorAt(1)))
  const changed: unknown[] = []
  const server = createHttpServer(smallBounds, ({ error }) => {
    throw error
  })
  onTestFinished(() => server.close())
  await addApi(server, {
    ...rigOf(() => book.current().snapshot, store),
    ...{
      book,
      tokens: parsed.tokens,
      version: '1',
      numbers: { book: packs.book, changes, perDay: 150, provider, nowMs: () => 5000 },
    },
    onNumbers: (...what) => changed.push(what),
  })
  const call = async (method: 'GET' | 'POST', url: string, payload?: object, token = 'write') => {
    const authorization = `Bearer ${token}`
    const response = await server.inject({ method, url, headers: { authorization }, ...(payload && { payload }) })
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
  }
  const restarted = async () => {
    const again = new Powerpacks()
    for (const table of keptTables) again.load(table, (await store.keptRows(table, { limit: 1000 })).rows)
    again.loaded(0)
    return again.book.numbers
  }
  return { call, store, changed, restarted, book: packs.book, numbers: packs.book.numbers }
}

const good = { number: '+1 (415) 555-0100', type: 'Local', country: 'us', capabilities: 'SMS+MMS', price: '0.8', owner: 'acme' } // prettier-ignore

describe('numbers that are imported', () => {
  it('are kept with all that is said of them, and listed so', async () => {
    const { call, changed, restarted } = await serve()
    const more = [
      { number: '18005550100', area: 'anywhere', perSecond: '2.5' },
      { number: '12345', country: 'CA', setupPrice: '500', city: 'Ottawa' },
      { number: '447700900123', type: 'mobile', alias: 'ours' },
    ]
    const first = await call('POST', '/v1/numbers', { numbers: [good, ...more] })
    const counts = { dryRun: false, added: 4, changed: 0, unchanged: 0, mistakes: [] }
    expect(first).toEqual({ status: 200, body: counts })
    expect(await call('POST', '/v1/numbers', { numbers: [good] })).toMatchObject({ body: { added: 0, unchanged: 1 } })
    expect(changed).toEqual([['w', 4]])
    const { body } = await call('GET', '/v1/numbers', undefined, 'read')
    const plain = { capabilities: 'sms', perSecond: '0', owner: '' }
    expect(body).toEqual({
      numbers: [
        { ...plain, number: '14155550100', type: 'local', country: 'US', capabilities: 'sms mms', price: '0.80000', owner: 'acme' }, // prettier-ignore
        { ...plain, number: '18005550100', type: 'tollfree', country: 'US', area: 'anywhere', perSecond: '2.5' },
        { ...plain, number: '12345', type: 'shortcode', country: 'CA', city: 'Ottawa', setupPrice: '500.00000' },
        { ...plain, number: '447700900123', type: 'mobile', country: 'GB', alias: 'ours' },
      ],
    })
    expect((await restarted()).get('14155550100')).toMatchObject({ account: 'acme', mms: true })
    const page = (query: string) => call('GET', `/v1/numbers?${query}`)
    expect(await page('limit=3')).toMatchObject({ body: { next: 3 } })
    expect(await page('limit=3&after=3')).toMatchObject({ body: { numbers: [{ country: 'GB' }] } })
    expect(await page('owner=&type=tollfree')).toMatchObject({ body: { numbers: [{ number: '18005550100' }] } })
    expect(await page('owner=acme&country=ca')).toEqual({ status: 200, body: { numbers: [] } })
    expect(await page('type=fax')).toMatchObject({ status: 400 })
  })

  const bad: readonly (readonly [object, string, string])[] = [
    [{ number: '1415555' + '0'.repeat(9) }, 'number', 'E.164'],
    [{ number: '' }, 'number', 'E.164'],
    [{ number: '14155550100', type: 'tollfree' }, 'type', 'local or mobile'],
    [{ number: '14155550100', type: 'fax' }, 'type', 'shortcode'],
    [{ number: '14155550100', country: 'GB' }, 'country', 'US'],
    [{ number: '12345' }, 'country', 'two letters'],
    [{ number: '14155550100', capabilities: 'voice' }, 'capabilities', 'sms or mms'],
    [{ number: '14155550100', capabilities: 'sms, fax' }, 'capabilities', 'sms or mms'],
    [{ number: '14155550100', price: '-1' }, 'price', 'decimal'],
    [{ number: '14155550100', setupPrice: 'free' }, 'setupPrice', 'decimal'],
    [{ number: '14155550100', perSecond: '1e9' }, 'perSecond', '10000'],
    [{ number: '14155550100', owner: 'nobody' }, 'owner', 'account'],
    [{ number: '14155550100', area: 'x'.repeat(101) }, 'area', '100'],
    [{ number: '999155550100' }, 'number', 'calling code'],
  ]
  it.each(bad)('%j is told by column with what would be right', async (line, column, expected) => {
    const { call, numbers } = await serve()
    const mistake = { index: 1, column, expected: expect.stringContaining(expected) as string }
    const answer = await call('POST', '/v1/numbers', { numbers: [{ number: '14155550199' }, line] })
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalidNumbers' }, mistakes: [mistake] } })
    expect(numbers.size).toBe(0)
  })

  it('are taken without the bad ones where that is wanted, and looked at only in a dry run', async () => {
    const { call, numbers } = await serve()
    const lines = [good, good, { number: '0' }, { number: '14155550101' }]
    const answer = {
      added: 2,
      mistakes: [
        { index: 1, column: 'number' },
        { index: 2, column: 'number' },
      ],
    }
    expect(await call('POST', '/v1/numbers?dryRun=true&skipBad=true', { numbers: lines })).toMatchObject({
      status: 200,
      body: { dryRun: true, ...answer },
    })
    expect(numbers.size).toBe(0)
    expect(await call('POST', '/v1/numbers?skipBad=true', { numbers: lines })).toMatchObject({ body: answer })
    expect(numbers.size).toBe(2)
  })

  it('of nobody do not take a number from its account that has it from elsewhere', async () => {
    const { call } = await serve()
    await call('POST', '/v1/numbers', { numbers: [{ number: '14155550100' }] })
    await call('POST', '/v1/numbers', { numbers: [{ number: '14155550100', owner: 'acme' }] })
    expect(await call('POST', '/v1/numbers', { numbers: [{ number: '14155550100', owner: '' }] })).toMatchObject({
      body: { unchanged: 1 },
    })
  })

  it('change nothing where the store fails, or the token may only read', async () => {
    const { call, store, numbers } = await serve()
    store.failNext('full')
    expect(await call('POST', '/v1/numbers', { numbers: [good] })).toMatchObject({
      status: 503,
      body: { error: { code: 'storeFailed' } },
    })
    expect(await call('POST', '/v1/numbers', { numbers: [good] }, 'read')).toMatchObject({ status: 403 })
    expect(numbers.size).toBe(0)
    const many = { numbers: Array.from({ length: 1001 }, () => good) }
    expect(await call('POST', '/v1/numbers', many)).toMatchObject({ status: 400 })
    expect(await call('POST', '/v1/numbers', { numbers: [{ nummer: '1' }] })).toMatchObject({ status: 400 })
  })

  it('join number pools, and what keeps them out is told by line', async () => {
    const { call, book, numbers } = await serve()
    book.putPack({ ...packDefaults, uuid: 'pack', pool: 'pool', account, name: 'mine', createdAtMs: 0 })
    const lines = [
      { number: '14155550100', pool: 'POOL' },
      { number: '14155550101', pool: 'pack', owner: '' },
      { number: '18005550100', pool: 'pool' },
      { number: '18005550101', pool: 'pool' },
      { number: '14155550102', pool: 'other' },
    ]
    const mistakes = [
      { index: 3, column: 'pool', value: 'pool', expected: 'a number pool with a place for it. A powerpack has one toll-free number.' }, // prettier-ignore
      { index: 4, column: 'pool', value: 'other', expected: 'the UUID of a number pool, or of its powerpack' },
    ]
    expect(await call('POST', '/v1/numbers', { numbers: lines })).toMatchObject({ status: 422, body: { mistakes } })
    expect(await call('POST', '/v1/numbers?dryRun=true&skipBad=true', { numbers: lines })).toMatchObject({
      body: { added: 3, mistakes },
    })
    expect(book.pool('pool')?.size).toBe(0)
    expect(await call('POST', '/v1/numbers?skipBad=true', { numbers: lines })).toMatchObject({ body: { added: 3 } })
    expect(book.pool('pool')?.size).toBe(3)
    expect(numbers.get('14155550101')).toMatchObject({ pool: 'pool', account: 'acme', joinedAtMs: 5001 })
    const { body } = await call('GET', '/v1/numbers?type=tollfree')
    expect(body).toMatchObject({ numbers: [{ number: '18005550100', pool: 'pool', owner: 'acme' }] })
  })

  it('are removed, those of accounts only where that is said', async () => {
    const { call, numbers, restarted } = await serve()
    await call('POST', '/v1/numbers', { numbers: [good, { number: '14155550101' }] })
    const all = { numbers: ['+1 415 555 0100', '14155550101', '14155550101', '1'] }
    const answer = { removed: 1, unknown: ['1'], owned: [{ number: '14155550100', owner: 'acme' }] }
    expect(await call('POST', '/v1/numbers/remove?dryRun=true', all)).toMatchObject({ body: answer })
    expect(numbers.size).toBe(2)
    expect(await call('POST', '/v1/numbers/remove', all)).toMatchObject({ body: answer })
    expect(await call('POST', '/v1/numbers/remove', { ...all, owned: true })).toMatchObject({ body: { removed: 1 } })
    expect([numbers.size, (await restarted()).size]).toEqual([0, 0])
  })
})

describe('numbers of a provider that are removed', () => {
  const rented = (number: string, source = 'provider:bulk') => owned(number, { details: { source } })
  const served = async () => {
    const asked: string[] = []
    const all = await serve({
      source: 'provider:bulk',
      judgeReturn: (number) => {
        asked.push(number)
        const judged = number.endsWith('1') ? refused('unavailable', 'not now') : judgeGivingUp(all.book, number)
        return Promise.resolve(judged)
      },
    })
    for (const row of [rented('14155550100'), rented('14155550101'), rented('14155550102', 'provider:old')])
      all.book.putNumber(row)
    all.book.putNumber(owned('14155550103'))
    const numbers = ['14155550100', '14155550101', '14155550102', '14155550103']
    const remove = (query = '') => all.call('POST', `/v1/numbers/remove${query}`, { numbers, owned: true })
    return { ...all, asked, remove }
  }

  it('go back to it, or stay where it does not say that it has them', async () => {
    const { asked, remove, numbers, changed, call } = await served()
    const stillRented = [{ number: '14155550102', provider: 'old' }]
    const dry = { dryRun: true, removed: 4, givenBack: 2, notGivenBack: [], stillRented }
    expect(await remove('?dryRun=true')).toMatchObject({ status: 200, body: dry })
    expect([asked, numbers.size]).toEqual([[], 4])
    const notGivenBack = [{ number: '14155550101', why: 'not now' }]
    expect(await remove()).toMatchObject({ status: 200, body: { removed: 3, givenBack: 1, notGivenBack, stillRented } })
    expect(asked).toEqual(['14155550100', '14155550101'])
    expect([numbers.size, numbers.get('14155550101')?.account]).toEqual([1, 'acme'])
    expect(changed).toEqual([['w', 3]])
    // Without being told so, what an account has is nobody's to remove.
    const { body } = await call('POST', '/v1/numbers/remove', { numbers: ['14155550101'] })
    expect(body).toMatchObject({ removed: 0, owned: [{ owner: 'acme' }] })
  })

  it('stay where the store fails, each after the first too', async () => {
    const { asked, remove, numbers, store, book } = await served()
    book.dropNumber('14155550102')
    book.dropNumber('14155550103')
    book.dropNumber('14155550101')
    book.putNumber(rented('14155550104'))
    store.failNext('full')
    const { body } = await remove()
    expect(body).toMatchObject({ removed: 0, givenBack: 0, notGivenBack: [{ number: '14155550100' }] })
    expect([asked, numbers.size]).toEqual([['14155550100'], 2])
  })
})

describe('a number pool', () => {
  const served = async () => {
    const all = await serve()
    all.book.putPack({ ...packDefaults, uuid: 'pack', pool: 'pool', account, name: 'mine', createdAtMs: 0 })
    const quarantine = { atMs: 1, why: 'ill' }
    for (const number of ['14155550100', '14155550101', '15105550100', '18005550100'])
      all.book.putNumber(owned(number, { pool: 'pool', ...(number === '15105550100' && { quarantine }) }))
    return all
  }

  it('tells what it is made of, and what it lacks for what is sent a day', async () => {
    const { call } = await served()
    const made = {
      ...{ pool: 'pool', powerpack: 'pack', account: 'acme', total: 4, quarantined: 1 },
      byType: { longcode: 3, tollfree: 1, shortcode: 0 },
      places: [
        { place: '415', numbers: 2 },
        { place: '510', numbers: 1 },
        { place: 'US', numbers: 3 },
        { place: 'US-CA', numbers: 3 },
      ],
    }
    expect(await call('GET', '/v1/pools/pool', undefined, 'read')).toEqual({
      status: 200,
      body: { ...made, advice: [] },
    })
    const { body } = await call('GET', '/v1/pools/pack?perDay=US%3D7501,%20415%3D300,212%3D1')
    expect(body).toEqual({
      ...made,
      advice: [
        { place: 'US', perDay: 7501, wanted: 51, there: 3, missing: 48, areaCodes: [], isAboveCampaign: true },
        { place: '415', perDay: 300, wanted: 2, there: 2, missing: 0, areaCodes: [415], isAboveCampaign: false },
        { place: '212', perDay: 1, wanted: 1, there: 0, missing: 1, areaCodes: [212], isAboveCampaign: false },
      ],
    })
  })

  it.each(['US', 'US=', 'FR=1', '115=1', 'US=1,', 'US=1.5', 'US=-1', `${'US=1,'.repeat(100)}US=1`, 'US=9999999999'])(
    'is not asked for %s a day',
    async (perDay) => {
      const { call } = await served()
      const answer = await call('GET', `/v1/pools/pool?perDay=${encodeURIComponent(perDay)}`)
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalidRequest' } } })
    },
  )

  it('that is not there is said not to be', async () => {
    const { call } = await served()
    expect(await call('GET', '/v1/pools/other')).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } })
  })
})
