// Texts between the bodies of SIP and the standard coding of the switch. Knows media types and charsets, no headers of requests.

import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import type { Content } from '../../message/message.js'
import { encodePlain } from '../../text/charsets.js'
import { decodeContent } from '../../text/decode.js'
import { encodeGsm7 } from '../../text/gsm7.js'
import { standardText, standardValue } from '../../text/standard.js'

export const plainText = 'text/plain'
/** RFC 3428 §9: what texts are sent as. */
export const plainTextUtf8 = 'text/plain;charset=UTF-8'

const GSM7 = standardValue('gsm7', {})
const UCS2 = standardValue('ucs2', {})

/** What is not UTF-8, by the name of its charset: only names that there are get in, and those are few. */
const decoders = new Map<string, TextDecoder>()

/** A text in the switch's own coding: GSM 7 bit where that has all of it. */
export function contentOf(text: string): Content {
  const septets = encodeGsm7(text)
  if (septets !== undefined) return { dataCoding: GSM7, udhi: false, octets: septets }
  // UTF-16 has all there is.
  return { dataCoding: UCS2, udhi: false, octets: encodePlain(text, 'ucs2') ?? new Uint8Array() }
}

export type BodyText =
  | { readonly kind: 'text'; readonly text: string }
  /** Nobody knows the charset, or the octets are none of its. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** @param charset as the sender spelt it; undefined where it named none, which is UTF-8 (RFC 3428 §9) */
export function textOf(octets: Uint8Array, charset: string | undefined): BodyText {
  const name = (charset ?? 'utf-8').trim().toLowerCase()
  // Whoever says ASCII and sends more means UTF-8.
  if (name === 'utf-8' || name === 'utf8' || name === 'us-ascii' || name === 'ascii') {
    if (!isUtf8(octets)) return { kind: 'unreadable', why: 'octets that are no UTF-8' }
    return { kind: 'text', text: withoutMark(asBuffer(octets).toString('utf8')) }
  }
  // What begins with the mark of the other order is in that one (RFC 2781 §4.3).
  const isBigEndian = name === 'utf-16' && octets[0] === 0xfe && octets[1] === 0xff
  const decoder = decoderOf(isBigEndian ? 'utf-16be' : name)
  if (decoder === undefined) return { kind: 'unreadable', why: `charset ${name.slice(0, 40)} is not known` }
  try {
    return { kind: 'text', text: decoder.decode(octets) }
  } catch {
    return { kind: 'unreadable', why: `octets that are no ${name.slice(0, 40)}` }
  }
}

/** The octets behind a Content-Transfer-Encoding (RFC 2045 §6); undefined for one that nobody uses over eight-bit clean ways. */
export function transferDecoded(octets: Uint8Array, encoding: string | undefined): Uint8Array | undefined {
  switch ((encoding ?? 'binary').trim().toLowerCase()) {
    case '7bit':
    case '8bit':
    case 'binary':
      return octets
    case 'base64':
      return Buffer.from(asBuffer(octets).toString('latin1'), 'base64')
    default:
      return undefined
  }
}

export type LeavingText =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'cannotSend'; readonly why: string }

/** The text of a message; a phone is sent nothing that is none: it would have nothing to show. */
export function leavingText(content: Content): LeavingText {
  const decoded = decodeContent(content, standardText)
  switch (decoded.kind) {
    case 'text':
      return { kind: 'text', text: decoded.text }
    case 'binary':
      return { kind: 'cannotSend', why: `it is no text (data_coding ${content.dataCoding})` }
    case 'refused':
    case 'malformed':
      return { kind: 'cannotSend', why: `its content is ${decoded.why} (data_coding ${content.dataCoding})` }
  }
}

function decoderOf(name: string): TextDecoder | undefined {
  const known = decoders.get(name)
  if (known !== undefined) return known
  try {
    const decoder = new TextDecoder(name, { fatal: true })
    decoders.set(name, decoder)
    return decoder
  } catch {
    return undefined
  }
}

/** A byte order mark says nothing in UTF-8. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}
