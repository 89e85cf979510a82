// A switch of a few lines for the tests of the page: registers, passes messages on, answers as the test says. Keeps nothing.
import { randomBytes } from 'node:crypto'
import { cpimHeader, parseCpim, cpimText } from '../../src/sip/cpim.js'
import { reachable, type Binding } from '../../src/sip/binding.js'
import { DigestServer } from '../../src/sip/digest-server.js'
import { ha1Of } from '../../src/sip/digest.js'
import { openEndpoint } from '../../src/sip/endpoint.js'
import { field, fields } from '../../src/sip/fields.js'
import type { Flow } from '../../src/sip/flow.js'
import { imdnNamespace, writeImdnMessage, type ImdnNotice } from '../../src/sip/imdn.js'
import type { Field, SipRequest } from '../../src/sip/message.js'
import { Nonces } from '../../src/sip/nonces.js'
import { register } from '../../src/sip/registrar.js'
import { defaultTransactionOptions, type ServerTransaction } from '../../src/sip/transaction-contract.js'
import { defaultTransactionTimers } from '../../src/sip/transaction-timers.js'
import { defaultTransportLimits } from '../../src/sip/transport-contract.js'
import { parseUri } from '../../src/sip/uri.js'

export const domain = 'sip.example.com'
export const password = 'wonderland'

/** A text that was sent. */
export interface Taken {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly messageId: string
}

export interface StandIn {
  readonly port: number
  /** Everything that was answered 202. */
  readonly taken: readonly Taken[]
  /** Registrations that phones took back. */
  readonly unregistered: readonly string[]
  /** What the next messages are answered with; 202 again when undefined. */
  refuseWith(status: number | undefined): void
  /** Sends a text from a number or a user to a registered user; resolves with the status, 0 if there is no way to him. */
  text(from: string, to: string, text: string): Promise<number>
  /** Tells a sender what became of his message. */
  notify(message: Taken, notice: ImdnNotice): Promise<number>
  /** Ends all connections, as a switch that stops; what comes then is refused until `port` is opened again. */
  close(): Promise<void>
}

const textFields: readonly Field[] = [{ name: 'content-type', value: 'text/plain;charset=UTF-8' }]

/** @param port 0 for any free one */
export async function startStandIn(port = 0): Promise<StandIn> {
  const bindings = new Map<string, readonly Binding[]>()
  const taken: Taken[] = []
  const unregistered: string[] = []
  let refusal: number | undefined
  const digest = new DigestServer<string>({
    nonces: new Nonces({ key: randomBytes(16), random: randomBytes, lifetimeMs: 60_000, most: 100, notBeforeMs: 0 }),
    algorithms: ['MD5'],
    secretOf: (username, realm, of) => ({ ha1: ha1Of(of, username, realm, password), account: username }),
  })
  const userOf = (uri: string): string => parseUri(uri)?.user ?? ''

  const authenticated = (request: SipRequest, transaction: ServerTransaction): boolean => {
    const check = digest.check(fields(request, 'authorization'), domain, request, Date.now())
    if (check.kind === 'known' && check.username === userOf(request.from.uri)) return true
    const challenges = digest.challenges(domain, false, Date.now())
    transaction.answer(401, { fields: challenges.map((value) => ({ name: 'www-authenticate', value })) })
    return false
  }

  const endpoint = await openEndpoint(
    {
      listeners: [{ kind: 'ws', host: '127.0.0.1', port }],
      limits: defaultTransportLimits,
      transactions: { ...defaultTransactionOptions, timers: defaultTransactionTimers },
    },
    {
      onRequest(request, flow, transaction) {
        if (request.method === 'OPTIONS') return void transaction.answer(200)
        if (!authenticated(request, transaction)) return
        if (request.method === 'REGISTER') registered(request, flow, transaction)
        else accepted(request, transaction)
      },
    },
  )

  function registered(request: SipRequest, flow: Flow, transaction: ServerTransaction): void {
    const user = userOf(request.to.uri)
    const from = { kind: flow.kind, ...flow.remote, listener: flow.listener, flowId: flow.id }
    const settings = { minExpiresS: 60, maxExpiresS: 3600, defaultExpiresS: 600, mostContacts: 5 }
    const outcome = register(
      request,
      bindings.get(user) ?? [],
      from,
      { ...settings, whenFull: 'dropOldest' },
      Date.now(),
    )
    if (outcome.kind === 'refused') return void transaction.answer(outcome.status, outcome)
    bindings.set(user, outcome.bindings)
    if (outcome.refreshed.length === 0) unregistered.push(user)
    transaction.answer(200, { fields: outcome.fields })
  }

  function accepted(request: SipRequest, transaction: ServerTransaction): void {
    if (refusal !== undefined) return void transaction.answer(refusal)
    const cpim = field(request, 'content-type') === 'message/cpim' ? parseCpim(request.body) : undefined
    const message: Taken = {
      from: userOf(request.from.uri),
      to: userOf(request.to.uri),
      text: Buffer.from(cpim?.body ?? request.body).toString(),
      messageId: cpim === undefined ? '' : cpimText(cpimHeader(cpim, imdnNamespace, 'Message-ID') ?? ''),
    }
    taken.push(message)
    transaction.answer(202)
    void text(message.from, message.to, message.text).then((status) => {
      if (status === 200) void notify(message, { kind: 'delivery', status: 'delivered' })
    })
  }

  async function send(from: string, to: string, told: readonly Field[], body: Uint8Array): Promise<number> {
    const phones = reachable(bindings.get(to) ?? [], Date.now())
    const way = phones.flat().find(({ flow }) => endpoint.flow(flow.flowId) !== undefined)
    const flow = way === undefined ? undefined : endpoint.flow(way.flow.flowId)
    if (way === undefined || flow === undefined) return 0
    const head: readonly Field[] = [
      { name: 'from', value: `<sip:${from}@${domain}>;tag=${randomBytes(6).toString('hex')}` },
      { name: 'to', value: `<sip:${to}@${domain}>` },
      { name: 'call-id', value: randomBytes(12).toString('hex') },
      { name: 'cseq', value: '1 MESSAGE' },
      { name: 'max-forwards', value: '70' },
      ...told,
    ]
    return new Promise((resolve) => {
      const request = { method: 'MESSAGE', uri: way.contact, fields: head, body }
      const went = endpoint.request(request, flow, (outcome) =>
        resolve(outcome.kind === 'response' ? outcome.response.status : 0),
      )
      if (went !== 'sent') resolve(0)
    })
  }

  const text = (from: string, to: string, words: string): Promise<number> =>
    send(from, to, textFields, Buffer.from(words))

  const notify = (message: Taken, notice: ImdnNotice): Promise<number> => {
    const envelope = { from: `<sip:${message.to}@${domain}>`, to: `<sip:${message.from}@${domain}>` }
    const dateTime = new Date().toISOString()
    const body = writeImdnMessage(
      { ...envelope, messageId: randomBytes(8).toString('hex'), dateTime, recordRoutes: [] },
      { ...notice, messageId: message.messageId, dateTime, recipientUri: '', originalRecipientUri: '' },
    )
    return send(message.to, message.from, [{ name: 'content-type', value: 'message/cpim' }], body)
  }

  return {
    port: endpoint.listeners[0]?.port ?? 0,
    taken,
    unregistered,
    refuseWith: (status) => void (refusal = status),
    text,
    notify,
    close: () => endpoint.close(),
  }
}
