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
const MAX_CHALLENGES = 16

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
  for (let count = 0; at < value.length && count < MAX_CHALLENGES; count++) {
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
 * what cannot be read. Every MESSAGE has one of these, so it goes by `indexOf`, and letter by letter only where it must.
 */
function readParams(text: string, at: number, read: DigestFields): number {
  const length = text.length
  const hasEscapes = text.indexOf('\\', at) >= 0
  for (let count = 0; count <= MAX_PARAMS; count++) {
    while (at < length && isBlankOrComma(text.charCodeAt(at))) at++
    if (at >= length) return length
    const start = at
    const equals = text.indexOf('=', start)
    if (equals < 0) return -1
    let name = text.slice(start, equals)
    if (!isKnown(name)) {
      const nameEnd = wordEnd(text, start)
      if (nameEnd === start) return -1
      at = nameEnd
      while (at < length && isBlank(text.charCodeAt(at))) at++
      if (at !== equals) return at > nameEnd && at < length ? start : -1
      name = text.slice(start, nameEnd).toLowerCase()
    }
    at = equals + 1
    while (isBlank(text.charCodeAt(at))) at++
    let value: string
    if (text.charCodeAt(at) === quote) {
      const end = hasEscapes ? quotedEnd(text, at) : text.indexOf('"', at + 1) + 1
      if (end <= 0) return -1
      value = hasEscapes ? unquoted(text, at, end) : text.slice(at + 1, end - 1)
      at = end
      while (isBlank(text.charCodeAt(at))) at++
      // Two values side by side are one too many.
      if (at < length && text.charCodeAt(at) !== comma) return -1
    } else {
      const next = text.indexOf(',', at)
      const end = next < 0 ? length : next
      value = trimmed(text, at, end)
      if (value.indexOf('"') >= 0 || value.indexOf(' ') >= 0 || value.indexOf('\t') >= 0) return -1
      at = end
    }
    if (!isTaken(read, name, value)) return -1
  }
  return -1
}

/** False for what was said before. A `switch`: text of a header must never reach the names that every object has. */
function isTaken(read: DigestFields, name: string, value: string): boolean {
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
      if (read[name] !== undefined) return false
      read[name] = value
      return true
    case 'username*': {
      const decoded = extendedValue(value)
      if (decoded === undefined || read.username !== undefined) return false
      read.username = decoded
      return true
    }
    default:
      return true
  }
}

/** The spellings that nearly all send; others take the longer way. */
function isKnown(name: string): boolean {
  return usual.has(name)
}

const usual: ReadonlySet<string> = new Set<Name>([
  ...(['username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'cnonce', 'opaque', 'qop', 'nc'] as const),
])

/** RFC 8187, for the usernames of RFC 7616 §3.4.4: `UTF-8''J%C3%A4s`. */
function extendedValue(text: string): string | undefined {
  if (!text.slice(0, 7).toUpperCase().startsWith("UTF-8''")) return undefined
  try {
    return decodeURIComponent(text.slice(7))
  } catch {
    return undefined
  }
}

function wordEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= 32 || code >= 127 || code === equalsSign || code === comma || code === quote) return at
  }
  return at
}

function isBlankOrComma(code: number): boolean {
  return code === comma || isBlank(code)
}

const quote = 34
const comma = 44
const equalsSign = 61
