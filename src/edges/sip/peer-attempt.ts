// One message, or one piece of it, on its way to a SIP peer: over the first of its servers that takes it (RFC 3263 §4.3), signed where
// the peer asks who we are. Ends once; what that means for the message is decided outside.

import type { Message } from '../../message/message.js'
import { fields, isReliable, type ClientOutcome, type DigestClient, type Field, type Flow } from '../../sip/index.js'
import type { SipResponse } from '../../sip/index.js'
import { answerOf, type PeerAnswer } from './peer-answers.js'
import { peerMessage, type PeerConnection } from './peer-egress.js'
import type { PeerPorts } from './peer-ports.js'
import { requestOfPeer } from './peer-requests.js'
import type { PeerServer } from './peer-server.js'
import type { PeerServers } from './peer-servers.js'

/** `notSent`: nobody has it, and nobody can be sent it now. `replan`: it must be cut, since no connection was had for it. */
export type AttemptEnd =
  Exclude<PeerAnswer, { kind: 'challenged' }> | { readonly kind: 'notSent' } | { readonly kind: 'replan' }

/** What is sent, and how. */
export interface Sending {
  readonly message: Message
  readonly connection: PeerConnection
  readonly body: Buffer
  /** Too large for a datagram: over a connection also where the peer is reached over UDP. */
  readonly isLarge: boolean
  readonly callId: string
  /** Whether a second server may be sent it where the first has not answered. */
  readonly mayRepeat: boolean
  /** Switch time, ms; after it no further server is tried. */
  readonly expiresAtMs: number
}

export class PeerAttempt {
  readonly #sending: Sending
  readonly #servers: PeerServers
  readonly #digest: DigestClient | undefined
  readonly #ports: PeerPorts
  readonly #ended: (end: AttemptEnd) => void
  readonly #tried = new Set<PeerServer>()
  #cseq = 0
  /** How often it was challenged. */
  #challenges = 0
  /** What the servers have said that did not take it. */
  #last: AttemptEnd = { kind: 'notSent' }

  /** @param ended called once after `start`, perhaps within it */
  constructor(
    sending: Sending,
    servers: PeerServers,
    digest: DigestClient | undefined,
    ports: PeerPorts,
    ended: (end: AttemptEnd) => void,
  ) {
    this.#sending = sending
    this.#servers = servers
    this.#digest = digest
    this.#ports = ports
    this.#ended = ended
  }

  /** Over the next server, if there is one. */
  start(): void {
    const nowMs = this.#ports.switchMs()
    const server = nowMs < this.#sending.expiresAtMs ? this.#servers.pick(nowMs, this.#tried) : undefined
    if (server === undefined) return this.#ended(this.#last)
    this.#tried.add(server)
    this.#over(server)
  }

  #over(server: PeerServer): void {
    const isStream = this.#sending.isLarge && !isReliable(server.hop.kind)
    if (isStream) return void server.connectStream().then((flow) => this.#overStream(server, flow))
    const { flow } = server
    if (flow !== undefined) return this.#send(server, flow)
    void server.connect().then((made) => {
      if (made !== undefined) return this.#send(server, made)
      server.unreachable()
      this.start()
    })
  }

  #overStream(server: PeerServer, flow: Flow | undefined): void {
    if (flow !== undefined) return this.#send(server, flow)
    // Nobody has it yet: what one of several servers has not answered is not cut now.
    this.#ended(this.#last.kind === 'notSent' ? { kind: 'replan' } : this.#last)
  }

  #send(server: PeerServer, flow: Flow): void {
    const { message, connection, body, callId } = this.#sending
    const { clock, switchMs } = this.#ports
    const marks = { sentBy: flow.sentBy, callId, cseq: ++this.#cseq }
    const sentAtMs = switchMs()
    const write = (credentials: readonly Field[]) =>
      peerMessage(message, connection, marks, body, sentAtMs, clock.wallMs(), credentials)
    const bare = write([])
    const signed = this.#digest?.fields({ method: bare.method, uri: bare.uri, body }) ?? []
    const request =
      signed.length === 0 ? bare : write(signed.map(({ name, value }) => ({ name: name.toLowerCase(), value })))
    const sent = requestOfPeer(this.#ports, 'MESSAGE', request, flow, (outcome) =>
      this.#answered(server, flow, outcome, sentAtMs),
    )
    if (sent === 'sent') return
    if (sent === 'full') return this.#ended(this.#last)
    this.start()
  }

  #answered(server: PeerServer, flow: Flow, outcome: ClientOutcome, sentAtMs: number): void {
    if (outcome.kind === 'response') server.answered()
    const answer = answerOf(outcome, this.#sending.connection.permanentCodes)
    switch (answer.kind) {
      case 'silent':
        server.silent(sentAtMs)
        this.#last = answer
        return this.#sending.mayRepeat ? this.start() : this.#ended(answer)
      case 'busy':
        server.busy(answer.retryAfterMs)
        // Who has not answered may have it.
        if (this.#last.kind !== 'silent') this.#last = answer
        return this.start()
      case 'challenged':
        return this.#challenged(server, flow, answer.status, outcome)
      case 'taken':
        if (outcome.kind === 'response') this.#informed(outcome.response)
        return this.#ended(answer)
      case 'temporary':
      case 'permanent':
      case 'split':
        return this.#ended(answer)
    }
  }

  #challenged(server: PeerServer, flow: Flow, status: 401 | 407, outcome: ClientOutcome): void {
    const values =
      outcome.kind === 'response'
        ? fields(outcome.response, status === 401 ? 'www-authenticate' : 'proxy-authenticate')
        : []
    const isWorth = this.#digest?.challenged(status, values, this.#challenges++) === true
    if (isWorth && flow.isOpen) return this.#send(server, flow)
    if (isWorth) return this.#over(server)
    // Not for good: whoever set the password wrong can set it right.
    this.#ended({ kind: 'temporary', error: String(status), retryAfterMs: undefined })
  }

  #informed(response: SipResponse): void {
    if (this.#digest === undefined) return
    for (const name of ['authentication-info', 'proxy-authentication-info'])
      for (const value of fields(response, name)) this.#digest.informed(value)
  }
}
