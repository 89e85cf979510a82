// Bytes to a message, or to what is wrong with them. Whole messages only; framing.ts cuts streams.
import { sipFault, type SipFault } from './fault.js'
import { readFields } from './head.js'
import { entryEnd } from './header-lists.js'
import { sipLimits, type SipLimits } from './limits.js'
import type { Answerable, Field, SipMessage, Via } from './message.js'
import { parseNameAddr } from './name-addr.js'
import { isStatusLine, parseStartLine } from './start-line.js'
import { decimal, isAll, isBlank, tokenBit, trimmed } from './tokens.js'
import { parseVia } from './via.js'

/**
 * The message in `bytes`: a datagram, a WebSocket message, or what the framer cut. Strict where two readers could
 * disagree on where things end or who is meant, tolerant else (RFC 4475). Octets behind the body are left (RFC 3261 §18.3).
 */
export function parseMessage(bytes: Buffer, limits: SipLimits = sipLimits): SipMessage | SipFault {
  const start = afterLineEnds(bytes)
  const headEnding = bytes.indexOf(emptyLine, start)
  // Without its empty line it is no message, but perhaps enough of one to be told so.
  const headEnd = headEnding < 0 ? bytes.length : headEnding
  if (headEnd + emptyLine.length - start > limits.headBytes) return sipFault(513, 'Message Too Large')
  const head = bytes.toString('utf8', start, headEnd)
  const lineEnd = head.indexOf('\r\n')
  const startEnd = lineEnd < 0 ? head.length : lineEnd

  const fields: Field[] = []
  const wrongField = readFields(head, startEnd + 2, limits.fields, fields)
  const startLine = parseStartLine(head, startEnd, limits.uriChars)
  const required = requiredOf(fields)
  if (startLine.kind === 'fault') return refused(startLine.status, startLine.why, head, required)
  if (wrongField !== undefined) return refused(400, wrongField, head, required)
  if (headEnding < 0) return refused(400, 'No End Of Head', head, required)
  if (required.twice !== undefined) return refused(400, `${required.twice} Given Twice`, head, required)

  // RFC 3261 §8.1.1: nothing can be done without these.
  if (required.via === undefined) return refused(400, 'Missing Via', head, required)
  if (required.from === undefined) return refused(400, 'Missing From', head, required)
  if (required.to === undefined) return refused(400, 'Missing To', head, required)
  if (required.callId === undefined) return refused(400, 'Missing Call-ID', head, required)
  if (required.cseq === undefined) return refused(400, 'Missing CSeq', head, required)
  const via = topVia(required.via)
  if (via === undefined || !isFullList(required.via)) return refused(400, 'Malformed Via', head, required)
  const from = parseNameAddr(required.from)
  if (from === undefined) return refused(400, 'Malformed From', head, required)
  const to = parseNameAddr(required.to)
  if (to === undefined) return refused(400, 'Malformed To', head, required)
  const callId = required.callId
  if (!isWord(callId)) return refused(400, 'Malformed Call-ID', head, required)
  const cseqEnd = wordEnd(required.cseq)
  const cseq = decimal(required.cseq, mostCSeq, 0, cseqEnd)
  const cseqMethod = trimmed(required.cseq, cseqEnd)
  if (cseq < 0 || !isAll(cseqMethod, tokenBit)) return refused(400, 'Malformed CSeq', head, required)

  const bodyStart = headEnd + emptyLine.length
  let bodyEnd = bytes.length
  if (required.contentLength !== undefined) {
    const length = decimal(required.contentLength, Number.MAX_SAFE_INTEGER)
    if (length < 0) return refused(400, 'Malformed Content-Length', head, required)
    if (length > limits.bodyBytes) return refused(413, 'Request Entity Too Large', head, required)
    // RFC 3261 §18.3: a body shorter than promised.
    if (length > bytes.length - bodyStart) return refused(400, 'Content-Length Beyond The Message', head, required)
    bodyEnd = bodyStart + length
  } else if (bodyEnd - bodyStart > limits.bodyBytes) return refused(413, 'Request Entity Too Large', head, required)
  const body = bodyEnd === bodyStart ? noBody : bytes.subarray(bodyStart, bodyEnd)

  if (startLine.kind === 'response') {
    const { status, reason } = startLine
    return { kind: 'response', status, reason, via, from, to, callId, cseq, cseqMethod, fields, body }
  }
  const { method, uri } = startLine
  // RFC 3261 §8.1.1.5.
  if (cseqMethod !== method) return refused(400, 'CSeq Method Mismatch', head, required)
  let maxForwards: number | undefined
  if (required.maxForwards !== undefined) {
    maxForwards = decimal(required.maxForwards, 255)
    if (maxForwards < 0) return refused(400, 'Malformed Max-Forwards', head, required)
  }
  return { kind: 'request', method, uri, maxForwards, via, from, to, callId, cseq, cseqMethod: method, fields, body }
}

/** The values of the headers that a message needs, or may have once at most, before they are read. */
interface Required {
  via: string | undefined
  from: string | undefined
  to: string | undefined
  callId: string | undefined
  cseq: string | undefined
  maxForwards: string | undefined
  contentLength: string | undefined
  contentType: string | undefined
  /** The first of them that is there more than once: two readers could take different ones. */
  twice: string | undefined
  readonly fields: readonly Field[]
}

function requiredOf(fields: readonly Field[]): Required {
  // One literal, no spreads: this is made for each message.
  const found: Required = {
    via: undefined,
    from: undefined,
    to: undefined,
    callId: undefined,
    cseq: undefined,
    maxForwards: undefined,
    contentLength: undefined,
    contentType: undefined,
    twice: undefined,
    fields,
  }
  for (const { name, value } of fields) {
    switch (name) {
      case 'via':
        found.via ??= value
        break
      case 'from':
        if (found.from === undefined) found.from = value
        else found.twice ??= 'From'
        break
      case 'to':
        if (found.to === undefined) found.to = value
        else found.twice ??= 'To'
        break
      case 'call-id':
        if (found.callId === undefined) found.callId = value
        else found.twice ??= 'Call-ID'
        break
      case 'cseq':
        if (found.cseq === undefined) found.cseq = value
        else found.twice ??= 'CSeq'
        break
      case 'max-forwards':
        if (found.maxForwards === undefined) found.maxForwards = value
        else found.twice ??= 'Max-Forwards'
        break
      case 'content-length':
        if (found.contentLength === undefined) found.contentLength = value
        else found.twice ??= 'Content-Length'
        break
      case 'content-type':
        if (found.contentType === undefined) found.contentType = value
        else found.twice ??= 'Content-Type'
        break
    }
  }
  return found
}

/** A fault with what its answer needs, if there may be one: never to a response, never to an ACK (RFC 3261 §17.1.1.3). */
function refused(status: number, why: string, head: string, required: Required): SipFault {
  const via = required.via === undefined ? undefined : topVia(required.via)
  const method = head.slice(0, Math.max(0, head.indexOf(' ')))
  const isUnanswerable = isStatusLine(head) || method === 'ACK'
  if (isUnanswerable || via === undefined || !isAll(method, tokenBit)) return sipFault(status, why)
  return sipFault(status, why, answerable(method, via, required))
}

/** What can be copied into an answer of what is there (RFC 4475 §3.3.1 has a request without From, To and Call-ID). */
function answerable(method: string, via: Via, { to, fields }: Required): Answerable {
  const seen = new Set<string>()
  // Of what was given twice the first goes back.
  const first = fields.filter(({ name }) => name === 'via' || (!seen.has(name) && seen.add(name)))
  return { method, via, to: { tag: to === undefined ? undefined : parseNameAddr(to)?.tag }, fields: first }
}

/** No entry of the list is without a protocol: `;,;,,` behind the first would be read by each in its own way. */
function isFullList(value: string): boolean {
  if (value.indexOf(',') < 0) return true
  for (let at = entryEnd(value, 0); at < value.length;) {
    const end = entryEnd(value, at + 1)
    if (value.slice(at + 1, end).indexOf('/') < 0) return false
    at = end
  }
  return true
}

function topVia(value: string): Via | undefined {
  return parseVia(value.indexOf(',') < 0 ? value : trimmed(value, 0, entryEnd(value, 0)))
}

/** RFC 3261 §7.5: line ends before the start line are to be ignored. */
function afterLineEnds(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2
  return at
}

function isWord(text: string): boolean {
  return text !== '' && wordEnd(text) === text.length
}

function wordEnd(text: string): number {
  for (let i = 0; i < text.length; i++) if (isBlank(text.charCodeAt(i))) return i
  return text.length
}

const emptyLine = Buffer.from('\r\n\r\n')
const noBody = Buffer.alloc(0)
/** RFC 3261 §8.1.1.5. */
const mostCSeq = 2 ** 31 - 1
