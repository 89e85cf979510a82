// What a SIP user is sent, as the MESSAGE that goes to one of his phones. It chooses no phone and no way.

import { addressKind, type Address } from '../../message/address.js'
import type { Message } from '../../message/message.js'
import { escapedUser, writeDate, type Binding, type ClientRequest, type Field } from '../../sip/index.js'
import { leavingText, plainTextUtf8 } from './content.js'

/** A user of ours, as the directory has him. */
export interface UserName {
  /** `sip:user@domain`. */
  readonly aor: string
  readonly domain: string
  /** The domain in which he writes to numbers elsewhere, so that his answers get there; left out: his own. */
  readonly numbersDomain?: string | undefined
}

/** Something that all phones of a user are sent. */
export interface Letter {
  /** Unique among all of one attempt or another: copies that a proxy makes of it, and no others, are the same. */
  readonly callId: string
  readonly fromTag: string
  /** URIs. */
  readonly from: string
  readonly to: string
  readonly contentType: string
  /** Wall time in ms of its making, told so that what waited for a day does not look new; undefined where its body says it. */
  readonly madeAtMs: number | undefined
  readonly body: Buffer
  /** What `body` has, if that may be cut. */
  readonly text: string | undefined
}

export type Written =
  { readonly kind: 'letter'; readonly letter: Letter } | { readonly kind: 'cannotSend'; readonly why: string }

/**
 * The letter with a message.
 * @param sender the user who sent it, undefined where it comes from a phone elsewhere or an ESME
 * @param attempt tells letters with the same message from each other
 * @param isUser whether there is such a user of ours: nobody else goes by his address, whatever the message calls him
 */
export function letterOf(
  message: Message,
  to: UserName,
  sender: UserName | undefined,
  attempt: number,
  isUser: (user: string, domain: string) => boolean,
): Written {
  const leaving = leavingText(message.content)
  if (leaving.kind === 'cannotSend') return leaving
  const domain = message.direction === 'mo' ? (to.numbersDomain ?? to.domain) : (sender?.domain ?? to.domain)
  const letter: Letter = {
    callId: `${message.id}.${attempt}@${to.domain}`,
    fromTag: message.id,
    from: fromOf(message.source, domain, sender, isUser),
    to: to.aor,
    contentType: plainTextUtf8,
    madeAtMs: message.acceptedAtMs,
    body: Buffer.from(leaving.text),
    text: leaving.text,
  }
  return { kind: 'letter', letter }
}

/** RFC 2606 §2: nobody's. */
const NO_DOMAIN = 'anonymous.invalid'

function fromOf(
  source: Address,
  domain: string,
  sender: UserName | undefined,
  isUser: (user: string, domain: string) => boolean,
): string {
  if (isWhole(source)) return numberUri(source, domain)
  const from = uriOf(source, domain)
  return from === sender?.aor || !isUser(source.value, domain) ? from : uriOf(source, NO_DOMAIN)
}

const TON_NATIONAL = 2
const TON_SUBSCRIBER = 4

/** The URI of an address in a domain (RFC 3261 §19.1.6). */
export function uriOf(address: Address, domain: string): string {
  const { value } = address
  if (value === '') return `sip:anonymous@${NO_DOMAIN}`
  return isWhole(address) ? numberUri(address, domain) : `sip:${escapedUser(value)}@${domain}`
}

function numberUri({ value }: Address, domain: string): string {
  return `sip:+${value}@${domain}`
}

/** A number that means the same everywhere. */
function isWhole(address: Address): boolean {
  return addressKind(address) === 'e164' && address.ton !== TON_NATIONAL && address.ton !== TON_SUBSCRIBER
}

/**
 * The request for a contact.
 * @param body all of the letter's, or a piece
 * @param mark tells it from other pieces; '' for all
 */
export function messageRequest(
  letter: Letter,
  { contact, path }: Pick<Binding, 'contact' | 'path'>,
  body: Buffer,
  mark: string,
): ClientRequest {
  const { callId, fromTag, from, to, contentType, madeAtMs } = letter
  const fields: Field[] = [
    { name: 'max-forwards', value: '70' },
    { name: 'from', value: `<${from}>;tag=${fromTag}` },
    { name: 'to', value: `<${to}>` },
    { name: 'call-id', value: mark + callId },
    { name: 'cseq', value: '1 MESSAGE' },
  ]
  // RFC 3327 §5.3: back the way that the registration came.
  for (const value of path) fields.push({ name: 'route', value })
  if (madeAtMs !== undefined) fields.push({ name: 'date', value: dateOf(madeAtMs) })
  fields.push({ name: 'content-type', value: contentType })
  return { method: 'MESSAGE', uri: contact, fields, body }
}

/** The start line without its URI, Content-Length, the empty line, and the longest Via of ours. */
const OTHER_OCTETS = 200

/** How long the request will be on the wire, without its body; a little more rather than less. */
export function headOctets({ uri, fields }: ClientRequest): number {
  let octets = OTHER_OCTETS + uri.length
  // All of it is ASCII, but for what a peer put into a URI against the rules.
  for (const { name, value } of fields) octets += name.length + value.length + 4
  return octets
}

let datedS = -1
let date = ''

/** Messages come in the order of time, and thousands in a second: it is put into words once. */
function dateOf(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== datedS) {
    datedS = second
    date = writeDate(ms)
  }
  return date
}
