// What transports and their owner promise each other: bounds, options, events. Types and defaults only.
import type { SecureContextOptions } from 'node:tls'
import type { Flow, FlowEnd, FlowKind, StreamFlow } from './flow.js'
import type { FramingFault } from './framing.js'
import { sipLimits, type SipLimits } from './limits.js'

export interface ListenerOptions {
  /** How flows say where they belong; `kind:host:port` if not given. */
  readonly name?: string
  readonly kind: FlowKind
  readonly host: string
  /** 0: any free one, see the listener's own. */
  readonly port: number
  /** What our Vias say of us, where the bound address is not what peers know. Without brackets. */
  readonly advertisedHost?: string
  /** Needed for tls and wss. */
  readonly tls?: SecureContextOptions
  /** ws and wss: whose pages may connect, by their Origin; all if not given. Peers that are no browser send none. */
  readonly mayConnect?: (origin: string | undefined) => boolean
}

/** All bounds have a default in `defaultTransportLimits`. */
export interface TransportLimits {
  readonly message: SipLimits
  /** Connections in all and from one address; more are closed at once. */
  readonly connections: number
  readonly connectionsPerAddress: number
  /** From the connection to its first message. */
  readonly firstMessageMs: number
  /** From the first octet of a message to its last. */
  readonly messageMs: number
  /** Without an octet from the peer. */
  readonly idleMs: number
  /** Octets of ours that may wait for a peer to read them, and for how long. */
  readonly outputBytes: number
  readonly outputStallMs: number
  /** How long a connection of ours may take to be made, TLS and all. */
  readonly connectMs: number
  /** WebSockets are pinged so often; one that says nothing until the next is dead. 0: never. */
  readonly pingMs: number
  /** Socket buffers of UDP, octets; the kernel may give less. */
  readonly udpReceiveBytes: number
  readonly udpSendBytes: number
}

export const defaultTransportLimits: TransportLimits = {
  message: sipLimits,
  connections: 20_000,
  // Offices and mobile networks have many phones behind one address.
  connectionsPerAddress: 500,
  firstMessageMs: 30_000,
  messageMs: 10_000,
  // A little over the hour for which phones use to register.
  idleMs: 3_900_000,
  outputBytes: 1_048_576,
  outputStallMs: 30_000,
  connectMs: 5_000,
  pingMs: 30_000,
  udpReceiveBytes: 4_194_304,
  udpSendBytes: 4_194_304,
}

/** A transport's way to its owner. */
export interface TransportEvents {
  /** One whole message, not parsed. The bytes are the owner's from now on. */
  onMessage(bytes: Buffer, flow: Flow): void
  /** Where the next message of a connection would start is unknown; it will be closed, but what is sent now goes out first. */
  onLost?(fault: FramingFault, flow: StreamFlow): void
  /** A connection is up, ours or a peer's. */
  onOpen?(flow: StreamFlow): void
  /** A connection that was up is over; always and once. */
  onEnd(flow: StreamFlow, why: FlowEnd): void
  /** A connection was closed at once because of a bound; for counters. */
  onRefused?(address: string, bound: 'connections' | 'connectionsPerAddress'): void
  /** A socket of a listener told of an error; the listener goes on. */
  onError?(listener: string, error: Error): void
}

/** A connection as its listener sees it. */
export interface Connection extends StreamFlow {
  /** Looks at the times of the connection and closes it where one has run out. */
  tick(nowMs: number): void
}

/** Told of a connection once its socket is gone. */
export type OnGone = (connection: Connection) => void

export interface Listener {
  readonly name: string
  readonly kind: FlowKind
  /** As bound. */
  readonly host: string
  readonly port: number
  readonly sentBy: string
  /** Takes no new connections; UDP goes on. */
  stopAccepting(): void
  /** Closes the socket; connections are closed by their owner. */
  close(): Promise<void>
}
