// Who sends a request: by digest, with the secrets of the directory, and a guard in front of those who guess. Sends nothing.

import { parseIp, type AddressRange } from '../../lib/cidr.js'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import {
  DigestServer,
  field,
  fields,
  Nonces,
  parseUri,
  type AnswerParts,
  type DigestHash,
  type SipRequest,
} from '../../sip/index.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { isNoDomain } from './ingress-address.js'

/** Who may have a password looked at; accounts are called as they call themselves. */
export interface SipLogIns {
  mayTry(address: string, account: string): boolean
  wrong(address: string, account: string): void
  right(address: string, account: string): void
}

export interface AuthenticatorPorts {
  readonly directory: () => Snapshot
  readonly logIns: SipLogIns
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array
  readonly metrics: Pick<Metrics, 'sipChallenges'>
}

export interface AuthenticatorOptions {
  readonly nonceLifetimeMs: number
  /** Nonces in use that are remembered. */
  readonly nonces: number
  /** The domain that is meant where a phone writes a number or an address in place of one; '' for none. */
  readonly defaultDomain: string
}

export type Authentication =
  | { readonly kind: 'known'; readonly account: SendingAccount }
  | { readonly kind: 'refused'; readonly status: number; readonly parts: AnswerParts }

/**
 * In the order in which they are offered: RFC 8760 wants the best first, but npm sip.js reads the first alone and knows only this one.
 * Who knows better takes it from further down.
 */
const offered: readonly DigestHash[] = ['MD5', 'SHA-256', 'SHA-512-256']
/** To who is nobody, as to most users. */
const usual: readonly DigestHash[] = ['MD5', 'SHA-256']
const noParts: AnswerParts = {}

export class Authenticator {
  readonly #ports: AuthenticatorPorts
  readonly #digest: DigestServer<SendingAccount>
  readonly #defaultDomain: string

  constructor(options: AuthenticatorOptions, ports: AuthenticatorPorts) {
    const { directory, random } = ports
    this.#ports = ports
    this.#defaultDomain = options.defaultDomain
    this.#digest = new DigestServer<SendingAccount>({
      // Of this process: what was used before it started is unknown to it, and so is told stale.
      nonces: new Nonces({
        key: random(32),
        random,
        lifetimeMs: options.nonceLifetimeMs,
        most: options.nonces,
        notBeforeMs: 0,
      }),
      algorithms: offered,
      secretOf: (user, realm, of) => directory().sipSecret(user, realm, of),
    })
  }

  /** @param nowMs switch time, for the age of nonces */
  check(request: SipRequest, address: string, nowMs: number): Authentication {
    const { logIns, metrics } = this.#ports
    const claim = this.#claimOf(request)
    // RFC 3261 §10.3 step 5, §22.1: nobody here could be asked for a password.
    if (claim === undefined) return refused(request.method === 'REGISTER' ? 404 : 403, 'Domain Not Served')
    const { realm } = claim
    const given = field(request, 'authorization') === undefined ? [] : fields(request, 'authorization')
    const check = this.#digest.check(given, realm, request, nowMs)
    switch (check.kind) {
      case 'known': {
        const name = `${check.username}@${realm}`
        // Asked only now, for now the name is known that is guessed for; the sums were cheap.
        if (!logIns.mayTry(address, name)) return blocked
        logIns.right(address, name)
        const { account } = check
        if (account.addresses.length > 0 && !isWithin(account.addresses, address)) return elsewhere
        return account.active ? { kind: 'known', account } : refused(403)
      }
      case 'challenge':
        metrics.sipChallenges.count(check.why)
        if (check.why === 'wrong') {
          const name = `${check.username}@${realm}`
          if (!logIns.mayTry(address, name)) return blocked
          logIns.wrong(address, name)
        }
        return this.#challenge(claim, check.stale, nowMs)
      case 'malformed':
        metrics.sipChallenges.count('malformed')
        return refused(400, 'Bad Credentials')
    }
  }

  #challenge({ realm, user }: Claim, isStale: boolean, nowMs: number): Authentication {
    const secrets = user === undefined ? undefined : this.#ports.directory().sipAccount(user, realm)?.sip?.secrets
    const algorithms = secrets === undefined ? usual : offered.filter((of) => secrets[of] !== undefined)
    const values = this.#digest.challenges(realm, isStale, nowMs, algorithms)
    return {
      kind: 'refused',
      status: 401,
      parts: { fields: values.map((value) => ({ name: 'www-authenticate', value })) },
    }
  }

  /** Secrets are made for the domain of their user: a REGISTER names it in To, all else in From. */
  #claimOf(request: SipRequest): Claim | undefined {
    const said = parseUri(request.method === 'REGISTER' ? request.to.uri : request.from.uri)
    const directory = this.#ports.directory()
    const user = said?.user
    if (said !== undefined && directory.hasSipDomain(said.host)) return { realm: said.host, user }
    // A number (RFC 3966), or where we are in place of who we are.
    const isVague = said === undefined || isNoDomain(said.host)
    if (!isVague) return undefined
    const domains = directory.sipDomains()
    const meant = this.#defaultDomain === '' && domains.length === 1 ? domains[0]! : this.#defaultDomain
    return directory.hasSipDomain(meant) ? { realm: meant, user } : undefined
  }
}

interface Claim {
  readonly realm: string
  readonly user: string | undefined
}

/** Told to guessers whatever they guess. */
const blocked: Authentication = refused(403, 'Too Many Wrong Passwords')

/** Of an account with `addresses`: its password is worth nothing but there. */
const elsewhere: Authentication = refused(403, 'Not From This Address')

/** As of who binds. */
function isWithin(ranges: readonly AddressRange[], ip: string): boolean {
  const address = parseIp(ip)
  return address !== undefined && ranges.some(({ first, last }) => first <= address && address <= last)
}

function refused(status: number, reason?: string): Authentication {
  return { kind: 'refused', status, parts: reason === undefined ? noParts : { reason } }
}
