// Tells a service outside that messages wait for a user without a phone, so that it wakes his app: a POST, once in a while for each
// user. Whether it worked is counted and decides nothing: the messages wait all the same.

import { lookup as systemLookup } from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { AccountId } from '../../message/ids.js'
import { addressGuard } from '../address-guard.js'

export interface PushOptions {
  readonly url: string
  /** Sent as `Authorization: Bearer`; '' for none. */
  readonly token: string
  readonly timeoutMs: number
  /** Shortest time between two for one user. */
  readonly pauseMs: number
  readonly maxInFlight: number
  /** Users that wait to be told of; one more is dropped. */
  readonly maxQueued: number
}

export interface PushPorts {
  /** Monotonic, ms. */
  readonly nowMs: () => number
  /** What the service is told; undefined where the user is gone. */
  readonly bodyOf: (account: AccountId) => PushBody | undefined
  readonly ended: (outcome: PushOutcome) => void
  /** For tests; the system's if not given. */
  readonly lookup?: LookupFunction
}

export interface PushBody {
  readonly account: string
  readonly user: string
  readonly domain: string
  /** How many messages wait. */
  readonly waiting: number
}

export const pushOutcomes = ['taken', 'refused', 'timeout', 'unreachable', 'forbidden', 'dropped'] as const
export type PushOutcome = (typeof pushOutcomes)[number]

export class Push {
  readonly #options: PushOptions
  readonly #ports: PushPorts
  readonly #url: URL
  readonly #agent: http.Agent
  readonly #request: typeof http.request
  /** When each was told last, the oldest first: those that are to be told no more than that again. */
  readonly #told = new Map<AccountId, number>()
  readonly #queue = new Set<AccountId>()
  readonly #abort = new AbortController()
  #inFlight = 0

  /** @throws TypeError where the URL is none */
  constructor(options: PushOptions, ports: PushPorts) {
    this.#options = options
    this.#ports = ports
    this.#url = new URL(options.url)
    const pool = { keepAlive: true, maxSockets: options.maxInFlight, timeout: IDLE_MS }
    const isSecure = this.#url.protocol === 'https:'
    this.#agent = isSecure ? new https.Agent({ ...pool, minVersion: 'TLSv1.2' }) : new http.Agent(pool)
    this.#request = isSecure ? https.request : http.request
  }

  /** Something waits for him, and he has no phone. */
  wanted(account: AccountId): void {
    if (this.#abort.signal.aborted || this.#queue.has(account)) return
    const nowMs = this.#ports.nowMs()
    this.#forget(nowMs)
    if (this.#told.has(account)) return
    if (this.#queue.size >= this.#options.maxQueued) return this.#ports.ended('dropped')
    this.#queue.add(account)
    this.#next()
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#abort.abort()
    this.#queue.clear()
    this.#agent.destroy()
  }

  #next(): void {
    while (this.#inFlight < this.#options.maxInFlight) {
      const [account] = this.#queue
      if (account === undefined) return
      this.#queue.delete(account)
      const body = this.#ports.bodyOf(account)
      if (body === undefined) continue
      this.#remember(account)
      this.#inFlight++
      void this.#post(JSON.stringify(body)).then((outcome) => {
        this.#inFlight--
        this.#ports.ended(outcome)
        this.#next()
      })
    }
  }

  /** As many are remembered as may wait: what is told too often then is told by an honest number of users. */
  #remember(account: AccountId): void {
    if (this.#told.size >= this.#options.maxQueued)
      for (const oldest of this.#told.keys()) if (this.#told.delete(oldest)) break
    this.#told.set(account, this.#ports.nowMs())
  }

  #forget(nowMs: number): void {
    for (const [account, atMs] of this.#told) {
      if (atMs + this.#options.pauseMs > nowMs) return
      this.#told.delete(account)
    }
  }

  /** Never rejects. */
  #post(text: string): Promise<PushOutcome> {
    return new Promise((resolve) => {
      const { token, timeoutMs } = this.#options
      const body = Buffer.from(text)
      const timeout = AbortSignal.timeout(timeoutMs)
      const failed = (error: NodeJS.ErrnoException): void =>
        resolve(timeout.aborted ? 'timeout' : error.code === FORBIDDEN ? 'forbidden' : 'unreachable')
      try {
        const sent = this.#request(this.#url, {
          method: 'POST',
          agent: this.#agent,
          // Checked with the very address that is connected to: a name can say another one a moment later.
          lookup: isIP(unbracketed(this.#url.hostname)) === 0 ? this.#publicLookup : undefined,
          signal: AbortSignal.any([timeout, this.#abort.signal]),
          headers: {
            'content-type': 'application/json',
            'content-length': String(body.length),
            'user-agent': 'smswitch',
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          },
        })
        sent.on('error', failed)
        sent.on('response', (answer) => {
          answer.on('error', failed)
          answer.on('end', () =>
            resolve(answer.statusCode !== undefined && answer.statusCode < 300 ? 'taken' : 'refused'),
          )
          drain(answer)
        })
        sent.end(body)
      } catch {
        resolve('unreachable')
      }
    })
  }

  /** A name must not lead into our own network. Whoever wants that writes the address, or `localhost`. */
  readonly #publicLookup: LookupFunction = (host, options, found) => {
    const lookup = this.#ports.lookup ?? systemLookup
    lookup(host, options, (error, address, family) => {
      const all = typeof address === 'string' ? [address] : (address ?? []).map((each) => each.address)
      if (error === null && host !== 'localhost' && !all.every(isPublic)) {
        found(Object.assign(new Error('an address that is not public'), { code: FORBIDDEN }), '', 0)
      } else found(error, address, family)
    })
  }
}

const isPublic = addressGuard([])
const IDLE_MS = 15_000
const MAX_ANSWER_OCTETS = 65_536
const FORBIDDEN = 'ERR_PUSH_ADDRESS'

/** What it answers is of no use, and no reason to keep a connection that never ends. */
function drain(answer: http.IncomingMessage): void {
  let octets = 0
  answer.on('data', (chunk: Buffer) => {
    octets += chunk.length
    if (octets > MAX_ANSWER_OCTETS) answer.destroy(new Error('too long an answer'))
  })
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}
