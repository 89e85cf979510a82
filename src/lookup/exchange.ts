// One HTTP request and its answer, bounded in every way: the only file of this room with a socket. It knows no provider.

import * as http from 'node:http'
import * as https from 'node:https'
import type { LookupFailure } from './provider.js'

/** Where requests go, and how many connections stay open to it. */
export interface ExchangeOptions {
  /** Of the directory; it begins the text of each failure. */
  readonly name: string
  /** Such as `https://www.hlr-lookups.com`. */
  readonly origin: string
  /** Connections at a time, kept alive between requests. */
  readonly maxConnections: number
  /** Lets the origin be `http:`, which shows the secret to whoever listens. */
  readonly plainHttp?: boolean | undefined
  /** PEM of a private certificate authority, instead of the public ones. Certificates are always checked. */
  readonly ca?: string | undefined
  /** Of an answer, beyond which it is not read; MAX_ANSWER_OCTETS if not said. */
  readonly maxAnswerOctets?: number | undefined
}

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export interface Exchanged {
  readonly kind: 'exchanged'
  readonly status: number
  readonly body: string
}

/** Octets of an answer, beyond which it is not read. */
const MAX_ANSWER_OCTETS = 65_536
const MAX_HEADER_OCTETS = 16_384
const IDLE_MS = 15_000

/**
 * What is wrong with an origin, undefined when nothing is.
 * @returns what is expected instead, to be put after "expects"
 */
export function originMistake(origin: string, plainHttp: boolean): string | undefined {
  const expected = plainHttp ? 'http://HOST[:PORT] or https://HOST[:PORT]' : 'https://HOST[:PORT]'
  if (!/^https?:\/\/[^/?#@\s{}]+$/.test(origin) || !URL.canParse(origin)) return expected
  return origin.startsWith('https:') || plainHttp ? undefined : `${expected} (http: only with plainHttp: true)`
}

/** Owns the connections to one origin. Follows no redirect: the signature and the secret are meant for this origin only. */
export class HttpExchange {
  readonly #name: string
  readonly #origin: URL
  readonly #maxOctets: number
  readonly #agent: http.Agent
  readonly #request: typeof http.request

  /** Throws RangeError where `originMistake` finds one. */
  constructor(options: ExchangeOptions) {
    const mistake = originMistake(options.origin, options.plainHttp === true)
    if (mistake !== undefined) throw new RangeError(`${options.name}: the origin of a provider is ${mistake}`)
    this.#name = options.name
    this.#maxOctets = options.maxAnswerOctets ?? MAX_ANSWER_OCTETS
    this.#origin = new URL(options.origin)
    const pool: http.AgentOptions = { keepAlive: true, maxSockets: options.maxConnections, timeout: IDLE_MS }
    if (this.#origin.protocol === 'https:') {
      const ca = options.ca === undefined ? {} : { ca: options.ca }
      this.#agent = new https.Agent({ ...pool, ...ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' })
      this.#request = https.request
    } else {
      this.#agent = new http.Agent(pool)
      this.#request = http.request
    }
  }

  /** Never rejects. Resolves at once with a failure when `signal` is aborted. */
  async send(request: ExchangeRequest, signal: AbortSignal): Promise<Exchanged | LookupFailure> {
    const first = await this.#once(request, signal)
    // The peer may close a kept connection in the very moment of its next use: that one says nothing about the peer.
    const again = first === 'lostReused' ? await this.#once(request, signal) : first
    return again === 'lostReused' ? this.#failure('unreachable', 'the connection was lost') : again
  }

  close(): void {
    this.#agent.destroy()
  }

  #once(request: ExchangeRequest, signal: AbortSignal): Promise<Exchanged | LookupFailure | 'lostReused'> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(this.#failure('timeout', 'given up'))
      const body = request.body === undefined ? undefined : Buffer.from(request.body)
      let sent: http.ClientRequest
      let hasAnswer = false
      const failed = (error: NodeJS.ErrnoException): void => {
        if (signal.aborted) return resolve(this.#failure('timeout', 'no answer in time'))
        const isLost = error.code === 'ECONNRESET' || error.code === 'EPIPE'
        if (isLost && sent.reusedSocket && !hasAnswer) return resolve('lostReused')
        // Codes only: messages of errors may hold the address asked.
        const code = error.code ?? error.name
        const isGarbage = code.startsWith('HPE_')
        resolve(this.#failure(isGarbage ? 'garbage' : 'unreachable', code))
      }
      try {
        sent = this.#request({
          agent: this.#agent,
          protocol: this.#origin.protocol,
          hostname: this.#origin.hostname.replace(/^\[|\]$/g, ''),
          port: this.#origin.port,
          method: request.method,
          path: request.path,
          headers: {
            accept: 'application/json',
            'accept-encoding': 'identity',
            'user-agent': 'smswitch',
            ...request.headers,
            ...(body === undefined ? {} : { 'content-length': String(body.length) }),
          },
          maxHeaderSize: MAX_HEADER_OCTETS,
          signal,
        })
      } catch (error) {
        // A header or path that can't be sent. The message of the error may quote it.
        return resolve(this.#failure('refused', `the request can't be sent (${codeOf(error)})`))
      }
      sent.on('error', failed)
      sent.on('response', (response) => {
        hasAnswer = true
        const chunks: Buffer[] = []
        let octets = 0
        response.on('data', (chunk: Buffer) => {
          octets += chunk.length
          if (octets > this.#maxOctets) {
            resolve(this.#failure('garbage', `the answer is longer than ${this.#maxOctets} octets`))
            response.destroy()
            return
          }
          chunks.push(chunk)
        })
        response.on('error', failed)
        response.on('close', () => {
          if (!response.complete)
            return failed(Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' }))
          resolve({ kind: 'exchanged', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
        })
      })
      sent.end(body)
    })
  }

  #failure(kind: 'timeout' | 'unreachable' | 'garbage' | 'refused', text: string): LookupFailure {
    return { kind, text: `${this.#name}: ${text}`, faultOf: 'provider' }
  }
}

/**
 * A failure for an answer with a status that is none of success. What says that this one request is wrong speaks against the
 * number; all others against the provider.
 */
export function statusFailure(name: string, status: number): LookupFailure {
  const isOfNumber = status === 400 || status === 404 || status === 422
  return { kind: 'refused', text: `${name}: HTTP ${status}`, faultOf: isOfNumber ? 'number' : 'provider' }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error'
}
