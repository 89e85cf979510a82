// What a REGISTER does to the bindings of its address-of-record, and how it is answered (RFC 3261 §10.3, 3327, 5626 §6). Pure:
// who may register what was decided before, and who calls keeps the outcome before he answers.
import { addressOfRecord, isLive, type Binding, type BoundFlow } from './binding.js'
import { contacts, field, fields, nameAddrs } from './fields.js'
import type { Field, NameAddr, SipRequest } from './message.js'
import { writeNameAddr } from './name-addr.js'
import { param, type Param } from './params.js'
import { decimal } from './tokens.js'
import { isSameUri, parseUri, type SipUri } from './uri.js'

export interface RegistrarSettings {
  /** Shorter wishes are refused with 423. An hour or more is never refused. */
  readonly minExpiresS: number
  /** Longer wishes are cut to it. */
  readonly maxExpiresS: number
  /** For contacts that name no time. */
  readonly defaultExpiresS: number
  /** Bindings of one address-of-record. */
  readonly mostContacts: number
  /** What one more is: refused with 403, or put in place of the one refreshed longest ago. */
  readonly whenFull: 'refuse' | 'dropOldest'
}

export type Registration =
  | {
      readonly kind: 'registered'
      /** All that are live now, to be kept in place of those before. */
      readonly bindings: readonly Binding[]
      /** Those that this request made or refreshed: what waits for the user can go there. */
      readonly refreshed: readonly Binding[]
      /** Whether there is anything to keep: false for a question, and for a request that was carried out before. */
      readonly isChanged: boolean
      /** Of the 200. */
      readonly fields: readonly Field[]
    }
  | { readonly kind: 'refused'; readonly status: number; readonly reason?: string; readonly fields: readonly Field[] }

/** Option tags of Supported and Require that are carried out here. */
export const registrarExtensions: readonly string[] = ['path', 'outbound']

/** Texts that are kept are no longer than that; real ones are far below. */
const longest = { contact: 1024, path: 2048, callId: 256, instance: 256, userAgent: 128 } as const

/** RFC 3261 §10.3 step 7: what a contact asks for that cannot be read. */
const MALFORMED_EXPIRES_S = 3600

/**
 * Applies a REGISTER: all of it or nothing.
 *
 * @param before the bindings of the request's To; those that ran out are dropped
 * @param from where the request came from
 * @param nowMs wall time
 */
export function register(
  request: SipRequest,
  before: readonly Binding[],
  from: BoundFlow,
  settings: RegistrarSettings,
  nowMs: number,
): Registration {
  const aor = addressOfRecord(request.to.uri)
  if (aor === undefined) return refused(400, 'To Is No SIP Address')
  if (request.callId.length > longest.callId) return refused(400, 'Call-ID Too Long')
  const live = before.filter((each) => isLive(each, nowMs))
  const asked = contacts(request)
  if (asked === undefined) return refused(400, 'Bad Contact')
  if (asked !== '*' && asked.length === 0) return answer(request, live, [], false, nowMs)
  if (asked === '*') return unregisterAll(request, live, nowMs)

  const wanted = readContacts(request, asked, settings)
  if ('kind' in wanted) return wanted
  const path = readPath(request)
  if (path === undefined) return refused(400, 'Bad Path')
  const isOutbound = wanted.some((each) => each.regId > 0)
  if (isOutbound && !isFirstHopOutbound(request)) return refused(439)

  let after: readonly Binding[] = live
  const made = new Set<Binding>()
  for (const contact of wanted) {
    const orders = live.filter((each) => isSameBinding(each, contact)).map((each) => orderOf(request, each))
    if (orders.includes('old')) return refused(500, 'CSeq Out Of Order')
    // A copy of the request that made the binding: the answer may have been lost, the deed is done.
    if (orders.includes('same')) return answer(request, live, [], false, nowMs)
    after = after.filter((each) => !isSameBinding(each, contact))
    if (contact.expiresS === 0) continue
    const binding: Binding = {
      aor,
      contact: copied(contact.text),
      q: contact.q,
      expiresAtMs: nowMs + contact.expiresS * 1000,
      refreshedAtMs: nowMs,
      callId: copied(request.callId),
      cseq: request.cseq,
      instance: copied(contact.instance),
      regId: contact.regId,
      path,
      flow: from,
      userAgent: copied((field(request, 'user-agent') ?? '').slice(0, longest.userAgent)),
    }
    after = [...after, binding]
    made.add(binding)
  }
  // Of a contact that is there twice the later counts.
  const refreshed = after.filter((each) => made.has(each))
  const bounded = withinBound(after, live, refreshed, settings)
  if (bounded === undefined) return refused(403, 'Too Many Contacts')
  return answer(request, bounded, refreshed, refreshed.length > 0 || bounded.length < live.length, nowMs)
}

interface WantedContact {
  readonly text: string
  readonly uri: SipUri
  readonly q: number
  /** 0: away with it. */
  readonly expiresS: number
  readonly instance: string
  readonly regId: number
}

function readContacts(
  request: SipRequest,
  asked: readonly NameAddr[],
  settings: RegistrarSettings,
): readonly WantedContact[] | Registration {
  // So that a list of hundreds is not compared with itself.
  if (asked.length > settings.mostContacts * 2) return refused(403, 'Too Many Contacts')
  const general = field(request, 'expires')
  const isOutbound = fields(request, 'supported').some((each) => each.toLowerCase() === 'outbound')
  const wanted: WantedContact[] = []
  for (const { uri: text, params } of asked) {
    const uri = parseUri(text)
    if (uri === undefined || uri.host === '' || text.length > longest.contact) return refused(400, 'Bad Contact')
    // RFC 3261 §19.1.1, table 1: it is to be a Request-URI, which has none.
    if (uri.headers !== '') return refused(400, 'Contact With Header Fields')
    const wish = param(params, 'expires') ?? general
    const wishS = wish === undefined ? settings.defaultExpiresS : readExpires(wish)
    if (wishS > 0 && wishS < settings.minExpiresS && wishS < 3600) {
      return refused(423, undefined, [{ name: 'min-expires', value: String(settings.minExpiresS) }])
    }
    const instance = (param(params, '+sip.instance') ?? '').replace(/^<|>$/g, '')
    if (instance.length > longest.instance) return refused(400, 'Bad Instance')
    // RFC 5626 §6: without both of them, or from a phone that does not know the extension, a reg-id means nothing.
    const regId = instance === '' || !isOutbound ? 0 : decimal(param(params, 'reg-id') ?? '0', 2 ** 31 - 1)
    if (regId < 0) return refused(400, 'Bad Reg-Id')
    const q = readQ(param(params, 'q'))
    wanted.push({ text, uri, q, expiresS: Math.min(wishS, settings.maxExpiresS), instance, regId })
  }
  // RFC 5626 §4.2: one flow is registered at a time, for this request came by one only.
  if (wanted.filter((each) => each.regId > 0 && each.expiresS > 0).length > 1) return refused(400, 'Two Flows At Once')
  return wanted
}

/**
 * Which binding a contact means: that of the same phone and flow where it says which phone it is (RFC 5626 §6), so that a new
 * address takes the place of the old; else that of the same URI. Two phones may have one URI, each behind its own NAT.
 */
function isSameBinding(binding: Binding, contact: WantedContact): boolean {
  if (binding.instance !== '' && contact.instance !== '') {
    if (binding.instance !== contact.instance) return false
    if (binding.regId === contact.regId) return true
    if (binding.regId > 0 && contact.regId > 0) return false
    // One of them names no flow: then the URI tells, as for phones that do not say who they are.
  }
  if (binding.contact === contact.text) return true
  const uri = parseUri(binding.contact)
  return uri !== undefined && isSameUri(uri, contact.uri)
}

/** RFC 3261 §10.3 step 7: within one Call-ID the later CSeq wins. */
function orderOf(request: SipRequest, binding: Binding): 'new' | 'same' | 'old' {
  if (binding.callId !== request.callId || request.cseq > binding.cseq) return 'new'
  return request.cseq === binding.cseq ? 'same' : 'old'
}

/** RFC 3261 §10.2.2 and §10.3 step 6. */
function unregisterAll(request: SipRequest, live: readonly Binding[], nowMs: number): Registration {
  const expires = field(request, 'expires')
  if (expires === undefined || decimal(expires, 0) !== 0) return refused(400, 'Star Needs Expires 0')
  const orders = live.map((each) => orderOf(request, each))
  // Equal too: had this request been here before, nothing of its Call-ID would be left.
  if (orders.some((each) => each !== 'new')) return refused(500, 'CSeq Out Of Order')
  return answer(request, [], [], live.length > 0, nowMs)
}

/** RFC 5626 §6: a proxy between us has to be able to send back over the flow, and says so by `ob` in its Path. */
function isFirstHopOutbound(request: SipRequest): boolean {
  if (fields(request, 'via').length < 2) return true
  const path = nameAddrs(request, 'path')
  const first = path === '*' ? undefined : path?.at(-1)
  const uri = first === undefined ? undefined : parseUri(first.uri)
  return uri !== undefined && param(uri.params, 'ob') !== undefined
}

function readPath(request: SipRequest): readonly string[] | undefined {
  if (nameAddrs(request, 'path') === undefined) return undefined
  const values = fields(request, 'path').map(copied)
  return values.reduce((length, each) => length + each.length, 0) > longest.path ? undefined : values
}

function withinBound(
  after: readonly Binding[],
  live: readonly Binding[],
  refreshed: readonly Binding[],
  settings: RegistrarSettings,
): readonly Binding[] | undefined {
  const over = after.length - settings.mostContacts
  // A bound that was lowered since does not lock out who is registered, nor keep him from leaving.
  if (over <= 0 || (after.length <= live.length && settings.whenFull === 'refuse')) return after
  if (settings.whenFull === 'refuse' || refreshed.length > settings.mostContacts) return undefined
  const oldestFirst = after
    .filter((each) => !refreshed.includes(each))
    .sort((a, b) => a.refreshedAtMs - b.refreshedAtMs)
  const dropped = new Set(oldestFirst.slice(0, over))
  return after.filter((each) => !dropped.has(each))
}

/** The 200: all bindings with the time that is left (RFC 3261 §10.3 step 8). */
function answer(
  request: SipRequest,
  bindings: readonly Binding[],
  refreshed: readonly Binding[],
  isChanged: boolean,
  nowMs: number,
): Registration {
  const told: Field[] = bindings.map((each) => ({ name: 'contact', value: writeContact(each, nowMs) }))
  told.push({ name: 'date', value: new Date(nowMs).toUTCString() })
  const supported = fields(request, 'supported').map((each) => each.toLowerCase())
  // RFC 3327 §5.3: told only to who knows what it is.
  if (supported.includes('path')) {
    for (const value of fields(request, 'path')) told.push({ name: 'path', value })
  }
  // RFC 5626 §6: how the phone learns that its flows are kept apart.
  if (refreshed.some((each) => each.regId > 0)) told.push({ name: 'require', value: 'outbound' })
  return { kind: 'registered', bindings, refreshed, isChanged, fields: told }
}

function writeContact(binding: Binding, nowMs: number): string {
  const params: Param[] = [{ name: 'expires', value: String(Math.ceil((binding.expiresAtMs - nowMs) / 1000)) }]
  if (binding.q < 1000) params.push({ name: 'q', value: (binding.q / 1000).toString() })
  if (binding.instance !== '') params.push({ name: '+sip.instance', value: `<${binding.instance}>` })
  if (binding.regId > 0) params.push({ name: 'reg-id', value: String(binding.regId) })
  return writeNameAddr({ display: '', uri: binding.contact, params })
}

function readExpires(text: string): number {
  const seconds = decimal(text, 2 ** 32 - 1)
  return seconds < 0 ? MALFORMED_EXPIRES_S : seconds
}

/** RFC 3261 §25.1: up to three places; what is no qvalue counts as none, which is the highest. */
function readQ(text: string | undefined): number {
  return text !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text)
    ? Math.round(Number(text) * 1000)
    : 1000
}

function refused(status: number, reason?: string, told: readonly Field[] = []): Registration {
  return { kind: 'refused', status, fields: told, ...(reason !== undefined && { reason }) }
}

/** A copy to keep: a piece of a header's text would keep the whole message alive. */
function copied(text: string): string {
  return Buffer.from(text).toString()
}
