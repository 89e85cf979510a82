// What a SIP message is, as plain values. Types only; fields.ts asks for headers, parse.ts reads, write.ts writes.
import type { Params } from './params.js'

/** One header field line: the name in lower case and its long form, the value unfolded and trimmed. */
export interface Field {
  readonly name: string
  readonly value: string
}

/** RFC 3261 §20.42. `transport` is in upper case, `host` in lower case, an IPv6 address with its brackets. */
export interface Via {
  readonly transport: string
  readonly host: string
  /** As sent; undefined means the default of the transport. */
  readonly port: number | undefined
  readonly branch: string | undefined
  readonly received: string | undefined
  /** RFC 3581: `asked` is `;rport` without a value, a number the value. */
  readonly rport: number | 'asked' | undefined
  /** All of them, those above too. */
  readonly params: Params
}

/** RFC 3261 §20.10: `"display" <uri>;params`, or the form without brackets, whose parameters are the header's. */
export interface NameAddr {
  /** Without quotes and escapes; '' where there is none. */
  readonly display: string
  /** As written, without the brackets; `parseUri` reads it. */
  readonly uri: string
  readonly tag: string | undefined
  /** Of the header, not of the URI; the tag too. */
  readonly params: Params
}

/** What a response is made from: of every request, and of a broken one as far as it could be read. */
export interface Answerable {
  readonly method: string
  /** The topmost. */
  readonly via: Via
  readonly to: { readonly tag: string | undefined }
  readonly fields: readonly Field[]
}

/** What both kinds have, read at once because nothing can be done with a message that lacks it. */
interface Common {
  /** The topmost. */
  readonly via: Via
  readonly from: NameAddr
  readonly to: NameAddr
  readonly callId: string
  readonly cseq: number
  readonly cseqMethod: string
  /** All of them in order, those above too. */
  readonly fields: readonly Field[]
  /** A view of the bytes that were parsed: copy it to keep it. */
  readonly body: Uint8Array
}

export interface SipRequest extends Common {
  readonly kind: 'request'
  /** As sent: methods are case-sensitive. */
  readonly method: string
  /** The Request-URI as sent. */
  readonly uri: string
  /** Undefined where the header is missing, as RFC 2543 let it be (RFC 3261 §16.6: then it is 70). */
  readonly maxForwards: number | undefined
}

export interface SipResponse extends Common {
  readonly kind: 'response'
  /** 100 to 699. */
  readonly status: number
  readonly reason: string
}

export type SipMessage = SipRequest | SipResponse
