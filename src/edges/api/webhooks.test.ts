// Webhooks as a whole: a store, real sockets, and receivers that are swift, slow, gone or wrong.
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemTimers } from '../../lib/clock.js'
import type { KeptRow } from '../../message/kept.js'
import type { UnitListener } from '../../store/contracts/recorder.js'
import type { ClockAnchor } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { WEBHOOK_TABLE, webhookRow } from './webhook-row.js'
import { checkWebhookUrl } from './webhook-url.js'
import { defaultWebhookOptions, Webhooks, type WebhookOptions } from './webhooks.js'

const anchor: ClockAnchor = { switchMs: 0, monotonicMs: 0, bootId: 'b' }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Heard {
  readonly message: string
  readonly state: string
}

/** A receiver, what it heard, and a wait for so many. */
async function receiver(answer: (heard: Heard, response: http.ServerResponse) => void) {
  const heard: Heard[] = []
  let wanted: { readonly count: number; readonly resolve: () => void } | undefined
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const fields = new URLSearchParams(body)
      const one = { message: fields.get('MessageUUID')!, state: fields.get('Status')! }
      heard.push(one)
      answer(one, response)
      if (wanted !== undefined && heard.length >= wanted.count) wanted.resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const hears = (count: number): Promise<void> =>
    new Promise((resolve) => {
      if (heard.length >= count) resolve()
      else wanted = { count, resolve }
    })
  return { heard, hears, port, url: (host: string) => `http://${host}.example:${port}/` }
}

function rig(store = new MemoryStore(), changes: Partial<WebhookOptions['limits']> = {}) {
  const events: string[] = []
  let id = 0
  const webhooks = new Webhooks(
    {
      client: { ...defaultWebhookOptions.client, timeoutMs: 60_000 },
      limits: { ...defaultWebhookOptions.limits, ...changes },
      allowed: ['127.0.0.0/8'],
    },
    {
      recorder: {
        record: (unit: Unit, listener: UnitListener) =>
          void store.commit([unit], anchor).then(() => listener.durable(unit)),
      },
      findKept: (table, keys) => store.findKept(table, keys),
      keptRows: (table, range) => store.keptRows(table, range),
      tokensOf: () => ({ token: 't', mainToken: 't' }),
      reply: () => Promise.resolve({ kind: 'taken' }),
      replyRefused: () => {},
      ended: () => Promise.resolve([]),
      nowMs: () => performance.now(),
      timers: systemTimers(),
      events: {
        tried: () => {},
        givenUp: (_webhook, message, why) => events.push(`givenUp ${message} ${why}`),
        dropped: () => {},
        unreadable: (key) => events.push(`unreadable ${key}`),
        storeFailed: (error) => events.push(String(error)),
        fault: (error) => events.push(String(error)),
      },
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    },
  )
  const rows = (url: string, message: string, states: readonly string[]): KeptRow[] =>
    states.map((state) =>
      webhookRow(String(id++).padStart(16, '0'), message, {
        account: 'MA',
        purpose: 'status',
        method: 'POST',
        url,
        fields: [['MessageUUID', message], ['Status', state]], // prettier-ignore
        madeAtMs: 0,
      }),
    )
  const make = async (all: readonly KeptRow[]): Promise<void> => {
    await store.commit([{ kind: 'kept', rows: all, fact: true }], anchor)
    webhooks.outbox.added(all)
  }
  const left = async (): Promise<number> => (await store.keptRows(WEBHOOK_TABLE, { limit: 1000 })).rows.length
  closing.push(() => webhooks.stop(0))
  return { webhooks, store, events, rows, make, left }
}

const states = ['queued', 'sent', 'delivered']

function expectInOrder(heard: readonly Heard[]): void {
  const last = new Map<string, number>()
  for (const { message, state } of heard) {
    const at = states.indexOf(state)
    expect(at).toBeGreaterThanOrEqual(last.get(message) ?? 0)
    last.set(message, at)
  }
}

describe('webhooks', () => {
  it('of an endpoint that hangs, or is not there, slow no other', async () => {
    const swift = await receiver((_heard, response) => response.end())
    const hanging = await receiver(() => {})
    const { webhooks, rows, make } = rig()
    await webhooks.start()
    for (let i = 0; i < 300; i++) {
      for (const host of ['h1', 'h2', 'h3']) await make(rows(hanging.url(host), `${host}.${i}`, states))
      await make(rows(`http://gone.example:1/`, `g${i}`, states))
      await make(rows(swift.url('swift'), `m${i}`, states))
    }
    await swift.hears(900)
    expectInOrder(swift.heard)
    expect(new Set(swift.heard.map(({ message }) => message)).size).toBe(300)
    expect(hanging.heard.every(({ state }) => state === 'queued')).toBe(true)
  })

  it('are told by the next life of the switch, from where the last one was', async () => {
    const store = new MemoryStore()
    let isUp = false
    const one = await receiver((_heard, response) => {
      response.statusCode = isUp ? 200 : 503
      response.end()
    })
    const first = rig(store, { retryMs: [0, 0, 0, 0, 0, 0] })
    await first.webhooks.start()
    for (let i = 0; i < 50; i++) await first.make(first.rows(one.url('a'), `m${i}`, states))
    await one.hears(10)
    await first.webhooks.stop(1_000)
    expect(await first.left()).toBe(150)
    isUp = true
    const before = one.heard.length
    const second = rig(store, { maxHeldPerEndpoint: 20 })
    await second.webhooks.start()
    await one.hears(before + 150)
    expectInOrder(one.heard)
    await second.webhooks.stop(1_000)
    expect(await second.left()).toBe(0)
    expect([...first.events, ...second.events]).toEqual([])
  })

  it('know URLs that can never be called', () => {
    const { webhooks } = rig()
    expect(webhooks.mayCall('http://127.0.0.1/')).toBe(true)
    expect(webhooks.mayCall('http://10.0.0.1/')).toBe(false)
    expect(webhooks.mayCall('http://[::1]/')).toBe(false)
    expect(webhooks.mayCall('http://example.com/')).toBe(true)
  })

  it.each([
    ['http://2130706433/', true],
    ['http://0x7f.1/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://[::ffff:10.0.0.1]/', false],
    ['http://[::ffff:a00:1]:8080/x', false],
    ['http://[::a00:1]/', false],
    ['http://[64:ff9b::10.0.0.1]/', false],
    ['http://[2002:a00:1::]/', false],
    ['http://[fd00::1]/', false],
    ['http://[fe80::1]/', false],
    ['http://[::]/', false],
    ['http://[2606:4700::1111]/', true],
    ['http://167772161/', false],
    ['http://0xa000001/', false],
    ['http://012.0.0.1/', false],
    ['http://10.1/', false],
    ['http://10.0.0.1./', false],
    ['http://１０.0.0.1/', false],
    ['https://169.254.169.254/latest/meta-data', false],
    ['http://0/', false],
    ['http://192.168.1.1:80/', false],
    ['http://172.31.255.255/', false],
    ['http://100.64.0.1/', false],
    ['http://8.8.8.8/', true],
    // Names are judged at each call.
    ['http://localhost/', true],
    ['http://3com.example/', true],
    ['http://10.0.0.1.example/', true],
  ])('know whether %s may be called, however it is written', (written, expected) => {
    const { webhooks } = rig()
    const checked = checkWebhookUrl(written)
    expect(checked.kind === 'url' && webhooks.mayCall(checked.url)).toBe(expected)
    expect(checkWebhookUrl(written, webhooks.mayCall).kind).toBe(expected ? 'url' : 'mistake')
  })
})
