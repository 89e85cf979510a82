// What a SIP peer is sent: a message, or a piece of it, as MESSAGE, and the OPTIONS that asks whether it is there. It chooses no way.

import type { RoutedConnection, SipPeer } from '../../directory/snapshot.js'
import { addressKind, type Address } from '../../message/address.js'
import type { Message } from '../../message/message.js'
import { toPeer } from '../../pipeline/translate/dialed.js'
import { hostPort, writeDate, type ClientRequest, type Field } from '../../sip/index.js'
import { plainTextUtf8 } from './content.js'
import { uriOf } from './egress.js'

/** A connection that leads to a SIP peer. */
export type PeerConnection = RoutedConnection & { readonly sip: SipPeer }

export function isPeer(connection: RoutedConnection): connection is PeerConnection {
  return connection.sip !== undefined
}

/** What tells a request from all others, and from itself sent again. */
export interface RequestMarks {
  /** Where it leaves from, `host:port`. */
  readonly sentBy: string
  /** The same for all tries of one attempt; without its host. */
  readonly callId: string
  readonly cseq: number
}

/** The Request-URI and To of a message, as the peer writes numbers. */
export function calledUri({ destination }: Message, connection: PeerConnection): string {
  return writtenUri(destination, toPeer(connection.dialing.calledOut, destination), connection, domainOf(connection))
}

/**
 * @param body its text, or a piece of it
 * @param nowMs switch time, @param wallMs wall time: Expires is written anew at each attempt
 * @param credentials of a challenge before
 */
export function peerMessage(
  message: Message,
  connection: PeerConnection,
  marks: RequestMarks,
  body: Buffer,
  nowMs: number,
  wallMs: number,
  credentials: readonly Field[] = [],
): ClientRequest {
  const uri = calledUri(message, connection)
  const { source, acceptedAtMs, expiresAtMs } = message
  const here = hostOf(marks.sentBy)
  const calling = toPeer(connection.dialing.callingOut, source)
  const from = writtenUri(source, calling, connection, connection.sip.fromDomain ?? here)
  const fields: Field[] = [
    { name: 'max-forwards', value: '70' },
    { name: 'from', value: `<${from}>;tag=${message.id}` },
    { name: 'to', value: `<${uri}>` },
    { name: 'call-id', value: `${marks.callId}@${here}` },
    { name: 'cseq', value: `${marks.cseq} MESSAGE` },
    { name: 'date', value: writeDate(acceptedAtMs) },
  ]
  // RFC 3428 §4: counted from Date.
  const isEndless = connection.validity === 'omit' || expiresAtMs === Infinity
  const expiresS = isEndless ? 0 : Math.ceil((wallMs - acceptedAtMs + expiresAtMs - nowMs) / 1000)
  if (expiresS > 0) fields.push({ name: 'expires', value: String(expiresS) })
  fields.push(...credentials, { name: 'content-type', value: plainTextUtf8 })
  return { method: 'MESSAGE', uri, fields, body }
}

/** RFC 3261 §11.1: any answer says that somebody is there. */
export function peerOptions(connection: PeerConnection, { sentBy, callId, cseq }: RequestMarks): ClientRequest {
  const here = hostOf(sentBy)
  const uri = `sip:${domainOf(connection)}`
  return {
    method: 'OPTIONS',
    uri,
    fields: [
      { name: 'max-forwards', value: '70' },
      { name: 'from', value: `<sip:${connection.sip.fromDomain ?? here}>;tag=${callId}` },
      { name: 'to', value: `<${uri}>` },
      { name: 'call-id', value: `${callId}@${here}` },
      { name: 'cseq', value: `${cseq} OPTIONS` },
      { name: 'accept', value: 'text/plain' },
    ],
  }
}

/** What the peer's rules have made is written as it is: they say it all. */
function writtenUri(
  address: Address,
  dialed: Address,
  { sip: { plus, userPhone } }: PeerConnection,
  domain: string,
): string {
  const isNumber = addressKind(address) === 'e164'
  const isPlain = dialed !== address || (isNumber && !plus)
  // RFC 3261 §25.1: what stands between `+` and the end of a number needs no escapes.
  const uri = isPlain && isNumber ? `sip:${escapedDialed(dialed.value)}@${domain}` : uriOf(dialed, domain)
  return isNumber && userPhone ? `${uri};user=phone` : uri
}

/** Rules may put there what people dial. */
function escapedDialed(value: string): string {
  return encodeURIComponent(value).replaceAll('%2B', '+')
}

/** A port that was set is a part of the peer's name where its address is. */
function domainOf({ host, port, sip: { domain } }: PeerConnection): string {
  if (domain === host && port > 0) return hostPort(host, port)
  return domain.includes(':') && !domain.startsWith('[') ? `[${domain}]` : domain
}

/** The host of `host:port`, an IPv6 address with its brackets. */
function hostOf(sentBy: string): string {
  const colon = sentBy.lastIndexOf(':')
  return colon < 0 || sentBy.endsWith(']') ? sentBy : sentBy.slice(0, colon)
}
