// Which number a phone had its last message from, for each pack: compact columns, the longest silent ones at hand.

const NONE = -1
const FIRST_ROOM = 64

/**
 * Entries lie in columns; a hash table with open addresses leads to them, a list through them from the longest silent to the one
 * heard of last. 44 octets for each that there is room for.
 */
export class StickyTable {
  #packs = new Int32Array(FIRST_ROOM)
  #phones = new Float64Array(FIRST_ROOM)
  #numbers = new Float64Array(FIRST_ROOM)
  #lastMs = new Float64Array(FIRST_ROOM)
  #older = new Int32Array(FIRST_ROOM)
  #newer = new Int32Array(FIRST_ROOM)
  /** Entry + 1; 0 for none. */
  #table = new Int32Array(FIRST_ROOM * 2)
  #size = 0
  #oldest = NONE
  #newest = NONE

  get size(): number {
    return this.#size
  }

  /** Memory of the columns. */
  get octets(): number {
    const columns = [this.#packs, this.#phones, this.#numbers, this.#lastMs, this.#older, this.#newer, this.#table]
    return columns.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** The entry of a phone, or -1. Entries move when others are removed: they are for use at once. */
  find(pack: number, phone: number): number {
    const table = this.#table
    const mask = table.length - 1
    for (let at = hash(pack, phone) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const entry = table[at]! - 1
      if (this.#phones[entry] === phone && this.#packs[entry] === pack) return entry
    }
    return NONE
  }

  packOf(entry: number): number {
    return this.#packs[entry]!
  }

  phoneOf(entry: number): number {
    return this.#phones[entry]!
  }

  numberOf(entry: number): number {
    return this.#numbers[entry]!
  }

  lastMsOf(entry: number): number {
    return this.#lastMs[entry]!
  }

  /** The entry that was set the longest ago, or -1. */
  get oldest(): number {
    return this.#oldest
  }

  /** Sets what a phone had last, and makes it the newest. */
  set(pack: number, phone: number, number: number, lastMs: number): void {
    let entry = this.find(pack, phone)
    if (entry === NONE) {
      entry = this.#size
      if (entry === this.#phones.length) this.#grow()
      this.#size++
      this.#packs[entry] = pack
      this.#phones[entry] = phone
      this.#enter(entry)
    } else {
      this.#unlink(entry)
    }
    this.#numbers[entry] = number
    this.#lastMs[entry] = lastMs
    this.#link(entry)
  }

  remove(entry: number): void {
    this.#unlink(entry)
    this.#leave(this.#addressOf(entry))
    const last = --this.#size
    if (entry === last) return
    this.#table[this.#addressOf(last)] = entry + 1
    this.#packs[entry] = this.#packs[last]!
    this.#phones[entry] = this.#phones[last]!
    this.#numbers[entry] = this.#numbers[last]!
    this.#lastMs[entry] = this.#lastMs[last]!
    this.#moved(last, entry)
  }

  /** Puts all entries into the order of their times: after many were set in another. */
  sort(): void {
    const entries = Int32Array.from({ length: this.#size }, (_, entry) => entry)
    entries.sort((a, b) => this.#lastMs[a]! - this.#lastMs[b]!)
    this.#oldest = this.#newest = NONE
    for (const entry of entries) this.#link(entry)
  }

  #link(entry: number): void {
    this.#older[entry] = this.#newest
    this.#newer[entry] = NONE
    if (this.#newest === NONE) this.#oldest = entry
    else this.#newer[this.#newest] = entry
    this.#newest = entry
  }

  #unlink(entry: number): void {
    const [older, newer] = [this.#older[entry]!, this.#newer[entry]!]
    if (older === NONE) this.#oldest = newer
    else this.#newer[older] = newer
    if (newer === NONE) this.#newest = older
    else this.#older[newer] = older
  }

  /** The neighbours of an entry that moved know where it is. */
  #moved(from: number, to: number): void {
    const older = (this.#older[to] = this.#older[from]!)
    const newer = (this.#newer[to] = this.#newer[from]!)
    if (older === NONE) this.#oldest = to
    else this.#newer[older] = to
    if (newer === NONE) this.#newest = to
    else this.#older[newer] = to
  }

  #enter(entry: number): void {
    const mask = this.#table.length - 1
    let at = hash(this.#packs[entry]!, this.#phones[entry]!) & mask
    while (this.#table[at] !== 0) at = (at + 1) & mask
    this.#table[at] = entry + 1
  }

  #addressOf(entry: number): number {
    const mask = this.#table.length - 1
    let at = hash(this.#packs[entry]!, this.#phones[entry]!) & mask
    while (this.#table[at] !== entry + 1) at = (at + 1) & mask
    return at
  }

  /** Empties an address and closes the gap: what comes behind it must be found from its own address on. */
  #leave(address: number): void {
    const table = this.#table
    const mask = table.length - 1
    let gap = address
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const entry = table[at]! - 1
      const home = hash(this.#packs[entry]!, this.#phones[entry]!) & mask
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      table[gap] = entry + 1
      gap = at
    }
    table[gap] = 0
  }

  #grow(): void {
    const room = this.#phones.length * 2
    this.#packs = wider(Int32Array, this.#packs, room)
    this.#phones = wider(Float64Array, this.#phones, room)
    this.#numbers = wider(Float64Array, this.#numbers, room)
    this.#lastMs = wider(Float64Array, this.#lastMs, room)
    this.#older = wider(Int32Array, this.#older, room)
    this.#newer = wider(Int32Array, this.#newer, room)
    this.#table = new Int32Array(room * 2)
    for (let entry = 0; entry < this.#size; entry++) this.#enter(entry)
  }
}

type Column = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

function wider<T extends Column>(kind: new (length: number) => T, column: T, length: number): T {
  const room = new kind(length)
  room.set(column)
  return room
}

/** Phones of a country differ in their last digits mostly: all bits of both are mixed into all. */
function hash(pack: number, phone: number): number {
  let mixed = Math.imul(phone | 0, 0x9e3779b1) ^ Math.imul((phone / 0x1_0000_0000) | 0, 0x85ebca6b)
  mixed ^= Math.imul(pack + 1, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
