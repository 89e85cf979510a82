// What a trace says of a message that a limit holds, while it waits and after: asked of the real daemon, by its API and on the command line.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { TraceAnswer } from '../../src/admin/trace-schemas.js'
import { tokenHash } from '../../src/admin/tokens.js'
import { payIn } from './books.js'
import { mainFile } from './daemon.js'
import { receiptsOf, startScenario, submitsAt, type Scenario, type ScenarioOptions } from './scenario.js'
import { registry } from './three-campaigns.js'

const source = '12025550101'
const verizon = '12135550100'
const limit = 'campaign C1 to verizon'
const TOKEN = 'a-token-for-traces'
const set = { 'admin.tokens': `reader ${tokenHash(TOKEN)} directory:read,money:read`, 'cdr.exportMs': 50 }

/** A campaign that sends one every two seconds to Verizon. */
function slow(more: ScenarioOptions = {}): Promise<Scenario> {
  const campaign = { id: 'C1', numbers: [source], overrides: { verizon: { mps: 0.5 } } }
  return startScenario({ ...more, set: { ...set, ...more.set }, more: { ...registry([campaign]), ...more.more } })
}

async function ask({ daemon }: Scenario, path: string) {
  const response = await fetch(`http://127.0.0.1:${daemon.adminPort}${path}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function traceOf(scenario: Scenario, id: string): Promise<TraceAnswer> {
  const { status, body } = await ask(scenario, `/v1/messages/${id}/trace`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body as TraceAnswer
}

async function command({ daemon }: Scenario, ...args: readonly string[]): Promise<string> {
  const url = `http://127.0.0.1:${daemon.adminPort}`
  const { stdout } = await promisify(execFile)(process.execPath, [mainFile, 'trace', ...args, '--url', url], {
    env: { ...process.env, SMSWITCH_TOKEN: TOKEN },
  })
  return stdout
}

it('names the limit that a message waits for, and says afterwards how long it did', async () => {
  const scenario = await slow()
  const esme = await scenario.bind()
  const ids: string[] = []
  for (let i = 0; i < 3; i++)
    ids.push((await esme.submit({ source, destination: verizon, text: `m${i}`, registeredDelivery: 1 })).messageId)
  await submitsAt(scenario.vendor, 1)
  const [first, , third] = ids as [string, string, string]
  const by = { limit, limitKind: 'rate' }
  const whose = { account: 'acme', number: source, campaign: 'C1', carrier: 'verizon' }

  const waiting = await traceOf(scenario, third)
  expect(waiting).toMatchObject({ message: third, state: 'waiting', entries: [], waiting: { ...whose, connections: ['v1-1'], before: 1, by, held: [by] } }) // prettier-ignore
  expect(waiting.waiting!.held[0]!.ms).toBeGreaterThan(0)
  expect(Date.parse(waiting.waiting!.by!.notBefore!)).toBeGreaterThan(Date.now())
  const said = await command(scenario, third)
  expect(said).toContain(`message ${third}: waits\nit waits for ${limit} since 20`)
  expect(said).toMatch(/held up by campaign C1 to verizon for [\d.]+ s so far/)

  await receiptsOf(esme, 3)
  const over = await traceOf(scenario, third)
  expect(over).toMatchObject({ state: 'over', end: { state: 'DELIVERED' }, entries: [{ kind: 'held', ...by, ...whose }] }) // prettier-ignore
  expect(over.waiting).toBeUndefined()
  // One of a second's worth was saved up; two seconds later the second left.
  expect(over.entries[0]!.ms).toBeGreaterThan(2500)
  expect(over.entries[0]!.ms).toBeLessThan(8000)
  const { message, state, dropped } = over
  expect(JSON.parse(await command(scenario, third, '--json'))).toMatchObject({ message, state, dropped, entries: [{ ...by, ...whose, ms: over.entries[0]!.ms }] }) // prettier-ignore
  expect(await command(scenario, third)).toMatch(/^message \w+: DELIVERED at .*\n\n(.*\n)held +campaign C1 to verizon/)

  // No limit held the first: of that nothing is remembered.
  const unknown = await ask(scenario, `/v1/messages/${first}/trace`)
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'notFound', message: expect.stringContaining('the last 50000') as string } } }) // prettier-ignore
  expect(await ask(scenario, '/v1/messages/nothing/trace')).toMatchObject({ status: 404 })
}, 60_000)

it('is in the record of a message for good; what still waits is found after a crash, what has gone on is not', async () => {
  const scenario = await slow({
    account: { customer: 'acme-inc', product: 'sms' },
    more: { customers: [{ id: 'acme-inc' }], products: [{ id: 'sms', tariff: 'sell' }] },
    tariffs: [{ id: 'sell', rates: [{ prefix: '', price: '0.02' }] }],
    prepare: (data) => payIn(data, 'acme-inc', 1_000_000),
  })
  let esme = await scenario.bind()
  const ids: string[] = []
  for (let i = 0; i < 4; i++)
    ids.push((await esme.submit({ source, destination: verizon, text: `m${i}`, registeredDelivery: 1 })).messageId)
  await receiptsOf(esme, 2)
  const [, second, , fourth] = ids as [string, string, string, string]
  const entry = (await traceOf(scenario, second)).entries[0]!
  const day = new Date().toISOString().slice(0, 10)
  let records: readonly Record<string, unknown>[] = []
  for (const until = performance.now() + 10_000; records.length === 0 && performance.now() < until;)
    records = (await ask(scenario, `/v1/cdrs?day=${day}&message=${second}`)).body['records'] as typeof records
  expect(records).toMatchObject([{ message: second, held: [{ limit, ms: entry.ms }] }])

  await scenario.restart('SIGKILL')
  esme = await scenario.bind()
  expect(await ask(scenario, `/v1/messages/${second}/trace`)).toMatchObject({ status: 404 })
  expect(await traceOf(scenario, fourth)).toMatchObject({ state: 'waiting', waiting: { by: { limit } } })
}, 60_000)
