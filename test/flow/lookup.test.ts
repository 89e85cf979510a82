// The network of a number decides route and price: a provider that is fast, slow, failing, or answers garbage, and what the policy
// makes of that. No message is lost, no money goes astray.
import { EventEmitter } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { hlrAnswer, json, numberOf, startProviderServer, type SeenRequest } from '../../src/lookup/provider-server.suite.js' // prettier-ignore
import { receiptsOf, startScenario, submitsAt, type Scenario } from './scenario.js'
import type { SimEsme } from '../../src/sim/esme.js'
import { when } from './waiting.js'
import { wholeRecord, type RecordRow } from '../../src/money/record-fields.js'

const message = { source: '12025550100', text: 'hello', registeredDelivery: 1 }
const number = '12025550123'
const inTable = '12025559999'
const RSUBMITFAIL = 0x45

/** By the digits v1 is cheaper; by the network that the provider says, v2. The dearest network costs the customer 0.09. */
const trade = {
  account: { customer: 'retail', product: 'sms' },
  connections: [{ tariff: 'one' }, { tariff: 'two' }],
  tariffs: [
    { id: 'one', rates: [{ destination: '1', price: '0.01' }, { destination: 'E.212-310-260', price: '0.02' }] }, // prettier-ignore
    { id: 'two', rates: [{ destination: '1', price: '0.02' }, { destination: 'E.212-310-260', price: '0.001' }] }, // prettier-ignore
    {
      id: 'sale',
      rates: [
        { destination: '1', price: '0.05' },
        { destination: 'E.212-310-260', price: '0.03' },
        { destination: 'E.212-310-410', price: '0.09' },
      ],
    },
  ],
  more: {
    currency: 'EUR',
    customers: [{ id: 'retail', billing: 'postpaid', creditLimit: '100' }],
    products: [{ id: 'sms', tariff: 'sale', services: ['sms'] }],
  },
}

type OnFailure = 'prefix' | 'refuse' | 'retry'

/** A provider whose answers wait until the test gives them. */
interface Held {
  readonly request: SeenRequest
  readonly response: ServerResponse
}

async function startWithProvider(onFailure: OnFailure, set: Readonly<Record<string, string | number>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-lookup-'))
  const key = 'our-key'
  const provider = await startProviderServer({ key, secret: 'hush', nowSeconds: () => Date.now() / 1000 })
  onTestFinished(async () => {
    await provider.close()
    rmSync(folder, { recursive: true })
  })
  const held: Held[] = []
  const asked = new EventEmitter()
  provider.answers = (request, response) => {
    held.push({ request, response })
    asked.emit('asked')
  }
  const file = join(folder, 'providers.yaml')
  const table = join(folder, 'own.csv')
  writeFileSync(table, `${inTable},310260\n`)
  writeFileSync(
    file,
    JSON.stringify({
      providers: [
        { id: 'own', type: 'table', file: table },
        { id: 'hlr', type: 'hlrLookups', key, secret: 'hush', origin: provider.origin, plainHttp: true },
      ],
    }),
  )
  const scenario = await startScenario({
    ...trade,
    vendors: [{}, {}],
    policies: [{ id: 'all', hlr: { onFailure } }],
    set: { 'lookup.file': file, 'lookup.retryMs': 50, 'lookup.breaker.minFailures': 1000, ...set },
  })
  return {
    scenario,
    provider,
    /** Resolves with the n-th request that is held, from 1. */
    request: async (count: number): Promise<Held> => {
      await when(asked, 'asked', () => held.length >= count, `${count} questions to the provider`)
      return held[count - 1]!
    },
  }
}

const answer = ({ request, response }: Held): void => json(response, 200, hlrAnswer(numberOf(request)))

/** Ends the daemon; its call detail records. */
async function records(scenario: Scenario): Promise<readonly RecordRow[]> {
  await scenario.daemon.stop()
  const folder = join(scenario.data, 'cdr')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => wholeRecord(JSON.parse(line) as RecordRow))
}

const money = async ({ daemon }: Scenario): Promise<readonly number[]> =>
  Promise.all(
    ['held', 'released', 'charged'].map((move) => daemon.metric('smswitch_money_micros_total', { currency: 'EUR', move })), // prettier-ignore
  )

it('lets no number wait for another, and keeps the order of messages to one number', async () => {
  const { scenario, request } = await startWithProvider('retry', { 'lookup.waitMs': 1000 })
  const esme = await scenario.bind()
  const send = (destination: string, text: string) => esme.submit({ ...message, destination, text })
  const sent = ['first', 'second'].map((text) => send(number, text))
  const slow = send('12025550199', 'slow')
  const held = [await request(1), await request(2)]
  const [fast, other] = numberOf(held[0]!.request) === number ? held : held.reverse()
  answer(fast!)
  const third = send(number, 'third')
  for (const { status } of await Promise.all([...sent, third])) expect(status).toBe(0)
  await submitsAt(scenario.vendors[1]!, 3)
  expect(scenario.vendors[1]!.received.map(({ text }) => text)).toEqual(['first', 'second', 'third'])
  answer(other!)
  expect((await slow).status).toBe(0)
})

it('keeps that order also behind one that was accepted before its network was known, over a crash', async () => {
  const { scenario, provider, request } = await startWithProvider('refuse', {
    ...{ 'lookup.maxAtDesk': 1, 'lookup.timeoutMs': 30_000 },
  })
  const send = async (bound: SimEsme, destination: string, text: string): Promise<void> =>
    expect((await bound.submit({ ...message, destination, text })).status).toBe(0)
  const esme = await scenario.bind()
  await send(esme, '12025550199', 'has the desk')
  await send(esme, number, 'first')
  answer(await request(2))
  await scenario.daemon.metricWhen((n) => n === 1, 'smswitch_lookups_total', { outcome: 'network' })
  await send(esme, number, 'second')
  let release = (): void => undefined
  const isReleased = new Promise<void>((resolve) => (release = resolve))
  provider.answers = (asked, response) => {
    const answered = (): void => answer({ request: asked, response })
    if (numberOf(asked) === number) answered()
    else void isReleased.then(answered)
  }
  await scenario.restart('SIGKILL')
  const again = await scenario.bind()
  await send(again, number, 'third')
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 0])
  release()
  await submitsAt(scenario.vendors[1]!, 4)
  expect(scenario.vendors[1]!.received.slice(1).map(({ text }) => text)).toEqual(['first', 'second', 'third'])
  // Everything has gone on: nobody waits for anybody any more.
  await send(again, number, 'fourth')
  await submitsAt(scenario.vendors[1]!, 5)
  await scenario.daemon.metricWhen((n) => n === 1, 'smswitch_networks_total', { outcome: 'network' })
})

it('routes and rates by the network when the answer comes in time, and remembers it', async () => {
  const { scenario, provider } = await startWithProvider('refuse', { 'lookup.waitMs': 1000 })
  provider.answers = (request, response) => json(response, 200, hlrAnswer(numberOf(request)))
  const esme = await scenario.bind()
  for (let i = 0; i < 3; i++) expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await receiptsOf(esme, 3)
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 3])
  expect(provider.requests).toHaveLength(1)
  expect(await money(scenario)).toEqual([90_000, 0, 90_000])
  // Over a restart too: nobody is asked twice.
  await scenario.restart('SIGKILL')
  const again = await scenario.bind()
  expect((await again.submit({ ...message, destination: number })).status).toBe(0)
  await receiptsOf(again, 1)
  expect(provider.requests).toHaveLength(1)
  for (const record of await records(scenario))
    expect(record).toMatchObject({
      ...{ mcc: '310', mnc: '260', connection: 'v2-1', price: 30_000, amount: 30_000, vendorAmount: 1000 },
    })
})

it('accepts what a slow provider keeps waiting, lets others past, and lowers the price when the answer comes', async () => {
  const { scenario, provider, request } = await startWithProvider('refuse')
  const esme = await scenario.bind()
  const accepted = await esme.submit({ ...message, destination: number })
  expect(accepted.status).toBe(0)
  const held = await request(1)
  // The dearest that the number can come to is held; one whose network is known passes by.
  expect(await money(scenario)).toEqual([90_000, 0, 0])
  expect((await esme.submit({ ...message, destination: inTable })).status).toBe(0)
  expect((await receiptsOf(esme, 1))[0]!.source).toBe(inTable)
  // Many to that number: one question.
  const others = Array.from({ length: 20 }, () => esme.submit({ ...message, destination: number }))
  for (const { status } of await Promise.all(others)) expect(status).toBe(0)
  expect(await scenario.daemon.metric('smswitch_undecided_waiting', { account: 'acme' })).toBe(21)
  answer(held)
  await receiptsOf(esme, 22)
  expect(provider.mostPerNumber).toBe(1)
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 22])
  expect(await money(scenario)).toEqual([21 * 90_000 + 30_000, 21 * 60_000, 22 * 30_000])
  expect(await scenario.daemon.metric('smswitch_networks_late_total', { outcome: 'goes' })).toBe(21)
  const lines = await records(scenario)
  expect(lines).toHaveLength(22)
  for (const line of lines) expect(line).toMatchObject({ mnc: '260', connection: 'v2-1', amount: 30_000, vendorAmount: 1000 }) // prettier-ignore
})

const failing = (_: SeenRequest, response: ServerResponse): void => json(response, 503, { error: 'down' })
const garbage = (_: SeenRequest, response: ServerResponse): void => void response.writeHead(200).end('{"mcc":')
const ofAnother = (_: SeenRequest, response: ServerResponse): void => json(response, 200, hlrAnswer('12025550000'))

it.each([
  ['fails', failing],
  ['answers garbage', garbage],
  ['answers about another number', ofAnother],
])('goes by the digits where the policy says prefix and the provider %s', async (_, answers) => {
  const { scenario, provider } = await startWithProvider('prefix', { 'lookup.waitMs': 1000 })
  provider.answers = answers
  const esme = await scenario.bind()
  expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await receiptsOf(esme, 1)
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([1, 0])
  expect(await money(scenario)).toEqual([50_000, 0, 50_000])
  expect(await records(scenario)).toMatchObject([{ mcc: '', connection: 'v1-1', amount: 50_000 }])
})

it('refuses where the policy says so, and takes what the provider knows', async () => {
  const { scenario, provider } = await startWithProvider('refuse', { 'lookup.waitMs': 1000 })
  const esme = await scenario.bind()
  for (const answers of [failing, garbage, ofAnother]) {
    provider.answers = answers
    expect((await esme.submit({ ...message, destination: number })).status).toBe(RSUBMITFAIL)
  }
  // Nobody knows it: that is an answer.
  provider.answers = (request, response) =>
    json(response, 200, hlrAnswer(numberOf(request), { connectivity_status: 'INVALID_MSISDN', mccmnc: null, mcc: null, mnc: null })) // prettier-ignore
  expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await receiptsOf(esme, 1)
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([1, 0])
  expect(await money(scenario)).toEqual([50_000, 0, 50_000])
  expect(await records(scenario)).toHaveLength(1)
})

it('asks again until there is an answer where the policy says retry', async () => {
  const { scenario, provider } = await startWithProvider('retry', { 'lookup.waitMs': 1000 })
  provider.answers = failing
  const esme = await scenario.bind()
  expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await scenario.daemon.metricWhen((count) => count >= 2, 'smswitch_networks_late_total', { outcome: 'later' })
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 0])
  provider.answers = (request, response) => json(response, 200, hlrAnswer(numberOf(request)))
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ state: 'DELIVRD' })
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 1])
  // Until its validity ends.
  provider.answers = failing
  await esme.submit({ ...message, destination: '12025550777', validitySeconds: 1 })
  expect((await receiptsOf(esme, 2))[1]).toMatchObject({ state: 'EXPIRED' })
  expect(await money(scenario)).toEqual([180_000, 60_000 + 90_000, 30_000])
  expect(await records(scenario)).toMatchObject([{ amount: 30_000 }, { amount: 0 }])
})

it('gives the money back when a late answer is a failure that the policy refuses', async () => {
  const { scenario, request } = await startWithProvider('refuse')
  const esme = await scenario.bind()
  const { status, messageId } = await esme.submit({ ...message, destination: number })
  expect(status).toBe(0)
  failing((await request(1)).request, (await request(1)).response)
  // The desk may have asked before, and joined, or asks now: that fails too.
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'UNDELIV' })
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, 0])
  expect(await money(scenario)).toEqual([90_000, 90_000, 0])
  expect(await records(scenario)).toMatchObject([{ message: messageId, amount: 0, vendor: '' }])
})

it('goes by the digits when a provider hangs and the policy says prefix', async () => {
  const { scenario, request } = await startWithProvider('prefix', { 'lookup.timeoutMs': 200 })
  const esme = await scenario.bind()
  expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await request(1)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ state: 'DELIVRD' })
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([1, 0])
  expect(await money(scenario)).toEqual([90_000, 40_000, 50_000])
})

it('holds one message of several parts as one, and asks once', async () => {
  const { scenario, request } = await startWithProvider('refuse')
  const esme = await scenario.bind()
  const text = 'x'.repeat(190)
  const part = (index: number) =>
    esme.submit({
      ...message,
      destination: number,
      fields: {
        esm_class: 0x40,
        short_message: { udh: Buffer.from([5, 0, 3, 7, 2, index]), message: text.slice((index - 1) * 153, index * 153) }, // prettier-ignore
      },
    })
  const answers = await Promise.all([part(1), part(2)])
  expect(answers.map(({ status }) => status)).toEqual([0, 0])
  const held = await request(1)
  expect(await money(scenario)).toEqual([180_000, 0, 0])
  answer(held)
  await receiptsOf(esme, 2)
  expect(await money(scenario)).toEqual([180_000, 120_000, 60_000])
  expect(await records(scenario)).toMatchObject([
    { part: 1, parts: 2, mnc: '260', amount: 30_000 },
    { part: 2, parts: 2, mnc: '260', amount: 30_000 },
  ])
})

it('asks again after a crash for what was undecided, and loses nothing', async () => {
  const { scenario, provider, request } = await startWithProvider('refuse')
  const esme = await scenario.bind()
  const numbers = Array.from({ length: 10 }, (_, i) => `1202555${1000 + i}`)
  const answers = await Promise.all(numbers.map((destination) => esme.submit({ ...message, destination })))
  expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 0))
  await request(8)
  await scenario.daemon.kill()
  provider.answers = (seen, response) => json(response, 200, hlrAnswer(numberOf(seen)))
  await scenario.start()
  const again = await scenario.bind()
  await receiptsOf(again, numbers.length)
  await submitsAt(scenario.vendors[1]!, numbers.length)
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([0, numbers.length])
  // What was held before the crash is lowered and charged after it.
  expect(await money(scenario)).toEqual([0, numbers.length * 60_000, numbers.length * 30_000])
  expect(new Set((await records(scenario)).map(({ destination }) => destination))).toEqual(new Set(numbers))
})

it('leaves what is undecided where it is when it stops, and asks nobody once lookups are off', async () => {
  const { scenario, request } = await startWithProvider('refuse')
  const esme = await scenario.bind()
  expect((await esme.submit({ ...message, destination: number })).status).toBe(0)
  await request(1)
  await scenario.restart('SIGTERM', { 'lookup.use': 'off' })
  const again = await scenario.bind()
  expect((await receiptsOf(again, 1))[0]).toMatchObject({ state: 'DELIVRD' })
  expect(scenario.vendors.map(({ stats }) => stats.submits)).toEqual([1, 0])
  expect(await money(scenario)).toEqual([0, 40_000, 50_000])
})
