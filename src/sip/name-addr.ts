// Reads and writes addresses: From, To, Contact, Route and their kind. Knows no header by name.
import type { NameAddr } from './message.js'
import { noParams, param, type Params } from './params.js'
import { readParams, writeParams } from './read-params.js'
import { isAll, isBlank, quoted, quotedEnd, tokenBit, trimmed, unquoted } from './tokens.js'
import { isUriText } from './uri.js'

/** An address, undefined if the text is none. RFC 3261 §20.10, §25.1 (name-addr / addr-spec, then parameters). */
export function parseNameAddr(text: string): NameAddr | undefined {
  let at = 0
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  let display = ''
  let open = at
  if (text.charCodeAt(at) === quote) {
    const end = quotedEnd(text, at)
    if (end < 0) return undefined
    display = unquoted(text, at, end)
    open = end
    while (open < text.length && isBlank(text.charCodeAt(open))) open++
    // A quoted string is a name, and a name needs the brackets.
    if (text.charCodeAt(open) !== less) return undefined
  } else {
    open = text.indexOf('<', at)
    if (open < 0) return bare(text, at)
    display = trimmed(text, at, open)
    if (display !== '' && !isName(display)) return undefined
  }
  const close = text.indexOf('>', open)
  if (close < 0) return undefined
  const uri = trimmed(text, open + 1, close)
  if (!isUriText(uri)) return undefined
  const params = readParams(text, close + 1)
  return params === undefined ? undefined : nameAddr(display, uri, params)
}

/** Without brackets all parameters are the header's, and the URI may have no `?`, `,` or `;` (RFC 3261 §20.10). */
function bare(text: string, at: number): NameAddr | undefined {
  const semicolon = text.indexOf(';', at)
  const uri = trimmed(text, at, semicolon < 0 ? text.length : semicolon)
  if (!isUriText(uri) || uri.indexOf('?') >= 0 || uri.indexOf(',') >= 0) return undefined
  const params = semicolon < 0 ? noParams : readParams(text, semicolon)
  return params === undefined ? undefined : nameAddr('', uri, params)
}

function nameAddr(display: string, uri: string, params: Params): NameAddr {
  return { display, uri, tag: params.length === 0 ? undefined : param(params, 'tag'), params }
}

/** `*(token LWS)`, and any UTF-8 beyond ASCII, which phones put there without quotes. */
function isName(display: string): boolean {
  for (let i = 0; i < display.length; i++) {
    const code = display.charCodeAt(i)
    if (code < 128 && !isBlank(code) && !isAll(display, tokenBit, i, i + 1)) return false
  }
  return true
}

/** The text of an address, always with brackets, so that no parameter can change its owner. */
export function writeNameAddr(address: Pick<NameAddr, 'display' | 'uri' | 'params'>): string {
  const name = address.display === '' ? '' : `${quoted(address.display)} `
  return `${name}<${address.uri}>${writeParams(address.params)}`
}

const quote = 34
const less = 60
