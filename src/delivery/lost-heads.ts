// Counts how often the first receipt or message from a phone in line for an account was lost with its session: one that ends every
// session would block all behind it for days. Those behind it, in whichever of the account's lanes, are lost with it and count
// nothing. In memory only, one entry for an account.

import type { DeliveryRef } from '../message/delivery.js'
import { esmeOf } from './lane-key.js'

interface Head {
  readonly first: DeliveryRef
  readonly losses: number
}

export class LostHeads {
  readonly #byAccount = new Map<string, Head>()

  /** Returns how often it has been lost while nothing before it was; 0 for one that stands behind such a one. */
  lost(delivery: DeliveryRef): number {
    const account = esmeOf(delivery.lane)
    const head = this.#byAccount.get(account)
    if (head !== undefined && isBefore(head.first, delivery)) return 0
    const losses = head?.first.id === delivery.id ? head.losses + 1 : 1
    const first: DeliveryRef = { lane: delivery.lane, dueMs: delivery.dueMs, id: delivery.id }
    this.#byAccount.set(account, { first, losses })
    return losses
  }

  /** It was answered, or will not be sent any more. */
  over(delivery: DeliveryRef): void {
    if (this.#byAccount.size === 0) return
    const account = esmeOf(delivery.lane)
    if (this.#byAccount.get(account)?.first.id === delivery.id) this.#byAccount.delete(account)
  }
}

function isBefore(a: DeliveryRef, b: DeliveryRef): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.id < b.id)
}
