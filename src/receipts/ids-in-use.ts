// Which ids of vendors have a row that waits for a report, as far as hashes tell: most new ids are known to be new by it, without a
// reading of the store. Says too often that one is in use, never too seldom. Reads nothing.

import type { AwaitingKey } from '../store/contracts/store.js'

/** Tables grow one by one, so that no growing is felt. */
const TABLES = 256
const FIRST_SLOTS = 16
/** With four octets a slot and three in four of them taken: 64 MiB, 12 million ids. */
const MAX_SLOTS = 2 ** 16

interface Table {
  /** Open addressing, 0 for a free slot. One hash stands as often as it was added. */
  slots: Int32Array
  count: number
}

/** As a signed number: JavaScript is slow with larger ones. */
const FNV_OFFSET = 0x811c9dc5 | 0

export class IdsInUse {
  readonly #tables: Table[] = []
  readonly #maxSlots: number
  /** Those that found no room. While there are any, every id may be in use: each costs a reading then. */
  #unlisted = 0
  /** Most ids in a row are of one vendor. */
  #vendor = ''
  #vendorHash = FNV_OFFSET

  /** @param maxSlots of each table, a power of two from 16 on */
  constructor(maxSlots = MAX_SLOTS) {
    this.#maxSlots = maxSlots
    for (let i = 0; i < TABLES; i++) this.#tables.push({ slots: noSlots, count: 0 })
  }

  /** Adds a key that is not in use; false where it may be, and then nothing is changed. */
  addNew(key: AwaitingKey): boolean {
    const hash = this.#hashOf(key)
    if (this.#unlisted > 0 || find(this.#tables[hash >>> 24]!, hash) >= 0) return false
    this.#add(hash)
    return true
  }

  /** To be called once for a key, until it is removed. */
  add(key: AwaitingKey): void {
    this.#add(this.#hashOf(key))
  }

  /** One that was added is no longer in use. */
  remove(key: AwaitingKey): void {
    const hash = this.#hashOf(key)
    const table = this.#tables[hash >>> 24]!
    const at = find(table, hash)
    if (at >= 0) takeOut(table, at)
    // Of two that share a hash it makes no difference which is listed: all are in use until the count is right again.
    else if (this.#unlisted > 0) this.#unlisted--
  }

  /** With the last mixing of MurmurHash3: the upper bits choose a table, the lower ones a slot. A signed number, never 0. */
  #hashOf({ vendor, vendorMessageId }: AwaitingKey): number {
    if (vendor !== this.#vendor) {
      this.#vendor = vendor
      this.#vendorHash = hashOn(FNV_OFFSET, vendor)
    }
    let hash = hashOn(this.#vendorHash, vendorMessageId)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return hash ^ (hash >>> 16) || 1
  }

  #add(hash: number): void {
    const table = this.#tables[hash >>> 24]!
    const { length } = table.slots
    if (length === 1 || table.count * 4 >= length * 3) {
      if (length < this.#maxSlots) grow(table)
      else {
        this.#unlisted++
        return
      }
    }
    put(table.slots, hash)
    table.count++
  }
}

/** Of tables that have nothing yet: one free slot, never taken. */
const noSlots = new Int32Array(1)

/** FNV-1a. */
function hashOn(from: number, text: string): number {
  let hash = from
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** -1 where it is not there. */
function find({ slots }: Table, hash: number): number {
  const mask = slots.length - 1
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const found = slots[at]!
    if (found === hash) return at
    if (found === 0) return -1
  }
}

function put(slots: Int32Array, hash: number): void {
  const mask = slots.length - 1
  let at = hash & mask
  while (slots[at] !== 0) at = (at + 1) & mask
  slots[at] = hash
}

/** What stands behind it moves up as far as it may, so that no search ends too early. */
function takeOut(table: Table, at: number): void {
  const { slots } = table
  const mask = slots.length - 1
  let hole = at
  for (let next = (hole + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
    const hash = slots[next]!
    // Not before the slot where its search begins.
    if (((next - hash) & mask) < ((next - hole) & mask)) continue
    slots[hole] = hash
    hole = next
  }
  slots[hole] = 0
  table.count--
}

function grow(table: Table): void {
  const slots = new Int32Array(Math.max(FIRST_SLOTS, table.slots.length * 2))
  for (const hash of table.slots) if (hash !== 0) put(slots, hash)
  table.slots = slots
}
