// Reads and writes one Via value. Where an answer goes by it is not decided here.
import type { Via } from './message.js'
import { noParams, type Params } from './params.js'
import { readParams, writeParams } from './read-params.js'
import { decimal, hexBit, hostBit, isAll, isBlank, tokenBit, trimmed } from './tokens.js'

/** One Via value (no list), undefined if it is none. RFC 3261 §20.42, §25.1; blanks wherever the grammar has them. */
export function parseVia(text: string): Via | undefined {
  const first = text.indexOf('/')
  const second = text.indexOf('/', first + 1)
  if (first < 0 || second < 0) return undefined
  const semicolon = text.indexOf(';', second)
  const end = semicolon < 0 ? text.length : semicolon
  let at = second + 1
  while (at < end && isBlank(text.charCodeAt(at))) at++
  const transportStart = at
  while (at < end && !isBlank(text.charCodeAt(at))) at++
  if (!isAll(text, tokenBit, transportStart, at)) return undefined
  if (!isProtocol(text, first, second)) return undefined
  const sentBy = readHostPort(text, at, end)
  if (sentBy === undefined) return undefined
  const params = semicolon < 0 ? noParams : readParams(text, semicolon)
  if (params === undefined) return undefined
  const transport = transportOf(text.slice(transportStart, at))
  return viaOf(transport, sentBy.host, sentBy.port, params)
}

/** A Via of its parts; what has a field of its own is read from the parameters. Undefined if one is no good. */
function viaOf(transport: string, host: string, port: number | undefined, params: Params): Via | undefined {
  let branch: string | undefined
  let received: string | undefined
  let rport: Via['rport']
  for (const { name, value } of params) {
    if (name === 'branch') {
      // Two branches would let two elements see two transactions.
      if (branch !== undefined || value === undefined) return undefined
      branch = value
    } else if (name === 'received') received = value
    else if (name === 'rport') {
      const given = value === undefined ? -1 : decimal(value, 65_535)
      if (value !== undefined && given < 0) return undefined
      rport = value === undefined ? 'asked' : given
    }
  }
  return { transport, host, port, branch, received, rport, params }
}

/** RFC 3261 §18.2.1 and 3581: the params decide what is written; the fields beside them were read from those. */
export function writeVia(via: Pick<Via, 'transport' | 'host' | 'port' | 'params'>): string {
  const port = via.port === undefined ? '' : `:${via.port}`
  return `SIP/2.0/${via.transport} ${via.host}${port}${writeParams(via.params)}`
}

export interface HostPort {
  readonly host: string
  readonly port: number | undefined
}

/** `host [":" port]` in text[from, to), blanks at its ends and around the colon; undefined if it is anything else. */
export function readHostPort(text: string, from: number, to: number): HostPort | undefined {
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  let hostEnd = from
  if (text.charCodeAt(from) === 91) {
    hostEnd = text.indexOf(']', from) + 1
    if (hostEnd === 0 || hostEnd > to || !isIPv6(text, from + 1, hostEnd - 1)) return undefined
  } else {
    const colon = text.indexOf(':', from)
    hostEnd = colon < 0 || colon > to ? to : colon
    while (hostEnd > from && isBlank(text.charCodeAt(hostEnd - 1))) hostEnd--
    if (!isAll(text, hostBit, from, hostEnd)) return undefined
  }
  const host = text.slice(from, hostEnd).toLowerCase()
  let at = hostEnd
  while (at < to && isBlank(text.charCodeAt(at))) at++
  if (at === to) return { host, port: undefined }
  if (text.charCodeAt(at) !== 58) return undefined
  at++
  while (at < to && isBlank(text.charCodeAt(at))) at++
  const port = decimal(text, 65_535, at, to)
  return port < 0 ? undefined : { host, port }
}

/** Hex groups, colons and a dotted quad, in plausible number; the resolver has the last word. */
function isIPv6(text: string, from: number, to: number): boolean {
  let colons = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === 58) colons++
    else if (code !== 46 && !isAll(text, hexBit, i, i + 1)) return false
  }
  return colons >= 2 && colons <= 8 && to - from <= 45
}

/** `SIP / 2.0`, or another name and version: who cannot speak it is told by the version of the request. */
function isProtocol(text: string, first: number, second: number): boolean {
  if (first === 3 && second === 7 && text.startsWith('SIP/2.0')) return true
  return isAll(trimmed(text, 0, first), tokenBit) && isAll(trimmed(text, first + 1, second), tokenBit)
}

function transportOf(text: string): string {
  switch (text) {
    case 'UDP':
    case 'TCP':
    case 'TLS':
    case 'WS':
    case 'WSS':
      return text
    default:
      return text.toUpperCase()
  }
}
