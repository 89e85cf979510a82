// SIP, SIPS and other URIs: their parts, and when two are the same. Resolving one to an address is not done here.
import { noParams, param, type Param, type Params } from './params.js'
import { hexBit, isAll, tokenBit } from './tokens.js'
import { readHostPort } from './via.js'

/** RFC 3261 §19.1. Of other schemes (`tel`, `im`, `urn`) only `scheme` and `user` (all behind the colon, up to `;`) are set. */
export interface SipUri {
  /** In lower case. */
  readonly scheme: string
  /** Escapes undone; undefined where there is no user. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** In lower case, IPv6 in brackets; '' for other schemes. */
  readonly host: string
  readonly port: number | undefined
  /** Names in lower case, values as written with escapes undone. */
  readonly params: Params
  /** What stands behind `?`, as written; '' where there is nothing. */
  readonly headers: string
}

/** Whether a text could be a URI: a scheme, something behind it, no blanks, controls, quotes or angle brackets. */
export function isUriText(text: string): boolean {
  let colon = -1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 32 || code === 34 || code === 60 || code === 62 || code === 127) return false
    // Octets that were no UTF-8: two names that differ in them would look the same.
    if (code === 0xfffd) return false
    if (code === 58 && colon < 0) colon = i
  }
  return colon > 0 && colon < text.length - 1 && isScheme(text, colon)
}

function isScheme(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i) | 32
    const isLetter = code >= 97 && code <= 122
    // RFC 3986 §3.1: + - . and digits behind the first letter.
    if (!isLetter && (i === 0 || !isAll(text, tokenBit, i, i + 1))) return false
  }
  return true
}

/** The parts of a URI, undefined if it is none. Never throws, whatever is escaped in it. */
export function parseUri(text: string): SipUri | undefined {
  if (!isUriText(text)) return undefined
  const colon = text.indexOf(':')
  const scheme = text.slice(0, colon).toLowerCase()
  return scheme === 'sip' || scheme === 'sips' ? sipUri(scheme, text, colon + 1) : otherUri(scheme, text, colon + 1)
}

function sipUri(scheme: string, text: string, from: number): SipUri | undefined {
  const at = text.indexOf('@', from)
  // Two at-signs: two readers would see two hosts.
  if (at >= 0 && text.indexOf('@', at + 1) >= 0) return undefined
  const hostStart = at < 0 ? from : at + 1
  let hostEnd = text.length
  for (let i = hostStart; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === semicolon || code === question) {
      hostEnd = i
      break
    }
  }
  const sentBy = readHostPort(text, hostStart, hostEnd)
  if (sentBy === undefined) return undefined
  const query = text.indexOf('?', hostEnd)
  const params = uriParams(text, hostEnd, query < 0 ? text.length : query)
  if (params === undefined) return undefined
  let user: string | undefined
  let password: string | undefined
  if (at >= 0) {
    const colon = text.indexOf(':', from)
    const hasPassword = colon >= 0 && colon < at
    user = unescaped(text.slice(from, hasPassword ? colon : at))
    if (hasPassword) password = unescaped(text.slice(colon + 1, at))
    if (user === undefined || user === '' || (hasPassword && password === undefined)) return undefined
  }
  const headers = query < 0 ? '' : text.slice(query + 1)
  return { scheme, user, password, host: sentBy.host, port: sentBy.port, params, headers }
}

/** `tel:+15551230001;phone-context=…` (RFC 3966) and everything else with a scheme. */
function otherUri(scheme: string, text: string, from: number): SipUri | undefined {
  const end = text.indexOf(';', from)
  const params = end < 0 ? noParams : uriParams(text, end, text.length)
  const user = unescaped(text.slice(from, end < 0 ? text.length : end))
  if (params === undefined || user === undefined || user === '') return undefined
  return { scheme, user, password: undefined, host: '', port: undefined, params, headers: '' }
}

function uriParams(text: string, from: number, to: number): Params | undefined {
  if (from >= to) return noParams
  const read: Param[] = []
  let at = from
  while (at < to) {
    const next = text.indexOf(';', at + 1)
    const end = next < 0 || next > to ? to : next
    const equals = text.indexOf('=', at)
    const hasValue = equals >= 0 && equals < end
    const name = unescaped(text.slice(at + 1, hasValue ? equals : end))
    const value = hasValue ? unescaped(text.slice(equals + 1, end)) : ''
    if (name === undefined || value === undefined) return undefined
    // `;;` and a last `;` say nothing.
    if (name !== '') read.push({ name: name.toLowerCase(), value: hasValue ? value : undefined })
    at = end
  }
  return read
}

/** Undefined if an escape is broken. Escaped octets that are no UTF-8 stay as they are. */
function unescaped(text: string): string | undefined {
  for (let i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
    if (i + 3 > text.length || !isAll(text, hexBit, i + 1, i + 3)) return undefined
  }
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A user as it may stand in a URI: what RFC 3261 §25.1 lets stand there, the rest escaped. */
export function escapedUser(user: string): string {
  // Through UTF-8 first: a lone surrogate would throw.
  return encodeURIComponent(Buffer.from(user).toString()).replace(/%(?:26|3D|2B|24|2C|2F)/g, decodeURIComponent)
}

/** RFC 3261 §19.1.4. Other schemes are the same when their texts are, but for the case of the scheme. */
export function isSameUri(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme || a.user !== b.user || a.password !== b.password) return false
  // An omitted port is not the default port.
  if (a.host !== b.host || a.port !== b.port) return false
  return haveSameParams(a.params, b.params) && haveSameParams(b.params, a.params) && sameHeaders(a.headers, b.headers)
}

/** These make a difference where only one has them; any other only where both have it. */
const deciding: ReadonlySet<string> = new Set(['user', 'ttl', 'method', 'maddr', 'transport'])

function haveSameParams(a: Params, b: Params): boolean {
  return a.every(({ name, value }) => {
    const other = param(b, name)
    return other === undefined ? !deciding.has(name) : other.toLowerCase() === (value ?? '').toLowerCase()
  })
}

/** Never ignored, in any order. */
function sameHeaders(a: string, b: string): boolean {
  return a === b || sortedHeaders(a) === sortedHeaders(b)
}

function sortedHeaders(headers: string): string {
  return headers
    .split('&')
    .map((each) => unescaped(each) ?? each)
    .map((each) => {
      const equals = each.indexOf('=')
      return equals < 0 ? each.toLowerCase() : each.slice(0, equals).toLowerCase() + each.slice(equals)
    })
    .sort()
    .join('&')
}

const semicolon = 59
const question = 63
