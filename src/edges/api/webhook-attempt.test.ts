// Whole tries against real receivers: signed requests that the SDK accepts, answers that become messages, each sent once.
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import plivo from 'plivo'
import { afterEach, describe, expect, it } from 'vitest'
import { systemTimers } from '../../lib/clock.js'
import type { KeptRow } from '../../message/kept.js'
import type { Fields } from './signature.js'
import { type AttemptPorts, type Replied, webhookAttempt } from './webhook-attempt.js'
import { WebhookClient } from './webhook-client.js'
import { addressGuard } from '../address-guard.js'
import { type Reply, type Webhook, webhookOf } from './webhook-row.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Seen {
  readonly method: string
  /** With host and query, as a receiver puts it together. */
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly fields: Record<string, string>
}

type Answer = (seen: Seen) => { readonly status?: number; readonly type?: string; readonly body?: string }

async function receiver(answer: Answer): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(body))
      const url = `http://${request.headers.host}${request.url}`
      const one: Seen = { method: request.method!, url, headers: request.headers, fields }
      seen.push(one)
      const { status = 200, type = 'text/xml', body: text = '' } = answer(one)
      response.writeHead(status, { 'Content-Type': type }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb?tenant=7`, seen }
}

interface Sent {
  readonly reply: Reply
  readonly kept: readonly KeptRow[]
}

function attempt(reply: (reply: Reply) => Replied = () => ({ kind: 'taken' })) {
  const client = new WebhookClient(
    { timeoutMs: 8_000, maxAnswerOctets: 1_000_000, maxConnections: 4 },
    { guard: addressGuard(['127.0.0.1']), resolve: () => Promise.resolve([]), timers: systemTimers() },
  )
  closing.push(() => client.close())
  const sent: Sent[] = []
  const refusedReplies: string[] = []
  let nonce = 10n ** 19n
  const ports: AttemptPorts = {
    tokensOf: (account) => (account === 'SA' ? { token: 'sub', mainToken: 'main' } : undefined),
    send: (request) => client.send(request),
    reply: (_webhook, one, kept) => {
      const replied = reply(one)
      if (replied.kind === 'taken') sent.push({ reply: one, kept })
      return Promise.resolve(replied)
    },
    replyRefused: (_webhook, { text }, why) => refusedReplies.push(`${text}: ${why}`),
    nonce: () => String(nonce++),
  }
  return { try: webhookAttempt(ports), sent, refusedReplies }
}

const fields: Fields = [
  ['MessageUUID', 'u'],
  ['From', '14155550100'],
  ['To', '14155550199'],
  ['Text', 'Hi & bye + 100% ü 😀'],
  ['MessageIntent', ''],
]
const webhook = (url: string, changes: Partial<Webhook> = {}): Webhook => ({
  account: 'SA',
  purpose: 'inbound',
  method: 'POST',
  url,
  fields,
  madeAtMs: 0,
  ...changes,
})

describe('a try', () => {
  it.each(['POST', 'GET'] as const)('is a request that the SDK accepts: %s', async (method) => {
    const { url, seen } = await receiver(() => ({}))
    expect(await attempt().try(webhook(url, { method }), 'key')).toEqual({ kind: 'told' })
    const [{ headers, ...one }] = seen as [Seen]
    expect(one.method).toBe(method)
    if (method === 'POST') expect([one.fields, one.url]).toEqual([Object.fromEntries(fields), url])
    else
      expect(Object.fromEntries(new URL(one.url).searchParams)).toEqual({ tenant: '7', ...Object.fromEntries(fields) })
    const header = (name: string): string => headers[`x-plivo-signature-${name}`] as string
    expect(header('v2-nonce')).toMatch(/^[0-9]{20}$/)
    for (const [prefix, token] of [
      ['', 'sub'],
      ['ma-', 'main'],
    ] as const) {
      expect(plivo.validateSignature(one.url, header('v2-nonce'), header(`${prefix}v2`), token)).toBe(true)
      const v3 = header(`${prefix}v3`)
      expect(plivo.validateV3Signature(method, one.url, header('v3-nonce'), token, v3, one.fields)).toBe(true)
      expect(plivo.validateV3Signature(method, one.url, header('v3-nonce'), 'other', v3, one.fields)).toBe(false)
    }
  })

  it('has a nonce of its own', async () => {
    const { url, seen } = await receiver(() => ({}))
    const one = attempt()
    await one.try(webhook(url), 'key')
    await one.try(webhook(url), 'key')
    expect(new Set(seen.map(({ headers }) => headers['x-plivo-signature-v3-nonce'])).size).toBe(2)
  })

  it.each([199 + 1, 204, 299])('succeeds with %i', async (status) => {
    const { url } = await receiver(() => ({ status }))
    expect(await attempt().try(webhook(url), 'key')).toEqual({ kind: 'told' })
  })

  it.each([302, 304, 400, 404, 410, 429, 500, 503])('fails with %i', async (status) => {
    const { url } = await receiver(() => ({ status }))
    expect(await attempt().try(webhook(url), 'key')).toEqual({
      kind: 'failed',
      why: 'refused',
      detail: `HTTP ${status}`,
    })
  })

  it('fails where the answer is malformed or too long, but for a state nobody reads it', async () => {
    const { url } = await receiver(() => ({ body: '<Response>' }))
    expect(await attempt().try(webhook(url), 'key')).toMatchObject({ kind: 'failed', why: 'malformed' })
    expect(await attempt().try(webhook(url, { purpose: 'status' }), 'key')).toEqual({ kind: 'told' })
    const long = await receiver(() => ({ body: ' '.repeat(1_000_001) }))
    expect(await attempt().try(webhook(long.url), 'key')).toMatchObject({ kind: 'failed', why: 'tooLong' })
    expect(await attempt().try(webhook(long.url, { purpose: 'status' }), 'key')).toMatchObject({ why: 'tooLong' })
  })

  it('is over where the account is gone', async () => {
    const { url, seen } = await receiver(() => ({}))
    expect(await attempt().try(webhook(url, { account: 'MA' }), 'key')).toMatchObject({ kind: 'over', why: 'account' })
    expect(seen).toEqual([])
  })
})

describe('what the application answers', () => {
  const body = '<Response><Message>one</Message><Message dst="3">two</Message><Message>three</Message></Response>'
  const left = ({ kept }: Sent): readonly string[] | undefined =>
    webhookOf(kept[0]!.text)?.replies?.map(({ text }) => text)

  it('is sent, and what is left of it is kept with each', async () => {
    const { url, seen } = await receiver(() => ({ body }))
    const one = attempt()
    expect(await one.try(webhook(url), 'key')).toEqual({ kind: 'told' })
    expect(one.sent.map(({ reply }) => [reply.src, reply.dst, reply.text])).toEqual([
      ['14155550199', '14155550100', 'one'],
      ['14155550199', '3', 'two'],
      ['14155550199', '14155550100', 'three'],
    ])
    expect(one.sent.map(left)).toEqual([['two', 'three'], ['three'], []])
    expect(one.sent.every(({ kept }) => kept.length === 1 && kept[0]!.key === 'key')).toBe(true)

    // A crash after the second: the third is sent, and nobody is called.
    const rest = attempt()
    expect(await rest.try(webhookOf(one.sent[1]!.kept[0]!.text)!, 'key')).toEqual({ kind: 'told' })
    expect(rest.sent.map(({ reply }) => reply.text)).toEqual(['three'])
    const none = attempt()
    expect(await none.try(webhookOf(one.sent[2]!.kept[0]!.text)!, 'key')).toEqual({ kind: 'told' })
    expect(none.sent).toEqual([])
    expect(seen).toHaveLength(1)
  })

  it('is passed over where it can never be sent, and waits where it can be sent later', async () => {
    const { url } = await receiver(() => ({ body }))
    const one = attempt(({ text }) => {
      if (text === 'one') return { kind: 'refused', again: false, why: 'no route' }
      return text === 'three' ? { kind: 'refused', again: true, why: 'queue full' } : { kind: 'taken' }
    })
    const attempted = await one.try(webhook(url), 'key')
    expect(attempted).toMatchObject({ kind: 'failed', why: 'reply', detail: 'queue full' })
    expect(attempted.kind === 'failed' && attempted.again?.replies?.map(({ text }) => text)).toEqual(['three'])
    expect(one.sent.map(({ reply }) => reply.text)).toEqual(['two'])
    expect(one.refusedReplies).toEqual(['one: no route'])
  })
})
