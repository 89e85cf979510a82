// All numbers that somebody owns, each in a place of its own: by number, by account. What pools make of them is told elsewhere.
import type { AccountId } from '../message/ids.js'
import type { OwnedNumber } from './owned-number.js'
import { SlotColumns } from './slot-columns.js'

export class NumberBook {
  readonly columns = new SlotColumns()
  readonly #rows: (OwnedNumber | undefined)[] = []
  readonly #slots = new Map<string, number>()
  readonly #byAccount = new Map<AccountId, Set<number>>()
  readonly #free: number[] = []
  readonly #quarantined = new Set<number>()

  get size(): number {
    return this.#slots.size
  }

  /** Those that are in a pool and not used. */
  get quarantinedCount(): number {
    return this.#quarantined.size
  }

  *quarantined(): Iterable<OwnedNumber> {
    for (const slot of this.#quarantined) yield this.#rows[slot]!
  }

  /** -1 for a number that nobody owns. */
  slotOf(number: string): number {
    return this.#slots.get(number) ?? -1
  }

  at(slot: number): OwnedNumber {
    return this.#rows[slot]!
  }

  get(number: string): OwnedNumber | undefined {
    const slot = this.#slots.get(number)
    return slot === undefined ? undefined : this.#rows[slot]
  }

  *ownedBy(account: AccountId): Iterable<OwnedNumber> {
    for (const slot of this.#byAccount.get(account) ?? []) yield this.#rows[slot]!
  }

  /** All numbers in the places from this one on, with their places. */
  *from(slot: number): Iterable<readonly [slot: number, row: OwnedNumber]> {
    for (let at = slot; at < this.#rows.length; at++) {
      const row = this.#rows[at]
      if (row !== undefined) yield [at, row]
    }
  }

  countOf(account: AccountId): number {
    return this.#byAccount.get(account)?.size ?? 0
  }

  /** Adds the number or puts another row in its place; its slot stays the same for as long as it is owned. */
  put(row: OwnedNumber): number {
    const known = this.#slots.get(row.number)
    const slot = known ?? this.#free.pop() ?? this.#rows.length
    const before = this.#rows[slot]
    this.#rows[slot] = row
    if (row.quarantine !== undefined) this.#quarantined.add(slot)
    else if (before?.quarantine !== undefined) this.#quarantined.delete(slot)
    if (known === undefined) {
      this.#slots.set(row.number, slot)
      this.columns.reserve(slot + 1)
      this.columns.setSent(slot, 0)
    }
    if (before?.account !== row.account) {
      if (before !== undefined) this.#forgetOwner(before.account, slot)
      let owned = this.#byAccount.get(row.account)
      if (owned === undefined) this.#byAccount.set(row.account, (owned = new Set()))
      owned.add(slot)
    }
    return slot
  }

  remove(number: string): void {
    const slot = this.#slots.get(number)
    if (slot === undefined) return
    this.#forgetOwner(this.at(slot).account, slot)
    this.#slots.delete(number)
    this.#rows[slot] = undefined
    this.#quarantined.delete(slot)
    this.#free.push(slot)
  }

  #forgetOwner(account: AccountId, slot: number): void {
    const owned = this.#byAccount.get(account)
    owned?.delete(slot)
    if (owned?.size === 0) this.#byAccount.delete(account)
  }
}
