// Test support: requests as text, and flows that end in a list or in a network that loses, doubles and reorders.
import type { DatagramFlow, FlowEnd, Peer, StreamFlow } from './flow.js'
import type { SipMessage } from './message.js'
import { parseMessage } from './parse.js'
import type { ClientRequest } from './transaction-contract.js'

/** The bytes parsed, as a peer sees them. */
export function parsed(bytes: Uint8Array | string): SipMessage {
  const message = parseMessage(Buffer.from(bytes))
  if (message.kind === 'fault') throw new Error(`no message: ${message.why}`)
  return message
}

export interface Wished {
  readonly method?: string
  readonly via?: readonly string[]
  readonly callId?: string
  readonly cseq?: number
  readonly to?: string
  readonly from?: string
  readonly maxForwards?: number
  readonly body?: string
}

/** A request of a phone at 192.0.2.1:5060, by default a MESSAGE. */
export function requestText(wished: Wished = {}): string {
  const method = wished.method ?? 'MESSAGE'
  const body = wished.body ?? ''
  return [
    `${method} sip:+12025550123@sms.example.com SIP/2.0`,
    ...(wished.via ?? ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone;rport']).map((via) => `Via: ${via}`),
    `Max-Forwards: ${wished.maxForwards ?? 70}`,
    wished.from ?? 'From: <sip:alice@sip.example.com>;tag=a',
    wished.to ?? 'To: <sip:+12025550123@sms.example.com>',
    `Call-ID: ${wished.callId ?? 'call-1@192.0.2.1'}`,
    `CSeq: ${wished.cseq ?? 1} ${method}`,
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

/** A MESSAGE of ours; `id` tells it from others. */
export function clientMessage(id: string): ClientRequest {
  return {
    method: 'MESSAGE',
    uri: 'sip:bob@192.0.2.9',
    fields: [
      { name: 'from', value: `<sip:alice@example.com>;tag=${id}` },
      { name: 'to', value: '<sip:bob@example.com>' },
      { name: 'call-id', value: id },
      { name: 'cseq', value: '1 MESSAGE' },
      { name: 'max-forwards', value: '70' },
    ],
    body: Buffer.from(id),
  }
}

/** A datagram flow that hands over what is sent, and to whom. */
export function fakeDatagramFlow(remote: Peer, onSend: (bytes: Buffer, to: Peer) => void): DatagramFlow {
  return {
    kind: 'udp',
    id: 0,
    remote,
    listener: 'fake',
    sentBy: 'switch.example.com:5060',
    isOpen: true,
    send(bytes) {
      onSend(Buffer.from(bytes), remote)
      return true
    },
    to: (address, port) => fakeDatagramFlow({ address, port }, onSend),
    close: () => undefined,
  }
}

/** A connection that hands over what is sent until it is closed. */
export function fakeStreamFlow(id: number, onSend: (bytes: Buffer) => void): StreamFlow & { isOpen: boolean } {
  return {
    kind: 'tcp',
    id,
    remote: { address: '192.0.2.1', port: 40_000 + id },
    listener: 'fake',
    sentBy: 'switch.example.com:5060',
    isOpen: true,
    send(bytes) {
      if (this.isOpen) onSend(Buffer.from(bytes))
      return this.isOpen
    },
    close(_why: FlowEnd) {
      this.isOpen = false
    },
  }
}
