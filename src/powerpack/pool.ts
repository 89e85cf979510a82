// The numbers of one pool: long codes by area code, region and country in the order of their use, the few of other types in a list.
import { nanpAreaOf, type NanpArea, type NanpCountry } from '../phone/nanp.js'
import { LeastUsed } from './least-used.js'
import type { NumberBook } from './number-book.js'
import type { Service } from './number-type.js'
import type { OwnedNumber } from './owned-number.js'

/** An area code, a region or a country, as a key of a pool's orders. */
export type AreaKey = number

const AREA_CODE = 0
const REGION = 1
const COUNTRY = 2
/** Above all area codes; regions lie there by their index. */
const REGIONS_FROM = 1000
const UNITED_STATES = 2000
const CANADA = 2001
/** Services that a number can do, as bits. */
const SERVICE_BITS: Readonly<Record<Service, number>> = { sms: 1, mms: 2 }
const BOTH = 3

export function areaCodeKey(area: NanpArea): AreaKey {
  return area.code
}

/** Undefined where the area code is of no region. */
export function regionKey(area: NanpArea): AreaKey | undefined {
  return area.regionIndex === 0 ? undefined : REGIONS_FROM + area.regionIndex
}

export function countryKey(country: NanpCountry): AreaKey {
  return country === 'US' ? UNITED_STATES : CANADA
}

/** Whether a number of a pool is used at all. */
export function isUsable(row: OwnedNumber): boolean {
  return row.quarantine === undefined && (row.sms || row.mms)
}

export class Pool {
  readonly uuid: string
  /** Of its powerpack. */
  readonly pack: string
  readonly #book: NumberBook
  /** All numbers, used or not, in the order in which they joined. */
  readonly #members = new Set<number>()
  readonly #orders = new Map<number, LeastUsed>()
  /** Toll-free numbers and short codes, used or not. */
  readonly #few = new Set<number>()
  /** Slots of those that are used. */
  #others: readonly number[] = []

  constructor(uuid: string, pack: string, book: NumberBook) {
    this.uuid = uuid
    this.pack = pack
    this.#book = book
  }

  get size(): number {
    return this.#members.size
  }

  *numbers(): Iterable<OwnedNumber> {
    for (const slot of this.#members) yield this.#book.at(slot)
  }

  /** Its toll-free numbers and short codes, used or not: one of each at most, by country. */
  *few(): Iterable<OwnedNumber> {
    for (const slot of this.#few) yield this.#book.at(slot)
  }

  /** Toll-free numbers and short codes that are used, by slot. */
  get others(): readonly number[] {
    return this.#others
  }

  has(slot: number): boolean {
    return this.#members.has(slot)
  }

  /** Takes the number of this slot in. */
  add(slot: number): void {
    this.#members.add(slot)
    const row = this.#book.at(slot)
    if (row.type !== 'longcode') this.#few.add(slot)
    if (!isUsable(row)) return
    if (row.type !== 'longcode') this.#others = [...this.#others, slot]
    else this.#eachOrder(row, (order) => order.add(slot))
  }

  /** As `add` for each, for a pool that has no numbers yet; faster for very many. */
  fill(slots: readonly number[]): void {
    const byOrder = new Map<LeastUsed, number[]>()
    for (const slot of slots) {
      const row = this.#book.at(slot)
      if (row.type !== 'longcode' || !isUsable(row)) {
        this.add(slot)
        continue
      }
      this.#members.add(slot)
      this.#eachOrder(row, (order) => {
        const members = byOrder.get(order)
        if (members === undefined) byOrder.set(order, [slot])
        else members.push(slot)
      })
    }
    for (const [order, members] of byOrder) order.fill(members)
  }

  /** Takes the number of this slot out; its row is still the one that it was added with. */
  remove(slot: number): void {
    this.#members.delete(slot)
    this.#few.delete(slot)
    const row = this.#book.at(slot)
    if (!isUsable(row)) return
    if (row.type !== 'longcode') this.#others = this.#others.filter((other) => other !== slot)
    else this.#eachOrder(row, (order) => order.remove(slot))
  }

  /** What a number sent today is about to go from one count to the other. */
  change(slot: number, from: number, to: number): void {
    const row = this.#book.at(slot)
    if (row.type === 'longcode' && isUsable(row)) this.#eachOrder(row, (order) => order.change(slot, from, to))
  }

  /**
   * One of the least used long codes of an area that can do a service and fit, each as likely as the others.
   *
   * @param from what it sent today, or more
   * @param below what it sent less than
   * @param chance 0 to below 1
   * @param fits asked of a few of them, until one does
   * @returns its slot, or -1 where there is none or none of those few fits
   */
  pick(
    area: AreaKey,
    service: Service,
    from: number,
    below: number,
    chance: number,
    fits: (number: string) => boolean,
  ): number {
    const some = this.#order(area, SERVICE_BITS[service])
    const both = this.#order(area, BOTH)
    let left = TRIES
    for (let count = from; ; count++) {
      const someLeast = some?.leastFrom(count) ?? Infinity
      const bothLeast = both?.leastFrom(count) ?? Infinity
      count = Math.min(someLeast, bothLeast)
      if (count >= below || count === Infinity) return -1
      const someTies = someLeast === count ? some!.ties(count) : 0
      const ties = someTies + (bothLeast === count ? both!.ties(count) : 0)
      const first = Math.floor(chance * ties)
      for (let tried = 0; tried < ties; tried++) {
        const index = (first + tried) % ties
        const slot = index < someTies ? some!.at(count, index) : both!.at(count, index - someTies)
        if (fits(this.#book.at(slot).number)) return slot
        // One that doesn't fit must not keep those of more use from being asked.
        if (--left === 0) return -1
      }
    }
  }

  #order(area: AreaKey, bits: number): LeastUsed | undefined {
    return this.#orders.get(area * 4 + bits)
  }

  #eachOrder(row: OwnedNumber, work: (order: LeastUsed) => void): void {
    const area = nanpAreaOf(row.number)
    if (area === undefined) return
    const bits = (row.sms ? SERVICE_BITS.sms : 0) + (row.mms ? SERVICE_BITS.mms : 0)
    work(this.#orderAt(areaCodeKey(area) * 4 + bits, AREA_CODE))
    const region = regionKey(area)
    if (region !== undefined) work(this.#orderAt(region * 4 + bits, REGION))
    work(this.#orderAt(countryKey(area.country) * 4 + bits, COUNTRY))
  }

  #orderAt(key: number, level: number): LeastUsed {
    let order = this.#orders.get(key)
    if (order === undefined) this.#orders.set(key, (order = new LeastUsed(this.#book.columns, level)))
    return order
  }
}

/** How many are asked whether they fit. */
const TRIES = 32
