// A phone for tests: registers and sends with digest, takes what comes and answers as it is told. Our own SIP library, from the other side.
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { onTestFinished } from 'vitest'
import { parseCpim } from '../../src/sip/cpim.js'
import { DigestClient } from '../../src/sip/digest-client.js'
import { ha1Of } from '../../src/sip/digest.js'
import { openEndpoint, type SipEndpoint } from '../../src/sip/endpoint.js'
import { field, fields, mediaType } from '../../src/sip/fields.js'
import type { Flow } from '../../src/sip/flow.js'
import { parseImdn } from '../../src/sip/imdn.js'
import type { Field, SipRequest, SipResponse } from '../../src/sip/message.js'
import { defaultTransactionOptions, type ServerTransaction } from '../../src/sip/transaction-contract.js'
import { defaultTransactionTimers } from '../../src/sip/transaction-timers.js'
import { defaultTransportLimits } from '../../src/sip/transport-contract.js'
import type { Daemon } from './daemon.js'
import { accountRow, type Row, type ScenarioOptions } from './scenario.js'
import { when, within } from './waiting.js'

export const domain = 'sip.example.com'
export const smsDomain = 'sms.example.com'

/** An account with a SIP user of its own name; the password is the name. */
export function sipAccount(user: string, extra: Row = {}): Row {
  const secrets = {
    MD5: ha1Of('MD5', user, domain, user),
    'SHA-256': ha1Of('SHA-256', user, domain, user),
  }
  return { id: user, domain, sip: { user, secrets }, ...extra }
}

/** Numbers of ours and names stay with us, all others go to the vendors. */
export const sipPolicies: readonly Row[] = [
  { id: 'own', priority: 20, match: { called: '1202555' }, transport: 'sip' },
  { id: 'on-net', priority: 10, match: { domain }, transport: 'sip' },
  { id: 'off-net', match: { domain: '*' } },
]

/** A scenario with SIP on any free ports. */
export function sipScenario(options: ScenarioOptions = {}): ScenarioOptions {
  const set = { 'sip.enabled': 'true', 'sip.listeners': 'udp://127.0.0.1:0 tcp://127.0.0.1:0', ...options.set }
  return { policies: sipPolicies, ...options, set }
}

export { accountRow }

/** Where the daemon listens for a transport. */
export async function sipPort(daemon: Daemon, transport: string): Promise<number> {
  return Number((await daemon.logged('sip.listening', (line) => line['transport'] === transport))['port'])
}

export interface PhoneOptions {
  readonly user: string
  /** Its user's name unless said. */
  readonly password?: string
  readonly transport?: 'udp' | 'tcp'
  readonly daemon: Daemon
  /** Of retransmissions. */
  readonly t1Ms?: number
}

/** What the phone got. */
export interface Got {
  readonly request: SipRequest
  readonly from: string
  readonly text: string
  readonly type: string
}

export interface SendOptions {
  readonly type?: string
  readonly from?: string
  readonly fields?: readonly Field[]
  /** Without an answer to a challenge. */
  readonly isPlain?: boolean
  /** The host of the To, unless `to` has one. */
  readonly domain?: string
}

export class Phone {
  readonly got: Got[] = []
  /** Emits `got`. */
  readonly events = new EventEmitter()
  /** What it answers, 0 for nothing. */
  answers: (got: Got) => number = () => 200
  readonly #options: PhoneOptions
  readonly #digest: DigestClient
  readonly #endpoint: SipEndpoint
  #flow: Flow
  readonly #id = randomBytes(6).toString('hex')
  #cseq = 0

  private constructor(options: PhoneOptions, endpoint: SipEndpoint, flow: Flow) {
    this.#options = options
    this.#endpoint = endpoint
    this.#flow = flow
    const { user, password = user } = options
    this.#digest = new DigestClient({
      credentials: { username: user, password },
      cnonce: () => randomBytes(8).toString('hex'),
    })
  }

  static async start(options: PhoneOptions): Promise<Phone> {
    const { transport = 'udp', t1Ms = 500, daemon } = options
    const port = await sipPort(daemon, transport)
    const timers = { ...defaultTransactionTimers, t1Ms }
    const made: { phone?: Phone } = {}
    const endpoint = await openEndpoint(
      {
        listeners: transport === 'udp' ? [{ kind: 'udp', host: '127.0.0.1', port: 0 }] : [],
        limits: defaultTransportLimits,
        transactions: { ...defaultTransactionOptions, timers },
      },
      { onRequest: (request, _, transaction) => made.phone?.take(request, transaction) },
    )
    onTestFinished(() => endpoint.close())
    const flow = await endpoint.flowTo({ kind: transport, address: '127.0.0.1', port, serverName: '' })
    if (flow === undefined) throw new Error(`no way to port ${port}`)
    return (made.phone = new Phone(options, endpoint, flow))
  }

  get aor(): string {
    return `sip:${this.#options.user}@${domain}`
  }

  get contact(): string {
    return `sip:${this.#options.user}@${this.#flow.sentBy}${this.#flow.kind === 'udp' ? '' : ';transport=tcp'}`
  }

  /** The response to REGISTER, challenged or not. */
  register(expiresS = 600, more: readonly Field[] = []): Promise<SipResponse> {
    return this.#ask('REGISTER', `sip:${domain}`, this.aor, this.aor, `reg-${this.#id}`, [
      { name: 'contact', value: `<${this.contact}>;expires=${expiresS}` },
      ...more,
    ])
  }

  /** The final response to MESSAGE. @param to a URI, or a user in `options.domain` */
  send(to: string, body: string | Uint8Array, options: SendOptions = {}): Promise<SipResponse> {
    const uri = to.includes(':') ? to : `sip:${to}@${options.domain ?? smsDomain}`
    const type = { name: 'content-type', value: options.type ?? 'text/plain;charset=UTF-8' }
    const callId = randomBytes(8).toString('hex')
    const all = [type, ...(options.fields ?? [])]
    return this.#ask('MESSAGE', uri, options.from ?? this.aor, uri, callId, all, Buffer.from(body), options.isPlain)
  }

  /** Any request, once, without credentials. */
  ask(method: string, uri: string, more: readonly Field[] = []): Promise<SipResponse> {
    return this.#ask(method, uri, this.aor, uri, randomBytes(8).toString('hex'), more, undefined, true)
  }

  /** Resolves once it has got so many. */
  came(count: number, withinMs?: number): Promise<void> {
    return when(this.events, 'got', () => this.got.length >= count, `${count} messages at ${this.aor}`, withinMs)
  }

  get texts(): readonly string[] {
    return this.got.map(({ text }) => text)
  }

  /** The connection breaks, the phone is gone. */
  close(): Promise<void> {
    return this.#endpoint.close()
  }

  take(request: SipRequest, transaction: ServerTransaction): void {
    const type = mediaType(request) ?? ''
    const got = { request, from: request.from.uri, text: Buffer.from(request.body).toString(), type }
    this.got.push(got)
    const status = this.answers(got)
    if (status !== 0) transaction.answer(status)
    this.events.emit('got')
  }

  async #ask(
    method: string,
    uri: string,
    from: string,
    to: string,
    callId: string,
    more: readonly Field[],
    body?: Uint8Array,
    isPlain = false,
  ): Promise<SipResponse> {
    const once = (credentials: readonly Field[]): Promise<SipResponse> => {
      const all = [
        { name: 'max-forwards', value: '70' },
        { name: 'from', value: `<${from}>;tag=${this.#id}` },
        { name: 'to', value: `<${to}>` },
        { name: 'call-id', value: callId },
        { name: 'cseq', value: `${++this.#cseq} ${method}` },
        ...credentials,
        ...more,
      ]
      const request = { method, uri, fields: all, ...(body !== undefined && { body }) }
      const answered = new Promise<SipResponse>((resolve, reject) => {
        const sent = this.#endpoint.request(request, this.#flow, (outcome) =>
          outcome.kind === 'response' ? resolve(outcome.response) : reject(new Error(`${method}: ${outcome.kind}`)),
        )
        if (sent !== 'sent') reject(new Error(`${method}: ${sent}`))
      })
      return within(answered, `the answer to ${method} of ${from}`)
    }
    const signed = { method, uri, body: body ?? new Uint8Array() }
    const credentials = (): Field[] =>
      isPlain ? [] : this.#digest.fields(signed).map(({ value }) => ({ name: 'authorization', value }))
    const first = await once(credentials())
    if (first.status !== 401 || isPlain) return first
    if (!this.#digest.challenged(401, fields(first, 'www-authenticate'), 0)) return first
    return once(credentials())
  }
}

/** What a notification says; undefined for what is none. */
export function noticeIn({ request, type }: Got): { readonly messageId: string; readonly status: string } | undefined {
  if (type !== 'message/cpim') return undefined
  const envelope = parseCpim(request.body)
  const imdn = envelope === undefined ? undefined : parseImdn(Buffer.from(envelope.body).toString())
  return imdn && { messageId: imdn.messageId, status: imdn.status }
}

/** A text in an envelope that asks to be told of its delivery. */
export function cpimText(messageId: string, text: string, wishes = 'positive-delivery, negative-delivery'): string {
  return [
    'From: <sip:alice@sip.example.com>',
    'To: <sip:someone@sip.example.com>',
    'DateTime: 2026-11-22T12:00:00Z',
    'NS: imdn <urn:ietf:params:imdn>',
    `imdn.Message-ID: ${messageId}`,
    `imdn.Disposition-Notification: ${wishes}`,
    '',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
  ].join('\r\n')
}

export { field }
