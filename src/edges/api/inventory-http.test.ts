import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startProviderServer, type ProviderServer } from '../../lookup/provider-server.suite.js'
import type { AccountId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { Powerpacks } from '../../powerpack/powerpacks.js'
import { keptTables } from '../../powerpack/rows.js'
import { anchorAt } from '../../store/conformance-rows.suite.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { NumbersUnavailable } from './inventory.js'
import { HttpInventory, RENTING_TABLE } from './inventory-http.js'
import { httpInventoryDefaults, httpInventoryMistakes, type HttpInventoryOptions } from './inventory-http-options.js'
import { ownNumbers } from './inventory-own.js'
import { ownThenProvider } from './inventory-several.js'
import { PowerpackChanges } from './powerpack-changes.js'

const acme = 'acme' as AccountId
const number = '14155550100'
const wish = { country: 'US', services: [] } as const

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** What the provider has rented out, by number: the reference. */
let rented: Map<string, string>
let server: ProviderServer
let store: MemoryStore
let rig: ReturnType<typeof process>

const optionsOf = (more: Partial<HttpInventoryOptions> = {}): HttpInventoryOptions => ({
  ...httpInventoryDefaults,
  ...{ name: 'acme', origin: server.origin, plainHttp: true, secret: 's3 cret', timeoutMs: 300 },
  headers: { Authorization: 'Bearer {secret}' },
  search: {
    ...{ method: 'GET', path: '/v1/available?country={country}&starts={pattern}&kind={type}&n={limit}&from={offset}' },
    ...{ list: '/data', total: '/total' },
    offer: { number: '/phone', city: '/where/city', price: '/cost', mms: '/mms' },
  },
  rent: {
    ...{ method: 'POST', path: '/v1/orders', body: '{"phone": "{plusNumber}", "ref": "{reference}"}' },
    rentedStatuses: [208],
  },
  giveBack: { method: 'DELETE', path: '/v1/numbers/{number}', goneStatuses: [404] },
  ...more,
})

/** One process over the store, which outlives it. */
function process(more: Partial<HttpInventoryOptions> = {}) {
  const packs = new Powerpacks()
  const failures: string[] = []
  const state = { dies: false, nowMs: 0 }
  const commit = async (rows: readonly KeptRow[]): Promise<void> => {
    // The last step of renting: a process that dies here has rented, and kept nothing of it.
    if (state.dies && rows.some(({ table }) => table === 'number')) throw new Error('died')
    await store.commit([{ kind: 'kept', rows }], anchorAt(1))
  }
  const changes = new PowerpackChanges(commit)
  const inventory = new HttpInventory(optionsOf(more), {
    ...{ book: packs.book, commit, uuid: randomUUID, wallMs: () => 1000, nowMs: () => state.nowMs },
    findKept: (table, keys) => store.findKept(table, keys),
    keptRows: (table, range) => store.keptRows(table, range),
    onFailure: (what, failure) => failures.push(`${what}: ${failure}`),
  })
  const load = async () => {
    for (const table of keptTables) packs.load(table, (await store.keptRows(table, { limit: 100 })).rows)
    packs.loaded(0)
  }
  return {
    ...{ packs, failures, state, changes, inventory, load },
    rent: (account = acme) => changes.make(() => inventory.judgeRent(account, number, { app_id: 'x' })),
    giveUp: () => changes.make(() => inventory.judgeReturn(number)),
    intents: async () => (await store.keptRows(RENTING_TABLE, { limit: 10 })).rows.map(({ key }) => key),
  }
}

const offers = { total: '7', data: [{ phone: `+${number}`, where: { city: 'Oakland' }, cost: 0.8, mms: 'yes' }, { phone: 'none' }, 5] } // prettier-ignore

beforeEach(async () => {
  rented = new Map()
  server = await startProviderServer(undefined)
  store = new MemoryStore()
  server.answers = ({ method, path, body }, response) => {
    if (method === 'GET') return say(response, 200, offers)
    if (method === 'DELETE') return say(response, rented.delete(path.slice('/v1/numbers/'.length)) ? 204 : 404, {})
    const { phone, ref } = JSON.parse(body) as { phone: string; ref: string }
    const by = rented.get(phone.slice(1))
    if (by === undefined) rented.set(phone.slice(1), ref)
    say(response, by === undefined ? 201 : by === ref ? 208 : 409, {})
  }
  rig = process()
  await rig.load()
})
afterEach(async () => {
  rig.inventory.close()
  await server.close()
})

describe('numbers of a provider', () => {
  it('are looked for with what is wished and nothing else, and read by their places', async () => {
    const found = await rig.inventory.find({ ...wish, pattern: '415' }, { limit: 5 })
    expect(server.requests[0]).toMatchObject({
      path: '/v1/available?country=US&starts=415&n=5&from=0',
      headers: { authorization: 'Bearer s3 cret' },
    })
    const details = { city: 'Oakland', monthly_rental_rate: '0.80000' }
    expect(found).toMatchObject({ total: 7, objects: [{ number, country: 'US', sms: true, mms: true, details }] })
    expect((await rig.inventory.find({ ...wish, services: ['voice'] }, {})).objects).toEqual([])
  })

  it('are rented there, then kept here, and given back', async () => {
    expect(await rig.rent()).toMatchObject({ kind: 'changed', value: { number, account: acme, mms: true } })
    expect(rig.packs.book.numbers.get(number)?.details).toMatchObject({ city: 'Oakland', app_id: 'x', source: 'provider:acme', reference: rented.get(number) }) // prettier-ignore
    expect(await rig.intents()).toEqual([])
    expect(await rig.rent()).toMatchObject({ kind: 'changed' })
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    const next = process()
    await next.load()
    expect(next.packs.book.numbers.get(number)).toEqual(rig.packs.book.numbers.get(number))
    expect(await rig.rent('other' as AccountId)).toMatchObject({ kind: 'refused', reason: 'unknownNumber' })
    expect(await rig.giveUp()).toMatchObject({ kind: 'changed' })
    expect([rented.size, rig.packs.book.numbers.size]).toEqual([0, 0])
  })

  it('that the provider gives to somebody else are not to be had', async () => {
    rented.set(number, 'of another')
    expect(await rig.rent()).toMatchObject({ kind: 'refused', reason: 'unknownNumber' })
    expect([await rig.intents(), rig.failures]).toEqual([[], []])
    server.answers = (_, response) => say(response, 200, { data: [] })
    const next = process()
    expect(await next.rent()).toMatchObject({ reason: 'unknownNumber' })
  })

  it('that were rented by a process that died are had by whoever rents them again, once', async () => {
    rig.state.dies = true
    await expect(rig.rent()).rejects.toThrow('died')
    expect([rented.size, await rig.intents()]).toEqual([1, [number]])
    const next = process()
    await next.load()
    expect(await next.rent('other' as AccountId)).toMatchObject({
      kind: 'changed',
      value: { account: 'other', mms: true },
    })
    expect([rented.size, await next.intents()]).toEqual([1, []])
  })

  it('that were rented by a process that died and that nobody wants are given back', async () => {
    rig.state.dies = true
    await expect(rig.rent()).rejects.toThrow('died')
    const next = process()
    await next.load()
    const answers = server.answers
    server.answers = (_, response) => say(response, 500, {})
    expect(await next.inventory.recover(next.changes)).toBe(1)
    server.answers = answers
    expect(await next.inventory.recover(next.changes)).toBe(0)
    expect([rented.size, await next.intents()]).toEqual([0, []])
  })

  it('whose return was not kept are gone with the next one', async () => {
    await rig.rent()
    rented.delete(number)
    expect(await rig.giveUp()).toMatchObject({ kind: 'changed' })
    expect(rig.packs.book.numbers.size).toBe(0)
  })
})

describe('a provider that', () => {
  const wrong: readonly (readonly [string, ProviderServer['answers'], RegExp])[] = [
    ['does not answer', () => undefined, /no answer in time/],
    ['fails', (_, response) => say(response, 500, {}), /HTTP 500/],
    ['answers garbage', (_, response) => say(response, 200, '<html>'), /no list where it should be/],
    ['answers too much', (_, response) => say(response, 200, ' '.repeat(1_100_000)), /longer than 1048576/],
    ['hangs up', (_, response) => response.destroy(), /ECONNRESET/],
  ]
  it.each(wrong)('%s is told of, and nothing is to be had from it', async (_, answers, expected) => {
    server.answers = answers
    await expect(rig.inventory.find(wish, {})).rejects.toThrow(NumbersUnavailable)
    expect(rig.failures).toEqual([expect.stringMatching(expected)])
    expect(JSON.stringify(rig.failures)).not.toMatch(/s3 cret|1415/)
  })

  it('does not say whether it rented a number is asked again with the same reference', async () => {
    await rig.inventory.find(wish, {})
    const answers = server.answers
    let seen = 0
    server.answers = (request, response) => {
      seen++
      answers(request, { writeHead: () => response, end: () => response } as unknown as ServerResponse)
    }
    expect(await rig.rent()).toMatchObject({ kind: 'refused', reason: 'unavailable' })
    expect([seen, rented.size, await rig.intents()]).toEqual([1, 1, [number]])
    server.answers = answers
    expect(await rig.rent()).toMatchObject({ kind: 'changed' })
    expect(rented.size).toBe(1)
  })

  it('fails twice is left alone for a while', async () => {
    const answers = server.answers
    server.answers = (_, response) => say(response, 503, {})
    for (let i = 0; i < 4; i++) await rig.inventory.find(wish, {}).catch(() => undefined)
    expect(server.requests).toHaveLength(2)
    expect(rig.failures[3]).toContain('left alone')
    server.answers = answers
    rig.state.nowMs = 30_001
    expect((await rig.inventory.find(wish, {})).objects).toHaveLength(1)
  })
})

describe('own numbers and those of a provider', () => {
  it('are one source: own ones first, each given back to where it is from', async () => {
    const { book } = rig.packs
    const both = ownThenProvider(book, ownNumbers(book), rig.inventory)
    const own = '14155550001'
    const { judgeImport } = await import('../../powerpack/stock.js')
    await rig.changes.make(() =>
      judgeImport(book, [{ number: own, type: 'longcode', country: 'US', details: {} }], 'all', {
        wallMs: 0,
        nowMs: 0,
      }),
    )
    const found = await both.find(wish, { limit: 20, offset: 0 })
    expect([found.objects.map((row) => row.number), found.total]).toEqual([[own, number], 8])
    expect(await both.find(wish, { limit: 1, offset: 0 })).toMatchObject({ objects: [{ number: own }], total: 2 })
    expect(await both.find(wish, { limit: 1, offset: 1 })).toMatchObject({ objects: [{ number }] })
    for (const each of [own, number]) {
      expect(await rig.changes.make(() => both.judgeRent(acme, each, {}))).toMatchObject({ kind: 'changed' })
      expect(await rig.changes.make(() => both.judgeReturn(each))).toMatchObject({ kind: 'changed' })
    }
    expect([book.numbers.size, book.numbers.get(own)?.account]).toEqual([1, ''])
    server.answers = (_, response) => say(response, 500, {})
    expect((await both.find(wish, {})).objects).toHaveLength(1)
  })
})

describe('what is wrong with the options', () => {
  it('is told by its place, without the secret', () => {
    const right = optionsOf()
    expect(httpInventoryMistakes(right)).toEqual([])
    const bad = optionsOf({
      origin: 'ftp://x',
      headers: { 'a b': '{secret}', ok: '{token}' },
      search: { ...right.search, path: 'v1', list: 'data', offer: { number: 'x' } },
      rent: { ...right.rent, body: '{"phone": "{numbers}"}' },
      giveBack: { ...right.giveBack, method: 'GET', body: 'x' },
    })
    const mistakes = httpInventoryMistakes(bad)
    expect(mistakes.map(({ path }) => path)).toEqual(['origin', 'headers.a b', 'headers.ok', 'search.path', 'rent', 'giveBack.body', 'rent', 'search.list', 'search.offer.number']) // prettier-ignore
    expect(JSON.stringify(mistakes)).not.toContain('s3 cret')
    expect(() => new HttpInventory(bad, {} as never)).toThrow(/origin expects/)
  })
})
