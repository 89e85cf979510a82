// One registered contact: where a user can be reached, until when, and over which flow. Plain data that can be kept as JSON.
import type { FlowKind } from './flow.js'
import { escapedUser, parseUri } from './uri.js'

/** Where the registration came from: behind a NAT that is the only way back. */
export interface BoundFlow {
  readonly kind: FlowKind
  /** Numeric, without brackets. */
  readonly address: string
  readonly port: number
  /** The name of the listener it came in by. */
  readonly listener: string
  /** Of the connection; 0 for datagrams. It ends with the process, and so do the bindings of connections. */
  readonly flowId: number
}

export interface Binding {
  /** Whose contact it is, as `addressOfRecord` writes it. */
  readonly aor: string
  /** The URI as the phone wrote it: the Request-URI of what goes there. */
  readonly contact: string
  /** Preference in thousandths, 0 to 1000 (RFC 3261 §20.10). */
  readonly q: number
  /** Wall time. */
  readonly expiresAtMs: number
  readonly refreshedAtMs: number
  readonly callId: string
  readonly cseq: number
  /** `+sip.instance`, the URN alone (RFC 5626 §4.1); '' if none was given. */
  readonly instance: string
  /** Which of the flows of the instance (RFC 5626 §4.2); 0 if it is not an outbound registration. */
  readonly regId: number
  /** Path values in order, put before requests to the contact as Route (RFC 3327 §5.3). */
  readonly path: readonly string[]
  readonly flow: BoundFlow
  readonly userAgent: string
}

/** `sip:user@host` of a SIP or SIPS URI: no port, no parameters, one spelling (RFC 3261 §10.3 step 5). Undefined for others. */
export function addressOfRecord(uri: string): string | undefined {
  const parsed = parseUri(uri)
  if (parsed === undefined || parsed.host === '') return undefined
  return parsed.user === undefined ? `sip:${parsed.host}` : `sip:${escapedUser(parsed.user)}@${parsed.host}`
}

export function isLive(binding: Pick<Binding, 'expiresAtMs'>, nowMs: number): boolean {
  return binding.expiresAtMs > nowMs
}

/**
 * Whom to send to, the most preferred first. Each entry is one phone with the ways to it: the next way is for when the one
 * before it fails, never beside it, or the phone shows the message twice (RFC 5626 §7).
 */
export function reachable(bindings: readonly Binding[], nowMs: number): readonly (readonly Binding[])[] {
  const phones = new Map<string, Binding[]>()
  const byWish = bindings
    .filter((each) => isLive(each, nowMs))
    .sort((a, b) => b.q - a.q || b.refreshedAtMs - a.refreshedAtMs)
  for (const binding of byWish) {
    const phone = binding.regId > 0 ? `i${binding.instance}` : `c${binding.instance} ${binding.contact}`
    const ways = phones.get(phone)
    if (ways === undefined) phones.set(phone, [binding])
    else ways.push(binding)
  }
  return [...phones.values()]
}
