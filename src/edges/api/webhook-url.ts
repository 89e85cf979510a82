// Which URLs a webhook may have, in the one form that they are kept, signed and called in. It asks no DNS: see webhook-guard.

import { createHash } from 'node:crypto'

/** Octets; what is longer does not get through many servers either. */
const MAX_URL = 2048

export type CheckedUrl =
  | { readonly kind: 'url'; readonly url: string }
  /** To be put after "must be". */
  | { readonly kind: 'mistake'; readonly expected: string }

/** False for a URL that names an address which is never called. A name is judged at each call: only then its address is known. */
export type MayCall = (url: string) => boolean

const mistake: CheckedUrl = {
  kind: 'mistake',
  expected: `a URL of http or https without user name and password, ${MAX_URL} characters at most`,
}

const notAllowed: CheckedUrl = { kind: 'mistake', expected: 'at an address of the public internet' }

/**
 * A URL as a customer wrote it, in its normal form: ASCII, without the default port and fragment, and with a path. So the receiver
 * sees the very URL that was signed.
 *
 * @param mayCall asked of the normal form
 */
export function checkWebhookUrl(text: string, mayCall?: MayCall): CheckedUrl {
  if (text.length > MAX_URL || !URL.canParse(text)) return mistake
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return mistake
  if (url.username !== '' || url.password !== '' || url.hostname === '') return mistake
  // Receivers decode what they check a signature of, and some fail where it can't be.
  if (!isDecodable(url.pathname) || !isDecodable(url.search)) return mistake
  url.hash = ''
  if (url.href.length > MAX_URL) return mistake
  return mayCall?.(url.href) === false ? notAllowed : { kind: 'url', url: url.href }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Few URLs are called, each again and again: hashing its origin costs more than all else about a webhook's key. */
const endpoints = new Map<string, string>()
const ENDPOINTS_MAX = 1_000

/** What stands for a URL's origin in keys: 16 lower-case hex digits. */
export function endpointOf(url: string): string {
  const known = endpoints.get(url)
  if (known !== undefined) return known
  const endpoint = createHash('sha256').update(new URL(url).origin).digest('hex').slice(0, 16)
  if (endpoints.size >= ENDPOINTS_MAX) endpoints.clear()
  endpoints.set(url, endpoint)
  return endpoint
}
