// Listens for SMPP clients and gives each a session. Bounds how many there are, in all and before they bind.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Session } from './session.js'
import type { SessionHandlers, SessionOptions } from './session-contract.js'
import { sessionOnSocket } from './socket.js'
import { monotonicMs, Ticker } from './ticker.js'

export interface ServerOptions extends Omit<SessionOptions, 'role'> {
  readonly host: string
  /** 0: any free one, see `port` of the server. */
  readonly port: number
  /** Connections in all; more are closed at once. Default 1000. */
  readonly maxConnections?: number
  /** Connections that have not bound yet, in all and per remote address. Default 200 and 50. */
  readonly maxUnbound?: number
  readonly maxUnboundPerIp?: number
  /** How often timers are looked at. Default 100 ms. */
  readonly tickMs?: number
  /** Monotonic milliseconds. */
  readonly now?: () => number
  /** A connection was closed at once because of a bound; for counters. */
  readonly onRefused?: (peer: PeerAddress, bound: 'maxConnections' | 'maxUnbound' | 'maxUnboundPerIp') => void
}

export interface PeerAddress {
  readonly address: string
  readonly port: number
}

export interface SmppServer<C> {
  readonly host: string
  readonly port: number
  /** Sessions whose socket is open now; a live view. */
  readonly sessions: ReadonlySet<Session<C>>
  /** Takes no more connections; those there are stay. */
  stopAccepting(): void
  /** Closes the listener and every session, and waits until all sockets are gone. */
  close(): Promise<void>
}

/** Starts listening; rejects when the address cannot be had. `accept` makes the handlers of each new session. */
export async function listen<C>(
  options: ServerOptions,
  accept: (session: Session<C>, peer: PeerAddress) => SessionHandlers<C>,
): Promise<SmppServer<C>> {
  const now = options.now ?? monotonicMs
  const ticker = new Ticker(options.tickMs, now)
  const open = new Set<Session<C>>()
  const addresses = new Map<Session<C>, string>()

  const overBound = (address: string) => {
    if (open.size >= (options.maxConnections ?? 1000)) return 'maxConnections'
    const unbound = [...open].filter((session) => session.boundAs === undefined)
    if (unbound.length >= (options.maxUnbound ?? 200)) return 'maxUnbound'
    const here = unbound.filter((session) => addresses.get(session) === address).length
    return here >= (options.maxUnboundPerIp ?? 50) ? 'maxUnboundPerIp' : undefined
  }

  const take = (socket: Socket) => {
    const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    const bound = overBound(peer.address)
    if (bound !== undefined) {
      socket.on('error', () => undefined)
      socket.destroy()
      options.onRefused?.(peer, bound)
      return
    }
    const session = sessionOnSocket<C>(socket, { ...options, role: 'smsc' }, (made) => accept(made, peer), now)
    open.add(session)
    addresses.set(session, peer.address)
    // A socket that lingers after its session is closed still counts: it holds a descriptor.
    socket.on('close', () => {
      open.delete(session)
      addresses.delete(session)
    })
    ticker.add(session)
  }

  const server = createServer({ noDelay: true }, take)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // After that: a failing accept (no descriptors left) concerns one connection, not those that are up.
  server.on('error', () => undefined)

  const { address, port } = server.address() as AddressInfo
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  return {
    host: address,
    port,
    sessions: open,
    stopAccepting() {
      if (server.listening) server.close()
    },
    async close() {
      if (server.listening) server.close()
      for (const session of open) session.close('closedByOwner')
      await closed
      ticker.stop()
    },
  }
}
