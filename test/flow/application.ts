// An application of the HTTP API for one test: the real SDK pointed at the daemon, and a local server that its callbacks come to.
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import plivo from 'plivo'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.js'
import type { Row, ScenarioOptions } from './scenario.js'
import { when } from './waiting.js'

export const authId = 'MA0123456789ABCDEFGH'
export const authToken = 'a-token-of-forty-characters-for-tests-01'

/** Parts that the SDK has, but its types do not. */
export type Said = Readonly<Record<string, unknown>>
export type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<Said>>>

export interface Sdk {
  readonly messages: Calls
  readonly powerpacks: Calls
  readonly numbers: Calls
}

/** Long codes of the account `app`; those of `own` are in its directory, the others come by the API. */
export const own = ['14155550101', '14155550102']
export const added = ['14155550201', '14155550202']

/** A switch with the HTTP API, and an account `app` that uses it. */
export function apiScenario(options: ScenarioOptions = {}): ScenarioOptions {
  const app: Row = {
    id: 'app',
    api: { authId, token: authToken },
    numbers: own,
    allowedSources: added,
    ...options.account,
  }
  const { account: _, ...rest } = options
  return {
    ...rest,
    accounts: [app, ...(options.accounts ?? [])],
    set: {
      'api.enabled': 'true',
      'api.port': 0,
      'api.requests': 0,
      'api.webhooks.allowed': '127.0.0.0/8',
      'api.webhooks.retryMs': '100 200 400',
      ...options.set,
    },
  }
}

export async function apiPortOf(daemon: Daemon): Promise<number> {
  return Number((await daemon.logged('api.listening'))['port'])
}

export async function sdkOf(daemon: Daemon, of = { authId, token: authToken }): Promise<Sdk> {
  const url = `http://127.0.0.1:${await apiPortOf(daemon)}/v1/Account/${of.authId}`
  const made: unknown = new plivo.Client(of.authId, of.token, { url })
  return made as Sdk
}

/** Calls a method of what the SDK returned. */
export function call(on: Said, name: string, ...args: readonly unknown[]): Promise<Said> {
  return (on as Calls)[name]!.call(on, ...args)
}

/** A call that no SDK makes, or that it makes elsewhere. */
export async function request(
  daemon: Daemon,
  method: string,
  path: string,
  body?: Said,
  headers?: Readonly<Record<string, string>>,
) {
  const all = new Headers(headers)
  all.set('authorization', `Basic ${btoa(`${authId}:${authToken}`)}`)
  if (body !== undefined) all.set('content-type', 'application/json')
  const url = `http://127.0.0.1:${await apiPortOf(daemon)}/v1/Account/${authId}${path}`
  const answer = await fetch(url, { method, headers: all, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const answered: unknown = await answer.json()
  return { status: answer.status, body: answered as Said }
}

/** Adds these numbers to the account, and puts them into the pool of a new powerpack; its UUID. */
export async function packOf(sdk: Sdk, numbers: readonly string[], more: Said = {}): Promise<string> {
  const { uuid } = await sdk.powerpacks['create']!('first', more)
  const pack = await sdk.powerpacks['get']!(uuid)
  await sdk.numbers['addOwnNumber']!(numbers.join(','), 'own', 'West')
  for (const number of numbers) await call(pack, 'add_number', number)
  return uuid as string
}

/** Sends by a powerpack; the UUIDs of the messages. */
export async function send(sdk: Sdk, pack: string, to: string | readonly string[], text: string, more: Said = {}) {
  const sent = await sdk.messages['create']!({ powerpackUUID: pack, dst: to, text, ...more })
  return sent['messageUuid'] as readonly string[]
}

export interface Callback {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  /** Which of the signatures the SDK accepts. */
  readonly isSigned: { readonly v2: boolean; readonly v3: boolean; readonly mainV3: boolean }
}

export interface Receiver {
  readonly url: string
  readonly callbacks: readonly Callback[]
  /** Those for one message, in the order in which they came. */
  of(uuid: string): readonly Callback[]
  /** Resolves once `holds`. */
  came(holds: () => boolean, what: string, withinMs?: number): Promise<void>
  /** What is answered; 200 and nothing unless the test says otherwise. */
  answer: (callback: Callback, response: ServerResponse) => void
}

/** Listens until the test is over. */
export async function startReceiver(): Promise<Receiver> {
  const events = new EventEmitter()
  const callbacks: Callback[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const callback = callbackOf(url, request, body)
      callbacks.push(callback)
      receiver.answer(callback, response)
      events.emit('callback')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const receiver: Receiver = {
    ...{ url, callbacks },
    of: (uuid) => callbacks.filter(({ fields }) => fields['MessageUUID'] === uuid),
    came: (holds, what, withinMs) => when(events, 'callback', holds, what, withinMs),
    answer: (_, response) => void response.end(),
  }
  return receiver
}

function callbackOf(origin: string, request: IncomingMessage, body: string): Callback {
  const url = `${origin}${request.url ?? '/'}`
  const fields = Object.fromEntries(new URLSearchParams(body))
  const header = (name: string): string => String(request.headers[`x-plivo-signature-${name}`])
  const method = request.method ?? ''
  const v3Of = (name: string): boolean =>
    plivo.validateV3Signature(method, url, header('v3-nonce'), authToken, header(name), fields).valueOf()
  return {
    path: request.url ?? '/',
    fields,
    isSigned: {
      v2: plivo.validateSignature(url, header('v2-nonce'), header('v2'), authToken).valueOf(),
      v3: v3Of('v3'),
      mainV3: v3Of('ma-v3'),
    },
  }
}
