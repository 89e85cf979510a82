// A MESSAGE on its way in: what was accepted before is answered again, who may not send is refused, the rest goes to the pipelines,
// all of one turn together. What is in it is read in ingress.ts.

import type { Snapshot } from '../../directory/snapshot.js'
import type { Clock } from '../../lib/clock.js'
import type { Sender } from '../../message/collected-part.js'
import type { Failure } from '../../message/failure.js'
import { receiptRequestOf } from '../../message/receipt.js'
import type { Submission } from '../../pipeline/stage.js'
import { field, type Flow, type FlowKind, type ServerTransaction, type SipRequest } from '../../sip/index.js'
import { transactionKeyOf, type IngressTransaction } from '../../store/contracts/transactions.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { Authenticator } from './authenticate.js'
import { SipAnswer, type AnswerDesk } from './ingress-answer.js'
import { toSubmission, type IngressOptions, type SipSource } from './ingress.js'
import { TrustedAddresses } from './trusted.js'

export interface TakeMessagePorts {
  readonly directory: () => Snapshot
  readonly clock: Clock
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly authenticator: Authenticator
  /** What came with a request of this key was accepted by an earlier run; those of this one never come here twice. */
  readonly isAccepted: (key: string) => boolean
  /** Why no message may come in now; undefined as a rule. */
  readonly refuses: () => Failure | undefined
  /** The messages of one turn, of users and of peers. */
  readonly submit: (batch: readonly Submission[]) => void
  readonly submitMo: (batch: readonly Submission[]) => void
  /** Runs it when the current turn of the event loop is over. */
  readonly defer: (fn: () => void) => void
}

export interface TakeMessageOptions {
  /** Octets of a body. */
  readonly maxOctets: number
  /** A host name of ours, for warnings. */
  readonly agent: string
  readonly retryAfterS: number
  /** How long a sender over UDP may repeat a request: 64·T1. */
  readonly repeatedMs: number
}

const noReceipt = receiptRequestOf(0)
const noTlvs: Submission['tlvs'] = []

export class TakeMessage {
  readonly #ports: TakeMessagePorts
  readonly #options: TakeMessageOptions & IngressOptions
  readonly #trusted: TrustedAddresses
  readonly #link = {}
  readonly #desks: Readonly<Record<FlowKind, AnswerDesk>>
  #users: Submission[] = []
  #peers: Submission[] = []
  #isDue = false

  constructor(options: TakeMessageOptions, ports: TakeMessagePorts) {
    this.#options = { ...options, isUser: (user, domain, sender) => this.#isUser(user, domain, sender) }
    this.#ports = ports
    this.#trusted = new TrustedAddresses(this.#link)
    this.#desks = {
      udp: this.#desk('udp'),
      tcp: this.#desk('tcp'),
      tls: this.#desk('tls'),
      ws: this.#desk('ws'),
      wss: this.#desk('wss'),
    }
  }

  take(request: SipRequest, flow: Flow, transaction: ServerTransaction): void {
    const { clock, isAccepted, refuses } = this.#ports
    const isRepeated = flow.kind === 'udp'
    const key = isRepeated ? transactionKeyOf(transaction.key) : ''
    // Before anything is asked: its nonce may be one of an earlier run.
    if (isRepeated && isAccepted(key)) return void transaction.answer(202)
    const answer = new SipAnswer(this.#desks[flow.kind], transaction, clock.monotonicMs())
    const failure = refuses()
    if (failure !== undefined) return answer.refused(failure)
    const source = this.#sourceOf(request, flow, transaction)
    if (source === undefined) return
    const kept = isRepeated ? this.#transaction(key) : undefined
    const ingress = toSubmission(request, source, this.#options, clock.wallMs(), answer, kept)
    switch (ingress.kind) {
      case 'notification':
        this.#ports.metrics.imdn.count('received')
        return void transaction.answer(200)
      case 'refused':
        return answer.refused(ingress.failure)
      case 'submission':
        this.#collect(ingress.submission)
    }
  }

  /** Undefined where it was answered. */
  #sourceOf(request: SipRequest, flow: Flow, transaction: ServerTransaction): SipSource | undefined {
    const { directory, authenticator, nowMs } = this.#ports
    const { address } = flow.remote
    if (field(request, 'authorization') === undefined) {
      const trusted = this.#trusted.at(address, flow.kind, directory())
      if (trusted !== undefined) return trusted
    }
    const who = authenticator.check(request, address, nowMs())
    if (who.kind === 'refused') {
      transaction.answer(who.status, who.parts)
      return undefined
    }
    const { account } = who
    return { kind: 'user', sender: { kind: 'account', account: account.id }, link: this.#link, account }
  }

  #transaction(key: string): IngressTransaction {
    return { key, expiresAtMs: Math.ceil(this.#ports.nowMs() + this.#options.repeatedMs) }
  }

  #collect(submission: Submission): void {
    if (!this.#isDue) {
      this.#isDue = true
      this.#ports.defer(() => this.#hand())
    }
    if (submission.sender.kind === 'account') this.#users.push(submission)
    // Nobody is told what became of a message from a phone of somebody else's.
    else this.#peers.push({ ...submission, receiptRequest: noReceipt, tlvs: noTlvs })
  }

  #isUser(user: string, domain: string, sender: Sender): boolean {
    // Messages from phones elsewhere go to numbers, and find nobody else.
    if (sender.kind !== 'account') return true
    const directory = this.#ports.directory()
    return (
      directory.sipAccount(user, domain === '' ? (directory.account(sender.account)?.domain ?? '') : domain) !==
      undefined
    )
  }

  #hand(): void {
    this.#isDue = false
    const { submit, submitMo } = this.#ports
    const users = this.#users
    const peers = this.#peers
    if (users.length > 0) {
      this.#users = []
      submit(users)
    }
    if (peers.length > 0) {
      this.#peers = []
      submitMo(peers)
    }
  }

  #desk(transport: FlowKind): AnswerDesk {
    const { clock, metrics } = this.#ports
    const { agent, retryAfterS } = this.#options
    const accepted = metrics.accepted.index('sip')
    const messages = metrics.sipMessages.index('ingress', transport)
    return {
      ...{ agent, retryAfterS, clock },
      accepted(seconds) {
        metrics.accepted.add(accepted, 1)
        metrics.sipMessages.add(messages, 1)
        metrics.acceptSeconds.record(seconds)
      },
      refused: (reason) => metrics.refused.count('sip', reason),
    }
  }
}
