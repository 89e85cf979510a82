// Test support: an endpoint on free ports of every kind, and plain sockets that speak SIP by hand.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { selfSigned } from '../../src/lookup/self-signed.suite.js'
import { openEndpoint, type EndpointOptions, type EndpointUser, type SipEndpoint } from '../../src/sip/endpoint.js'
import type { Flow, FlowKind } from '../../src/sip/flow.js'
import { flowKinds } from '../../src/sip/flow.js'
import { SipFramer } from '../../src/sip/framing.js'
import type { SipMessage, SipRequest } from '../../src/sip/message.js'
import { parseMessage } from '../../src/sip/parse.js'
import { defaultTransactionOptions } from '../../src/sip/transaction-contract.js'
import { defaultTransactionTimers } from '../../src/sip/transaction-timers.js'
import { defaultTransportLimits, type TransportLimits } from '../../src/sip/transport-contract.js'

/** What comes, to be waited for. */
export class Arrivals<T> {
  readonly all: T[] = []
  #wake: (() => void) | undefined

  add(value: T): void {
    this.all.push(value)
    this.#wake?.()
  }

  /** The `n`-th that came, from 0. */
  async at(n: number): Promise<T> {
    while (this.all.length <= n) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.all[n] as T
  }
}

export interface Opened {
  readonly endpoint: SipEndpoint
  readonly requests: Arrivals<{ readonly request: SipRequest; readonly flow: Flow }>
  readonly ends: Arrivals<{ readonly flow: Flow; readonly why: string }>
  readonly faults: string[]
  readonly refused: string[]
  port(kind: FlowKind): number
}

/** One that answers every request 202 at once. */
export async function openPeer(
  wished: { kinds?: readonly FlowKind[]; limits?: Partial<TransportLimits>; mayConnect?: (o?: string) => boolean } = {},
  user: Partial<EndpointUser> = {},
): Promise<Opened> {
  const requests: Opened['requests'] = new Arrivals()
  const ends: Opened['ends'] = new Arrivals()
  const faults: string[] = []
  const refused: string[] = []
  const options: EndpointOptions = {
    listeners: (wished.kinds ?? flowKinds).map((kind) => ({
      ...{ kind, host: '127.0.0.1', port: 0, tls: selfSigned },
      ...(wished.mayConnect === undefined ? {} : { mayConnect: wished.mayConnect }),
    })),
    limits: { ...defaultTransportLimits, ...wished.limits },
    transactions: { ...defaultTransactionOptions, timers: defaultTransactionTimers },
    tlsClient: { ca: selfSigned.cert },
  }
  const endpoint = await openEndpoint(options, {
    onRequest(request, flow, transaction) {
      transaction.answer(202)
      requests.add({ request, flow })
    },
    onEnd: (flow, why) => ends.add({ flow, why }),
    onFault: (_flow, why) => faults.push(why),
    onRefused: (_address, bound) => refused.push(bound),
    ...user,
  })
  const port = (kind: FlowKind) => endpoint.listeners.find((each) => each.kind === kind)?.port ?? 0
  return { endpoint, requests, ends, faults, refused, port }
}

/** A TCP client that reads messages; `text` is all that came. */
export async function tcpClient(port: number) {
  const socket: Socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const framer = new SipFramer()
  const messages = new Arrivals<SipMessage>()
  const chunks = new Arrivals<string>()
  socket.on('data', (chunk: Buffer) => {
    chunks.add(chunk.toString())
    framer.push(chunk)
    for (let step = framer.next(); step !== 'more'; step = framer.next()) {
      if (step !== 'message') continue
      const message = parseMessage(framer.bytes.subarray(framer.start, framer.end))
      if (message.kind !== 'fault') messages.add(message)
    }
  })
  const closed = once(socket, 'close')
  return { socket, messages, chunks, closed, write: (text: string) => void socket.write(text) }
}

/** A UDP client; what came, as bytes. */
export async function udpClient(port: number) {
  const socket = createSocket('udp4')
  const datagrams = new Arrivals<Buffer>()
  socket.on('message', (bytes: Buffer) => datagrams.add(bytes))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    datagrams,
    port: socket.address().port,
    send: (bytes: string | Uint8Array) => socket.send(bytes, port, '127.0.0.1'),
    close: () => void socket.close(),
  }
}
