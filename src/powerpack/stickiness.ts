// Sticky sender: a phone hears from the number that it had its last message from, for some days after that. Memory and its kept rows.
import type { KeptRow } from '../message/kept.js'
import type { OwnedNumber } from './owned-number.js'
import type { Pack } from './pack.js'
import { keptRow, pairKey, readPair } from './rows.js'
import { StickyTable } from './sticky-table.js'

export interface StickyOptions {
  /** How long it holds after the last message, ms. */
  readonly holdMs: number
  /** Phones remembered over all packs; beyond it the longest silent ones are forgotten. At least 1. */
  readonly maxPhones: number
}

/** What was remembered before; undefined for nothing. */
export interface Remembered {
  readonly number: number
  readonly lastMs: number
}

/** Entries that are over are dropped a few at a time, with what comes next. */
const DROPS = 2

export class Stickiness {
  readonly #table = new StickyTable()
  readonly #options: StickyOptions
  /** Packs by their index in the table; those that are gone keep theirs until a restart. */
  readonly #packs: string[] = []
  readonly #indexes = new Map<string, number>()
  /** Keys whose kept row may say something else than memory does. */
  readonly #owed = new Set<string>()

  constructor(options: StickyOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#table.size
  }

  /** What is remembered of a phone, whether it still holds or not. */
  remembered(pack: string, phone: string): Remembered | undefined {
    const entry = this.#entry(pack, phone)
    if (entry < 0) return undefined
    return { number: this.#table.numberOf(entry), lastMs: this.#table.lastMsOf(entry) }
  }

  /** Whether it still holds. Whether the number may be used is not asked here, nor how long it has been in the pool. */
  holds({ lastMs }: Remembered, pack: Pack, nowMs: number): boolean {
    return nowMs - lastMs <= this.#options.holdMs && lastMs >= pack.stickySinceMs
  }

  /**
   * A message went between the two.
   *
   * @param rows gets what is to be kept of it
   * @returns the time that was remembered, ms
   */
  remember(pack: Pack, phone: string, row: OwnedNumber, nowMs: number, rows: KeptRow[]): number {
    const lastMs = Math.max(Math.floor(nowMs), pack.stickySinceMs, row.joinedAtMs)
    const key = pairKey(pack.uuid, phone)
    this.#table.set(this.#indexOf(pack.uuid), Number(phone), Number(row.number), lastMs)
    this.#owed.delete(key)
    rows.push(keptRow('sticky', key, pairKey(row.number, String(lastMs))))
    this.#dropSome(nowMs, rows)
    return lastMs
  }

  /** Takes one `remember` back, unless the two have had to do with each other since. */
  undo(pack: string, phone: string, number: string, lastMs: number, before: Remembered | undefined): void {
    const entry = this.#entry(pack, phone)
    if (entry < 0 || this.#table.lastMsOf(entry) !== lastMs || this.#table.numberOf(entry) !== Number(number)) return
    if (before === undefined) this.#table.remove(entry)
    else this.#table.set(this.#indexOf(pack), Number(phone), before.number, before.lastMs)
  }

  /** The kept row of this key may say something else than memory does. */
  owe(key: string): void {
    this.#owed.add(key)
  }

  /** Rows that say what memory does, for some of those that may not: at most `max`. */
  takeOwed(max: number, rows: KeptRow[]): void {
    for (const key of this.#owed) {
      if (max-- <= 0) return
      this.#owed.delete(key)
      const [pack, phone] = readPair(key)!
      const now = this.remembered(pack, phone)
      rows.push(keptRow('sticky', key, now === undefined ? '' : pairKey(String(now.number), String(now.lastMs))))
    }
  }

  /** @returns false for a row that cannot be read */
  load(key: string, text: string): boolean {
    const [pack, phone] = readPair(key) ?? ['', '']
    const [number, lastMs] = (readPair(text) ?? []).map(Number)
    if (pack === '' || !(Number(phone) > 0) || !(number! > 0) || !(lastMs! >= 0)) return false
    this.#table.set(this.#indexOf(pack), Number(phone), number!, lastMs!)
    return true
  }

  /** After the last `load`. */
  loaded(): void {
    this.#table.sort()
  }

  #dropSome(nowMs: number, rows: KeptRow[]): void {
    for (let dropped = 0; dropped < DROPS; dropped++) {
      const oldest = this.#table.oldest
      const isOver = nowMs - this.#table.lastMsOf(oldest) > this.#options.holdMs
      if (!isOver && this.#table.size <= this.#options.maxPhones) return
      const key = pairKey(this.#packs[this.#table.packOf(oldest)]!, String(this.#table.phoneOf(oldest)))
      this.#table.remove(oldest)
      this.#owed.delete(key)
      rows.push(keptRow('sticky', key, ''))
    }
  }

  #entry(pack: string, phone: string): number {
    const index = this.#indexes.get(pack)
    return index === undefined ? -1 : this.#table.find(index, Number(phone))
  }

  #indexOf(pack: string): number {
    let index = this.#indexes.get(pack)
    if (index === undefined) {
      index = this.#packs.push(pack) - 1
      this.#indexes.set(pack, index)
    }
    return index
  }
}
