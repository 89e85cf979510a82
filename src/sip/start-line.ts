// The first line of a message: which kind it is, and its words. RFC 3261 §7.1, §7.2.
import { sipFault, type SipFault } from './fault.js'
import { decimal, isAll, tokenBit } from './tokens.js'
import { isUriText, parseUri } from './uri.js'

export interface RequestLine {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
}

export interface StatusLine {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}

/** The words of the line head[0, end); what is wrong with it has no answer yet. */
export function parseStartLine(head: string, end: number, uriChars: number): RequestLine | StatusLine | SipFault {
  return isStatusLine(head) ? statusLine(head, end) : requestLine(head, end, uriChars)
}

/** A slash is in no method, so the first octets decide. */
export function isStatusLine(head: string): boolean {
  return head.charCodeAt(3) === 47 && head.slice(0, 3).toUpperCase() === 'SIP'
}

function requestLine(head: string, end: number, uriChars: number): RequestLine | SipFault {
  const first = head.indexOf(' ')
  const last = head.lastIndexOf(' ', end - 1)
  // One blank each, none at the end (RFC 3261 §7.1); lenient readers of this line have been fooled.
  if (first < 0 || last <= first || last > end) return sipFault(400, 'Malformed Request-Line')
  if (!isAll(head, tokenBit, 0, first)) return sipFault(400, 'Malformed Method')
  const version = versionOf(head, last + 1, end)
  if (version === 'none') return sipFault(400, 'Malformed Request-Line')
  if (version === 'other') return sipFault(505, 'Version Not Supported')
  if (last - first - 1 > uriChars) return sipFault(414, 'Request-URI Too Long')
  const uri = head.slice(first + 1, last)
  if (!isUriText(uri)) return sipFault(400, 'Malformed Request-URI')
  // RFC 3261 §19.1.1, table 1: no header fields in a Request-URI.
  if (uri.indexOf('?') >= 0 && (parseUri(uri)?.headers ?? '') !== '')
    return sipFault(400, 'Request-URI With Header Fields')
  return { kind: 'request', method: methodOf(head.slice(0, first)), uri }
}

function statusLine(head: string, end: number): StatusLine | SipFault {
  const first = head.indexOf(' ')
  if (first < 0 || first > end) return sipFault(400, 'Malformed Status-Line')
  const version = versionOf(head, 0, first)
  if (version !== 'ours') return sipFault(version === 'other' ? 505 : 400, 'Version Not Supported')
  const after = first + 4
  const status = decimal(head, 699, first + 1, Math.min(after, end))
  if (status < 100 || (after < end && head.charCodeAt(after) !== 32)) return sipFault(400, 'Malformed Status-Code')
  return { kind: 'response', status, reason: head.slice(Math.min(after + 1, end), end) }
}

/** RFC 3261 §7.1: without regard to case. */
function versionOf(head: string, from: number, to: number): 'ours' | 'other' | 'none' {
  if (to - from === 7 && head.startsWith('SIP/2.0', from)) return 'ours'
  const text = head.slice(from, to).toUpperCase()
  if (text === 'SIP/2.0') return 'ours'
  const dot = text.indexOf('.')
  const isVersion = text.startsWith('SIP/') && decimal(text, 1e9, 4, dot) >= 0 && decimal(text, 1e9, dot + 1) >= 0
  return isVersion ? 'other' : 'none'
}

/** The one string for each known method, so that later comparisons are of pointers. */
function methodOf(text: string): string {
  switch (text) {
    case 'MESSAGE':
      return 'MESSAGE'
    case 'REGISTER':
      return 'REGISTER'
    case 'OPTIONS':
      return 'OPTIONS'
    default:
      return text
  }
}
