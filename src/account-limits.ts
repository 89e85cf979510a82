// How fast the messages of each account leave, one limit for all its lanes, by the directory of now; and those of each number of a pool.
// Belongs to the composition root.

import type { LaneTarget } from './delivery/lane-key.js'
import { rateLimit, type Limit } from './delivery/limits.js'
import type { NumberPaces } from './delivery/number-paces.js'
import type { Snapshot } from './directory/snapshot.js'
import type { AccountId } from './message/ids.js'

const unlimited: readonly Limit[] = []

export class AccountLimits {
  readonly #directory: () => Snapshot
  readonly #nowMs: () => number
  readonly #numbers: NumberPaces | undefined
  readonly #byAccount = new Map<AccountId, { readonly perSecond: number; readonly limits: readonly Limit[] }>()

  /** @param nowMs switch time @param numbers left out where there are no pools */
  constructor(directory: () => Snapshot, nowMs: () => number, numbers?: NumberPaces) {
    this.#directory = directory
    this.#nowMs = nowMs
    this.#numbers = numbers
  }

  /** The same array for all lanes of an account, until its pace is another; those of a number have one each. */
  of(target: LaneTarget): readonly Limit[] {
    if (target.kind !== 'vendor') return unlimited
    const { account, sender } = target
    const ofAccount = this.#ofAccount(account)
    return sender === undefined || this.#numbers === undefined
      ? ofAccount
      : [...ofAccount, this.#numbers.of(sender.number)]
  }

  #ofAccount(account: AccountId): readonly Limit[] {
    const known = this.#byAccount.get(account)
    if (known !== undefined) return known.limits
    const perSecond = this.#perSecond(account)
    const limits = perSecond > 0 ? [rateLimit(`account ${account}`, perSecond, this.#nowMs())] : unlimited
    this.#byAccount.set(account, { perSecond, limits })
    return limits
  }

  /** The directory has changed. True when some pace has. */
  follow(): boolean {
    let hasChanged = false
    for (const [account, { perSecond }] of this.#byAccount) {
      if (perSecond === this.#perSecond(account)) continue
      this.#byAccount.delete(account)
      hasChanged = true
    }
    return hasChanged
  }

  #perSecond(account: AccountId): number {
    return this.#directory().account(account)?.messagesPerSecond ?? 0
  }
}
