// MESSAGE to submission: the request's words in those of the switch, or the refusal that says what is wrong (RFC 3428 §7).
// Who sends it is known by now.

import type { Dialing } from '../../directory/dialing.js'
import { ownText } from '../../lib/own-text.js'
import type { Address } from '../../message/address.js'
import type { Sender } from '../../message/collected-part.js'
import { echoTlv } from '../../message/echo.js'
import type { Failure } from '../../message/failure.js'
import type { Tlv } from '../../message/message.js'
import { wantsReceipts } from '../../message/receipt.js'
import { fromPeer } from '../../pipeline/translate/dialed.js'
import type { Submission, SubmissionAnswer } from '../../pipeline/stage.js'
import type { IngressTransaction } from '../../store/contracts/transactions.js'
import { decimal, field, nameAddrs, parseDate, parseUri, type SipRequest, type SipUri } from '../../sip/index.js'
import { bodyOf, type BodyMessage } from './ingress-body.js'
import { addressIn, addressOfUri, isNoDomain } from './ingress-address.js'
import { echoText } from './echo-text.js'

/** Who sends it, and as whom it may. */
export type SipSource =
  /** It knows the password of the account. */
  | { readonly kind: 'user'; readonly sender: Sender; readonly link: object; readonly account: OwnNames }
  /** Its address says who it is: it may name anybody. A proxy names whom it knows in P-Asserted-Identity (RFC 3325 §5). */
  | { readonly kind: 'trusted'; readonly sender: Sender; readonly link: object }

/** What an account may call itself. A SendingAccount is one. */
export interface OwnNames {
  readonly numbers: readonly string[]
  readonly sip?: { readonly user: string } | undefined
  readonly dialing: Dialing
}

export interface IngressOptions {
  /** Octets of a body. */
  readonly maxOctets: number
  /** Whether a name is a user's; '' for the domain of its sender. */
  readonly isUser: (user: string, domain: string, sender: Sender) => boolean
}

export type Ingress =
  | { readonly kind: 'submission'; readonly submission: Submission }
  /** To be answered 200, counted, and forgotten: whom it is for was told when the phone took the message. */
  | { readonly kind: 'notification' }
  | { readonly kind: 'refused'; readonly failure: Failure }

const noTlvs: readonly Tlv[] = []

/**
 * @param wallMs for what the request says of time
 * @param transaction by which it is known when it comes again; left out where it can't
 */
export function toSubmission(
  request: SipRequest,
  from: SipSource,
  options: IngressOptions,
  wallMs: number,
  answer: SubmissionAnswer,
  transaction?: IngressTransaction,
): Ingress {
  const body = bodyOf(request, options.maxOctets)
  if (body.kind !== 'message') return body
  const to = parseUri(request.to.uri)
  const called = to === undefined ? undefined : addressIn(to)
  // RFC 3261 §8.1.1.2: the To may be anything; then the Request-URI says who is meant.
  const destination = called ?? addressOfUri(request.uri)
  if (destination === undefined) return refused('invalidDestination', `To ${shortened(request.to.uri)} names nobody`)
  const domain = domainOf(to, request.uri)
  // To a vendor it would be a number that nobody has, and be paid for.
  if (destination.ton === TON_ALPHANUMERIC && !options.isUser(destination.value, domain, from.sender)) {
    return refused(
      'unknownUser',
      `${shortened(destination.value)} is no user of ${domain === '' ? 'its domain' : domain}`,
    )
  }
  const source = sourceOf(request, from, destination)
  if (source === undefined) return refused('sourceNotAllowed', `From ${shortened(request.from.uri)} is none of its own`)
  const validityMs = validityOf(request, wallMs)
  if (validityMs !== undefined && !(validityMs > 0)) {
    return refused('invalidValidity', `Expires ${shortened(field(request, 'expires') ?? '')} is malformed or over`)
  }
  const submission: Submission = {
    sender: from.sender,
    link: from.link,
    source,
    destination,
    asSent: undefined,
    domain,
    content: body.content,
    sar: undefined,
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: body.receiptRequest,
    tlvs: echoOf(body, request),
    userMessageReference: -1,
    validityMs,
    scheduleMs: 0,
    transaction,
    answer,
  }
  return { kind: 'submission', submission }
}

/** What its receipts will need, where it is told anything. */
function echoOf({ imdn, receiptRequest, dateTime }: BodyMessage, request: SipRequest): readonly Tlv[] {
  if (imdn === undefined || !wantsReceipts(receiptRequest)) return noTlvs
  const { messageId, recordRoutes } = imdn
  return [echoTlv(echoText({ messageId, to: request.to.uri, dateTime, recordRoutes }))]
}

/** Of the To, else of the Request-URI; '' where neither has a name, and the account's own is meant. */
function domainOf(to: SipUri | undefined, requestUri: string): string {
  let host = to?.host ?? ''
  if (host === '') host = parseUri(requestUri)?.host ?? ''
  // An address is where we are, not whose it is.
  return isNoDomain(host) ? '' : ownText(host)
}

/** As whom it goes out; undefined where it may not be sent as that. */
function sourceOf(request: SipRequest, from: SipSource, destination: Address): Address | undefined {
  const written = addressOfUri(request.from.uri)
  if (from.kind === 'trusted') return assertedOf(request) ?? written
  if (written === undefined) return undefined
  const { numbers, sip, dialing } = from.account
  if (numbers.includes(fromPeer(dialing.callingIn, written).value)) return written
  if (sip === undefined || parseUri(request.from.uri)?.user !== sip.user) return undefined
  // A name means nothing to a phone elsewhere: who calls a number calls from one, if there is one.
  const [first] = numbers
  return first === undefined || destination.ton === TON_ALPHANUMERIC ? written : { ton: 1, npi: 1, value: first }
}

/** The first that names anybody. */
function assertedOf(request: SipRequest): Address | undefined {
  const asserted = nameAddrs(request, 'p-asserted-identity')
  if (asserted === undefined || asserted === '*') return undefined
  for (const { uri } of asserted) {
    const address = addressOfUri(uri)
    if (address !== undefined) return address
  }
  return undefined
}

/**
 * RFC 3428 §7: Expires counts from Date, and from now where there is none. A clock that is ahead of ours gives nobody more time.
 * @returns undefined where the sender left it to us; NaN for a malformed one
 */
function validityOf(request: SipRequest, wallMs: number): number | undefined {
  const expires = field(request, 'expires')
  if (expires === undefined) return undefined
  const seconds = decimal(expires, MAX_EXPIRES_S)
  if (seconds < 0) return NaN
  const date = field(request, 'date')
  const sentAtMs = (date === undefined ? undefined : parseDate(date)) ?? wallMs
  return seconds * 1000 - Math.max(0, wallMs - sentAtMs)
}

function refused(reason: Failure['reason'], cause: string): Ingress {
  return { kind: 'refused', failure: { reason, cause } }
}

/** For our log. */
function shortened(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}

const TON_ALPHANUMERIC = 5
/** RFC 3261 §20.19. */
const MAX_EXPIRES_S = 2 ** 32 - 1
