// A SIP peer for tests: a server that takes messages from the switch, over UDP and TCP on one port. Our own SIP library, from the other side.
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { onTestFinished } from 'vitest'
import { DigestServer } from '../../src/sip/digest-server.js'
import { ha1Of } from '../../src/sip/digest.js'
import { openEndpoint, type SipEndpoint } from '../../src/sip/endpoint.js'
import { fields } from '../../src/sip/fields.js'
import type { FlowKind } from '../../src/sip/flow.js'
import type { SipRequest } from '../../src/sip/message.js'
import { Nonces } from '../../src/sip/nonces.js'
import {
  defaultTransactionOptions,
  type AnswerParts,
  type ServerTransaction,
} from '../../src/sip/transaction-contract.js'
import { defaultTransactionTimers } from '../../src/sip/transaction-timers.js'
import { defaultTransportLimits } from '../../src/sip/transport-contract.js'
import { freePort } from '../sip/sipp.js'
import type { Row } from './scenario.js'
import { when } from './waiting.js'

export interface PeerOptions {
  readonly kinds?: readonly ('udp' | 'tcp')[]
  /** Any free one unless said. */
  readonly port?: number
  /** Asks for this password of user `switch`. */
  readonly password?: string
}

/** A MESSAGE that came, unless it was challenged. */
export interface Got {
  readonly request: SipRequest
  readonly text: string
  readonly over: FlowKind
}

export const realm = 'peer.example.net'

const PORT_TRIES = 5

export class FakePeer {
  readonly port: number
  readonly got: Got[] = []
  /** Emits `got`. */
  readonly events = new EventEmitter()
  /** Requests that were challenged. */
  challenged = 0
  /** What it answers to a MESSAGE, 0 for nothing. */
  answers: (got: Got) => number | readonly [status: number, parts: AnswerParts] = () => 200
  #endpoint: SipEndpoint | undefined
  readonly #options: PeerOptions
  readonly #digest: DigestServer<string>

  private constructor(port: number, options: PeerOptions) {
    this.port = port
    this.#options = options
    this.#digest = new DigestServer({
      nonces: new Nonces({
        ...{ key: randomBytes(32), random: randomBytes, lifetimeMs: 60_000, most: 1000, notBeforeMs: 0 },
      }),
      algorithms: ['SHA-256', 'MD5'],
      secretOf: (user, inRealm, of) => ({ ha1: ha1Of(of, user, inRealm, options.password ?? ''), account: user }),
    })
  }

  /** Listens until the test is over. */
  static async start(options: PeerOptions = {}): Promise<FakePeer> {
    for (let tries = 0; ; tries++) {
      const peer = new FakePeer(options.port ?? (await freePort()), options)
      try {
        await peer.listen()
        onTestFinished(() => peer.close())
        return peer
      } catch (error) {
        // A port that was free a moment ago may be somebody's now.
        if (options.port !== undefined || tries === PORT_TRIES) throw error
      }
    }
  }

  async listen(): Promise<void> {
    const { kinds = ['udp', 'tcp'] } = this.#options
    this.#endpoint = await openEndpoint(
      {
        listeners: kinds.map((kind) => ({ kind, host: '127.0.0.1', port: this.port })),
        limits: defaultTransportLimits,
        transactions: { ...defaultTransactionOptions, timers: defaultTransactionTimers },
      },
      { onRequest: (request, flow, transaction) => this.#take(request, flow.kind, transaction) },
    )
  }

  /** It is gone, until it listens again. */
  async close(): Promise<void> {
    await this.#endpoint?.close()
    this.#endpoint = undefined
  }

  get texts(): readonly string[] {
    return this.got.map(({ text }) => text)
  }

  /** Resolves once so many have come. */
  came(count: number, withinMs?: number): Promise<void> {
    return when(this.events, 'got', () => this.got.length >= count, `${count} messages at the peer`, withinMs)
  }

  #take(request: SipRequest, over: FlowKind, transaction: ServerTransaction): void {
    if (request.method === 'OPTIONS') return void transaction.answer(200)
    if (this.#options.password !== undefined) {
      const check = this.#digest.check(fields(request, 'authorization'), realm, request, Date.now())
      if (check.kind !== 'known') {
        this.challenged++
        const values = this.#digest.challenges(realm, check.kind === 'challenge' && check.stale, Date.now())
        transaction.answer(401, { fields: values.map((value) => ({ name: 'www-authenticate', value })) })
        return
      }
    }
    const got = { request, text: Buffer.from(request.body).toString(), over }
    this.got.push(got)
    const answer = this.answers(got)
    if (typeof answer !== 'number') transaction.answer(...answer)
    else if (answer !== 0) transaction.answer(answer)
    this.events.emit('got')
  }
}

/** The fields of a connection that leads to it: those of SMPP taken back. */
export function peerConnection(extra: Row = {}): Row {
  return { type: 'sip', direction: 'to', systemId: undefined, password: undefined, ...extra }
}
