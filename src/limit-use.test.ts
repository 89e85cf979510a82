// How far limits are used, over the admin API and on the command line, by the limiter and the days themselves.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { rigOf, rigPauses } from './admin/api-rig.suite.js'
import { openBook, type DirectoryBook } from './admin/directory-book.js'
import { startAdmin, type Admin } from './admin/server.js'
import { parseTokens, tokenHash } from './admin/tokens.js'
import { parseCommand } from './cli/args.js'
import { limitsCommand } from './cli/limits.js'
import { createOutput } from './cli/output.js'
import { limitUse } from './limit-use.js'
import type { AccountId, ConnectionId } from './message/ids.js'
import { anchorAt } from './store/conformance-rows.suite.js'
import { StoreError } from './store/contracts/store.js'
import { MemoryStore } from './store/memory/memory-store.js'
import { DayBook } from './tendlc/day-book.js'
import { LimitedQueues } from './tendlc/limited-queues.js'
import { Limiter } from './tendlc/limiter.js'

/** 12:00 in Los Angeles. */
const noon = Date.UTC(2026, 10, 23, 20)
const objects = [
  { kind: 'accounts', id: 'acme', row: { messagesPerSecond: 100, api: { authId: 'MA0123456789ABCDEFGH', token: 'a'.repeat(40) } } }, // prettier-ignore
  { kind: 'brands', id: 'acme', row: { ein: '12-3456789', trustScore: 30 } },
  { kind: 'brands', id: 'city', row: { entity: 'government' } },
  {
    ...{ kind: 'campaigns', id: 'news' },
    row: { brand: 'acme', useCase: 'proxy', accounts: ['acme'], numbers: ['12025550101', '12025550102'] },
  },
]

let store: MemoryStore
let book: DirectoryBook
let days: DayBook
let limiter: Limiter
let waiting: LimitedQueues
let admin: Admin
let failure: StoreError | undefined
let told: unknown[]
let used: [string, number, number][]
let wallMs: number

beforeEach(async () => {
  store = new MemoryStore()
  await store.directory.change(
    objects.map((object) => ({ ...object, row: { id: object.id, ...object.row } })),
    0,
  )
  const defaults = { resend: { stepMs: 1, max: 1 } }
  const rules = { env: {}, readSecret: () => '', statusByName: () => undefined, defaults }
  book = await openBook({ store: store.directory, rules, pauses: rigPauses, applied: () => undefined })
  const directory = () => book.current().snapshot
  wallMs = noon
  used = []
  days = new DayBook({ wallMs: () => wallMs, told: ({ key: of, percent, cap }) => used.push([of, percent, cap]) })
  limiter = new Limiter(
    {
      accountPace: (id) => {
        const perSecond = directory().account(id as AccountId)?.messagesPerSecond ?? 0
        return perSecond > 0 ? { perSecond, perMinute: undefined } : undefined
      },
      numberPace: () => undefined,
      campaign: (id) => directory().tenDlc?.limitsOf(id),
    },
    days,
  )
  waiting = new LimitedQueues()
  failure = undefined
  told = []
  const news = { account: 'acme', number: '12025550101', campaign: 'news', carrier: 'att' }
  const route = ['k'] as unknown as readonly ConnectionId[]
  const parsed = parseTokens(`all ${tokenHash('s3cret')} directory:write; reader ${tokenHash('read')} directory:read`)
  admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, readiness: () => [] },
    metrics: { contentType: 'text/plain', render: async () => '' },
    api: {
      ...rigOf(directory),
      money: { ...rigOf(directory).money, wallMs: () => wallMs },
      ...{ book, tokens: parsed.kind === 'tokens' ? parsed.tokens : [], version: '1' },
      limits: limitUse({
        ...{ directory, limiter, days, waiting, nowMs: () => 5000, wallMs: () => wallMs },
        lanes: () => [
          { target: { kind: 'vendor', route, account: 'acme' as AccountId, limited: news }, waiting: 7, held: { by: 'number 12025550101 to att', sinceMs: 4000 } }, // prettier-ignore
          { target: { kind: 'vendor', route, account: 'acme' as AccountId, limited: news }, waiting: 2, held: { by: 'number 12025550101 to att', sinceMs: 3000 } }, // prettier-ignore
          { target: { kind: 'vendor', route, account: 'acme' as AccountId, limited: { ...news, campaign: 'x' } }, waiting: 9, held: { by: 'x', sinceMs: 1 } }, // prettier-ignore
          { target: { kind: 'vendor', route, account: 'acme' as AccountId }, waiting: 9, held: undefined },
        ],
        recorder: {
          offer: (unit, watcher) => {
            if (failure !== undefined) return watcher.refused(unit, failure)
            void store.commit([unit], anchorAt(1)).then(() => watcher.durable(unit))
          },
        },
      }),
      onElsewhere: (by, { key, elsewhere }) => told.push([by, key, elsewhere]),
    },
  })
  vi.stubEnv('SMSWITCH_TOKEN', 's3cret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.stop()
})

async function call(method: string, path: string, body?: unknown, token = 's3cret') {
  const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function run(...argv: string[]) {
  let [out, err] = ['', '']
  const parsed = parseCommand(limitsCommand, 'smswitch', [...argv, `--url=http://127.0.0.1:${admin.port}`])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const output = createOutput({
    json: argv.includes('--json'),
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  })
  const code = await limitsCommand.run(parsed.values, output).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

const news = { account: 'acme', number: '12025550101', campaign: 'news', carrier: 'tmobile', service: 'sms' } as const
const key = 'tmobile:ein:123456789'

it('each limit is shown with what is left of it', async () => {
  limiter.of(news).take(10, 5000)
  limiter.vendorHas(limiter.daysOf(news), 4, 5000)
  waiting.add({ account: 'acme', number: '12025550101', campaign: 'news', carrier: 'tmobile' }, 3, 30)
  waiting.add({ account: 'acme', number: '12025550102', campaign: 'news', carrier: 'unknown' }, 1, 2)
  const { status, body } = await call('GET', '/v1/campaigns/news/limits', undefined, 'read')
  expect(status).toBe(200)
  expect(body).toMatchObject({ campaign: 'news', brand: 'acme', sharedBy: 'campaign', atCap: 'hold', at: '2026-11-23T20:00:00.000Z' }) // prettier-ignore
  const carriers = body['carriers'] as readonly Record<string, unknown>[]
  expect(carriers.map(({ carrier }) => carrier)).toEqual([
    'att',
    'tmobile',
    'verizon',
    'uscellular',
    'minor',
    'unknown',
  ])
  const of = (name: string) => carriers.find(({ carrier }) => carrier === name)
  const day = { key, day: '2026-11-23', cap: 10_000, used: 10, recorded: 4, underWay: 6, elsewhere: 0 }
  expect(of('tmobile')).toMatchObject({
    waiting: 30,
    days: [{ ...day, endsAt: '2026-11-24T08:00:00.000Z' }],
    numbers: [{ number: '12025550101', waiting: 30, limits: [{ kind: 'number', limit: 1, room: -9 }] }],
  })
  expect(of('att')).toMatchObject({
    waiting: 0,
    held: [{ by: 'number 12025550101 to att', lanes: 2, messages: 9, since: '2026-11-23T19:59:58.000Z' }],
  })
  expect(of('unknown')).toMatchObject({ waiting: 2, days: [{ key }] })
  expect(body['accounts']).toEqual([
    { account: 'acme', limits: [{ name: 'account acme', kind: 'account', limit: 100, room: 90 }] },
  ])
  expect(await call('GET', '/v1/campaigns/none/limits')).toMatchObject({ status: 404 })
})

it('what others send for a brand counts, and is known after a restart', async () => {
  const path = '/v1/brands/acme/usage'
  expect(await call('GET', path)).toMatchObject({ status: 200, body: { cap: 10_000, used: 0 } })
  expect(await call('POST', path, { segments: 4000, day: '2026-11-23' })).toMatchObject({
    status: 200,
    body: { brand: 'acme', carrier: 'tmobile', key, elsewhere: 4000, used: 4000, cap: 10_000 },
  })
  // The whole of the day, not one more part of it.
  expect(await call('POST', path, { segments: 5000 })).toMatchObject({ body: { elsewhere: 5000 } })
  expect(told).toEqual([
    ['all', key, 4000],
    ['all', key, 5000],
  ])
  expect(used).toEqual([[key, 50, 10_000]])
  await call('POST', path, { segments: 10_000 })
  expect(used.slice(1).map(([, percent]) => percent)).toEqual([70, 100])
  await call('POST', path, { segments: 5000 })
  const again = new DayBook({ wallMs: () => wallMs })
  again.load((await store.keptRows('capday', { limit: 10 })).rows, 5000)
  expect(again.use(key, 5000).elsewhere).toBe(5000)
  expect(await call('POST', '/v1/brands/city/usage', { segments: 1 })).toMatchObject({
    body: { key: 'tmobile:brand:city', elsewhere: 1 },
  })
  expect((await call('GET', '/v1/brands/city/usage')).body).not.toHaveProperty('cap')
})

it('a report that is wrong, late or can’t be stored changes nothing', async () => {
  const path = '/v1/brands/acme/usage'
  expect(await call('POST', path, { segments: -1 })).toMatchObject({ status: 400 })
  expect(await call('POST', path, { segments: 1, carrier: 'sprint' })).toMatchObject({ status: 400 })
  expect(await call('POST', path, { segments: 1, day: '2026-11-22' })).toMatchObject({
    status: 409,
    body: { error: { code: 'anotherDay', message: 'the day in Los Angeles is 2026-11-23, not 2026-11-22' } },
  })
  expect(await call('POST', '/v1/brands/none/usage', { segments: 1 })).toMatchObject({ status: 404 })
  expect(await call('POST', path, { segments: 1 }, 'read')).toMatchObject({ status: 403 })
  failure = new StoreError('io', 'the disk is gone')
  expect(await call('POST', path, { segments: 1 })).toMatchObject({ status: 503 })
  expect([days.used(key, 5000), told]).toEqual([0, []])
})

it('the command shows it as a table, and reports', async () => {
  limiter.of(news).take(3, 5000)
  const { code, out } = await run('--campaign', 'news', '--elsewhere', '4000')
  expect(code).toBe(0)
  expect(out).toContain('campaign news of brand acme at 2026-11-23T20:00:00.000Z, in segments')
  expect(out).toMatch(/^tmobile +day +10,000\/day +5,997 \(40% used\) +0$/m)
  expect(out).toMatch(/^minor +each number +1\/s +0$/m)
  expect(out).toMatch(/^ +account acme +100\/s +97$/m)
  expect(out).toContain(
    `${key} on 2026-11-23: 0 sent, 3 under way, 4,000 sent by others; ends at 2026-11-24T08:00:00.000Z`,
  )
  expect(out).toContain('to att: 9 messages of 2 lane(s) wait for number 12025550101 to att since')
  const json = await run('--campaign', 'news', '--json')
  expect(JSON.parse(json.out)).toMatchObject({ campaign: 'news' })
  expect((await run('--campaign', 'none')).err).toContain('there is no campaign none')
  expect((await run()).err).toContain('--campaign ID')
})

it('a day ends at its midnight, however long it takes to say so; and it is not used up before nothing is left', async () => {
  let atMs = noon
  // A clock that goes on between any two looks at it.
  const running = (): number => (atMs += 3)
  const directory = () => book.current().snapshot
  const days = new DayBook({ wallMs: (nowMs) => running() + (nowMs - running()) })
  const limits = limitUse({
    ...{ directory, limiter, days, waiting, nowMs: running, wallMs: running },
    lanes: () => [],
    recorder: { offer: () => undefined },
  })
  expect(limits.brandDay('acme', 'tmobile')?.endsAtMs).toBe(Date.UTC(2026, 10, 24, 8))
  expect((await run('--campaign=news', '--elsewhere=9999')).out).toContain('1 (99% used)')
})
