// What is in a MESSAGE: a text with what its sender wants to hear about it, a notification, or a failure. Reads no addresses.

import { combinedRequest, receiptRequestOf, type ReceiptRequest } from '../../message/receipt.js'
import type { Content } from '../../message/message.js'
import type { Failure } from '../../message/failure.js'
import {
  cpimHeader,
  cpimNamespace,
  field,
  imdnMediaType,
  imdnRequest,
  mediaType,
  param,
  parseCpim,
  readParams,
  type Field,
  type ImdnRequest,
  type ImdnWish,
  type SipRequest,
} from '../../sip/index.js'
import { contentOf, plainText, textOf, transferDecoded } from './content.js'

const cpimMediaType = 'message/cpim'

export interface BodyMessage {
  readonly kind: 'message'
  readonly content: Content
  readonly receiptRequest: ReceiptRequest
  /** Undefined where it gave none. */
  readonly imdn: ImdnRequest | undefined
  /** CPIM's, '' for none. */
  readonly dateTime: string
}

/** `notification`: a phone tells what became of a message that it got. */
export type Body =
  BodyMessage | { readonly kind: 'notification' } | { readonly kind: 'refused'; readonly failure: Failure }

const nothingAsked = receiptRequestOf(0)
const notification: Body = { kind: 'notification' }

/** @param maxOctets of the body */
export function bodyOf(request: SipRequest, maxOctets: number): Body {
  const { body } = request
  if (body.length > maxOctets) return refused('tooLarge', `${body.length} octets, the bound is ${maxOctets}`)
  const encoding = field(request, 'content-encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refused('unsupportedContent', `content-encoding ${encoding.slice(0, 40)}`)
  }
  // RFC 3261 §20.15: who sends a body says what it is. Old phones forget it and mean text.
  const type = mediaType(request) ?? plainText
  if (type !== cpimMediaType) return inner(request.fields, type, body, undefined, '')
  const envelope = parseCpim(body)
  if (envelope === undefined) return refused('invalidContent', 'message/cpim that cannot be read')
  const innerType = mediaType({ fields: envelope.contentFields }) ?? plainText
  const dateTime = cpimHeader(envelope, cpimNamespace, 'DateTime') ?? ''
  return inner(envelope.contentFields, innerType, envelope.body, imdnRequest(envelope), dateTime)
}

function inner(
  contentFields: readonly Field[],
  type: string,
  octets: Uint8Array,
  imdn: ImdnRequest | undefined,
  dateTime: string,
): Body {
  if (type === imdnMediaType) return notification
  if (type !== plainText) return refused('unsupportedContent', `content of type ${type.slice(0, 80)}`)
  const fields = { fields: contentFields }
  const encoding = field(fields, 'content-transfer-encoding')
  const decoded = transferDecoded(octets, encoding)
  if (decoded === undefined) return refused('unsupportedContent', `transfer encoding ${encoding?.slice(0, 40) ?? ''}`)
  // Phones send such for reasons of their own; as a message it would be one without a word that costs money.
  if (decoded.length === 0) return refused('invalidContent', 'the body is empty')
  const body = textOf(decoded, charsetOf(field(fields, 'content-type')))
  if (body.kind === 'unreadable') return refused('unreadableText', body.why)
  const receiptRequest = imdn === undefined ? nothingAsked : requestOf(imdn.wishes)
  return { kind: 'message', content: contentOf(body.text), receiptRequest, imdn, dateTime }
}

function charsetOf(contentType: string | undefined): string | undefined {
  const semicolon = contentType?.indexOf(';') ?? -1
  if (contentType === undefined || semicolon < 0) return undefined
  return param(readParams(contentType, semicolon) ?? [], 'charset')
}

/** What each wish is in the words of registered_delivery. What is displayed, only the phone that displays it knows. */
const byWish: Readonly<Record<ImdnWish, ReceiptRequest>> = {
  'positive-delivery': receiptRequestOf(3),
  'negative-delivery': receiptRequestOf(2),
  processing: receiptRequestOf(0x10),
  display: nothingAsked,
}

function requestOf(wishes: readonly ImdnWish[]): ReceiptRequest {
  return combinedRequest(wishes.map((wish) => byWish[wish]))
}

function refused(reason: Failure['reason'], cause: string): Body {
  return { kind: 'refused', failure: { reason, cause } }
}
