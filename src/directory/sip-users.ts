// The SIP users of a directory by domain and name. Numbers are not its concern.

import type { DigestHash } from '../sip/index.js'
import type { SendingAccount, SipSecret } from './snapshot.js'

/** Made once for a snapshot, and filled by who compiles it. */
export class SipUsers {
  /** Domains in lower case; maps within maps, so that no key is put together for a look-up. */
  readonly #byDomain = new Map<string, Map<string, SendingAccount>>()
  #domains: readonly string[] | undefined

  /** No other account has the same user in the same domain: that was checked. */
  add(account: SendingAccount): void {
    if (account.sip === undefined) return
    let users = this.#byDomain.get(account.domain)
    if (users === undefined) this.#byDomain.set(account.domain, (users = new Map<string, SendingAccount>()))
    users.set(account.sip.user, account)
  }

  account(user: string, domain: string): SendingAccount | undefined {
    return (this.#byDomain.get(domain) ?? this.#byDomain.get(domain.toLowerCase()))?.get(user)
  }

  /** A realm is a domain to the letter: secrets are made of it. */
  secret(user: string, realm: string, algorithm: DigestHash): SipSecret | undefined {
    const account = this.#byDomain.get(realm)?.get(user)
    const ha1 = account?.sip?.secrets[algorithm]
    return account === undefined || ha1 === undefined ? undefined : { ha1, account }
  }

  hasDomain(domain: string): boolean {
    return this.#byDomain.has(domain)
  }

  get domains(): readonly string[] {
    return (this.#domains ??= Object.freeze([...this.#byDomain.keys()]))
  }
}
