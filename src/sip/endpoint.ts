// A SIP endpoint: listeners, parser and transaction layer joined, and the only interval of the library. Decides nothing itself.
import { randomFillSync } from 'node:crypto'
import type { DatagramFlow, Flow, FlowEnd, StreamFlow } from './flow.js'
import type { FramingFault } from './framing.js'
import { openListeners, type ListenersOptions } from './listeners.js'
import { parseMessage } from './parse.js'
import type { Hop } from './resolve.js'
import type {
  ClientOutcome,
  ClientRequest,
  TransactionCounters,
  TransactionOptions,
  TransactionUser,
} from './transaction-contract.js'
import { TransactionLayer } from './transaction-layer.js'
import type { Listener, TransportEvents } from './transport-contract.js'

export interface EndpointOptions extends ListenersOptions {
  readonly transactions: TransactionOptions
  /** Monotonic milliseconds. */
  readonly now?: () => number
}

/** What the endpoint tells its owner; requests, and whatever else he asks to hear. */
export interface EndpointUser extends TransactionUser, Omit<Partial<TransportEvents>, 'onMessage' | 'onLost'> {
  /** Bytes that are no message; they have been answered where they can be. For counters. */
  onFault?(flow: Flow, why: string): void
}

export interface SipEndpoint {
  readonly listeners: readonly Listener[]
  readonly counters: Readonly<TransactionCounters>
  /** What is held now: transactions by side, requests of ours without a final response, connections. */
  readonly held: {
    readonly server: number
    readonly client: number
    readonly unanswered: number
    readonly connections: number
  }
  /**
   * Sends a request over a flow. `sent`: `onFinal` will be called once. `notSent`: the flow is closed, its output full or the
   * message too large for it; `full`: too many wait for answers; then `onFinal` will not be called.
   */
  request(request: ClientRequest, flow: Flow, onFinal: (outcome: ClientOutcome) => void): 'sent' | 'notSent' | 'full'
  /** The connection with that id, if it is still up. */
  flow(id: number): StreamFlow | undefined
  /** The way to an address from the named UDP listener, or the first of the same family; undefined if there is none. */
  datagramFlow(address: string, port: number, listener?: string): DatagramFlow | undefined
  /** A way to a hop, over the connection there is or a new one; undefined if none was had. */
  flowTo(hop: Hop): Promise<Flow | undefined>
  /** Takes no new connections; those there are, and UDP, go on. */
  stopAccepting(): void
  /** Ends all transactions, closes all sockets and waits until they are gone. */
  close(): Promise<void>
}

const layerTickMs = 50
/** Times of connections are long: every so many ticks is soon enough. */
const ticksPerLook = 20

/** Opens all listeners; rejects, with none left open, when one cannot be had. */
export async function openEndpoint(options: EndpointOptions, user: EndpointUser): Promise<SipEndpoint> {
  const now = options.now ?? (() => performance.now())
  const random = (into: Uint8Array) => void randomFillSync(into)
  const layer = new TransactionLayer(options.transactions, user, { now, random })
  const limits = options.limits.message

  const onMessage = (bytes: Buffer, flow: Flow): void => {
    const message = parseMessage(bytes, limits)
    if (message.kind !== 'fault') return layer.receive(message, flow)
    user.onFault?.(flow, message.why)
    if (message.answerable !== undefined) layer.refuse(message.answerable, flow, message.status, message.why)
  }
  const onLost = (fault: FramingFault, flow: StreamFlow): void => {
    user.onFault?.(flow, fault.why)
    const message = parseMessage(fault.head, limits)
    if (message.kind === 'request') layer.refuse(message, flow, fault.status, fault.why)
    else if (message.kind === 'fault' && message.answerable !== undefined)
      layer.refuse(message.answerable, flow, message.status, message.why)
  }
  const onEnd = (flow: StreamFlow, why: FlowEnd): void => {
    layer.flowEnded(flow)
    user.onEnd?.(flow, why)
  }
  const events: TransportEvents = {
    onMessage,
    onLost,
    onEnd,
    onOpen: (flow) => user.onOpen?.(flow),
    onRefused: (address, bound) => user.onRefused?.(address, bound),
    onError: (listener, error) => user.onError?.(listener, error),
  }
  const listeners = await openListeners(options, events, now)

  let ticks = 0
  const interval = setInterval(() => {
    const nowMs = now()
    layer.tick(nowMs)
    if (++ticks % ticksPerLook === 0) listeners.tick(nowMs)
  }, layerTickMs)

  return {
    listeners: listeners.all,
    counters: layer.counters,
    get held() {
      return { ...layer.held, connections: listeners.size }
    },
    request: (request, flow, onFinal) => layer.request(request, flow, onFinal),
    flow: (id) => listeners.flow(id),
    datagramFlow: (address, port, listener) => listeners.datagramFlow(address, port, listener),
    flowTo: (hop) => listeners.flowTo(hop),
    stopAccepting: () => listeners.stopAccepting(),
    async close() {
      clearInterval(interval)
      layer.close()
      await listeners.close()
    },
  }
}
