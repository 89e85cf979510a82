// How many connections there may be, in all and from one address. Counts; closing what is too much is the caller's.
import type { Server, Socket } from 'node:net'
import { networkOf } from '../lib/log-in-guard.js'
import { plainAddress } from './flow.js'
import type { TransportEvents, TransportLimits } from './transport-contract.js'

export class ConnectionBounds {
  readonly #most: number
  readonly #mostPerAddress: number
  readonly #byNetwork = new Map<string, number>()
  #size = 0

  constructor(limits: Pick<TransportLimits, 'connections' | 'connectionsPerAddress'>) {
    this.#most = limits.connections
    this.#mostPerAddress = limits.connectionsPerAddress
  }

  get size(): number {
    return this.#size
  }

  /** Counts one more of that address (of IPv6: of its network), or says which bound it would break. */
  take(address: string): 'taken' | 'connections' | 'connectionsPerAddress' {
    if (this.#size >= this.#most) return 'connections'
    const network = networkOf(address)
    const there = this.#byNetwork.get(network) ?? 0
    if (there >= this.#mostPerAddress) return 'connectionsPerAddress'
    this.#byNetwork.set(network, there + 1)
    this.#size++
    return 'taken'
  }

  release(address: string): void {
    const network = networkOf(address)
    const there = this.#byNetwork.get(network)
    if (there === undefined) return
    this.#size--
    if (there > 1) this.#byNetwork.set(network, there - 1)
    else this.#byNetwork.delete(network)
  }
}

/** Closes what comes beyond the bounds before a handshake costs anything; returns the sockets that are open, a live view. */
export function guard(server: Server, bounds: ConnectionBounds, events: TransportEvents): ReadonlySet<Socket> {
  const open = new Set<Socket>()
  // First of all: the handshake is begun by a listener too.
  server.prependListener('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '')
    const taken = bounds.take(address)
    if (taken !== 'taken') {
      socket.on('error', () => undefined)
      socket.destroy()
      events.onRefused?.(address, taken)
      return
    }
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      bounds.release(address)
    })
  })
  return open
}
