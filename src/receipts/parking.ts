// Receipts that came before the answer they belong to, each under every id that it may be about. Bounded by its owner's check;
// decides nothing.

import type { ParkedReceipt, VendorReport } from '../message/delivery.js'
import { isFinal } from '../message/state.js'
import { isOtherPhone } from './choose-row.js'

export interface Parked {
  readonly row: ParkedReceipt
  /** The first is the key of its row in the store. */
  readonly keys: readonly string[]
}

export class Parking {
  /** By first key, in the order of their expiry. */
  readonly #byFirst = new Map<string, Parked>()
  readonly #byAlias = new Map<string, Parked>()

  get size(): number {
    return this.#byFirst.size
  }

  /** The one that has this as its first key. */
  first(key: string): Parked | undefined {
    return this.#byFirst.get(key)
  }

  /** The one that may be about this id; one that names it first goes before others. */
  find(key: string): Parked | undefined {
    return this.#byFirst.get(key) ?? this.#byAlias.get(key)
  }

  /** Takes the place of one with the same first key. */
  add(parked: Parked): void {
    const [first, ...aliases] = parked.keys
    if (first === undefined) return
    const before = this.#byFirst.get(first)
    if (before !== undefined) this.remove(before)
    this.#byFirst.set(first, parked)
    for (const alias of aliases) if (!this.#byAlias.has(alias)) this.#byAlias.set(alias, parked)
  }

  remove(parked: Parked): void {
    for (const key of parked.keys) {
      if (this.#byFirst.get(key) === parked) this.#byFirst.delete(key)
      if (this.#byAlias.get(key) === parked) this.#byAlias.delete(key)
    }
  }

  /** Those that expire by `expiryMs`, oldest first; those that are come upon may be removed. */
  *expiringBy(expiryMs: number): Generator<Parked> {
    for (const parked of this.#byFirst.values()) {
      if (parked.row.expiresAtMs > expiryMs) return
      yield parked
    }
  }

  /** Takes out those whose time is over, oldest first. */
  *takeExpired(nowMs: number): Generator<Parked> {
    for (const parked of this.#byFirst.values()) {
      if (parked.row.expiresAtMs > nowMs) return
      this.remove(parked)
      yield parked
    }
  }
}

/**
 * Says a report nothing new beside the one that waits under the same id? What it says of another phone is of another message.
 */
export function isRepeat(before: VendorReport, { state, destination }: VendorReport): boolean {
  if (isOtherPhone(before.destination, destination)) return false
  return isFinal(before.state) || before.state === state
}
