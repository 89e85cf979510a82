// One webhook request and its answer, bounded in every way: the only file with sockets to receivers. It knows no callbacks.

import * as http from 'node:http'
import * as https from 'node:https'
import type { Timers } from '../../lib/clock.js'
import { mayNameHost, type AddressGuard } from '../address-guard.js'
import { FORBIDDEN_ADDRESS, guardedLookup, type Resolve } from './webhook-resolve.js'
import type { WebhookMethod } from './signature.js'

export interface WebhookClientOptions {
  /** For all of it: the name, the connection, the whole answer. */
  readonly timeoutMs: number
  /** Octets of an answer's body. */
  readonly maxAnswerOctets: number
  /** Open to one origin. */
  readonly maxConnections: number
  /** PEM of a private certificate authority, beside the public ones. */
  readonly ca?: string | undefined
}

export interface WebhookClientPorts {
  readonly guard: AddressGuard
  readonly resolve: Resolve
  readonly timers: Timers
}

export interface WebhookRequest {
  readonly method: WebhookMethod
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of POST. */
  readonly body: string | undefined
}

/** Any status: what it means is the caller's. */
export interface WebhookAnswer {
  readonly kind: 'answered'
  readonly status: number
  /** '' for none. */
  readonly contentType: string
  readonly body: Buffer
}

/** forbidden: an address that is not allowed. broken: what came back is no HTTP, or broke off. */
export const webhookFailures = ['timeout', 'unreachable', 'forbidden', 'tooLong', 'broken', 'stopped'] as const
export type WebhookFailure = (typeof webhookFailures)[number]

export interface NoAnswer {
  readonly kind: 'noAnswer'
  readonly why: WebhookFailure
  /** For the log: a code, never an address or text of the peer. */
  readonly code: string
}

/** Less than what servers wait for the next request, 5 s where it is Node: so they seldom close while we send. */
const IDLE_MS = 4_000
const MAX_HEADER_OCTETS = 16_384

/** Owns the connections. Follows no redirect: what is signed is meant for the URL that was configured. */
export class WebhookClient {
  readonly #options: WebhookClientOptions
  readonly #ports: WebhookClientPorts
  readonly #plain: http.Agent
  readonly #secure: https.Agent
  readonly #underWay = new Set<() => void>()
  #isClosed = false

  constructor(options: WebhookClientOptions, ports: WebhookClientPorts) {
    this.#options = options
    this.#ports = ports
    const pool: http.AgentOptions = { keepAlive: true, maxSockets: options.maxConnections, timeout: IDLE_MS }
    const lookup = guardedLookup(ports.guard, ports.resolve)
    this.#plain = new http.Agent({ ...pool, lookup })
    const ca = options.ca === undefined ? {} : { ca: options.ca }
    this.#secure = new https.Agent({ ...pool, ...ca, lookup, minVersion: 'TLSv1.2', rejectUnauthorized: true })
  }

  /** Never rejects. */
  async send(request: WebhookRequest): Promise<WebhookAnswer | NoAnswer> {
    const url = new URL(request.url)
    if (!mayNameHost(this.#ports.guard, url.hostname)) return noAnswer('forbidden', FORBIDDEN_ADDRESS)
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(noAnswer('stopped', 'closed'))
      const exchange = new Exchange(request, url, url.protocol === 'https:' ? this.#secure : this.#plain, this.#options)
      const stop = (): void => exchange.giveUp('stopped')
      const cancel = this.#ports.timers.after(this.#options.timeoutMs, () => exchange.giveUp('timeout'))
      this.#underWay.add(stop)
      exchange.run((ended) => {
        cancel()
        this.#underWay.delete(stop)
        resolve(ended)
      })
    })
  }

  /** Gives up what is under way. */
  close(): void {
    this.#isClosed = true
    for (const stop of this.#underWay) stop()
    this.#plain.destroy()
    this.#secure.destroy()
  }
}

class Exchange {
  readonly #request: WebhookRequest
  readonly #url: URL
  readonly #agent: http.Agent
  readonly #maxOctets: number
  #sent: http.ClientRequest | undefined
  #ended: ((ended: WebhookAnswer | NoAnswer) => void) | undefined
  #isAgain = false

  constructor(request: WebhookRequest, url: URL, agent: http.Agent, options: WebhookClientOptions) {
    this.#request = request
    this.#url = url
    this.#agent = agent
    this.#maxOctets = options.maxAnswerOctets
  }

  /** @param ended called once */
  run(ended: (ended: WebhookAnswer | NoAnswer) => void): void {
    this.#ended = ended
    this.#send()
  }

  giveUp(why: 'timeout' | 'stopped'): void {
    const sent = this.#sent
    this.#end(noAnswer(why, why))
    sent?.destroy()
  }

  #send(): void {
    const { method, headers, body } = this.#request
    const request = this.#url.protocol === 'https:' ? https.request : http.request
    let hasAnswer = false
    try {
      const sent = request(this.#url, {
        agent: this.#agent,
        method,
        headers: body === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
        maxHeaderSize: MAX_HEADER_OCTETS,
      })
      this.#sent = sent
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The peer may close a kept connection in the very moment of its next use: that one says nothing about the peer.
        const isLost = error.code === 'ECONNRESET' || error.code === 'EPIPE'
        if (isLost && sent.reusedSocket && !hasAnswer && !this.#isAgain && this.#ended !== undefined) {
          this.#isAgain = true
          this.#send()
        } else this.#end(hasAnswer ? noAnswer('broken', codeOf(error)) : failureOf(error))
      })
      sent.on('response', (response) => {
        hasAnswer = true
        this.#read(sent, response)
      })
      // As text, it goes with the head in one piece.
      sent.end(body)
    } catch (error) {
      this.#end(failureOf(error as NodeJS.ErrnoException))
    }
  }

  #read(sent: http.ClientRequest, response: http.IncomingMessage): void {
    const chunks: Buffer[] = []
    let left = this.#maxOctets
    response.on('data', (chunk: Buffer) => {
      left -= chunk.length
      chunks.push(chunk)
      if (left >= 0) return
      this.#end(noAnswer('tooLong', 'ERR_WEBHOOK_TOO_LONG'))
      sent.destroy()
    })
    response.on('error', () => this.#end(noAnswer('broken', 'ECONNRESET')))
    response.on('close', () => {
      if (!response.complete) return this.#end(noAnswer('broken', 'ECONNRESET'))
      const { statusCode = 0, headers } = response
      this.#end({
        kind: 'answered',
        status: statusCode,
        contentType: headers['content-type'] ?? '',
        body: Buffer.concat(chunks),
      })
    })
  }

  #end(ended: WebhookAnswer | NoAnswer): void {
    const tell = this.#ended
    this.#ended = undefined
    tell?.(ended)
  }
}

function failureOf(error: NodeJS.ErrnoException): NoAnswer {
  const code = codeOf(error)
  if (code === FORBIDDEN_ADDRESS) return noAnswer('forbidden', code)
  return noAnswer(code.startsWith('HPE_') ? 'broken' : 'unreachable', code)
}

function codeOf({ code, name }: NodeJS.ErrnoException): string {
  return code ?? name
}

function noAnswer(why: WebhookFailure, code: string): NoAnswer {
  return { kind: 'noAnswer', why, code }
}
