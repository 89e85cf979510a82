// SIP over UDP: a socket, its datagrams as flows. Knows keepalives from messages and nothing else of SIP.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { hostPort, plainAddress, type DatagramFlow, type Peer } from './flow.js'
import { datagramKeepalive } from './keepalive.js'
import { largestDatagram } from './limits.js'
import { advertisedHost, listenerName } from './listening.js'
import type { Listener, ListenerOptions, TransportEvents, TransportLimits } from './transport-contract.js'

class UdpFlow implements DatagramFlow {
  readonly kind = 'udp'
  readonly id = 0
  readonly remote: Peer
  readonly #socket: UdpSocket

  constructor(socket: UdpSocket, remote: Peer) {
    this.#socket = socket
    this.remote = remote
  }

  get listener(): string {
    return this.#socket.name
  }

  get sentBy(): string {
    return this.#socket.sentBy
  }

  get isOpen(): boolean {
    return this.#socket.isOpen
  }

  send(bytes: Uint8Array): boolean {
    return this.#socket.send(bytes, this.remote)
  }

  to(address: string, port: number): DatagramFlow {
    return new UdpFlow(this.#socket, { address, port })
  }

  close(): void {
    // There is nothing to close: a datagram flow is an address.
  }
}

/** A bound socket. */
export interface UdpListener extends Listener {
  /** Bound to IPv6, and to both families as a wildcard address is. */
  readonly isSix: boolean
  readonly isDual: boolean
  flowTo(remote: Peer): DatagramFlow
}

class UdpSocket implements UdpListener {
  readonly kind = 'udp'
  readonly name: string
  readonly host: string
  readonly port: number
  readonly sentBy: string
  readonly #socket: Socket
  readonly isSix: boolean
  readonly isDual: boolean
  readonly #mostQueued: number
  #isOpen = true

  constructor(socket: Socket, options: ListenerOptions, limits: TransportLimits, events: TransportEvents) {
    const bound = socket.address()
    this.#socket = socket
    this.host = bound.address
    this.port = bound.port
    this.name = options.name ?? listenerName(options, bound.port)
    this.sentBy = hostPort(advertisedHost(options, bound.address), bound.port)
    this.isSix = bound.address.indexOf(':') >= 0
    this.isDual = bound.address === '::'
    this.#mostQueued = limits.udpSendBytes
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => this.#take(bytes, from, events))
    socket.on('error', (error) => events.onError?.(this.name, error))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(bytes: Uint8Array, remote: Peer): boolean {
    // Datagrams may be lost: what the kernel and a bounded queue do not take, is.
    if (!this.#isOpen || bytes.length > largestDatagram || remote.port === 0) return false
    if (this.#socket.getSendQueueSize() > this.#mostQueued) return false
    const isPlainOnDual = this.isDual && remote.address.indexOf(':') < 0
    // No callback: it would cost a turn per datagram, and what it could tell the timers of the transaction tell too.
    this.#socket.send(bytes, remote.port, isPlainOnDual ? `::ffff:${remote.address}` : remote.address)
    return true
  }

  flowTo(remote: Peer): DatagramFlow {
    return new UdpFlow(this, remote)
  }

  stopAccepting(): void {
    // Answers and retransmissions still have to come in.
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await new Promise<void>((resolve) => this.#socket.close(resolve))
  }

  #take(bytes: Buffer, from: RemoteInfo, events: TransportEvents): void {
    const remote: Peer = this.isDual ? { address: plainAddress(from.address), port: from.port } : from
    const keepalive = datagramKeepalive(bytes, remote)
    if (keepalive === undefined) events.onMessage(bytes, new UdpFlow(this, remote))
    else if (keepalive !== 'silence') this.send(keepalive, remote)
  }
}

/** Binds a socket; rejects when the address cannot be had. */
export async function listenUdp(
  options: ListenerOptions,
  limits: TransportLimits,
  events: TransportEvents,
): Promise<UdpListener> {
  const { address, family } = await lookup(options.host)
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: numericLookup })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(options.port, address, () => {
      socket.off('error', reject)
      resolve()
    })
  })
  socket.setRecvBufferSize(limits.udpReceiveBytes)
  socket.setSendBufferSize(limits.udpSendBytes)
  return new UdpSocket(socket, options, limits, events)
}

/** Every address that comes here is numeric; the resolver's own look-up would put each datagram off to another turn. */
function numericLookup(
  address: string,
  _family: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, address, address.indexOf(':') < 0 ? 4 : 6)
}
