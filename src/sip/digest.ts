// The sums of digest authentication (RFC 7616, RFC 8760). Knows no header, keeps nothing, draws no random numbers.
import { hash } from 'node:crypto'

/** The strongest first. MD5 is what most phones still know; SHA-512-256 is rare. */
export const digestAlgorithms = ['SHA-512-256', 'SHA-256', 'MD5'] as const

/** The hash of an algorithm, without its `-sess`: HA1s are kept per realm and hash. */
export type DigestHash = (typeof digestAlgorithms)[number]
export type DigestAlgorithm = DigestHash | `${DigestHash}-sess`

/** `none` is RFC 2069's: no cnonce, no count. */
export type Qop = 'none' | 'auth' | 'auth-int'

const nodeNames: Readonly<Record<DigestHash, string>> = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' }

/** Hex digits of each hash, and so of HA1 and response. */
export const digestLengths: Readonly<Record<DigestHash, number>> = { 'SHA-512-256': 64, 'SHA-256': 64, MD5: 32 }

/** What an algorithm's name means, case ignored; undefined for one that we don't know. A header without one means MD5. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  return name === undefined || name === 'MD5' ? 'MD5' : byName.get(name.toUpperCase())
}

const byName: ReadonlyMap<string, DigestAlgorithm> = new Map(
  digestAlgorithms.flatMap((name): [string, DigestAlgorithm][] => [
    [name, name],
    [`${name}-SESS`, `${name}-sess`],
  ]),
)

export function hashOf(algorithm: DigestAlgorithm): DigestHash {
  return isSession(algorithm) ? (algorithm.slice(0, -5) as DigestHash) : (algorithm as DigestHash)
}

function isSession(algorithm: DigestAlgorithm): boolean {
  return algorithm.endsWith('-sess')
}

/** Lower-case hex of the hash of text (as UTF-8) or bytes. */
export function digestHex(of: DigestHash, data: string | Uint8Array): string {
  return hash(nodeNames[of], data)
}

/**
 * H(username:realm:password), lower-case hex: what is kept instead of the password. It is worth as much as the password to
 * whoever steals it, in this realm alone. A username has no colon (RFC 7616 §3.4.2), or two accounts could share one HA1.
 */
export function ha1Of(of: DigestHash, username: string, realm: string, password: string): string {
  return digestHex(of, `${username}:${realm}:${password}`)
}

/** What a response is made from, beside the secret. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm
  readonly nonce: string
  /** As it stands in the credentials: it need not be the Request-URI to the letter. */
  readonly uri: string
  /** '' for the answer of the server itself (`rspauth`, RFC 7616 §3.5). */
  readonly method: string
  readonly qop: Qop
  /** Eight hex digits as sent; unused without qop. */
  readonly nc: string
  readonly cnonce: string
  /** Looked at for `auth-int` only. */
  readonly body: Uint8Array
}

/** The response, lower-case hex, from the HA1 of `hashOf(algorithm)`. RFC 7616 §3.4.1. */
export function digestResponse(ha1: string, input: DigestInput): string {
  const { algorithm, nonce, qop, cnonce } = input
  const of = hashOf(algorithm)
  const name = nodeNames[of]
  const a1 = isSession(algorithm) ? hash(name, `${ha1}:${nonce}:${cnonce}`) : ha1
  const entity = qop === 'auth-int' ? `:${hash(name, input.body)}` : ''
  const a2 = hash(name, `${input.method}:${input.uri}${entity}`)
  return hash(name, qop === 'none' ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${input.nc}:${cnonce}:${qop}:${a2}`)
}

/** Whether two hex texts are the same, case ignored, in a time that says nothing about where they differ. */
export function isSameHex(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  // 0x20 makes capitals small; nothing that is no hex digit becomes one that the computed side could hold.
  for (let i = 0; i < one.length; i++) difference |= (one.charCodeAt(i) | 0x20) ^ (other.charCodeAt(i) | 0x20)
  return difference === 0
}
