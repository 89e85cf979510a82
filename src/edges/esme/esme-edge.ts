// The door for ESMEs: listens, counts binds, knows who is bound, stops in order. What one session says is not its concern.

import type { Account, Snapshot } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import { listen, type PeerAddress, type ServerOptions, type SmppServer } from '../../smpp/index.js'
import { EsmeConnection } from './esme-connection.js'
import type { BindKind, EsmeEdgePorts, EsmeHouse } from './esme-ports.js'
import { Receivers, type Sent } from './receivers.js'

export interface EsmeEdgeOptions {
  readonly server: ServerOptions
  /** Our name in bind responses. */
  readonly systemId: string
  /** A session that asks nothing for so long, ms, while all it waits for is withheld parts, can ask nothing more. */
  readonly stallMs: number
  /** How long a bind whose password is not looked at waits for its refusal, ms. */
  readonly refuseAfterMs: number
}

export class EsmeEdge implements EsmeHouse<EsmeConnection> {
  readonly #options: EsmeEdgeOptions
  readonly #ports: EsmeEdgePorts
  readonly #receivers = new Map<AccountId, Receivers>()
  readonly #binds = new Map<AccountId, Map<BindKind, number>>()
  /** Sessions that have withheld parts. */
  readonly #withholding = new Set<EsmeConnection>()
  readonly #following = new Set<EsmeConnection>()
  /** Refusals that wait for their time, in its order. */
  readonly #refusals: { readonly atMs: number; readonly refuse: () => void }[] = []
  #server: SmppServer<Sent> | undefined
  #sessions = 0
  /** Sessions that have not ended; the server counts sockets, which stay a little longer. */
  #live = 0
  #stopping = false
  #holds = false
  #drainWaiters: (() => void)[] = []

  constructor(options: EsmeEdgeOptions, ports: EsmeEdgePorts) {
    this.#options = options
    this.#ports = ports
  }

  /** Listens; resolves with the port. */
  async start(): Promise<number> {
    const { server: options } = this.#options
    this.#server = await listen<Sent>(
      {
        ...options,
        onRefused: (peer, bound) =>
          this.#ports.log.event('esme.connectionRefused', { remote: remoteOf(peer), bound, open: this.openSessions }),
      },
      (session, peer) => {
        this.#live++
        return new EsmeConnection(this, this.#ports, session, peer, ++this.#sessions)
      },
    )
    this.#ports.log.event('esme.listening', { host: this.#server.host, port: this.#server.port })
    return this.#server.port
  }

  /** New connections and messages are refused from here on. */
  stopAccepting(): void {
    this.#stopping = true
    this.#server?.stopAccepting()
    // What is refused costs the store nothing, and answers to receipts wait behind it.
    this.#holdAll(false)
  }

  /**
   * Stops reading from every bound ESME, also from those that bind meanwhile, or reads again. What was read before is answered
   * as ever. For a store that takes nothing, or not fast enough: so its load waits with the senders.
   */
  hold(on: boolean): void {
    if (on !== this.#holds && !this.#stopping) this.#holdAll(on)
  }

  #holdAll(on: boolean): void {
    this.#holds = on
    for (const session of this.#server?.sessions ?? []) if (session.boundAs !== undefined) session.hold(on)
  }

  get holds(): boolean {
    return this.#holds
  }

  /** To be called every 100 ms or so: finds sessions whose own window is full of withheld parts, and refuses whom it is time to. */
  tick(monotonicMs: number): void {
    while (this.#refusals.length > 0 && this.#refusals[0]!.atMs <= monotonicMs) this.#refusals.shift()!.refuse()
    for (const connection of this.#withholding) connection.tick(monotonicMs)
  }

  withholds(connection: EsmeConnection, on: boolean): void {
    if (on) this.#withholding.add(connection)
    else this.#withholding.delete(connection)
  }

  /** The directory has changed: sessions of accounts that may not bind like this any more are unbound, others have new rules. */
  follow(directory: Snapshot): void {
    for (const connection of this.#following) connection.follow(directory)
  }

  follows(connection: EsmeConnection, on: boolean): void {
    if (on) this.#following.add(connection)
    else this.#following.delete(connection)
  }

  afterAWhile(refuse: () => void): void {
    this.#refusals.push({ atMs: this.#ports.clock.monotonicMs() + this.#options.refuseAfterMs, refuse })
  }

  /** Unbinds every session once its answers are there. */
  unbind(): void {
    for (const session of this.#server?.sessions ?? []) session.unbind(this.#ports.clock.monotonicMs())
  }

  /** Resolves when every session has gone by itself. */
  drained(): Promise<void> {
    if (this.#live === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  sessionEnded(): void {
    if (--this.#live === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  get stopping(): boolean {
    return this.#stopping
  }

  get openSessions(): number {
    return this.#server?.sessions.size ?? 0
  }

  get systemId(): string {
    return this.#options.systemId
  }

  get stallMs(): number {
    return this.#options.stallMs
  }

  /** For metrics: how many sessions of each kind each account has bound. */
  bound(): ReadonlyMap<AccountId, ReadonlyMap<BindKind, number>> {
    return this.#binds
  }

  take(account: Account, kind: BindKind): boolean {
    const binds = this.#binds.get(account.id) ?? new Map<BindKind, number>()
    let all = 0
    for (const count of binds.values()) all += count
    if (all >= account.maxBinds) return false
    this.#binds.set(account.id, binds.set(kind, (binds.get(kind) ?? 0) + 1))
    return true
  }

  give(account: AccountId, kind: BindKind): void {
    const binds = this.#binds.get(account)
    binds?.set(kind, (binds.get(kind) ?? 1) - 1)
  }

  receiversOf(account: AccountId): Receivers {
    let receivers = this.#receivers.get(account)
    if (receivers === undefined) {
      const { clock, log, notified, notSent, addDestination } = this.#ports
      receivers = new Receivers(account, {
        monotonicMs: () => clock.monotonicMs(),
        notified,
        notSent,
        cannotSend: ({ message }, why) => log.event('esme.cannotSend', { account, messageId: message.id, why }),
      })
      this.#receivers.set(account, receivers)
      addDestination(receivers)
    }
    return receivers
  }
}

function remoteOf(peer: PeerAddress): string {
  return `${peer.address}:${peer.port}`
}
