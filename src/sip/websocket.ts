// SIP over WebSocket (RFC 7118), plain and secure: a server and its connections as flows. One message per WebSocket message.
import { isUtf8 } from 'node:buffer'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import { guard, type ConnectionBounds } from './connection-bounds.js'
import { hostPort, plainAddress, type FlowEnd, type Peer } from './flow.js'
import { pong } from './keepalive.js'
import { advertisedHost, listenerName, listening } from './listening.js'
import { OutputStall } from './output-stall.js'
import type { Connection, Listener, ListenerOptions, OnGone } from './transport-contract.js'
import type { TransportEvents, TransportLimits } from './transport-contract.js'

/** RFC 7118 §4.1. */
const subprotocol = 'sip'
/** How long a peer may take to agree to a close. */
const lingerMs = 2000
/** The time of a handshake, headers and all. */
const handshakeMs = 10_000
/** The longest frame that is a keepalive; nothing but line ends (RFC 5626 §3.5.1). */
const longestPing = 4

/** Frames that one message may come in, and reads that one frame may take; phones send one of each. */
const mostFragments = 64
const mostChunks = 512

export interface WebSocketSetting {
  readonly id: number
  readonly kind: 'ws' | 'wss'
  readonly listener: string
  readonly sentBy: string
}

export class WebSocketConnection implements Connection {
  readonly id: number
  readonly kind: 'ws' | 'wss'
  readonly listener: string
  readonly sentBy: string
  readonly remote: Peer
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #limits: TransportLimits
  readonly #events: TransportEvents
  #isOpen = true
  #ended: FlowEnd | undefined
  #hasSpoken = false
  readonly #openedAtMs: number
  #receivedAtMs: number
  #pingedAtMs: number | undefined
  readonly #stall = new OutputStall()

  constructor(
    ws: WebSocket,
    socket: Socket,
    setting: WebSocketSetting,
    limits: TransportLimits,
    events: TransportEvents,
    now: () => number,
    onGone: OnGone,
  ) {
    this.id = setting.id
    this.kind = setting.kind
    this.listener = setting.listener
    this.sentBy = setting.sentBy
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    this.#ws = ws
    this.#socket = socket
    this.#limits = limits
    this.#events = events
    this.#openedAtMs = this.#receivedAtMs = now()
    const heard = () => {
      this.#receivedAtMs = now()
      this.#pingedAtMs = undefined
    }
    ws.on('message', (data: Buffer) => {
      heard()
      this.#take(data)
    })
    ws.on('ping', heard)
    ws.on('pong', heard)
    ws.on('error', () => this.#end('error'))
    ws.on('close', () => {
      this.#end('closedByPeer')
      onGone(this)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(bytes: Uint8Array): boolean {
    // Once either side has begun to close, what is written goes nowhere.
    if (!this.#isOpen || this.#ws.readyState !== this.#ws.OPEN) return false
    if (this.#ws.bufferedAmount + bytes.length > this.#limits.outputBytes) {
      this.close('slowReader')
      return false
    }
    // Text is what browsers' stacks expect; a body of other octets may only go as binary (RFC 7118 §4.2).
    this.#ws.send(bytes, { binary: !isUtf8(bytes) })
    return true
  }

  close(why: FlowEnd): void {
    if (!this.#isOpen) return
    this.#end(why)
    if (why === 'slowReader' || why === 'dead' || why === 'error') return this.#ws.terminate()
    this.#ws.close(why === 'badFraming' ? 1002 : 1001)
  }

  tick(nowMs: number): void {
    const limits = this.#limits
    if (!this.#isOpen) return
    const stalledMs = this.#stall.stalledMs(nowMs, this.#socket.bytesWritten, this.#socket.writableLength)
    if (stalledMs >= limits.outputStallMs) return this.close('slowReader')
    if (!this.#hasSpoken && nowMs - this.#openedAtMs >= limits.firstMessageMs) return this.close('tooSlow')
    if (nowMs - this.#receivedAtMs >= limits.idleMs) return this.close('idle')
    if (limits.pingMs === 0) return
    if (this.#pingedAtMs !== undefined) {
      if (nowMs - this.#pingedAtMs >= limits.pingMs) this.close('dead')
    } else if (nowMs - this.#receivedAtMs >= limits.pingMs) {
      this.#pingedAtMs = nowMs
      this.#ws.ping()
    }
  }

  #take(data: Buffer): void {
    if (!this.#isOpen) return
    if (data.length <= longestPing) {
      if (data.length === longestPing && data.toString('latin1') === '\r\n\r\n') this.send(pong)
      return
    }
    this.#hasSpoken = true
    this.#events.onMessage(data, this)
  }

  #end(why: FlowEnd): void {
    this.#isOpen = false
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#events.onEnd(this, why)
  }
}

/**
 * Listens; rejects when the address cannot be had. A peer without the subprotocol `sip` is refused, a page of a foreign
 * origin too where the options say whose may come, and a plain HTTP request is told to upgrade.
 *
 * @param take gets each connection whose handshake is done
 */
export async function listenWebSocket(
  options: ListenerOptions,
  limits: TransportLimits,
  events: TransportEvents,
  bounds: ConnectionBounds,
  take: (ws: WebSocket, socket: Socket, listener: Listener) => void,
): Promise<Listener> {
  const kind = options.kind === 'wss' ? 'wss' : 'ws'
  const server: Server =
    kind === 'wss'
      ? createSecureServer({ ...options.tls, ...httpTimes, handshakeTimeout: handshakeMs }, askToUpgrade)
      : createServer(httpTimes, askToUpgrade)
  const sockets = guard(server, bounds, events)
  // A name of its own, since the types of the package do not know `closeTimeout`.
  const bounded: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    // Compression would cost each connection memory, and texts are short.
    perMessageDeflate: false,
    maxPayload: limits.message.headBytes + limits.message.bodyBytes,
    // Octets alone do not bound memory: each piece of a message costs some hundred of them.
    maxFragments: mostFragments,
    maxBufferedChunks: mostChunks,
    // Whoever began it, and why: a stop waits for it.
    closeTimeout: lingerMs,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  }
  const upgrader = new WebSocketServer(bounded)
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, options)
    if (refusal !== undefined) refuse(duplex, refusal)
    else upgrader.handleUpgrade(request, duplex, head, (ws) => take(ws, request.socket, listener))
  })
  // What breaks before it is a WebSocket concerns nobody.
  server.on('clientError', (_error, duplex) => void duplex.destroy())
  const { address, port } = await listening(server, options)
  server.on('error', (error) => events.onError?.(listener.name, error))
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  const listener: Listener = {
    name: options.name ?? listenerName(options, port),
    kind,
    host: address,
    port,
    sentBy: hostPort(advertisedHost(options, address), port),
    stopAccepting() {
      if (server.listening) server.close()
    },
    async close() {
      if (server.listening) server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return listener
}

/** Slow handshakes are looked for more often than once in half a minute, which is the default. */
const httpTimes = { headersTimeout: handshakeMs, requestTimeout: handshakeMs, connectionsCheckingInterval: 5000 }

function askToUpgrade(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
}

/** Why a handshake is refused, as an HTTP status line; undefined if it is not. RFC 7118 §4.1, RFC 6455 §10.2. */
function refusalOf(request: IncomingMessage, options: ListenerOptions): string | undefined {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? []
  if (!offered.includes(subprotocol)) return '400 Bad Request'
  if (options.mayConnect !== undefined && !options.mayConnect(request.headers.origin)) return '403 Forbidden'
  return undefined
}

function refuse(duplex: Duplex, status: string): void {
  duplex.on('error', () => undefined)
  // No time of the server counts for it any more: a peer that never closes would keep it open for good.
  duplex.once('finish', () => duplex.destroy())
  duplex.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
