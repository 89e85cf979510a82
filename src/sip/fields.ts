// How the header fields of a message are asked for. Values are read when asked, for most messages never are.
import { isList, splitList } from './header-lists.js'
import type { NameAddr, SipMessage } from './message.js'
import { parseNameAddr } from './name-addr.js'

type WithFields = Pick<SipMessage, 'fields'>

/** The value of the first field of that name (lower case, long form); undefined if there is none. */
export function field(message: WithFields, name: string): string | undefined {
  for (const each of message.fields) if (each.name === name) return each.value
  return undefined
}

/** All values of that name in order; the values of one line each for themselves where the header is a comma list. */
export function fields(message: WithFields, name: string): readonly string[] {
  const values: string[] = []
  const list = isList(name)
  for (const each of message.fields) {
    if (each.name !== name) continue
    if (list) splitList(each.value, values)
    else values.push(each.value)
  }
  return values
}

/** The contacts of a message, `*` for the star of RFC 3261 §10.2.2, undefined if one cannot be read or the star has company. */
export function contacts(message: WithFields): readonly NameAddr[] | '*' | undefined {
  return nameAddrs(message, 'contact')
}

/** As `contacts`, of any header that is a list of addresses: route, record-route, path, p-asserted-identity. */
export function nameAddrs(message: WithFields, name: string): readonly NameAddr[] | '*' | undefined {
  const values = fields(message, name)
  if (name === 'contact' && values.includes('*')) return values.length === 1 ? '*' : undefined
  const read: NameAddr[] = []
  for (const value of values) {
    const address = parseNameAddr(value)
    if (address === undefined) return undefined
    read.push(address)
  }
  return read
}

/** The media type of the body in lower case without its parameters; undefined if none is named. */
export function mediaType(message: WithFields): string | undefined {
  const value = field(message, 'content-type')
  if (value === undefined) return undefined
  const end = value.indexOf(';')
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase()
}
