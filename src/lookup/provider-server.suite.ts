// A local server that speaks hlr-lookups.com's protocol and checks its signature, or misbehaves as told. For tests only.

import { createHmac, timingSafeEqual } from 'node:crypto'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Answers one request; the signature was checked before where the server checks. */
export type Answers = (request: SeenRequest, response: http.ServerResponse) => void

export interface ProviderServer {
  readonly origin: string
  readonly requests: readonly SeenRequest[]
  /** Connections made so far. */
  readonly connections: number
  /** Connections that are open. */
  readonly open: number
  /** Most requests that were unanswered at one time, in all and for one number. */
  readonly mostAtOnce: number
  readonly mostPerNumber: number
  /** What the next requests get. */
  answers: Answers
  close(): Promise<void>
}

export interface ProviderServerOptions {
  readonly key: string
  readonly secret: string
  /** Seconds since 1970; a timestamp farther away than 60 s is refused. */
  readonly nowSeconds: () => number
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** Listens on a free port of 127.0.0.1. Without `options` nothing is checked. */
export async function startProviderServer(options: ProviderServerOptions | undefined): Promise<ProviderServer> {
  const requests: SeenRequest[] = []
  const unanswered = new Map<string, number>()
  const state = { connections: 0, open: 0, atOnce: 0, mostAtOnce: 0, mostPerNumber: 0 }
  const listener: http.RequestListener = (incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      requests.push(request)
      const key = request.path + request.body
      const atOnce = (unanswered.get(key) ?? 0) + 1
      unanswered.set(key, atOnce)
      state.atOnce++
      state.mostPerNumber = Math.max(state.mostPerNumber, atOnce)
      state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce)
      let isCounted = true
      const ended = (): void => {
        if (!isCounted) return
        isCounted = false
        state.atOnce--
        unanswered.set(key, (unanswered.get(key) ?? 0) - 1)
      }
      response.on('finish', ended)
      response.on('close', ended)
      if (options !== undefined && !isSigned(request, options)) {
        json(response, 401, { error: 'unauthorized' })
        return
      }
      server.answers(request, response)
    })
  }
  const node: http.Server =
    options?.tls === undefined ? http.createServer(listener) : https.createServer({ ...options.tls }, listener)
  node.on('connection', (socket) => {
    state.connections++
    state.open++
    socket.on('close', () => state.open--)
  })
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
  const scheme = options?.tls === undefined ? 'http' : 'https'
  const server: ProviderServer = {
    origin: `${scheme}://127.0.0.1:${(node.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return state.connections
    },
    get open() {
      return state.open
    },
    get mostAtOnce() {
      return state.mostAtOnce
    },
    get mostPerNumber() {
      return state.mostPerNumber
    },
    answers: (request, response) => json(response, 200, hlrAnswer(numberOf(request))),
    close: () =>
      new Promise((resolve) => {
        node.close(() => resolve())
        node.closeAllConnections()
      }),
  }
  return server
}

export function json(response: http.ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** The number asked for, without `+`. */
export function numberOf(request: SeenRequest): string {
  const { msisdn } = JSON.parse(request.body) as { readonly msisdn: string }
  return msisdn.slice(1)
}

/** A whole answer about a live number, with fields changed as given. */
export function hlrAnswer(number: string, changed: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'f94ef092cb53',
    msisdn: `+${number}`,
    connectivity_status: 'CONNECTED',
    mccmnc: '310260',
    mcc: '310',
    mnc: '260',
    imsi: null,
    msin: null,
    msc: null,
    original_network_name: 'Network A',
    is_ported: true,
    ported_network_name: 'Network B',
    is_roaming: false,
    roaming_network_name: null,
    cost: '0.0100',
    timestamp: '2026-01-01 00:00:00.000+0000',
    route: 'IP1',
    processing_status: 'COMPLETED',
    error_code: null,
    data_source: 'LIVE_HLR',
    ...changed,
  }
}

// Written apart from the code under test: the two must agree on the wire, not on a function.
function isSigned(request: SeenRequest, options: ProviderServerOptions): boolean {
  const { 'x-digest-key': key, 'x-digest-timestamp': stamp, 'x-digest-signature': given } = request.headers
  if (key !== options.key || typeof stamp !== 'string' || typeof given !== 'string') return false
  if (!/^\d+$/.test(stamp) || Math.abs(Number(stamp) - options.nowSeconds()) > 60) return false
  const path = request.path.replace(/^\/api\/v2/, '')
  const text = [path, stamp, request.method, request.method === 'GET' ? '' : request.body].join('')
  const expected = createHmac('sha256', options.secret).update(text).digest()
  const actual = Buffer.from(given, 'hex')
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
