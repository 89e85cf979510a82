// The limits before each lane, by the directory of now: how fast the messages of each account leave, one limit for all its lanes, and
// those of each number of a pool; and where there are campaigns, what carriers take. Belongs to the composition root.

import type { CarrierLimits } from './carrier-limits.js'
import type { LaneTarget } from './delivery/lane-key.js'
import { rateLimit, type Limit } from './delivery/limits.js'
import type { NumberPaces } from './delivery/number-paces.js'
import type { Snapshot } from './directory/snapshot.js'
import type { AccountId } from './message/ids.js'

const unlimited: readonly Limit[] = []

export class AccountLimits {
  readonly #directory: () => Snapshot
  readonly #nowMs: () => number
  readonly #carriers: CarrierLimits | undefined
  readonly #numbers: NumberPaces | undefined
  readonly #byAccount = new Map<AccountId, { readonly perSecond: number; readonly limits: readonly Limit[] }>()

  /** @param nowMs switch time @param numbers left out where there are no pools @param carriers where they limit nothing */
  constructor(directory: () => Snapshot, nowMs: () => number, numbers?: NumberPaces, carriers?: CarrierLimits) {
    this.#directory = directory
    this.#nowMs = nowMs
    this.#carriers = carriers
    this.#numbers = numbers
  }

  /**
   * The same array for all lanes of an account, until its pace is another; those of a number have one each. Where there are campaigns
   * an account has one pace for what carriers limit and for what they do not.
   */
  of(target: LaneTarget): readonly Limit[] {
    if (target.kind !== 'vendor') return unlimited
    const { account, sender } = target
    const ofNumber = sender && this.#numbers?.of(sender.number)
    if (this.#carriers?.isOn() === true) return this.#carriers.limitsOf(target, ofNumber)
    const ofAccount = this.#ofAccount(account)
    return ofNumber === undefined ? ofAccount : [...ofAccount, ofNumber]
  }

  #ofAccount(account: AccountId): readonly Limit[] {
    const known = this.#byAccount.get(account)
    if (known !== undefined) return known.limits
    const perSecond = this.#perSecond(account)
    const limits = perSecond > 0 ? [rateLimit(`account ${account}`, perSecond, this.#nowMs())] : unlimited
    this.#byAccount.set(account, { perSecond, limits })
    return limits
  }

  /** The directory has changed. True when some limit has. */
  follow(): boolean {
    let hasChanged = this.#carriers?.follow() ?? false
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
