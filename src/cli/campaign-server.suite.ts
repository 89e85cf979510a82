// For tests: a server that takes messages as the HTTP API does, knows repeated requests, and misbehaves as it is told to. No expectations.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const authId = 'MA0123456789ABCDEFGH'
export const token = 'x'.repeat(40)
export const pack = '11111111-1111-4111-8111-111111111111'

/** How one request is met; `lost`: it is taken, and its answer never comes. */
export type Meeting =
  | { readonly kind: 'taken' | 'lost' }
  | { readonly kind: 'status'; readonly status: number; readonly error?: string; readonly retryAfter?: number }

export interface Taken {
  readonly to: string
  readonly text: string
}

export class CampaignServer {
  /** Messages, each that was taken. */
  readonly taken: Taken[] = []
  readonly keys: string[] = []
  /** How the next requests for messages are met; `taken` after that. */
  meetings: Meeting[] = []
  /** Numbers that are not taken. */
  readonly invalid = new Set<string>()
  /** Told of each request for messages, when it is there. */
  onRequest: (count: number) => void | Promise<void> = () => undefined
  pool = { longcode: 2, tollfree: 0, shortcode: 0 }
  readonly #answers = new Map<string, object>()
  readonly #server: Server
  #count = 0

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  start(): Promise<this> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(this)))
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const say = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    }
    if (request.headers.authorization !== `Basic ${Buffer.from(`${authId}:${token}`).toString('base64')}`)
      return say(401, { error: 'the auth id or the auth token is wrong' })
    const path = (request.url ?? '').replace(`/v1/Account/${authId}`, '')
    if (request.method === 'GET') return this.#show(path, say)
    const key = String(request.headers['idempotency-key'])
    this.keys.push(key)
    await this.onRequest(++this.#count)
    const meeting = this.meetings.shift() ?? { kind: 'taken' }
    if (meeting.kind === 'status') {
      const { status, error = 'no', retryAfter } = meeting
      return say(status, { error }, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
    }
    const answer = this.#answers.get(key) ?? this.#take(JSON.parse(Buffer.concat(chunks).toString()) as Body)
    this.#answers.set(key, answer)
    if (meeting.kind === 'lost') request.socket.destroy()
    else say(202, answer)
  }

  #take({ dst, text }: Body): object {
    const to = dst.split('<')
    const going = to.filter((number) => !this.invalid.has(number))
    this.taken.push(...going.map((number) => ({ to: number, text })))
    const invalid = to.filter((number) => this.invalid.has(number))
    const uuids = going.map((number) => `uuid-${number}`)
    return { message: 'message(s) queued', message_uuid: uuids, ...(invalid.length > 0 && { invalid_number: invalid }) }
  }

  #show(path: string, say: (status: number, body: object) => void): void {
    const { longcode, tollfree, shortcode } = this.pool
    const list = (count: number, one: object): object => ({ meta: { total_count: count }, objects: count > 0 ? [one] : [] }) // prettier-ignore
    const turns = { priority1: 'shortcode', priority2: 'tollfree', priority3: 'longcode' }
    const priority = ['US', 'CA'].map((country) => ({ country_iso: country, service_type: 'SMS', priority: turns }))
    switch (path) {
      case `/Powerpack/${pack}/`:
        return say(200, { name: 'p', number_pool: `/v1/Account/${authId}/NumberPool/n/`, number_priority: priority })
      case '/NumberPool/n/Number/':
        return say(200, list(longcode + tollfree, { number: '14155550100' }))
      case '/NumberPool/n/Tollfree/':
        return say(200, list(tollfree, { number: '18005550100' }))
      case '/NumberPool/n/Shortcode/':
        return say(200, list(shortcode, { shortcode: '12345', country_iso2: 'US' }))
      default:
        return say(404, { error: 'not found' })
    }
  }
}

interface Body {
  readonly dst: string
  readonly text: string
}

/** Numbers of phones, each once. */
export function phones(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, n) => `1${202 + Math.floor(n / 10_000)}555${String(n % 10_000).padStart(4, '0')}`,
  )
}
