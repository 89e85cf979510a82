// The transaction layer (RFC 3261 §17): messages of any flow in, each request once to the user, each request of ours ended once.
// Owns no socket and no timer: its owner brings messages and time.
import { branchSource, type Branches } from './branch.js'
import { ClientTransactions } from './client-transactions.js'
import type { Flow } from './flow.js'
import type { Answerable, SipMessage } from './message.js'
import { ServerTransactions } from './server-transactions.js'
import { tagSource } from './tags.js'
import { noTransactionCounts } from './transaction-contract.js'
import type {
  ClientOutcome,
  ClientRequest,
  TransactionCounters,
  TransactionOptions,
  TransactionUser,
} from './transaction-contract.js'

/** What the layer cannot make itself. */
export interface TransactionSources {
  /** Monotonic milliseconds. */
  now(): number
  /** Fills an array with octets that nobody can foresee. */
  random(into: Uint8Array): void
}

export class TransactionLayer {
  readonly #server: ServerTransactions
  readonly #client: ClientTransactions
  readonly #counters = noTransactionCounts()

  constructor(options: TransactionOptions, user: TransactionUser, sources: TransactionSources) {
    const branches: Branches = branchSource((into) => sources.random(into))
    const now = () => sources.now()
    this.#server = new ServerTransactions(
      options,
      user,
      branches,
      this.#counters,
      tagSource((into) => sources.random(into)),
      now,
    )
    this.#client = new ClientTransactions(options, branches, this.#counters, now)
  }

  get counters(): Readonly<TransactionCounters> {
    return this.#counters
  }

  /** Transactions held now, by side; `unanswered` are requests of ours without a final response. */
  get held(): { readonly server: number; readonly client: number; readonly unanswered: number } {
    return { server: this.#server.size, client: this.#client.size, unanswered: this.#client.unanswered }
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === 'request') this.#server.receive(message, flow)
    else this.#client.receive(message, flow)
  }

  /** Answers a request that is none, without keeping anything. */
  refuse(request: Answerable, flow: Flow, status: number, reason?: string): void {
    this.#server.refuse(request, flow, status, reason === undefined ? undefined : { reason })
  }

  /**
   * Sends a request. `sent`: `onFinal` will be called once, and never from within this call. Else it will not be called:
   * `notSent`, the flow is closed, its output full or the message too large for it; `full`, too many wait for answers.
   */
  request(request: ClientRequest, flow: Flow, onFinal: (outcome: ClientOutcome) => void): 'sent' | 'notSent' | 'full' {
    return this.#client.request(request, flow, onFinal)
  }

  /** To be called when a connection has ended. */
  flowEnded(flow: Flow): void {
    this.#client.flowEnded(flow)
  }

  /** Lets time pass; some twenty times a second will do. */
  tick(nowMs: number): void {
    this.#server.tick(nowMs)
    this.#client.tick(nowMs)
  }

  /** Ends everything: requests of ours fail, answers to others' go nowhere. */
  close(): void {
    this.#client.close()
    this.#server.close()
  }
}
