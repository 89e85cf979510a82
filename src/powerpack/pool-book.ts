// Powerpacks, their pools and all owned numbers, as they are now. What may change is judged elsewhere; what was judged is put here.
import type { AccountId } from '../message/ids.js'
import { NumberBook } from './number-book.js'
import type { OwnedNumber } from './owned-number.js'
import type { Pack } from './pack.js'
import { isUsable, Pool } from './pool.js'

export class PoolBook {
  readonly numbers = new NumberBook()
  readonly #packs = new Map<string, Pack>()
  readonly #pools = new Map<string, Pool>()
  readonly #byAccount = new Map<AccountId, Map<string, Pack>>()

  get packCount(): number {
    return this.#packs.size
  }

  pack(uuid: string): Pack | undefined {
    return this.#packs.get(uuid)
  }

  pool(uuid: string): Pool | undefined {
    return this.#pools.get(uuid)
  }

  /** The pack that a number sends for; undefined for one in no pool and for one that nobody owns. */
  packOf(number: string): Pack | undefined {
    const row = this.numbers.get(number)
    return row === undefined ? undefined : this.packOfPool(row.pool)
  }

  packOfPool(uuid: string): Pack | undefined {
    const pool = this.#pools.get(uuid)
    return pool === undefined ? undefined : this.#packs.get(pool.pack)
  }

  /** In the order in which they were made. */
  packsOf(account: AccountId): readonly Pack[] {
    return [...(this.#byAccount.get(account)?.values() ?? [])]
  }

  packNamed(account: AccountId, name: string): Pack | undefined {
    for (const pack of this.#byAccount.get(account)?.values() ?? []) if (pack.name === name) return pack
    return undefined
  }

  /** Adds a pack with its empty pool, or puts other properties in the place of its own. */
  putPack(pack: Pack): void {
    if (!this.#packs.has(pack.uuid)) this.#pools.set(pack.pool, new Pool(pack.pool, pack.uuid, this.numbers))
    this.#packs.set(pack.uuid, pack)
    const packs = this.#byAccount.get(pack.account) ?? new Map<string, Pack>()
    this.#byAccount.set(pack.account, packs)
    packs.set(pack.uuid, pack)
  }

  /** Takes a pack and its pool away; its numbers are in no pool then. */
  dropPack(uuid: string): void {
    const pack = this.#packs.get(uuid)
    if (pack === undefined) return
    const pool = this.#pools.get(pack.pool)
    this.#packs.delete(uuid)
    this.#pools.delete(pack.pool)
    const packs = this.#byAccount.get(pack.account)
    packs?.delete(uuid)
    if (packs?.size === 0) this.#byAccount.delete(pack.account)
    for (const row of pool?.numbers() ?? []) this.numbers.put(outOfPool(row))
  }

  /** Adds a number or puts another row in its place; it moves to where that says. */
  putNumber(row: OwnedNumber): void {
    const slot = this.numbers.slotOf(row.number)
    const before = slot < 0 ? undefined : this.numbers.at(slot)
    if (before !== undefined && standsAs(before, row)) {
      this.numbers.put(row)
      return
    }
    if (before !== undefined) this.#pools.get(before.pool)?.remove(slot)
    const pool = this.#pools.get(row.pool)
    const placed = this.numbers.put(row)
    pool?.add(placed)
  }

  dropNumber(number: string): void {
    const slot = this.numbers.slotOf(number)
    if (slot < 0) return
    this.#pools.get(this.numbers.at(slot).pool)?.remove(slot)
    this.numbers.remove(number)
  }

  /** Begins with these packs and numbers; numbers whose pool is gone are in none. */
  fill(packs: Iterable<Pack>, numbers: Iterable<OwnedNumber>): void {
    for (const pack of [...packs].sort((a, b) => a.createdAtMs - b.createdAtMs)) this.putPack(pack)
    const slots = new Map<Pool, number[]>()
    for (const row of numbers) {
      const pool = this.#pools.get(row.pool)
      const slot = this.numbers.put(pool === undefined && row.pool !== '' ? outOfPool(row) : row)
      if (pool === undefined) continue
      const members = slots.get(pool)
      if (members === undefined) slots.set(pool, [slot])
      else members.push(slot)
    }
    for (const [pool, members] of slots)
      pool.fill(members.sort((a, b) => this.numbers.at(a).joinedAtMs - this.numbers.at(b).joinedAtMs))
  }
}

/** The number as it is in no pool. */
export function outOfPool(row: OwnedNumber): OwnedNumber {
  return { ...row, pool: '', joinedAtMs: 0, quarantine: undefined }
}

/** Whether a pool has the number in the same places with both rows. */
function standsAs(before: OwnedNumber, after: OwnedNumber): boolean {
  return (
    before.pool === after.pool &&
    before.type === after.type &&
    before.sms === after.sms &&
    before.mms === after.mms &&
    isUsable(before) === isUsable(after)
  )
}
