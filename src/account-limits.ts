// How fast the messages of each account leave: one limit for all its lanes, by the directory of now. Belongs to the composition root.

import type { LaneTarget } from './delivery/lane-key.js'
import { rateLimit, type Limit } from './delivery/limits.js'
import type { Snapshot } from './directory/snapshot.js'
import type { AccountId } from './message/ids.js'

const unlimited: readonly Limit[] = []

export class AccountLimits {
  readonly #directory: () => Snapshot
  readonly #nowMs: () => number
  readonly #byAccount = new Map<AccountId, { readonly perSecond: number; readonly limits: readonly Limit[] }>()

  /** @param nowMs switch time */
  constructor(directory: () => Snapshot, nowMs: () => number) {
    this.#directory = directory
    this.#nowMs = nowMs
  }

  /** The same array for all lanes of an account, until its pace is another. */
  of(target: LaneTarget): readonly Limit[] {
    if (target.kind !== 'vendor') return unlimited
    const { account } = target
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
