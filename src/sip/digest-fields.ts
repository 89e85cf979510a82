// Reads and writes the values of WWW-Authenticate, Authorization, Authentication-Info and their Proxy- sisters, for the
// scheme Digest. Checks their form and bounds, not their truth.
import { isAll, isBlank, quoted, quotedEnd, tokenBit, trimmed, unquoted } from './tokens.js'

/** All parameters of RFC 7616 that mean something here, quotes and escapes undone; undefined where not given. */
export interface DigestFields {
  username: string | undefined
  realm: string | undefined
  nonce: string | undefined
  uri: string | undefined
  response: string | undefined
  algorithm: string | undefined
  cnonce: string | undefined
  opaque: string | undefined
  qop: string | undefined
  nc: string | undefined
  stale: string | undefined
  userhash: string | undefined
  nextnonce: string | undefined
  rspauth: string | undefined
}

type Name = keyof DigestFields

/** The longest value that is looked at. Real ones are below a hundred characters. */
const MAX_LENGTH = 4096
const MAX_PARAMS = 32

function noFields(): DigestFields {
  return {
    username: undefined,
    realm: undefined,
    nonce: undefined,
    uri: undefined,
    response: undefined,
    algorithm: undefined,
    cnonce: undefined,
    opaque: undefined,
    qop: undefined,
    nc: undefined,
    stale: undefined,
    userhash: undefined,
    nextnonce: undefined,
    rspauth: undefined,
  }
}

/**
 * The value of an Authorization or Proxy-Authorization header; undefined if it is of another scheme, cannot be read, or
 * says a thing twice: what two readers could read differently is not read at all.
 */
export function parseDigestCredentials(value: string): DigestFields | undefined {
  if (value.length > MAX_LENGTH) return undefined
  const at = afterScheme(value)
  if (at < 0) return undefined
  const read = noFields()
  return readParams(value, at, read) === value.length ? read : undefined
}

/** The Digest challenges of one WWW-Authenticate or Proxy-Authenticate value, which may hold several; other schemes are skipped. */
export function parseDigestChallenges(value: string): readonly DigestFields[] {
  if (value.length > MAX_LENGTH) return []
  const found: DigestFields[] = []
  let at = 0
  while (at < value.length) {
    const start = afterSchemeAt(value, at)
    const read = noFields()
    const end = readParams(value, start < 0 ? skipWord(value, at) : start, read)
    if (end <= at) return found
    if (start >= 0) found.push(read)
    at = end
  }
  return found
}

/** The value of an Authentication-Info header (RFC 7615); undefined if it cannot be read. */
export function parseAuthenticationInfo(value: string): DigestFields | undefined {
  if (value.length > MAX_LENGTH) return undefined
  const read = noFields()
  return readParams(value, 0, read) === value.length ? read : undefined
}

/**
 * `Digest name=value, …` in the order given. Those that RFC 7616 §3.3 and §3.4 want bare are bare, which some phones insist
 * on; undefined ones are left out. The qop of a challenge is a list and in quotes, that of credentials one word and bare.
 */
export function writeDigest(params: Partial<DigestFields>, kind: 'challenge' | 'credentials'): string {
  return `Digest ${writeList(params, kind)}`
}

/** The value of an Authentication-Info header. */
export function writeAuthenticationInfo(params: Partial<DigestFields>): string {
  return writeList(params, 'credentials')
}

function writeList(params: Partial<DigestFields>, kind: 'challenge' | 'credentials'): string {
  let text = ''
  for (const name of Object.keys(params) as Name[]) {
    const value = params[name]
    if (value === undefined) continue
    const isBare = bareNames.has(name) || (name === 'qop' && kind === 'credentials')
    text += `${text === '' ? '' : ', '}${name}=${isBare && isAll(value, tokenBit) ? value : quoted(value)}`
  }
  return text
}

const bareNames: ReadonlySet<string> = new Set<Name>(['algorithm', 'nc', 'stale', 'userhash'])

function afterScheme(value: string): number {
  let at = 0
  while (at < value.length && isBlank(value.charCodeAt(at))) at++
  return afterSchemeAt(value, at)
}

/** Past `Digest` and its blank; -1 where another word stands. */
function afterSchemeAt(value: string, at: number): number {
  const end = at + 6
  if (!isBlank(value.charCodeAt(end))) return -1
  const word = value.slice(at, end)
  return word === 'Digest' || word.toLowerCase() === 'digest' ? end + 1 : -1
}

function skipWord(value: string, at: number): number {
  while (at < value.length && !isBlank(value.charCodeAt(at)) && value.charCodeAt(at) !== comma) at++
  return at
}

/**
 * Reads `name=value, …` into `read` and returns where it stopped: the end of the text, the word of a next scheme, or -1 for
 * what cannot be read.
 */
function readParams(text: string, at: number, read: DigestFields): number {
  const length = text.length
  for (let count = 0; count <= MAX_PARAMS; count++) {
    while (at < length && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === comma)) at++
    if (at >= length) return length
    const start = at
    while (at < length && isNameChar(text.charCodeAt(at))) at++
    const nameEnd = at
    if (nameEnd === start) return -1
    while (at < length && isBlank(text.charCodeAt(at))) at++
    if (text.charCodeAt(at) !== equals) return at > nameEnd && at < length ? start : -1
    at++
    while (at < length && isBlank(text.charCodeAt(at))) at++
    let value: string
    if (text.charCodeAt(at) === quote) {
      const end = quotedEnd(text, at)
      if (end < 0) return -1
      value = unquoted(text, at, end)
      at = end
      while (at < length && isBlank(text.charCodeAt(at))) at++
      // Two values side by side are one too many.
      if (at < length && text.charCodeAt(at) !== comma) return -1
    } else {
      const from = at
      while (at < length && text.charCodeAt(at) !== comma) at++
      value = trimmed(text, from, at)
      if (value.indexOf('"') >= 0 || value.indexOf(' ') >= 0 || value.indexOf('\t') >= 0) return -1
    }
    const name = text.slice(start, nameEnd).toLowerCase()
    if (name === 'username*') {
      const decoded = extendedValue(value)
      if (decoded === undefined || read.username !== undefined) return -1
      read.username = decoded
    } else if (isKnown(name)) {
      if (read[name] !== undefined) return -1
      read[name] = value
    }
  }
  return -1
}

/** A `switch` and not `in`: header text must never reach the names that every object has. */
function isKnown(name: string): name is Name {
  switch (name) {
    case 'username':
    case 'realm':
    case 'nonce':
    case 'uri':
    case 'response':
    case 'algorithm':
    case 'cnonce':
    case 'opaque':
    case 'qop':
    case 'nc':
    case 'stale':
    case 'userhash':
    case 'nextnonce':
    case 'rspauth':
      return true
    default:
      return false
  }
}

/** RFC 8187, for the usernames of RFC 7616 §3.4.4: `UTF-8''J%C3%A4s`. */
function extendedValue(text: string): string | undefined {
  if (!text.slice(0, 7).toUpperCase().startsWith("UTF-8''")) return undefined
  try {
    return decodeURIComponent(text.slice(7))
  } catch {
    return undefined
  }
}

function isNameChar(code: number): boolean {
  return code > 32 && code < 127 && code !== equals && code !== comma && code !== quote
}

const quote = 34
const comma = 44
const equals = 61
