// Clients of the HTTP API over kept connections. A request with an Idempotency-Key is made again until it is answered, and some once
// more after that; one without is made once. They keep the ledger of what they were told and judge nothing.
import { EventEmitter } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { authId, authToken } from '../flow/application.js'

/** What is asked for by one POST of messages. */
export interface Wish {
  readonly to: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
  readonly isKeyed: boolean
}

export interface Asked extends Wish {
  readonly key: string | undefined
  /** How often it was sent. */
  times: number
  /** The UUIDs of each 202, in the order of the destinations. */
  readonly answers: (readonly string[])[]
  /** Of answers other than 202. */
  readonly statuses: number[]
}

export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const RETRY_MS = 50
const TICK_MS = 10
/** Of requests with a key, one of so many is repeated though it was answered, after so many others. */
const AGAIN_EVERY = 8
const AGAIN_AFTER = 40

export class ApiClients {
  readonly ledger: Asked[] = []
  /** Emits `answer`. */
  readonly events = new EventEmitter()
  /** Messages that were answered 202. */
  accepted = 0
  readonly #port: number
  readonly #agent: Agent
  readonly #name = `${process.pid}-${Math.random().toString(36).slice(2)}`
  readonly #again: { readonly asked: Asked; readonly at: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #underWay = 0
  #isOver = false

  /** @param port of the daemon, also after it was started again */
  constructor(port: number, connections: number) {
    this.#port = port
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** Makes so many requests a second from now on, as far as connections are free. */
  run(perSecond: number, connections: number, wishOf: (i: number) => Wish): void {
    const startMs = performance.now()
    let made = 0
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) * perSecond) / 1000)
      for (; made < due && this.#underWay < connections; made++) {
        const [first] = this.#again
        if (first !== undefined && first.at <= this.ledger.length) void this.#ask(this.#again.shift()!.asked)
        else void this.#ask(this.#new(wishOf(this.ledger.length)))
      }
    }, TICK_MS)
  }

  /** No more new ones; those without an answer are made on, and those to be repeated are. */
  pause(): void {
    clearInterval(this.#timer)
    for (const { asked } of this.#again.splice(0)) void this.#ask(asked)
  }

  get isIdle(): boolean {
    return this.#underWay === 0
  }

  close(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    this.#agent.destroy()
  }

  /** Any other call, made once. Rejects where there is no whole answer. */
  call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const text = body === undefined ? '' : JSON.stringify(body)
    return new Promise<Answered>((resolve, reject) => {
      const sent = httpRequest({
        ...{ host: '127.0.0.1', port: this.#port, agent: this.#agent, method },
        path: `/v1/Account/${authId}${path}`,
        headers: {
          authorization: `Basic ${btoa(`${authId}:${authToken}`)}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...headers,
        },
      })
      sent.on('error', reject)
      sent.on('response', (response) => {
        let answer = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
        response.on('error', reject)
        response.on('end', () => {
          const said = parsed(answer)
          if (said === undefined) reject(new Error(`no JSON: ${answer}`))
          else resolve({ status: response.statusCode ?? 0, body: said })
        })
      })
      sent.end(text)
    })
  }

  #new(wish: Wish): Asked {
    const key = wish.isKeyed ? `${this.#name}-${this.ledger.length}` : undefined
    const asked: Asked = { ...wish, key, times: 0, answers: [], statuses: [] }
    this.ledger.push(asked)
    return asked
  }

  async #ask(asked: Asked): Promise<void> {
    const { key, body, answers, statuses } = asked
    this.#underWay++
    const headers: Readonly<Record<string, string>> = key === undefined ? {} : { 'idempotency-key': key }
    do {
      asked.times++
      try {
        const { status, body: said } = await this.call('POST', '/Message/', body, headers)
        if (status !== 202) statuses.push(status)
        else {
          answers.push(said['message_uuid'] as readonly string[])
          if (answers.length === 1) this.#took(asked)
        }
        break
      } catch {
        // The daemon is away: it will be back.
        if (key !== undefined) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    } while (key !== undefined && !this.#isOver)
    this.#underWay--
    this.events.emit('answer')
  }

  #took(asked: Asked): void {
    this.accepted += asked.to.length
    if (asked.key !== undefined && this.ledger.length % AGAIN_EVERY === 0)
      this.#again.push({ asked, at: this.ledger.length + AGAIN_AFTER })
  }
}

function parsed(text: string): Answered['body'] | undefined {
  try {
    return JSON.parse(text) as Answered['body']
  } catch {
    return undefined
  }
}
