// Traces as they are asked for, over the admin API and on the command line: lanes and a store by hand, and what the core tells.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rigOf, rigPauses } from './admin/api-rig.suite.js'
import { openBook } from './admin/directory-book.js'
import { startAdmin, type Admin } from './admin/server.js'
import { parseTokens, tokenHash } from './admin/tokens.js'
import { parseCommand } from './cli/args.js'
import { createOutput } from './cli/output.js'
import { traceCommand } from './cli/trace.js'
import { notHeld } from './delivery/lane-holds.js'
import { laneTarget } from './delivery/lane-key.js'
import { newLane, viewOf, type Lane } from './delivery/lane.js'
import { uuidOf } from './edges/api/ids.js'
import { createTraces, messageTraces, traceHooks, type TraceHooks } from './message-traces.js'
import type { SegmentDelivery } from './message/delivery.js'
import type { DeliveryId, LaneKey, MessageId } from './message/ids.js'
import { StoreError } from './store/contracts/store.js'
import { MemoryStore } from './store/memory/memory-store.js'

const NOW = 100_000
const WALL = Date.UTC(2027, 0, 31, 12)
const key = 'v:a,b|acme|12025550101||news|att' as LaneKey
const rate = 'campaign news to att'
const day = 'day tmobile:ein:123456789'
const at = (switchMs: number): string => new Date(WALL + switchMs - NOW).toISOString()
const idOf = (n: number): MessageId => n.toString(16).padStart(16, '0') as MessageId

function deliveryOf(n: number, more: Partial<SegmentDelivery> = {}, parts: readonly number[] = []): SegmentDelivery {
  const message = { id: idOf(n), account: 'acme', parts: parts.map((part) => ({ id: idOf(part) })) }
  return { kind: 'segment', id: idOf(n) as string as DeliveryId, lane: key, dueMs: 90_000, message, bill: undefined, ...more } as unknown as SegmentDelivery // prettier-ignore
}

let lanes: Map<LaneKey, Lane>
let underWay: Set<string>
let rows: SegmentDelivery[]
let reads: number
let beforeRead: () => Promise<void>
let failure: StoreError | undefined
let hooks: TraceHooks
let admin: Admin

async function start(trace: Readonly<Record<string, number>> = {}): Promise<void> {
  const config = { trace: { messages: 100, entries: 8, maxAgeMs: 60_000, searchRows: 1000, ...trace } }
  const store = new MemoryStore()
  await store.directory.change(
    [
      { kind: 'accounts', id: 'acme', row: { id: 'acme', systemId: 'acme', password: `scrypt$1024$8$1$${'A'.repeat(24)}$${'A'.repeat(44)}` } }, // prettier-ignore
      { kind: 'brands', id: 'acme', row: { id: 'acme', ein: '12-3456789', trustScore: 30 } },
      { kind: 'campaigns', id: 'news', row: { id: 'news', brand: 'acme', useCase: 'declared' } },
    ],
    0,
  )
  const rules = { env: {}, readSecret: () => '', statusByName: () => undefined, defaults: { resend: { stepMs: 1, max: 1 } } } // prettier-ignore
  const book = await openBook({ store: store.directory, rules, pauses: rigPauses, applied: () => undefined })
  const traces = createTraces(config)
  if (traces !== undefined) hooks = traceHooks(traces, () => NOW)
  const parsed = parseTokens(`all ${tokenHash('s3cret')} directory:read; payer ${tokenHash('pay')} money:read`)
  const directory = () => book.current().snapshot
  const rig = rigOf(directory)
  admin = await startAdmin({
    ...{ host: '127.0.0.1', port: 0, readiness: () => [] },
    metrics: { contentType: 'text/plain', render: async () => '' },
    api: {
      ...{ ...rig, book, version: '1', tokens: parsed.kind === 'tokens' ? parsed.tokens : [] },
      money: { ...rig.money, wallMs: () => WALL },
      traces: messageTraces({
        ...{ config, traces, directory, pauses: rigPauses, nowMs: () => NOW, wallMs: () => WALL },
        dispatcher: {
          lanes: () => [...lanes.values()].map(viewOf)[Symbol.iterator]() as never,
          laneView: (lane) => {
            const known = lanes.get(lane)
            return known && viewOf(known)
          },
          holds: ({ id }) => underWay.has(id),
        },
        store: {
          expiredDeliveries: async (cursor, limit) => {
            if (failure !== undefined) throw failure
            reads++
            await beforeRead()
            const from = Number(cursor)
            const next = from + limit
            return { rows: rows.slice(from, next), cursor: next < rows.length ? String(next) : '' }
          },
        },
      }),
    },
  })
  vi.stubEnv('SMSWITCH_TOKEN', 's3cret')
}

beforeEach(() => {
  lanes = new Map()
  underWay = new Set()
  rows = []
  reads = 0
  beforeRead = async () => undefined
  failure = undefined
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.stop()
})

function laneOf(name = key, held: Partial<Lane> = {}): Lane {
  const lane = Object.assign(newLane(name, laneTarget(name), []), notHeld, held)
  lanes.set(name, lane)
  return lane
}

async function call(id: string, token = 's3cret') {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`http://127.0.0.1:${admin.port}/v1/messages/${id}/trace`, { headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function run(...argv: string[]) {
  let [out, err] = ['', '']
  const parsed = parseCommand(traceCommand, 'smswitch', [...argv, `--url=http://127.0.0.1:${admin.port}`])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const output = createOutput({
    json: argv.includes('--json'),
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  })
  const code = await traceCommand.run(parsed.values, output, parsed.arguments).catch((error: unknown) => {
    output.fail(error)
    return 1
  })
  return { code, out, err }
}

const whose = { account: 'acme', number: '12025550101', campaign: 'news', carrier: 'att' }

describe('a message that waits', () => {
  it('is told its limit, since when, and the moment before which nothing leaves', async () => {
    await start()
    const lane = laneOf(key, {
      ...{ heldBy: rate, heldSinceMs: 95_000, pausedUntilMs: NOW + 500 },
      heldBefore: [{ limit: day, fromMs: 80_000, toMs: 95_000 }],
    })
    lane.ready.push(deliveryOf(1))
    lane.ready.push(deliveryOf(2, { dueMs: 91_000 }, [3, 2]))
    const expected = {
      ...{ message: idOf(2), state: 'waiting', entries: [], dropped: 0 },
      waiting: {
        ...{ ...whose, connections: ['a', 'b'], due: at(91_000), before: 1 },
        by: { limit: rate, limitKind: 'rate', since: at(95_000), notBefore: at(NOW + 500) },
        held: [
          { limit: day, limitKind: 'day', ms: 4000 },
          { limit: rate, limitKind: 'rate', ms: 5000 },
        ],
      },
    }
    // By the id of the message, of one of its parts, and as the HTTP API has it.
    for (const id of [idOf(2), idOf(3), uuidOf(idOf(2)).toUpperCase()])
      expect(await call(id)).toEqual({ status: 200, body: expected })
    expect(reads).toBe(0)
    expect((await run(idOf(2))).out).toBe(
      [
        `message ${idOf(2)}: waits`,
        `it waits for ${rate} since ${at(95_000)}; nothing leaves before ${at(NOW + 500)}`,
        `due at ${at(91_000)}, 1 before it in its lane (campaign news, carrier att, number 12025550101, account acme), by a, b`,
        `held up by ${day} for 4 s so far`,
        `held up by ${rate} for 5 s so far`,
        '',
      ].join('\n'),
    )
  })

  it('is found in the store where it is not in memory, with those before it', async () => {
    await start()
    laneOf(key, { heldBy: rate, heldSinceMs: 95_000 })
    const other = 'v:a|acme|12025550102||news|att' as LaneKey
    rows = Array.from({ length: 450 }, (_, i) => deliveryOf(i + 1, i < 150 ? { lane: other } : {}))
    expect(await call(idOf(441))).toMatchObject({ status: 200, body: { state: 'waiting', waiting: { before: 290, by: { limit: rate, since: at(95_000) } } } }) // prettier-ignore
    expect(reads).toBe(3)
  })

  it('for no limit says so: its vendor is away, or it was tried and waits to be tried again', async () => {
    await start()
    const plain = 'v:a|acme' as LaneKey
    laneOf(plain).ready.push(deliveryOf(1, { lane: plain }))
    laneOf(key, { heldBy: rate, heldSinceMs: 95_000 })
    rows = [deliveryOf(2, { dueMs: NOW + 30_000 })]
    const waiting = { account: 'acme', connections: ['a'], due: at(90_000), before: 0, held: [] }
    expect(await call(idOf(1))).toMatchObject({ status: 200, body: { state: 'waiting', waiting } })
    const later = (await call(idOf(2))).body['waiting']
    expect(later).toEqual({ ...whose, connections: ['a', 'b'], due: at(NOW + 30_000), before: 0, held: [] })
    expect((await run(idOf(1))).out).toContain('no limit holds it up now\n')
  })

  it('is told apart from one that is with a vendor, and from one that left', async () => {
    await start()
    const lane = laneOf()
    rows = [deliveryOf(1), deliveryOf(2, { lane: 'w:a' as LaneKey })]
    laneOf('w:a' as LaneKey)
    underWay.add(idOf(1))
    hooks.letGo(lane, deliveryOf(3), [{ limit: rate, fromMs: 90_000, toMs: 95_000 }])
    expect(await call(idOf(1))).toMatchObject({ status: 200, body: { state: 'underWay', entries: [] } })
    expect(await call(idOf(2))).toMatchObject({ status: 200, body: { state: 'underWay' } })
    expect(await call(idOf(3))).toMatchObject({ status: 200, body: { state: 'left', entries: [{ limit: rate, ms: 5000 }] } }) // prettier-ignore
    expect((await run(idOf(1))).out).toBe(`message ${idOf(1)}: is under way: sent, and not answered\n`)
  })
})

describe('a message that a limit held', () => {
  it('is told which, how long and until when, and how it ended', async () => {
    await start()
    const lane = laneOf()
    hooks.letGo(lane, deliveryOf(1), [
      { limit: day, fromMs: 50_000, toMs: 80_000 },
      { limit: rate, fromMs: 80_000, toMs: 81_234.5 },
    ])
    hooks.ended(idOf(1), 'DELIVERED', WALL)
    const { status, body } = await call(idOf(1))
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ message: idOf(1), state: 'over', end: { state: 'DELIVERED', at: at(NOW) }, dropped: 0 },
      entries: [
        { kind: 'held', limit: day, limitKind: 'day', ...whose, from: at(50_000), to: at(80_000), ms: 30_000, times: 1 }, // prettier-ignore
        { kind: 'held', limit: rate, limitKind: 'rate', ...whose, from: at(80_000), to: at(81_234.5), ms: 1235, times: 1 }, // prettier-ignore
      ],
    })
    expect(reads).toBe(0)
    const { out } = await run(idOf(1))
    expect(out).toContain(`message ${idOf(1)}: DELIVERED at ${at(NOW)}\n\nwhat  limit`)
    expect(out).toMatch(/^held {2}campaign news to att {7}1\.235 s /m)
    expect(JSON.parse((await run(idOf(1), '--json')).out)).toEqual(body)
  })

  it('is told why it failed, with the code of the trade', async () => {
    await start()
    const lane = laneOf(key, { heldBy: rate, heldSinceMs: 91_000 })
    hooks.failed(lane, deliveryOf(1), day, NOW)
    hooks.leaves(deliveryOf(2), viewOf(lane), 'expired', NOW)
    hooks.failedBy('unregisteredSender', deliveryOf(3))
    hooks.failedBy('noRoute', deliveryOf(4))
    hooks.leaves(deliveryOf(5, { dueMs: NOW }), viewOf(lane), 'expired', NOW)
    hooks.leaves(deliveryOf(6), viewOf(lane), 'moved', NOW)
    const entriesOf = async (n: number) => (await call(idOf(n))).body['entries']
    const of = { ...whose, at: at(NOW) }
    expect(await entriesOf(1)).toEqual([{ kind: 'failed', limit: day, limitKind: 'day', reason: 'dayCapReached', code: 30023, ...of }]) // prettier-ignore
    expect(await entriesOf(2)).toMatchObject([
      { kind: 'held', limit: rate, ms: 9000 },
      { kind: 'failed', limit: rate, reason: 'expired', code: 30036 },
    ])
    expect(await entriesOf(3)).toEqual([{ kind: 'failed', reason: 'unregisteredSender', code: 30034, ...of }])
    // No limit had to do with those; and in another lane the next one counts from where this one ended.
    expect([await entriesOf(4), await entriesOf(5)]).toEqual([undefined, undefined])
    expect(await entriesOf(6)).toMatchObject([{ kind: 'held', ms: 9000 }])
    expect((await run(idOf(1))).out).toMatch(/^failed: dayCapReached \(30023\) {2}day tmobile:ein:123456789 /m)
  })
})

describe('what is not known', () => {
  it('says what is remembered, how long, and how far it was looked for', async () => {
    await start({ searchRows: 250 })
    const { status, body } = await call(idOf(7))
    expect(status).toBe(404)
    expect(body['error']).toEqual({
      code: 'notFound',
      message: `nothing is known of the message ${idOf(7)}: it does not wait, and of those that went on only what a limit held is remembered, the last 100 (trace.messages) for 60 s (trace.maxAgeMs), since the start at ${at(NOW)}`, // prettier-ignore
    })
    rows = Array.from({ length: 300 }, (_, i) => deliveryOf(i + 100))
    expect(await call(idOf(7))).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining('not among the first 250 rows of the queue (trace.searchRows)') as string } } }) // prettier-ignore
    expect(await call('hello')).toMatchObject({ status: 404, body: { error: { message: 'hello is no id of a message of this switch' } } }) // prettier-ignore
    const failed = await run(idOf(7))
    expect(failed).toMatchObject({ code: 1, out: '' })
    expect(failed.err).toContain('nothing is known of the message')
  })

  it('is what waits no more, where nothing is to be remembered', async () => {
    await start({ messages: 0 })
    laneOf().ready.push(deliveryOf(1))
    expect(await call(idOf(1))).toMatchObject({ status: 200, body: { state: 'waiting' } })
    expect(await call(idOf(2))).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining('nothing is remembered') as string } } }) // prettier-ignore
  })

  it('is refused to who may not read, while another search goes on, and while the store can not be read', async () => {
    await start()
    expect(await call(idOf(1), 'pay')).toMatchObject({ status: 403 })
    // The second comes while the first looks.
    let second: Awaited<ReturnType<typeof call>> | undefined
    beforeRead = async () => void (second = await call(idOf(2)))
    expect(await call(idOf(1))).toMatchObject({ status: 404 })
    expect(second).toMatchObject({ status: 503, body: { error: { code: 'busy' } } })
    beforeRead = async () => undefined
    failure = new StoreError('io', 'the disk is gone')
    expect(await call(idOf(1))).toMatchObject({ status: 503, body: { error: { code: 'storeFailed', message: 'the queue could not be read: the disk is gone' } } }) // prettier-ignore
    failure = undefined
    expect(await call(idOf(1))).toMatchObject({ status: 404 })
  })
})

it('is in the OpenAPI document', async () => {
  await start()
  const document = (await (await fetch(`http://127.0.0.1:${admin.port}/v1/openapi.json`)).json()) as { paths: object }
  expect(document.paths).toHaveProperty(['/v1/messages/{id}/trace', 'get', 'operationId'], 'traceMessage')
})
