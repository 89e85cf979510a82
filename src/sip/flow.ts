// What a flow is: a way to one peer, over which requests come and go (RFC 5626 §1). Types and small facts; no socket is here.

export const flowKinds = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
export type FlowKind = (typeof flowKinds)[number]

/** A numeric address without brackets, IPv4 never in its IPv6 dress, and a port. */
export interface Peer {
  readonly address: string
  readonly port: number
}

/** Why a flow was closed. */
export type FlowEnd =
  | 'closedByPeer'
  | 'closedByOwner'
  | 'error'
  | 'idle'
  /** A message that was begun did not end in time, or none came at all. */
  | 'tooSlow'
  /** The peer does not read what we send. */
  | 'slowReader'
  /** Bytes from which no message can be told. */
  | 'badFraming'
  /** A keepalive of ours stayed unanswered. */
  | 'dead'

interface AnyFlow {
  /** Unique in the life of the process; 0 for datagrams, whose flow is no more than an address. */
  readonly id: number
  readonly remote: Peer
  /** The listener it came by or is sent from, by its name; '' for a connection that we opened. */
  readonly listener: string
  /** `host:port` for a Via of ours. */
  readonly sentBy: string
  readonly isOpen: boolean
  /** Sends one message. False: it did not go, for the flow is closed, its output full or the message too large for it. */
  send(bytes: Uint8Array): boolean
  close(why: FlowEnd): void
}

/** A connection: what was sent arrives or the flow ends. */
export interface StreamFlow extends AnyFlow {
  readonly kind: 'tcp' | 'tls' | 'ws' | 'wss'
}

export interface DatagramFlow extends AnyFlow {
  readonly kind: 'udp'
  /** The way from the same socket to another address. */
  to(address: string, port: number): DatagramFlow
}

export type Flow = StreamFlow | DatagramFlow

/** Whether transactions need no retransmission (RFC 3261 §17). */
export function isReliable(kind: FlowKind): boolean {
  return kind !== 'udp'
}

/** What a Via says of the kind (RFC 3261 §20.42, 7118 §5.2.1). */
export const viaTransport: Readonly<Record<FlowKind, string>> = {
  udp: 'UDP',
  tcp: 'TCP',
  tls: 'TLS',
  ws: 'WS',
  wss: 'WSS',
}

/** RFC 3261 §19.1.2, 7118 §5.3. */
export const defaultPort: Readonly<Record<FlowKind, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }

/** An address as sockets tell it, as we keep it: `::ffff:192.0.2.1` is an IPv4 peer on a socket for both. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.indexOf('.') > 0 ? address.slice(7) : address
}

/** `host:port` as URIs and Vias write it. */
export function hostPort(host: string, port: number): string {
  return host.indexOf(':') < 0 || host.startsWith('[') ? `${host}:${port}` : `[${host}]:${port}`
}
