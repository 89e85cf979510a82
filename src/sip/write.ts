// Messages to bytes. Decides nothing: who builds a message says what is in it, but no value can break out of its line.
import { entryEnd } from './header-lists.js'
import type { Answerable, Field, Via } from './message.js'
import { writtenName } from './names.js'
import { reasonOf } from './reasons.js'
import { writeVia } from './via.js'

export interface RequestParts {
  readonly method: string
  /** The Request-URI. What may not stand in it is escaped. */
  readonly uri: string
  /** All header fields in order, names in lower case and long form; Content-Length is made here. */
  readonly fields: readonly Field[]
  readonly body?: Uint8Array | undefined
}

export interface ResponseParts {
  /** 100 to 699. */
  readonly status: number
  /** The words; those of the status if not given. */
  readonly reason?: string | undefined
  /** Put to To where the request had none. RFC 3261 §8.2.6.2: needed in every response but 100. */
  readonly toTag?: string | undefined
  /** In place of the topmost Via, with what its receiver added (received, rport). */
  readonly via?: Via | undefined
  /** Those beyond Via, From, To, Call-ID and CSeq, in order. */
  readonly fields?: readonly Field[] | undefined
  readonly body?: Uint8Array | undefined
}

/** The bytes of a request. RFC 3261 §7.1. */
export function writeRequest(parts: RequestParts): Buffer {
  let head = `${oneWord(parts.method)} ${oneWord(parts.uri)} SIP/2.0\r\n`
  for (const { name, value } of parts.fields) if (name !== 'content-length') head += line(name, value)
  return withBody(head, parts.body)
}

/** The bytes of the response to a request, with its Via, From, To, Call-ID and CSeq. RFC 3261 §8.2.6.2. */
export function writeResponse(request: Answerable, parts: ResponseParts): Buffer {
  const { status } = parts
  let head = `SIP/2.0 ${status} ${oneLine(parts.reason ?? reasonOf(status))}\r\n`
  let top = parts.via
  for (const { name, value } of request.fields) {
    switch (name) {
      case 'via':
        head +=
          top === undefined ? line(name, value) : `Via: ${oneLine(writeVia(top) + value.slice(entryEnd(value, 0)))}\r\n`
        top = undefined
        break
      case 'to': {
        const tag = request.to.tag === undefined ? parts.toTag : undefined
        head += tag === undefined ? line(name, value) : `To: ${oneLine(value)};tag=${oneLine(tag)}\r\n`
        break
      }
      case 'from':
      case 'call-id':
      case 'cseq':
        head += line(name, value)
        break
      case 'timestamp':
        // RFC 3261 §8.2.6.1: copied into a 100.
        if (status === 100) head += line(name, value)
        break
    }
  }
  if (parts.fields !== undefined)
    for (const { name, value } of parts.fields) if (name !== 'content-length') head += line(name, value)
  return withBody(head, parts.body)
}

function line(name: string, value: string): string {
  return `${writtenName(name)}: ${oneLine(value)}\r\n`
}

/** Head injection ends here: a line end in a value becomes a blank. */
function oneLine(value: string): string {
  return value.indexOf('\n') < 0 && value.indexOf('\r') < 0 ? value : value.replace(/[\r\n]+/g, ' ')
}

/** Blanks and controls in a word of the start line would give it more words. */
function oneWord(word: string): string {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) <= 32) return word.replace(/[\0- ]/g, encodeURIComponent)
  return word
}

function withBody(head: string, body: Uint8Array | undefined): Buffer {
  if (body === undefined || body.length === 0) return Buffer.from(`${head}Content-Length: 0\r\n\r\n`)
  const whole = `${head}Content-Length: ${body.length}\r\n\r\n`
  const headBytes = Buffer.byteLength(whole)
  const bytes = Buffer.allocUnsafe(headBytes + body.length)
  bytes.write(whole, 0)
  bytes.set(body, headBytes)
  return bytes
}
