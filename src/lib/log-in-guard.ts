// Slows down whoever guesses passwords: wrong log-ins are counted by address and by account, and beyond a bound no more are looked at.
// Nobody is kept out by what others do from elsewhere: the first try of an address with an account always counts. No clock.

import { RecentBuckets } from './recent-buckets.js'

export interface LogInLimits {
  /** Wrong log-ins of one address to one account, at a stretch; 0 for no limit. */
  readonly wrongPerAccount: number
  /** The same to all accounts. Accounts that have logged in from there rightly may still try; 0 for no limit. */
  readonly wrongPerAddress: number
  /**
   * Wrong log-ins to one account from everywhere, beyond which an address that has not logged in to it rightly has only one try;
   * 0 for no limit.
   */
  readonly wrongInAll: number
  /** After so long one more is allowed, ms. */
  readonly forgiveMs: number
  /** Addresses, accounts and pairs of them that are kept in mind; of more the oldest are forgotten. */
  readonly remembered: number
}

/** Longer names of accounts count as one where they begin alike. */
const NAME_MAX = 100

/** Addresses are texts as sockets have them; times are ms of any clock that does not go back. */
export class LogInGuard {
  readonly #pairs: RecentBuckets | undefined
  readonly #addresses: RecentBuckets | undefined
  readonly #accounts: RecentBuckets | undefined
  readonly #limits: LogInLimits
  /** Pairs that have logged in rightly, the newest last. */
  readonly #proved = new Set<string>()

  constructor(limits: LogInLimits) {
    this.#limits = limits
    this.#pairs = bucketsOf(limits.wrongPerAccount, limits)
    this.#addresses = bucketsOf(limits.wrongPerAddress, limits)
    this.#accounts = bucketsOf(limits.wrongInAll, limits)
  }

  /** Whether its password is to be looked at. Costs nothing to speak of: ask before anything that does. */
  mayTry(address: string, account: string, nowMs: number): boolean {
    const network = networkOf(address)
    const pair = pairOf(network, account)
    const isProved = this.#proved.has(pair)
    if (!isProved && isSpent(this.#addresses, network, nowMs)) return false
    if (isSpent(this.#pairs, pair, nowMs)) return false
    if (isProved || !isSpent(this.#accounts, nameOf(account), nowMs)) return true
    return this.#pairs === undefined || this.#pairs.left(pair, nowMs) === this.#limits.wrongPerAccount
  }

  /** It was wrong. True when this was one too many: no more are looked at for now. */
  wrong(address: string, account: string, nowMs: number): boolean {
    const couldTry = this.mayTry(address, account, nowMs)
    const network = networkOf(address)
    this.#pairs?.spend(pairOf(network, account), nowMs)
    this.#addresses?.spend(network, nowMs)
    this.#accounts?.spend(nameOf(account), nowMs)
    return couldTry && !this.mayTry(address, account, nowMs)
  }

  /** It was right: its wrong tries of before are forgiven, those of its address with other accounts are not. */
  right(address: string, account: string): void {
    const pair = pairOf(networkOf(address), account)
    this.#pairs?.refill(pair)
    this.#proved.delete(pair)
    this.#proved.add(pair)
    if (this.#proved.size <= this.#limits.remembered) return
    for (const oldest of this.#proved) {
      this.#proved.delete(oldest)
      return
    }
  }
}

function bucketsOf(wrong: number, { forgiveMs, remembered }: LogInLimits): RecentBuckets | undefined {
  return wrong === 0 ? undefined : new RecentBuckets({ tokens: 1, perMs: forgiveMs, burst: wrong }, remembered)
}

function isSpent(buckets: RecentBuckets | undefined, name: string, nowMs: number): boolean {
  return buckets !== undefined && buckets.left(name, nowMs) < 1
}

function nameOf(account: string): string {
  return account.length > NAME_MAX ? account.slice(0, NAME_MAX) : account
}

function pairOf(network: string, account: string): string {
  return `${network}\0${nameOf(account)}`
}

/**
 * Whom an address stands for: itself, or the first 64 bits where it is of IPv6, since everybody has as many of those as they like
 * (RFC 6177 §2). An IPv4 address that is written as one of IPv6 is itself (RFC 4291 §2.5.5.2).
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  const [before = '', after] = address.replace(/%.*$/, '').split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4)
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`
}
