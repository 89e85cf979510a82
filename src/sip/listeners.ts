// All ways in and out together: listeners of every kind, connections of ours and of peers, found again by their flow's id.
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions } from 'node:tls'
import { ConnectionBounds, guard } from './connection-bounds.js'
import { hostPort, type DatagramFlow, type Flow, type StreamFlow } from './flow.js'
import { advertisedHost, listenerName, listening } from './listening.js'
import type { Hop } from './resolve.js'
import { StreamConnection } from './stream.js'
import type { Connection, Listener, ListenerOptions, TransportEvents, TransportLimits } from './transport-contract.js'
import { listenUdp, type UdpListener } from './udp.js'
import { listenWebSocket, WebSocketConnection } from './websocket.js'

export interface Listeners {
  readonly all: readonly Listener[]
  /** Connections that are up. */
  readonly size: number
  /** The connection with that id, if it is still up. */
  flow(id: number): StreamFlow | undefined
  /** The way to an address from the named UDP listener, or the first of the same family; undefined if there is none. */
  datagramFlow(address: string, port: number, listener?: string): DatagramFlow | undefined
  /** A way to a hop: over UDP at once, over the connection that we have there, or over a new one. Undefined: none was had. */
  flowTo(hop: Hop): Promise<Flow | undefined>
  /** Looks at the times of all connections; once a second will do. */
  tick(nowMs: number): void
  stopAccepting(): void
  /** Closes everything and waits until all sockets are gone. */
  close(): Promise<void>
}

export interface ListenersOptions {
  readonly listeners: readonly ListenerOptions[]
  readonly limits: TransportLimits
  /** For connections of ours over TLS: authorities, a certificate of ours. Peers are always verified unless it says not. */
  readonly tlsClient?: ConnectionOptions
  /** What Vias over connections of ours say of us; a listener of the same kind comes first. Without brackets. */
  readonly advertisedHost?: string
}

/** Opens all listeners; rejects, with none left open, when one cannot be had. */
export async function openListeners(
  options: ListenersOptions,
  events: TransportEvents,
  now: () => number,
): Promise<Listeners> {
  const set = new ListenerSet(options, events, now)
  try {
    for (const each of options.listeners) await set.add(each)
  } catch (error) {
    await set.close()
    throw error
  }
  return set
}

class ListenerSet implements Listeners {
  readonly #options: ListenersOptions
  readonly #events: TransportEvents
  readonly #now: () => number
  readonly #bounds: ConnectionBounds
  readonly #listeners: Listener[] = []
  readonly #udp: UdpListener[] = []
  readonly #byId = new Map<number, Connection>()
  /** Sockets that are not gone, those of connections that are over as well. */
  readonly #alive = new Set<Connection>()
  /** Connections of ours by where they lead, those that are being made too. */
  readonly #byHop = new Map<string, Promise<StreamFlow | undefined>>()
  readonly #connecting = new Set<Socket>()
  #nextId = 1
  #isClosed = false
  #onEmpty: (() => void) | undefined

  constructor(options: ListenersOptions, events: TransportEvents, now: () => number) {
    this.#options = options
    this.#now = now
    this.#bounds = new ConnectionBounds(options.limits)
    this.#events = {
      ...events,
      onEnd: (flow, why) => {
        this.#byId.delete(flow.id)
        events.onEnd(flow, why)
      },
    }
  }

  get all(): readonly Listener[] {
    return this.#listeners
  }

  get size(): number {
    return this.#byId.size
  }

  async add(options: ListenerOptions): Promise<void> {
    if (options.kind === 'udp') {
      const udp = await listenUdp(options, this.#options.limits, this.#events)
      this.#udp.push(udp)
      this.#listeners.push(udp)
    } else if (options.kind === 'tcp' || options.kind === 'tls') {
      this.#listeners.push(await this.#listenStream(options, options.kind))
    } else {
      const { limits } = this.#options
      const listener = await listenWebSocket(
        options,
        limits,
        this.#events,
        this.#bounds,
        (ws, socket, { name, sentBy }) => {
          const kind = options.kind === 'wss' ? 'wss' : 'ws'
          const setting = { id: this.#nextId++, kind, listener: name, sentBy } as const
          this.#up(new WebSocketConnection(ws, socket, setting, limits, this.#events, this.#now, this.#gone))
        },
      )
      this.#listeners.push(listener)
    }
  }

  flow(id: number): StreamFlow | undefined {
    return this.#byId.get(id)
  }

  datagramFlow(address: string, port: number, listener?: string): DatagramFlow | undefined {
    const isSix = address.indexOf(':') >= 0
    const fits = (each: UdpListener) => each.isDual || each.isSix === isSix
    const named = listener === undefined ? undefined : this.#udp.find((each) => each.name === listener && fits(each))
    return (named ?? this.#udp.find(fits))?.flowTo({ address, port })
  }

  async flowTo(hop: Hop): Promise<Flow | undefined> {
    if (this.#isClosed) return undefined
    if (hop.kind === 'udp') return this.datagramFlow(hop.address, hop.port)
    // RFC 7118: WebSocket servers are never clients.
    if (hop.kind !== 'tcp' && hop.kind !== 'tls') return undefined
    const key = `${hop.kind} ${hop.serverName} ${hostPort(hop.address, hop.port)}`
    const known = this.#byHop.get(key)
    if (known !== undefined) return known
    if (this.#byHop.size >= this.#options.limits.connections) return undefined
    const made = this.#connect(hop, hop.kind, () => this.#byHop.delete(key))
    this.#byHop.set(key, made)
    return made
  }

  tick(nowMs: number): void {
    for (const connection of this.#byId.values()) connection.tick(nowMs)
  }

  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.stopAccepting()
    for (const socket of this.#connecting) socket.destroy()
    for (const connection of [...this.#alive]) connection.close('closedByOwner')
    // Each has a time of its own to linger.
    if (this.#alive.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  #up(connection: Connection): void {
    if (this.#isClosed) return connection.close('closedByOwner')
    this.#byId.set(connection.id, connection)
    this.#alive.add(connection)
    this.#events.onOpen?.(connection)
  }

  readonly #gone = (connection: Connection): void => {
    this.#alive.delete(connection)
    if (this.#alive.size === 0) this.#onEmpty?.()
  }

  async #listenStream(options: ListenerOptions, kind: 'tcp' | 'tls'): Promise<Listener> {
    const { limits } = this.#options
    const take = (socket: Socket): void => {
      // Gone already: the bounds, or the peer's own haste.
      if (socket.destroyed) return
      const setting = { id: this.#nextId++, kind, listener: name, sentBy }
      this.#up(new StreamConnection(socket, setting, limits, this.#events, this.#now, this.#gone))
    }
    const server: Server =
      kind === 'tls'
        ? createTlsServer({ ...options.tls, handshakeTimeout: limits.connectMs }, take)
        : createServer({ noDelay: true }, take)
    const sockets = guard(server, this.#bounds, this.#events)
    // A handshake that fails concerns its peer alone.
    server.on('tlsClientError', (_error: Error, socket: Socket) => void socket.destroy())
    const { address, port } = await listening(server, options)
    server.on('error', (error) => this.#events.onError?.(name, error))
    const closed = new Promise<void>((resolve) => server.once('close', resolve))
    const name = options.name ?? listenerName(options, port)
    const sentBy = hostPort(advertisedHost(options, address), port)
    return {
      name,
      kind,
      host: address,
      port,
      sentBy,
      stopAccepting() {
        if (server.listening) server.close()
      },
      async close() {
        if (server.listening) server.close()
        for (const socket of sockets) socket.destroy()
        await closed
      },
    }
  }

  /** One try; undefined if it fails. `onEnd` is called when the connection is over, or never was. */
  #connect(hop: Hop, kind: 'tcp' | 'tls', onEnd: () => void): Promise<StreamFlow | undefined> {
    const { limits, tlsClient } = this.#options
    const { address, port, serverName } = hop
    const to = { host: address, port }
    const socket: Socket =
      kind === 'tls' ? connectTls({ ...tlsClient, ...to, servername: nameForTls(serverName) }) : connectTcp(to)
    this.#connecting.add(socket)
    return new Promise((resolve) => {
      const late = setTimeout(() => socket.destroy(), limits.connectMs)
      const fail = () => {
        clearTimeout(late)
        this.#connecting.delete(socket)
        onEnd()
        resolve(undefined)
      }
      socket.on('error', () => undefined)
      socket.once('close', fail)
      socket.once(kind === 'tls' ? 'secureConnect' : 'connect', () => {
        clearTimeout(late)
        this.#connecting.delete(socket)
        socket.off('close', fail)
        const setting = { id: this.#nextId++, kind, listener: '', sentBy: this.#sentByOf(kind, socket) }
        const events: TransportEvents = {
          ...this.#events,
          onEnd: (flow, why) => {
            onEnd()
            this.#events.onEnd(flow, why)
          },
        }
        const connection = new StreamConnection(socket, setting, limits, events, this.#now, this.#gone)
        this.#up(connection)
        resolve(connection)
      })
    })
  }

  /** Where a peer that lost the connection could reach us: our listener of that kind, or else the end of this connection. */
  #sentByOf(kind: 'tcp' | 'tls', socket: Socket): string {
    const listener = this.#listeners.find((each) => each.kind === kind)
    if (listener !== undefined) return listener.sentBy
    return hostPort(this.#options.advertisedHost ?? socket.localAddress ?? 'localhost', socket.localPort ?? 0)
  }
}

/** SNI names no addresses (RFC 6066 §3). */
function nameForTls(serverName: string): string {
  return /^[\d.]+$|:/.test(serverName) ? '' : serverName
}
