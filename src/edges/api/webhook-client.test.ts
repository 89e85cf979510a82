// The webhook client against receivers of every kind, over real sockets.
import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import type { LookupAddress } from 'node:dns'
import { afterEach, describe, expect, it } from 'vitest'
import { systemTimers } from '../../lib/clock.js'
import { FakeClock } from '../../lib/fake-clock.js'
import { selfSigned } from '../../lookup/self-signed.suite.js'
import { WebhookClient, type WebhookClientOptions, type WebhookRequest } from './webhook-client.js'
import { addressGuard } from '../address-guard.js'
import { systemResolve } from './webhook-resolve.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const options: WebhookClientOptions = { timeoutMs: 8_000, maxAnswerOctets: 1_000_000, maxConnections: 4 }

function client(changes: Partial<WebhookClientOptions> = {}, allowed = ['127.0.0.0/8'], timers = systemTimers()) {
  const all: readonly LookupAddress[] = [{ address: '127.0.0.1', family: 4 }]
  const made = new WebhookClient(
    { ...options, ...changes },
    { guard: addressGuard(allowed), resolve: () => Promise.resolve(all), timers },
  )
  closing.push(() => made.close())
  return made
}

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    if (server instanceof http.Server) server.closeAllConnections()
    server.close()
  })
  return (server.address() as net.AddressInfo).port
}

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve() }
}

const served = (handler: http.RequestListener): Promise<number> => listening(http.createServer(handler))

const post = (port: number, path = '/cb'): WebhookRequest => ({
  method: 'POST',
  url: `http://hooks.example:${port}${path}`,
  headers: { 'X-Test': 'yes', 'Content-Type': 'application/x-www-form-urlencoded' },
  body: 'To=ü',
})

describe('a webhook', () => {
  it('is a request with its headers and body, and has its answer', async () => {
    const seen: unknown[] = []
    const port = await served((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['x-test'], request.headers.host, body])
        response.writeHead(201, { 'Content-Type': 'text/xml; charset=utf-8' }).end('<Response/>')
      })
    })
    const answer = await client().send(post(port, '/cb?x=1'))
    expect(answer).toEqual({
      kind: 'answered',
      status: 201,
      contentType: 'text/xml; charset=utf-8',
      body: Buffer.from('<Response/>'),
    })
    await client().send({ method: 'GET', url: `http://127.0.0.1:${port}/cb?To=1`, headers: {}, body: undefined })
    expect(seen).toEqual([
      ['POST', '/cb?x=1', 'yes', `hooks.example:${port}`, 'To=ü'],
      ['GET', '/cb?To=1', undefined, `127.0.0.1:${port}`, ''],
    ])
  })

  it('uses a connection again', async () => {
    let connections = 0
    const server = http.createServer((_request, response) => response.end())
    server.on('connection', () => connections++)
    const port = await listening(server)
    const one = client()
    for (let i = 0; i < 3; i++) expect((await one.send(post(port))).kind).toBe('answered')
    expect(connections).toBe(1)
  })

  it('is sent again where the receiver closes a kept connection as it comes', async () => {
    let requests = 0
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      let onThis = 0
      socket.on('data', () => {
        requests++
        if (onThis++ === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        else socket.resetAndDestroy()
      })
    })
    const port = await listening(server)
    const one = client()
    expect(await one.send(post(port))).toMatchObject({ status: 200 })
    expect(await one.send(post(port))).toMatchObject({ status: 200 })
    expect(requests).toBe(3)
  })

  it('follows no redirect', async () => {
    let requests = 0
    const port = await served((_request, response) => {
      requests++
      response.writeHead(302, { Location: '/elsewhere' }).end()
    })
    expect(await client().send(post(port))).toMatchObject({ kind: 'answered', status: 302 })
    expect(requests).toBe(1)
  })

  it('fails where the answer is too long, announced or not', async () => {
    const port = await served((request, response) => {
      if (request.url === '/announced') response.setHeader('Content-Length', '1001')
      response.end('x'.repeat(request.url === '/fits' ? 1000 : 1001))
    })
    const one = client({ maxAnswerOctets: 1000 })
    expect(await one.send(post(port, '/fits'))).toMatchObject({ kind: 'answered', status: 200 })
    expect(await one.send(post(port, '/announced'))).toMatchObject({ kind: 'noAnswer', why: 'tooLong' })
    expect(await one.send(post(port, '/chunked'))).toMatchObject({ kind: 'noAnswer', why: 'tooLong' })
  })

  it('fails where the whole answer has not come in time, however busily it comes', async () => {
    const clock = new FakeClock()
    const arrived = signal()
    const port = await served((request, response) => {
      response.write('a')
      if (request.url === '/slow') arrived.resolve()
    })
    const sending = client({}, ['127.0.0.1'], clock).send(post(port, '/slow'))
    await arrived.promise
    clock.advance(7_999)
    clock.advance(1)
    expect(await sending).toEqual({ kind: 'noAnswer', why: 'timeout', code: 'timeout' })
    expect(clock.pending).toBe(0)
  })

  it('fails where what comes back is no HTTP, breaks off or is refused', async () => {
    const port = await listening(
      net.createServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', (data) => {
          if (data.includes('/garbage')) socket.end('hello\r\n\r\n')
          else if (data.includes('/broken')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
          else if (data.includes('/header')) socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
          else socket.end()
        })
      }),
    )
    const one = client()
    expect(await one.send(post(port, '/garbage'))).toMatchObject({ why: 'broken' })
    expect(await one.send(post(port, '/broken'))).toMatchObject({ why: 'broken' })
    expect(await one.send(post(port, '/header'))).toMatchObject({ why: 'broken' })
    expect(await one.send(post(port, '/nothing'))).toMatchObject({ why: 'unreachable' })
    expect(await one.send(post(1))).toMatchObject({ why: 'unreachable', code: 'ECONNREFUSED' })
    expect(await one.send({ ...post(port), headers: { 'X-Bad': 'a\nb' } })).toMatchObject({ why: 'unreachable' })
  })

  it('does not go to an address that is not allowed, named or looked up', async () => {
    let requests = 0
    const port = await served((_request, response) => {
      requests++
      response.end()
    })
    const strict = client({}, [])
    expect(await strict.send(post(port))).toMatchObject({ why: 'forbidden' })
    for (const host of ['127.0.0.1', '2130706433', '[::1]', '[::ffff:7f00:1]'])
      expect(await strict.send({ ...post(port), url: `http://${host}:${port}/` })).toMatchObject({ why: 'forbidden' })
    expect(requests).toBe(0)
  })

  it('gives up what is under way when it is closed', async () => {
    const arrived = signal()
    const port = await served(() => arrived.resolve())
    const one = client()
    const sending = one.send(post(port))
    await arrived.promise
    one.close()
    expect(await sending).toMatchObject({ why: 'stopped' })
    expect(await one.send(post(port))).toMatchObject({ why: 'stopped' })
  })

  it('checks certificates', async () => {
    const server = https.createServer(selfSigned, (_request, response) => response.end('ok'))
    const port = await listening(server)
    const request = { ...post(port), url: `https://127.0.0.1:${port}/` }
    expect(await client().send(request)).toMatchObject({ why: 'unreachable' })
    expect(await client({ ca: selfSigned.cert }).send(request)).toMatchObject({ kind: 'answered', status: 200 })
    expect(await client({ ca: selfSigned.cert }, []).send(request)).toMatchObject({ why: 'forbidden' })
  })
})

describe("the machine's resolver", () => {
  it('knows the names of the file of hosts, and that others are none', async () => {
    const resolve = systemResolve()
    expect((await resolve('localhost')).map(({ address }) => address)).toContain('127.0.0.1')
    await expect(resolve('no-such-host.invalid')).rejects.toMatchObject({ code: expect.any(String) as string })
  })
})
