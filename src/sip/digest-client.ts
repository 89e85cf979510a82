// Answers digest challenges of peers and keeps their nonces for the requests that follow. Sends nothing itself.
import {
  digestAlgorithm,
  digestAlgorithms,
  digestResponse,
  ha1Of,
  hashOf,
  type DigestAlgorithm,
  type DigestHash,
  type Qop,
} from './digest.js'
import { parseAuthenticationInfo, parseDigestChallenges, writeDigest, type DigestFields } from './digest-fields.js'
import type { SignedRequest } from './digest-server.js'

/** A password, or the HA1s that stand for it in one realm. */
export type DigestCredentials = { readonly username: string } & (
  | { readonly password: string }
  | { readonly realm: string; readonly ha1s: Readonly<Partial<Record<DigestHash, string>>> }
)

/** A header field of a request, its name as the wire has it. */
export interface CredentialsField {
  readonly name: 'Authorization' | 'Proxy-Authorization'
  readonly value: string
}

interface Challenge {
  readonly field: CredentialsField['name']
  readonly realm: string
  readonly algorithm: DigestAlgorithm
  /** The algorithm as the peer spelt it; undefined where it named none. */
  readonly algorithmName: string | undefined
  readonly qop: Qop
  readonly opaque: string | undefined
  readonly ha1: string
  readonly cnonce: string
  nonce: string
  count: number
}

export interface DigestClientOptions {
  readonly credentials: DigestCredentials
  /** A fresh text of hex digits or the like, 16 characters or more, that nobody can guess. */
  readonly cnonce: () => string
  /** Hashes that are good enough, for links where MD5 is not. Default: all. */
  readonly takes?: readonly DigestHash[]
}

/** Realms answered at once: the peer's own and those of proxies before it. More than that is not a path but a flood. */
const MOST_REALMS = 4
const lastCount = 0xffffffff

/**
 * The credentials towards one peer. The nonce of a challenge signs all later requests, counted, until the peer says it is
 * stale (RFC 7616 §3.4); several requests may be on their way with it.
 */
export class DigestClient {
  readonly #options: DigestClientOptions
  /** By field and realm, in the order of the first challenge. */
  #challenges: readonly Challenge[] = []

  constructor(options: DigestClientOptions) {
    this.#options = options
  }

  /**
   * Takes a 401 or 407. True if the request is worth another try, with a new CSeq and the `fields` of now; false if the peer
   * wants what we don't have, or refused the password.
   *
   * @param values of all its WWW-Authenticate (401) or Proxy-Authenticate (407) fields
   * @param tries how often this request was challenged before. The first challenge is always answered, since an old nonce may
   *   have run out; the second only if it calls the nonce stale or comes from a further realm; a fifth never.
   */
  challenged(status: 401 | 407, values: readonly string[], tries: number): boolean {
    const field = status === 401 ? 'Authorization' : 'Proxy-Authorization'
    const offered = values.flatMap(parseDigestChallenges)
    let isWorth = false
    for (const realm of new Set(offered.map((each) => each.realm))) {
      if (realm === undefined) continue
      const best = this.#best(
        field,
        realm,
        offered.filter((each) => each.realm === realm),
      )
      if (best === undefined) continue
      const { challenge, isStale } = best
      const before = this.#challenges.find((each) => each.field === field && each.realm === realm)
      if (before === undefined ? this.#challenges.length >= MOST_REALMS : tries > 0 && !isStale) continue
      if (tries >= MOST_REALMS) continue
      this.#challenges = [...this.#challenges.filter((each) => each !== before), challenge]
      isWorth = true
    }
    // A refused password is not sent again and again: the nonce goes, and the next request starts with none.
    if (!isWorth) this.#challenges = this.#challenges.filter((each) => each.field !== field)
    return isWorth
  }

  /** The fields that sign a request; empty before the first challenge. Each call counts, so ask once a request. */
  fields(request: SignedRequest): readonly CredentialsField[] {
    return this.#challenges.map((challenge) => ({ name: challenge.field, value: this.#signed(challenge, request) }))
  }

  /** Takes the Authentication-Info (or Proxy-Authentication-Info) of a 2xx: the peer may hand out the next nonce with it. */
  informed(value: string): void {
    const next = parseAuthenticationInfo(value)?.nextnonce
    // It names no realm; with more than one it could be anybody's.
    const [only, ...others] = this.#challenges
    if (next === undefined || next === '' || only === undefined || others.length > 0 || next === only.nonce) return
    only.nonce = next
    only.count = 0
  }

  #best(
    field: CredentialsField['name'],
    realm: string,
    offered: readonly DigestFields[],
  ): { readonly challenge: Challenge; readonly isStale: boolean } | undefined {
    const takes = this.#options.takes ?? digestAlgorithms
    for (const of of digestAlgorithms) {
      if (!takes.includes(of)) continue
      for (const each of offered) {
        const algorithm = digestAlgorithm(each.algorithm)
        if (algorithm === undefined || hashOf(algorithm) !== of || each.nonce === undefined) continue
        const qop = qopOf(each.qop)
        const ha1 = this.#ha1(of, realm)
        if (qop === undefined || ha1 === undefined) continue
        const cnonce = this.#options.cnonce()
        const { nonce, opaque, algorithm: algorithmName } = each
        const isStale = each.stale?.toLowerCase() === 'true'
        const challenge = { field, realm, algorithm, algorithmName, qop, opaque, ha1, cnonce, nonce, count: 0 }
        return { challenge, isStale }
      }
    }
    return undefined
  }

  #ha1(of: DigestHash, realm: string): string | undefined {
    const { credentials } = this.#options
    if ('password' in credentials) return ha1Of(of, credentials.username, realm, credentials.password)
    return credentials.realm === realm ? credentials.ha1s[of] : undefined
  }

  #signed(challenge: Challenge, request: SignedRequest): string {
    const { algorithm, nonce, qop, cnonce, realm, opaque, algorithmName } = challenge
    // A count that ran out signs on with the last: the peer will call it stale and hand out a new nonce.
    challenge.count = Math.min(lastCount, challenge.count + 1)
    const nc = challenge.count.toString(16).padStart(8, '0')
    const { method, uri, body } = request
    const response = digestResponse(challenge.ha1, { algorithm, nonce, uri, method, qop, nc, cnonce, body })
    const counted = qop === 'none' ? (algorithm.endsWith('-sess') ? { cnonce } : {}) : { cnonce, nc, qop }
    const { username } = this.#options.credentials
    const said = { username, realm, nonce, uri, response, algorithm: algorithmName, opaque, ...counted }
    return writeDigest(said, 'credentials')
  }
}

/** What we sign for an offer: `auth` where it may be, since proxies on the way may touch a body. */
function qopOf(offer: string | undefined): Qop | undefined {
  if (offer === undefined) return 'none'
  const options = offer.split(',').map((each) => each.trim().toLowerCase())
  if (options.includes('auth')) return 'auth'
  return options.includes('auth-int') ? 'auth-int' : undefined
}
