// Reads and writes message/cpim, the envelope that carries wishes for notifications (RFC 3862). Knows no header by meaning
// but the namespaces.
import type { Field } from './message.js'

/** Of the headers that RFC 3862 itself defines: From, To, cc, DateTime, Subject, Require. */
export const cpimNamespace = 'urn:ietf:params:cpim-headers:'

export interface CpimHeader {
  /** The URI that the name's prefix stands for. */
  readonly namespace: string
  readonly name: string
  /** As written; `cpimText` and `cpimAddress` undo the escapes. */
  readonly value: string
}

export interface CpimMessage {
  /** In order, without the NS headers. */
  readonly headers: readonly CpimHeader[]
  /** Of the content: names in lower case, values unfolded and trimmed. */
  readonly contentFields: readonly Field[]
  /** A view of what was parsed. */
  readonly body: Uint8Array
}

export interface CpimAddress {
  /** '' where there is none. */
  readonly display: string
  readonly uri: string
}

/** What is written; `prefixes` has one for each namespace that is not RFC 3862's own. */
export interface CpimParts {
  readonly headers: readonly CpimHeader[]
  readonly prefixes?: Readonly<Record<string, string>>
  readonly contentFields: readonly Field[]
  readonly body: Uint8Array
}

const MAX_HEAD_BYTES = 16_384
const MAX_LINES = 128

/** The namespace that senders mean by a prefix where they forgot to say so. */
const usualPrefixes: Readonly<Record<string, string>> = { imdn: 'urn:ietf:params:imdn' }

/** The message in a body of type message/cpim; undefined if it cannot be read. Line ends may be CRLF or LF. */
export function parseCpim(bytes: Uint8Array): CpimMessage | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = readBlock(view, 0)
  if (head === undefined) return undefined
  const content = readBlock(view, head.end)
  if (content === undefined) return undefined
  const headers = readHeaders(head.lines)
  const contentFields = readContentFields(content.lines)
  if (headers === undefined || contentFields === undefined) return undefined
  return { headers, contentFields, body: view.subarray(content.end) }
}

/** The first value of a header, as written; names are compared without case, which RFC 3862 does not ask but phones do. */
export function cpimHeader(message: CpimMessage, namespace: string, name: string): string | undefined {
  return cpimHeaders(message, namespace, name)[0]
}

export function cpimHeaders(message: CpimMessage, namespace: string, name: string): readonly string[] {
  const wanted = name.toLowerCase()
  return message.headers
    .filter((each) => each.namespace === namespace && each.name.toLowerCase() === wanted)
    .map((each) => each.value)
}

/** The text of a value, escapes undone (RFC 3862 §2.3.1). An escape that is none stays as it is. */
export function cpimText(value: string): string {
  return value.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (whole, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (plainOf.get(char ?? '') ?? whole) : String.fromCharCode(parseInt(hex, 16)),
  )
}

/** The address of a From, To or cc; undefined if it is none. */
export function cpimAddress(value: string): CpimAddress | undefined {
  const open = value.lastIndexOf('<')
  const close = value.indexOf('>', open)
  if (open < 0 || close < 0 || value.slice(close + 1).trim() !== '') return undefined
  const uri = value.slice(open + 1, close).trim()
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/.test(uri)) return undefined
  const name = value.slice(0, open).trim()
  const isQuoted = name.length >= 2 && name.startsWith('"') && name.endsWith('"')
  return { display: cpimText(isQuoted ? name.slice(1, -1) : name), uri }
}

/** The wall time of a DateTime value (RFC 3339 form); undefined if it is none. */
export function cpimDateTime(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}

/** A value of any text: what could end the line or the value is escaped. */
export function cpimEscaped(text: string): string {
  let value = ''
  for (const char of text) {
    const code = char.charCodeAt(0)
    const letter = escapeOf.get(char)
    if (letter !== undefined) value += `\\${letter}`
    else value += code < 32 || code === 127 ? `\\u${code.toString(16).padStart(4, '0')}` : char
  }
  return value
}

/** The value of an address header. */
export function writeCpimAddress(address: CpimAddress): string {
  const uri = `<${address.uri.replace(/[\0- <>"\x7f]/g, encodeURIComponent)}>`
  return address.display === '' ? uri : `"${cpimEscaped(address.display)}" ${uri}`
}

/**
 * The bytes of a message. Values are taken as written: `cpimEscaped` and `writeCpimAddress` make them. A line end in one
 * becomes a blank all the same.
 */
export function writeCpim(parts: CpimParts): Buffer {
  let head = ''
  const prefixOf = new Map(Object.entries(parts.prefixes ?? {}).map(([prefix, namespace]) => [namespace, prefix]))
  const told = new Set<string>()
  for (const { namespace, name, value } of parts.headers) {
    const prefix = prefixOf.get(namespace)
    if (prefix === undefined && namespace !== cpimNamespace) throw new RangeError(`no prefix for ${namespace}`)
    // Before its first use, so that From and To stand first, where simple readers look.
    if (prefix !== undefined && !told.has(prefix)) head += `NS: ${prefix} <${namespace}>\r\n`
    if (prefix !== undefined) told.add(prefix)
    head += `${prefix === undefined ? '' : `${prefix}.`}${name}: ${oneLine(value)}\r\n`
  }
  head += '\r\n'
  for (const { name, value } of parts.contentFields) head += `${contentName(name)}: ${oneLine(value)}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`), parts.body])
}

/** The lines up to the empty one that ends the block, and where the next begins; undefined without one or beyond the bounds. */
function readBlock(
  bytes: Buffer,
  from: number,
): { readonly lines: readonly string[]; readonly end: number } | undefined {
  const lines: string[] = []
  for (let at = from; ;) {
    const newline = bytes.indexOf(10, at)
    if (newline < 0 || newline - from > MAX_HEAD_BYTES) return undefined
    const end = newline > at && bytes[newline - 1] === 13 ? newline - 1 : newline
    if (end === at) return { lines, end: newline + 1 }
    const line = bytes.toString('utf8', at, end)
    if (lines.push(line) > MAX_LINES || hasControls(line)) return undefined
    at = newline + 1
  }
}

/** RFC 3862 §3.3: `prefix.Name:;param=value value`. The namespaces named so far count, so order matters. */
function readHeaders(lines: readonly string[]): readonly CpimHeader[] | undefined {
  const headers: CpimHeader[] = []
  const namespaces = new Map<string, string>()
  let unprefixed = cpimNamespace
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trimEnd()
    if (!/^[^\s:;."'\\]+(?:\.[^\s:;"'\\]+)?$/.test(name)) return undefined
    const value = afterParams(line, colon + 1)
    if (name.toLowerCase() === 'ns') {
      const named = /^(?:([^\s.<>]+)\s*)?<([^<>\s]+)>$/.exec(value)
      if (named?.[2] === undefined) return undefined
      if (named[1] === undefined) unprefixed = named[2]
      else namespaces.set(named[1], named[2])
      continue
    }
    const dot = name.indexOf('.')
    const prefix = name.slice(0, Math.max(0, dot))
    const namespace = dot < 0 ? unprefixed : (namespaces.get(prefix) ?? usual(prefix))
    headers.push({ namespace, name: name.slice(dot + 1), value })
  }
  return headers
}

/** An unknown prefix is a namespace of its own that nobody asks for. */
function usual(prefix: string): string {
  return Object.hasOwn(usualPrefixes, prefix) ? (usualPrefixes[prefix] ?? '') : `unknown:${prefix}`
}

/** Parameters (a language, say) stand before the blank, and are not looked at. */
function afterParams(line: string, at: number): string {
  if (line.charCodeAt(at) !== semicolon) return line.slice(at).trim()
  let isQuoted = false
  for (; at < line.length; at++) {
    const char = line[at]
    if (char === '\\' && isQuoted) at++
    else if (char === '"') isQuoted = !isQuoted
    else if (char === ' ' && !isQuoted) break
  }
  return line.slice(at).trim()
}

/** MIME header fields (RFC 2045), which may be folded. */
function readContentFields(lines: readonly string[]): readonly Field[] | undefined {
  const read: Field[] = []
  for (const line of lines) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const last = read.pop()
      if (last === undefined) return undefined
      read.push({ name: last.name, value: `${last.value} ${line.trim()}`.trim() })
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return undefined
    read.push({ name, value: line.slice(colon + 1).trim() })
  }
  return read
}

function hasControls(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if ((code < 32 && code !== 9) || code === 127) return true
  }
  return false
}

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ')
}

/** `content-type` as people write it. */
function contentName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

const semicolon = 59
const escapes = [
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
] as const
const plainOf: ReadonlyMap<string, string> = new Map(escapes)
/** An apostrophe needs none. */
const escapeOf: ReadonlyMap<string, string> = new Map(
  escapes.filter(([letter]) => letter !== "'").map(([letter, plain]) => [plain, letter]),
)
