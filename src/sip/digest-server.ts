// Who sent this request: checks digest credentials and makes challenges. Looks accounts up by a port, counts no failures,
// answers nobody.
import {
  digestAlgorithm,
  digestHex,
  digestLengths,
  digestResponse,
  hashOf,
  isSameHex,
  type DigestAlgorithm,
  type DigestHash,
  type Qop,
} from './digest.js'
import { parseDigestCredentials, writeDigest, type DigestFields } from './digest-fields.js'
import { wholeNonce, type Nonces } from './nonces.js'

/** An account as its look-up gives it. */
export interface DigestSecret<Account> {
  /** H(username:realm:password) of the hash asked for, lower-case hex. */
  readonly ha1: string
  readonly account: Account
}

export interface DigestServerOptions<Account> {
  readonly nonces: Nonces
  /** Offered, and no other taken; the client takes the first that it knows (RFC 8760 §2.4). */
  readonly algorithms: readonly DigestAlgorithm[]
  /** Whether `auth-int` is offered beside `auth`. What a proxy changes in a body then fails. */
  readonly offersIntegrity?: boolean
  /** Whether responses without qop (RFC 2069) are taken; each needs a nonce of its own then. Default: no. */
  readonly takesNoQop?: boolean
  /**
   * Whether the uri of the credentials means the Request-URI (RFC 7616 §3.4.6); asked where they differ in a letter.
   * Default: always, since a proxy on the way may have rewritten it, and the count stops what is played back.
   */
  readonly isSameUri?: (credentials: string, request: string) => boolean
  /** The account of a username in a realm, with the HA1 of that hash; undefined if there is none. */
  readonly secretOf: (username: string, realm: string, of: DigestHash) => DigestSecret<Account> | undefined
}

export type DigestCheck<Account> =
  | { readonly kind: 'known'; readonly account: Account; readonly username: string }
  /** Answer 401 or 407 with the challenges, `stale` being what they say. */
  | { readonly kind: 'challenge'; readonly why: 'none' | 'stale'; readonly stale: boolean }
  /** Likewise, and the failed try is to be counted. Unknown user and wrong password are one thing to the peer. */
  | { readonly kind: 'challenge'; readonly why: 'wrong'; readonly stale: false; readonly username: string }
  /** Answer 400. */
  | { readonly kind: 'malformed'; readonly why: string }

/** What of a request is signed. */
export interface SignedRequest {
  readonly method: string
  readonly uri: string
  readonly body: Uint8Array
}

const nobody = { kind: 'challenge', why: 'none', stale: false } as const
const stale = { kind: 'challenge', why: 'stale', stale: true } as const
const malformed = (why: string) => ({ kind: 'malformed', why }) as const

export class DigestServer<Account> {
  readonly #options: DigestServerOptions<Account>
  readonly #isOffered: ReadonlySet<DigestAlgorithm>
  readonly #opaque: string
  /** HA1s of nobody: an unknown user costs the time of a known one. */
  readonly #decoys: Readonly<Record<DigestHash, string>>

  constructor(options: DigestServerOptions<Account>) {
    if (options.algorithms.length === 0) throw new RangeError('no algorithm to offer')
    this.#options = options
    this.#isOffered = new Set(options.algorithms)
    const seed = options.nonces.make(0)
    const decoy = (of: DigestHash) => digestHex(of, seed).slice(0, digestLengths[of])
    this.#decoys = { MD5: decoy('MD5'), 'SHA-256': decoy('SHA-256'), 'SHA-512-256': decoy('SHA-512-256') }
    // Only there because peers expect it: what it could carry is in the nonce, and nobody checks that it comes back.
    this.#opaque = digestHex('SHA-256', `opaque ${seed}`).slice(0, 16)
  }

  /**
   * The values of the WWW-Authenticate (or Proxy-Authenticate) fields of a challenge, one field each.
   *
   * @param offered in their order, for peers that look at the first alone and give up there (npm sip.js, which knows MD5 only);
   *   all if not given
   */
  challenges(
    realm: string,
    isStale: boolean,
    nowMs: number,
    offered: readonly DigestAlgorithm[] = this.#options.algorithms,
  ): readonly string[] {
    const nonce = this.#options.nonces.make(nowMs)
    const qop = this.#options.offersIntegrity === true ? 'auth,auth-int' : 'auth'
    return offered.map((algorithm) =>
      // `stale` is said only when it is true: phones exist that take any `stale` for a yes.
      writeDigest(
        { realm, nonce, opaque: this.#opaque, stale: isStale ? 'true' : undefined, algorithm, qop },
        'challenge',
      ),
    )
  }

  /**
   * Whose request this is. RFC 3261 §22.4, RFC 7616 §3.4.6.
   *
   * @param values of all Authorization (or Proxy-Authorization) fields; the first for the realm counts
   * @param nowMs wall time, for the age of the nonce
   */
  check(values: readonly string[], realm: string, request: SignedRequest, nowMs: number): DigestCheck<Account> {
    const credentials = ofRealm(values, realm)
    if (credentials === undefined) return nobody
    if (credentials === 'malformed') return malformed('credentials that cannot be read')
    const { username, nonce, uri, response } = credentials
    if (username === undefined || nonce === undefined || uri === undefined || response === undefined) {
      return malformed('credentials without username, nonce, uri or response')
    }
    const algorithm = digestAlgorithm(credentials.algorithm)
    // Of another server's offer, or of our own before it changed: the next challenge says what we take.
    if (algorithm === undefined || !this.#isOffered.has(algorithm)) return nobody
    const qop = qopOf(credentials)
    if (qop === undefined) return malformed('credentials with an unknown qop, or without nc or cnonce')
    if (qop === 'none' && this.#options.takesNoQop !== true) return nobody
    if (qop === 'auth-int' && this.#options.offersIntegrity !== true) return nobody
    const isSameUri = this.#options.isSameUri
    if (uri !== request.uri && isSameUri !== undefined && !isSameUri(uri, request.uri)) {
      return malformed('credentials for another uri')
    }
    const of = hashOf(algorithm)
    const secret = this.#options.secretOf(username, realm, of)
    const nc = credentials.nc ?? ''
    const expected = digestResponse(secret?.ha1 ?? this.#decoys[of], {
      algorithm,
      nonce,
      uri,
      method: request.method,
      qop,
      nc,
      cnonce: credentials.cnonce ?? '',
      body: request.body,
    })
    if (!isSameHex(expected, response) || secret === undefined) {
      return { kind: 'challenge', why: 'wrong', stale: false, username }
    }
    const count = qop === 'none' ? wholeNonce : parseInt(nc, 16)
    if (!this.#options.nonces.use(nonce, count, nowMs)) return stale
    return { kind: 'known', account: secret.account, username }
  }
}

function ofRealm(values: readonly string[], realm: string): DigestFields | 'malformed' | undefined {
  let isBroken = false
  for (const value of values) {
    const credentials = parseDigestCredentials(value)
    if (credentials?.realm === realm) return credentials
    isBroken ||= credentials === undefined && /^\s*digest\s/i.test(value)
  }
  return isBroken ? 'malformed' : undefined
}

function qopOf(credentials: DigestFields): Qop | undefined {
  const { qop, nc, cnonce } = credentials
  // A cnonce without qop belongs to MD5-sess of RFC 2617; nobody sends that, so it is not told apart.
  if (qop === undefined) return 'none'
  if (nc === undefined || cnonce === undefined || nc.length !== 8 || !isHex(nc)) return undefined
  // To the letter: it is part of what was hashed.
  return qop === 'auth' || qop === 'auth-int' ? qop : undefined
}

function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isDigit = code >= 48 && code <= 57
    const isLetter = (code | 0x20) >= 97 && (code | 0x20) <= 102
    if (!isDigit && !isLetter) return false
  }
  return true
}
