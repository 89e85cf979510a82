// A request for messages in the switch's words: one submission for each destination, all with the same content. Pure.

import { isDigits, type Address } from '../../message/address.js'
import { echoTlv } from '../../message/echo.js'
import type { Content, Tlv } from '../../message/message.js'
import { receiptRequestOf } from '../../message/receipt.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { encodePlain } from '../../text/charsets.js'
import { encodeGsm7 } from '../../text/gsm7.js'
import { standardValue } from '../../text/standard.js'
import type { Caller, ApiSubmission } from './message-ports.js'
import type { MessageRequest } from './message-request.js'

const GSM7 = standardValue('gsm7', {})
const UCS2 = standardValue('ucs2', {})
/** All ends, and that a vendor has it. */
const everything = receiptRequestOf(0x11)
/** Its receipts are for the API, whatever else the account is. */
export const API_ECHO = 'api'
const tlvs: readonly Tlv[] = [echoTlv(API_ECHO)]

/** The longest number that is no full one: the longest short codes have six digits. */
const SHORT_CODE_MAX_DIGITS = 6
/** Chosen later. */
const nobody: Address = { ton: 1, npi: 1, value: '' }

/** A text in the switch's own coding: GSM 7 bit where that has all of it. */
export function contentOf(text: string): Content {
  const septets = encodeGsm7(text)
  if (septets !== undefined) return { dataCoding: GSM7, udhi: false, octets: septets }
  // UTF-16 has all there is.
  return { dataCoding: UCS2, udhi: false, octets: encodePlain(text, 'ucs2') ?? new Uint8Array() }
}

/** What all messages of a request have in common. */
export interface Common {
  readonly content: Content
  readonly source: Address
}

export function commonOf({ src, text }: MessageRequest): Common {
  return { content: contentOf(text), source: src === '' ? nobody : sourceOf(src) }
}

function sourceOf(value: string): Address {
  if (!isDigits(value)) return { ton: 5, npi: 0, value }
  return value.length <= SHORT_CODE_MAX_DIGITS ? { ton: 0, npi: 1, value } : { ton: 1, npi: 1, value }
}

export function submissionOf(
  to: string,
  { content, source }: Common,
  { powerpack, validityMs }: MessageRequest,
  { account }: Caller,
  link: object,
  kept: ApiSubmission['kept'],
  answer: SubmissionAnswer,
): ApiSubmission {
  return {
    sender: { kind: 'account', account },
    link,
    source,
    destination: { ton: 1, npi: 1, value: to },
    asSent: undefined,
    domain: '',
    content,
    sar: undefined,
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: everything,
    tlvs,
    userMessageReference: -1,
    validityMs,
    scheduleMs: 0,
    answer,
    powerpack: powerpack === '' ? undefined : powerpack,
    kept,
  }
}
