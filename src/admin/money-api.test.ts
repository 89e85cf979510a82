import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer, smallBounds } from '../http/server.js'
import type { Snapshot } from '../directory/snapshot.js'
import type { AccountId } from '../message/ids.js'
import { dayOf } from '../money/day-use.js'
import { anchorAt, parkedOf } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { addApi } from './api.js'
import { RIG_NOW_MS, rigOf, rigPauses } from './api-rig.suite.js'
import { openBook } from './directory-book.js'
import { parseTokens, tokenHash } from './tokens.js'

const rules = {
  env: {},
  readSecret: () => '',
  statusByName: () => undefined,
  defaults: { resend: { stepMs: 30_000, max: 20 } },
}
const hash = `scrypt$1024$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const connection = (id: string, tariff: string) => ({ id, host: 'h', systemId: 's', password: 'p', tariff })
const objects = [
  { kind: 'currency', id: 'all', row: 'EUR' },
  { kind: 'customers', id: 'acme', row: { billing: 'postpaid', creditLimit: '10' } },
  { kind: 'tariffs', id: 'sale', row: { rates: [{ prefix: '44', price: '0.05' }] } },
  { kind: 'tariffs', id: 'buy', row: { rates: [{ prefix: '44', price: '0.02' }] } },
  { kind: 'products', id: 'p', row: { tariff: 'sale' } },
  { kind: 'accounts', id: 'a', row: { systemId: 'a', password: hash, customer: 'acme', product: 'p' } },
  { kind: 'vendors', id: 'v', row: { connections: [connection('c1', 'buy'), connection('c2', 'buy')] } },
  { kind: 'policies', id: 'all', row: {} },
]

async function serve(currencyExpected?: (next: Snapshot) => string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-money-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const store = new MemoryStore()
  const book = await openBook({
    store: store.directory,
    rules,
    pauses: rigPauses,
    applied: () => undefined,
    currencyExpected,
  })
  const made = await book.change({ changes: objects })
  if (made.kind !== 'changed') throw new Error(JSON.stringify(made))
  const parsed = parseTokens(
    `clerk ${tokenHash('write')} money:write,directory:write;eye ${tokenHash('read')} money:read`,
  )
  if (parsed.kind !== 'tokens') throw new Error(JSON.stringify(parsed))
  const rig = rigOf(() => book.current().snapshot, store, folder)
  const paid: unknown[] = []
  const server = createHttpServer(smallBounds, ({ error }) => {
    throw error
  })
  onTestFinished(() => server.close())
  await addApi(server, {
    ...rig,
    ...{ book, tokens: parsed.tokens, version: '1', onPaid: (by, payment) => paid.push([by, payment.reference]) },
  })
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH', url: string, payload?: unknown, token = 'write') => {
    const type = typeof payload === 'string' ? 'text/csv' : 'application/json'
    const response = await server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}`, ...(payload === undefined ? {} : { 'content-type': type }) },
      ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    })
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
  }
  return { call, store, folder, paid, book, books: rig.money.books }
}

describe('the base currency', () => {
  it('is refused where the books are in another', async () => {
    const { call, book } = await serve(({ currency }) => (currency === 'EUR' ? undefined : 'EUR, as it was'))
    for (const query of ['', '?dryRun=true'])
      expect(await call('PUT', `/v1/directory/currency/all${query}`, 'JPY')).toMatchObject({
        status: 422,
        body: { mistakes: [{ kind: 'currency', id: 'all', value: 'JPY', expected: 'EUR, as it was' }] },
      })
    expect(book.current().snapshot.currency).toBe('EUR')
  })
})

describe('balances and payments', () => {
  const url = '/v1/customers/acme'

  it('has what was paid in, once for each reference, in the live books and in the store', async () => {
    const { call, store, paid, books } = await serve()
    expect((await call('GET', `${url}/balance`)).body).toEqual({
      ...{ customer: 'acme', currency: 'EUR', paidIn: '0', held: '0', charged: '0', balance: '0', creditLimit: '10' },
    })
    const pay = (reference: string, amount: string, note?: string) =>
      call('POST', `${url}/payments`, { reference, amount, ...(note !== undefined && { note }) })
    const body = { customer: 'acme', currency: 'EUR', reference: 'r1', amount: '250.5', note: 'by bank', at: '2027-01-31T12:00:00.000Z' } // prettier-ignore
    expect(await pay('r1', '250.50', 'by bank')).toEqual({ status: 201, body })
    expect(await pay('r1', '250.50', 'by bank')).toEqual({ status: 200, body })
    expect(await pay('r1', '250.51')).toMatchObject({ status: 409, body: { error: { code: 'referenceTaken' } } })
    expect(await pay('r2', '-0.000001')).toMatchObject({ status: 201 })
    expect((await call('GET', `${url}/balance`)).body).toMatchObject({ paidIn: '250.499999', balance: '250.499999' })
    expect(await store.books.customers()).toEqual([books.of('acme')])
    expect(paid).toEqual([
      ['clerk', 'r1'],
      ['clerk', 'r2'],
    ])
  })

  it('books one of several that come at once with one reference', async () => {
    const { call } = await serve()
    const all = await Promise.all(
      [1, 2, 3].map(() => call('POST', `${url}/payments`, { reference: 'same', amount: '1' })),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 201])
    expect((await call('GET', `${url}/balance`)).body).toMatchObject({ paidIn: '1' })
  })

  it('books nothing where the store fails, and everything when it works again', async () => {
    const { call, store } = await serve()
    store.failNext('full')
    expect(await call('POST', `${url}/payments`, { reference: 'r', amount: '1' })).toMatchObject({ status: 503 })
    expect((await call('GET', `${url}/balance`)).body).toMatchObject({ paidIn: '0' })
    expect(await call('POST', `${url}/payments`, { reference: 'r', amount: '1' })).toMatchObject({ status: 201 })
    expect((await call('GET', `${url}/balance`)).body).toMatchObject({ paidIn: '1' })
  })

  it.each([
    [{ amount: '1' }, 'body/reference expects a reference'],
    [{ reference: 'a b', amount: '1' }, 'body/reference expects a reference'],
    [{ reference: 'r', amount: 1 }, 'body/amount expects a decimal number'],
    [{ reference: 'r', amount: '0.0000001' }, 'body/amount expects a decimal number'],
    [{ reference: 'r', amount: '0' }, 'body/amount expects an amount other than 0'],
    [{ reference: 'r', amount: '1', currency: 'USD' }, 'body/currency expects'],
  ])('refuses %j', async (body, message) => {
    const { call } = await serve()
    const refused = await call('POST', `${url}/payments`, body)
    expect(refused.status).toBe(400)
    expect((refused.body['error'] as { message: string }).message).toContain(message)
  })

  it('knows nobody else, and takes no money by a token that only reads', async () => {
    const { call } = await serve()
    for (const what of ['balance', 'payments', 'statement'])
      expect((await call('GET', `/v1/customers/nobody/${what}`)).status).toBe(404)
    const payment = { reference: 'r', amount: '1' }
    expect((await call('POST', '/v1/customers/nobody/payments', payment)).status).toBe(404)
    expect((await call('POST', `${url}/payments`, payment, 'read')).status).toBe(403)
    expect((await call('GET', `${url}/balance`, undefined, 'read')).status).toBe(200)
    expect((await call('GET', '/v1/directory', undefined, 'read')).status).toBe(403)
  })

  it('lists payments in pages, each once', async () => {
    const { call, store } = await serve()
    const at = [1, 2, 2, 2, 3, 4, 4, 5]
    for (const [index, atMs] of at.entries()) {
      const payment = { customer: 'acme', reference: `r${index}`, micros: 1, note: '', atMs }
      await store.commit([{ kind: 'paid', payment }], anchorAt(1))
    }
    const seen: string[] = []
    for (let after: number | undefined = 0; after !== undefined;) {
      const { body } = await call('GET', `${url}/payments?limit=3&after=${after}`)
      seen.push(...(body['payments'] as { reference: string }[]).map(({ reference }) => reference))
      after = body['next'] as number | undefined
    }
    expect(seen).toEqual(at.map((_, index) => `r${index}`))
  })
})

describe('a statement', () => {
  it('has use by day and account, payments, and balances that fit what is between them', async () => {
    const { call, store } = await serve()
    const today = dayOf(RIG_NOW_MS)
    const pay = (reference: string, day: number, micros: number) =>
      store.commit(
        [{ kind: 'paid', payment: { customer: 'acme', reference, micros, note: '', atMs: day * 86_400_000 } }],
        anchorAt(1),
      )
    const use = (account: string, customer: string, day: number, heldMicros: number, chargedMicros: number) =>
      store.commit(
        [
          {
            kind: 'parked',
            parked: parkedOf(1),
            move: { customer, account: account as AccountId, day, heldMicros, chargedMicros, units: 2 },
          },
        ],
        anchorAt(1),
      )
    await pay('early', today - 10, 10_000_000)
    await pay('late', today - 1, 5_000_000)
    await use('a', 'acme', today - 5, 0, 1_000_000)
    await use('a', 'acme', today - 1, 500_000, 1_500_000)
    await use('b', 'acme', today, 250_000, 0)
    await use('c', 'other', today - 1, 0, 9_000_000)
    const day = (n: number) => new Date((today + n) * 86_400_000).toISOString().slice(0, 10)
    const statement = async (from: number, to: number) =>
      (await call('GET', `/v1/customers/acme/statement?from=${day(from)}&to=${day(to)}`)).body
    expect(await statement(-1, -1)).toEqual({
      ...{ customer: 'acme', currency: 'EUR', from: day(-1), to: day(-1), opening: '9', closing: '12' },
      days: [{ day: day(-1), account: 'a', units: 2, held: '0.5', charged: '1.5' }],
      payments: [{ reference: 'late', amount: '5', note: '', at: `${day(-1)}T00:00:00.000Z` }],
    })
    expect(await statement(-20, -11)).toMatchObject({ opening: '0', closing: '0', days: [], payments: [] })
    expect(await statement(-20, 0)).toMatchObject({ opening: '0', closing: '11.75' })
    expect(await statement(0, 0)).toMatchObject({ opening: '12', closing: '11.75' })
    // In pages of whole days, each a statement by itself.
    const page = async (from: string, limit: number) =>
      (await call('GET', `/v1/customers/acme/statement?from=${from}&to=${day(0)}&limit=${limit}`)).body
    expect(await page(day(-20), 3)).toMatchObject({
      ...{ from: day(-20), to: day(-2), opening: '0', closing: '9', next: day(-1) },
      days: [{ day: day(-5) }],
      payments: [{ reference: 'early' }],
    })
    expect(await page(day(-1), 1)).toMatchObject({ to: day(-1), opening: '9', closing: '12', next: day(0) })
    const end = await page(day(0), 1)
    expect(end).toMatchObject({ to: day(0), opening: '12', closing: '11.75' })
    expect(end['next']).toBeUndefined()
    for (const query of ['from=2027-02-30', 'from=2027-01-02&to=2027-01-01', 'from=2020-01-01', 'from=now', 'limit=0'])
      expect((await call('GET', `/v1/customers/acme/statement?${query}`)).status).toBe(400)
  })
})

describe('call detail records', () => {
  it('come by day, filter and page', async () => {
    const { call, folder } = await serve()
    const rows = [1, 2, 3, 4, 5].map((n) => ({ message: `m${n}`, customer: n % 2 ? 'acme' : 'b', account: 'a' })) // prettier-ignore
    writeFileSync(join(folder, 'cdr-2027-01-31.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const all = await call('GET', '/v1/cdrs')
    expect(all.body).toMatchObject({ day: '2027-01-31', records: rows })
    expect((all.body['records'] as readonly unknown[])[0]).toMatchObject({ id: 'm1', part: 1, parts: 1, error: '000' })
    const first = await call('GET', '/v1/cdrs?day=2027-01-31&customer=acme&limit=2')
    expect(first.body['records']).toMatchObject([rows[0]!, rows[2]!])
    const second = await call('GET', `/v1/cdrs?customer=acme&limit=2&after=${String(first.body['next'])}`)
    expect(second.body['records']).toMatchObject([rows[4]!])
    expect((await call('GET', '/v1/cdrs?message=m4')).body['records']).toMatchObject([rows[3]!])
    expect((await call('GET', '/v1/cdrs?day=2027-01-30')).body).toEqual({ day: '2027-01-30', records: [] })
    for (const day of ['../../etc', '2027-13-01', '2027-02-29', 'today'])
      expect((await call('GET', `/v1/cdrs?day=${day}`)).status).toBe(400)
    expect((await call('GET', '/v1/cdrs/days')).body['days']).toMatchObject([{ day: '2027-01-31' }])
  })
})

describe('the way of a message', () => {
  it('is none while the books are in another currency', async () => {
    const { call, books } = await serve()
    books.countIn('USD')
    expect((await call('POST', '/v1/route', { account: 'a', from: '1', to: '447700900123' })).body).toMatchObject({
      route: [],
      refusals: ['the books are in USD, the directory is in EUR'],
    })
  })

  it('is explained by the directory in force', async () => {
    const { call } = await serve()
    const asked = await call('POST', '/v1/route', { account: 'a', from: '12025550100', to: '447700900123' })
    expect(asked).toMatchObject({
      status: 200,
      body: {
        ...{ called: '447700900123', currency: 'EUR', price: '0.05', route: ['c1', 'c2'] },
        candidates: [{ place: 1, connection: 'c1', vendor: 'v', cost: '0.02' }, { place: 2 }],
      },
    })
    expect((await call('POST', '/v1/route', { account: 'a', from: '1', to: '33612345678' })).body).toMatchObject({
      route: [],
    })
    expect((await call('POST', '/v1/route', { account: 'x', from: '1', to: '2' })).status).toBe(404)
    expect((await call('POST', '/v1/route', { account: 'a', from: '1', to: '2', at: 'soon' })).status).toBe(400)
    expect((await call('POST', '/v1/route', { account: 'a', from: '1', to: '2', network: '1' })).status).toBe(400)
  })
})

describe('a rate sheet', () => {
  const url = '/v1/directory/tariffs/buy/rates'

  it('replaces the rates of a tariff, or is put over them', async () => {
    const { call, book } = await serve()
    const rates = () => (book.current().objects.get('tariffs/buy')?.row as { rates: unknown }).rates
    const sheet = 'Destination,Price,Effective from,preference\n+44,0.03,,\n33,0.04,2027-01-01,7\n'
    expect((await call('PUT', `${url}?dryRun=true`, sheet)).body).toMatchObject({ dryRun: true, rates: 2 })
    expect(rates()).toEqual([{ prefix: '44', price: '0.02' }])
    expect(await call('PUT', url, sheet)).toMatchObject({ status: 200, body: { action: 'update', rates: 2, revision: 2 } }) // prettier-ignore
    const french = { destination: '33', price: '0.04', effectiveFrom: '2027-01-01T00:00:00Z', preference: 7 }
    expect(rates()).toEqual([{ destination: '44', price: '0.03' }, french])
    expect((await call('PATCH', url, 'destination,price\n44,0.01\n1,0.02\n')).body).toMatchObject({ rates: 3 })
    expect(rates()).toEqual([{ destination: '44', price: '0.01' }, french, { destination: '1', price: '0.02' }])
    expect((await call('PUT', url, 'destination,price\n44,0.01\n')).status).toBe(200)
    expect((await call('PUT', url, 'destination,price\n44,0.01\n')).body).toMatchObject({ action: 'unchanged' })
  })

  it('takes 3,000 routes in one go', async () => {
    const { call } = await serve()
    const lines = Array.from({ length: 3000 }, (_, n) => `${10_000 + n},0.00${100 + (n % 900)}`)
    expect((await call('PUT', url, `destination,price\n${lines.join('\n')}\n`)).body).toMatchObject({ rates: 3000 })
  })

  it('is told of every bad line, and changes nothing then', async () => {
    const { call, book } = await serve()
    const refused = await call('PUT', url, 'destination,price\n44,cheap\n33,0.02\n33,0.03\nx y,1\n')
    expect(refused.status).toBe(422)
    expect(refused.body['mistakes']).toMatchObject([
      { line: 2, column: 'price', value: 'cheap' },
      { line: 4, column: 'destination' },
      { line: 5, column: 'destination', value: 'x y' },
    ])
    expect(refused.body['mistakeCount']).toBe(3)
    const bad = Array.from({ length: 3000 }, (_, n) => `x${n};0,0`).join('\n')
    const { body } = await call('PUT', url, `destination;price\n${bad}`)
    expect([(body['mistakes'] as unknown[]).length, body['mistakeCount']]).toEqual([1000, 6000])
    expect((body['error'] as { message: string }).message).toContain('6000 mistake(s), of which the first 1000')
    expect(book.current().revision).toBe(1)
    expect((await call('PUT', url, { rates: [] })).status).toBe(415)
    expect((await call('PUT', '/v1/directory/tariffs/none/rates', 'destination,price\n1,1\n')).status).toBe(404)
  })
})
