// What RFC 3261 §8.2 makes every server refuse before it looks at what a request means. Pure; the edge says what it can do.
import { field, fields, mediaType } from './fields.js'
import type { Field, SipRequest } from './message.js'

/** What a server can do, all in the words of the wire; methods as written, the rest in lower case. */
export interface Abilities {
  readonly methods: readonly string[]
  /** Methods that are known and not allowed here: 405, not 501. */
  readonly knownMethods: readonly string[]
  /** URI schemes of the Request-URI. */
  readonly schemes: readonly string[]
  /** Option tags. */
  readonly extensions: readonly string[]
}

export interface Refusal {
  readonly status: number
  readonly fields: readonly Field[]
}

/** The refusal that a request deserves whatever it asks, in the order of RFC 3261 §8.2; undefined if none. */
export function refusalOf(request: SipRequest, can: Abilities): Refusal | undefined {
  // §8.2.1, §21.5.2: a method nobody knows is not implemented.
  if (!can.methods.includes(request.method)) {
    const allow = { name: 'allow', value: can.methods.join(', ') }
    return { status: can.knownMethods.includes(request.method) ? 405 : 501, fields: [allow] }
  }
  // §8.2.2.1.
  const scheme = request.uri.slice(0, request.uri.indexOf(':')).toLowerCase()
  if (!can.schemes.includes(scheme)) return { status: 416, fields: [] }
  // §8.2.2.3: never of CANCEL and ACK, which are not answered here anyway.
  if (field(request, 'require') !== undefined) {
    const unknown = fields(request, 'require').filter((tag) => !can.extensions.includes(tag.toLowerCase()))
    if (unknown.length > 0) return { status: 420, fields: [{ name: 'unsupported', value: unknown.join(', ') }] }
  }
  return undefined
}

/** The refusal of a body that cannot be read, with what can: RFC 3261 §8.2.3. `types` in lower case; no body, no refusal. */
export function bodyRefusalOf(request: SipRequest, types: readonly string[]): Refusal | undefined {
  const encoding = field(request, 'content-encoding')?.toLowerCase() ?? 'identity'
  if (encoding !== 'identity') return { status: 415, fields: [{ name: 'accept-encoding', value: 'identity' }] }
  if (request.body.length === 0) return undefined
  const type = mediaType(request)
  if (type !== undefined && types.includes(type)) return undefined
  return { status: 415, fields: [{ name: 'accept', value: types.join(', ') }] }
}
