// The servers of a SIP peer, as its name leads to them (RFC 3263), the best first: which of them may be sent to. A name is asked for
// again and again; equal servers change places by their weight then.

import type { Cancel } from '../../lib/clock.js'
import { hostPort, type FlowKind, type Hop } from '../../sip/index.js'
import { backoffMs } from '../backoff.js'
import type { PeerOptions, PeerPorts } from './peer-ports.js'
import { PeerServer, type PeerServerOwner } from './peer-server.js'

/** Servers of one peer that are known at a time. */
const SERVERS_MAX = 8

export class PeerServers {
  readonly #owner: PeerServerOwner
  readonly #options: PeerOptions
  readonly #ports: PeerPorts
  #servers: readonly PeerServer[] = []
  #failures = 0
  #isStopped = false
  #cancel: Cancel | undefined

  constructor(owner: PeerServerOwner, options: PeerOptions, ports: PeerPorts) {
    this.#owner = owner
    this.#options = options
    this.#ports = ports
  }

  start(): void {
    if (this.#ports.endpoint() === undefined) return this.#tellOf('sip.enabled is false', 0)
    this.#look()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
    for (const server of this.#servers) server.stop()
  }

  get isUp(): boolean {
    return this.#servers.some((server) => server.isUp)
  }

  /** The first of them that may be sent to and is none of these. */
  pick(nowMs: number, except: ReadonlySet<PeerServer> | undefined): PeerServer | undefined {
    for (const server of this.#servers)
      if (server.freeAtMs(nowMs) <= nowMs && except?.has(server) !== true) return server
    return undefined
  }

  /** When one of them may be sent to; Infinity where time alone does not tell. */
  freeAtMs(nowMs: number): number {
    let atMs = Infinity
    for (const server of this.#servers) atMs = Math.min(atMs, server.freeAtMs(nowMs))
    return atMs
  }

  /** How many are up, by transport. */
  upByTransport(): ReadonlyMap<FlowKind, number> {
    const up = new Map<FlowKind, number>([[this.#owner.connection.sip.transport, 0]])
    for (const { hop, isUp } of this.#servers) if (isUp) up.set(hop.kind, (up.get(hop.kind) ?? 0) + 1)
    return up
  }

  #look(): void {
    const { host, port, sip } = this.#owner.connection
    const target = { scheme: 'sip', host, port: port === 0 ? undefined : port, transport: sip.transport } as const
    void this.#ports.resolve(target).then((hops) => this.#found(hops))
  }

  #found(hops: readonly Hop[]): void {
    if (this.#isStopped) return
    const { backoff, pingMs } = this.#options
    // A name server that is gone takes away nobody who is there.
    const nextTryMs = hops.length > 0 ? pingMs : backoffMs(backoff, ++this.#failures, this.#ports.chance())
    if (hops.length > 0) this.#use(hops)
    else this.#tellOf('its name leads nowhere', nextTryMs)
    this.#cancel = this.#ports.timers.after(nextTryMs, () => this.#look())
  }

  #use(hops: readonly Hop[]): void {
    this.#failures = 0
    const known = new Map(this.#servers.map((server) => [keyOf(server.hop), server]))
    const added: PeerServer[] = []
    const servers = new Map<string, PeerServer>()
    for (const hop of hops.slice(0, SERVERS_MAX)) {
      const key = keyOf(hop)
      let server = known.get(key)
      if (server === undefined && !servers.has(key)) {
        server = new PeerServer(hop, this.#owner, this.#options, this.#ports)
        added.push(server)
      }
      if (server !== undefined) servers.set(key, server)
    }
    this.#servers = [...servers.values()]
    const gone = [...known].filter(([key]) => !servers.has(key))
    for (const [, server] of gone) server.stop()
    for (const server of added) server.start()
    if (gone.length > 0) this.#owner.serverChanged()
  }

  #tellOf(why: string, nextTryMs: number): void {
    const { id, host, port, sip } = this.#owner.connection
    const remote = port === 0 ? host : hostPort(host, port)
    this.#ports.log.event('sip.peerDown', { connection: id, transport: sip.transport, remote, why, nextTryMs })
  }
}

function keyOf({ kind, address, port }: Hop): string {
  return `${kind} ${hostPort(address, port)}`
}
