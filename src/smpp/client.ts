// Connects to a message centre and binds. One connection, one try: when to try again is the owner's policy.
import { connect as connectSocket } from 'node:net'
import type { BindCommand, Fields } from './pdu/spec.js'
import type { Session } from './session.js'
import type { SessionHandlers, SessionOptions } from './session-contract.js'
import { sessionOnSocket } from './socket.js'
import { monotonicMs } from './ticker.js'
import type { Ticker } from './ticker.js'

export interface ClientOptions extends Omit<SessionOptions, 'role'> {
  readonly host: string
  readonly port: number
  /** How long TCP may take to connect. Default 10 s. From connect to bound, `sessionInitMs` counts. */
  readonly connectTimeoutMs?: number
  readonly bindAs: BindCommand
  readonly bind: Partial<Fields<'bind_transceiver'>>
  /** Monotonic milliseconds. */
  readonly now?: () => number
}

/**
 * Begins to connect and returns at once. onBound tells that the session is ready; onClose, always and once, that it is
 * over or never came up. `ticker` runs its timers; one serves many.
 */
export function connect<C>(
  options: ClientOptions,
  makeHandlers: (session: Session<C>) => SessionHandlers<C>,
  ticker: Ticker,
): Session<C> {
  const now = options.now ?? monotonicMs
  const socket = connectSocket({ host: options.host, port: options.port })
  const session = sessionOnSocket<C>(socket, { ...options, role: 'esme' }, makeHandlers, now)
  const late = setTimeout(() => session.close('connectTimeout'), options.connectTimeoutMs ?? 10_000)
  socket.once('close', () => clearTimeout(late))
  socket.once('connect', () => {
    clearTimeout(late)
    // An owner that closed meanwhile has no use for the bind.
    if (session.state === 'OPEN') session.bind(options.bindAs, options.bind, now())
  })
  ticker.add(session)
  return session
}
