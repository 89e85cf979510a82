// Powerpacks of one process: which number sends for which pack, and what is owned, pooled, counted, remembered and refused. The truth is
// in kept rows: each change says its own.
import { isE164Shape } from '../phone/e164.js'
import { nanpAreaOf } from '../phone/nanp.js'
import type { KeptRow } from '../message/kept.js'
import { chooseNumber, mayReach, type ToPhone } from './choose.js'
import type { NumberType } from './number-type.js'
import { OptOuts } from './opt-outs.js'
import { readNumber, type OwnedNumber } from './owned-number.js'
import { readPack, scopeOf, type Pack } from './pack.js'
import { PoolBook } from './pool-book.js'
import { isUsable } from './pool.js'
import { keptRow, readPair, type KeptTable } from './rows.js'
import {
  noSenderCodes,
  type Chosen,
  type NamedSender,
  type NoSender,
  type NoSenderReason,
  type SenderStanding,
  type SenderWanted,
} from './sender.js'
import { SentToday } from './sent-today.js'
import { Stickiness, type Remembered } from './stickiness.js'

export interface PowerpackOptions {
  /** Segments a day after which a long code is passed over while others of its area sent less. */
  readonly dayCap: number
  /** How long a phone hears from the number that it had its last message from, ms. */
  readonly stickyMs: number
  /** Phones of which that is remembered. */
  readonly stickyPhones: number
  /** Messages a second of a number that says nothing else. */
  readonly perSecond: Readonly<Record<NumberType, number>>
}

export const powerpackDefaults: PowerpackOptions = {
  dayCap: 150,
  stickyMs: 15 * 86_400_000,
  stickyPhones: 1_000_000,
  perSecond: { longcode: 1, tollfree: 3, shortcode: 100 },
}

/** Rows that are written beside a message because an earlier one was taken back. */
const OWED_AT_ONCE = 4

export class Powerpacks {
  /** Packs, pools and numbers: to look at, and for the judges of pack-changes and number-changes. */
  readonly book = new PoolBook()
  readonly optOuts = new OptOuts()
  readonly #options: PowerpackOptions
  readonly #sticky: Stickiness
  readonly #sent: SentToday
  #loading: { readonly packs: Pack[]; readonly numbers: OwnedNumber[]; readonly sent: KeptRow[] } | undefined = {
    packs: [],
    numbers: [],
    sent: [],
  }

  readonly #texts = new Map<string, string>()
  /** Pools and accounts have a hundred thousand numbers: their names are in memory once. */
  readonly #shared = (text: string): string => {
    const known = this.#texts.get(text)
    if (known === undefined) this.#texts.set(text, text)
    return known ?? text
  }

  constructor(options: PowerpackOptions = powerpackDefaults) {
    this.#options = options
    this.#sticky = new Stickiness({ holdMs: options.stickyMs, maxPhones: Math.max(1, options.stickyPhones) })
    this.#sent = new SentToday(this.book)
  }

  /**
   * Takes kept rows of a table, before anything else is asked; tables and rows in any order.
   *
   * @returns keys of rows that cannot be read; they count for nothing
   */
  load(table: KeptTable, rows: Iterable<KeptRow>): readonly string[] {
    const unreadable: string[] = []
    for (const { key, text } of rows) if (!this.#read(table, key, text)) unreadable.push(key)
    return unreadable
  }

  /** After the last `load`. @param wallMs wall time: counts of other days are over */
  loaded(wallMs: number): void {
    const { packs, numbers, sent } = this.#loading ?? { packs: [], numbers: [], sent: [] }
    this.#loading = undefined
    this.#sent.setTime(wallMs)
    for (const row of numbers) this.book.numbers.put(row)
    for (const { key, text } of sent) this.#sent.load(key, text)
    this.book.fill(packs, numbers)
    this.#sticky.loaded()
    this.#texts.clear()
  }

  /**
   * Chooses the number that sends a message; counts and remembers it at once.
   *
   * @param nowMs switch time
   * @param wallMs wall time: whose day it counts for
   * @param chance 0 to below 1, a new one each time: decides between equals
   */
  choose(wanted: SenderWanted, nowMs: number, wallMs: number, chance: () => number): Chosen | NoSender {
    this.#sent.setTime(wallMs)
    const { destination } = wanted
    const pack = this.book.pack(wanted.pack)
    const pool = this.book.pool(pack?.pool ?? '')
    if (pack === undefined || pool === undefined) return none('unknownPack')
    const area = nanpAreaOf(destination)
    if (area === undefined) return none(isE164Shape(destination) ? 'countryBarred' : 'invalidDestination')
    if (this.optOuts.has(scopeOf(pack), destination)) return none('optedOut')
    const { service, carrier, hasRoom } = wanted
    const isOptedOut = (number: string): boolean => this.optOuts.has(number, destination)
    const to: ToPhone = { area, service, carrier, hasRoom, isOptedOut }
    const before = this.#sticky.remembered(pack.uuid, destination)
    const held = pack.stickySender && before !== undefined ? this.#heldSlot(pack, before, to, nowMs) : -1
    if (held >= 0 && to.hasRoom?.(this.book.numbers.at(held).number) === false) return none('queuesFull')
    const found = held >= 0 ? held : chooseNumber(pack, pool, this.book.numbers, to, this.#options.dayCap, chance)
    return typeof found === 'number' ? this.#take(pack, found, wanted, held >= 0, before, nowMs) : none(found)
  }

  /** Takes a choice back whose message came to nothing. What was kept of it, if anything, is put right with what comes next. */
  undo({ number, kept, mark }: Chosen): void {
    const slot = this.book.numbers.slotOf(number)
    if (slot >= 0) this.#sent.undo(slot, mark.segments, mark.day)
    if (mark.lastMs >= 0) this.#sticky.undo(mark.pack, mark.destination, number, mark.lastMs, mark.before)
    for (const { table, key } of kept) {
      if (table === 'sent') this.#sent.owe(key)
      else this.#sticky.owe(key)
    }
  }

  /** Rows that are owed since choices were taken back, at most `max`: for a unit of their own when no message takes them along. */
  owed(max: number): readonly KeptRow[] {
    const rows: KeptRow[] = []
    this.#sticky.takeOwed(max, rows)
    this.#sent.takeOwed(max - rows.length, rows)
    return rows
  }

  /**
   * Counts a message whose sender named the number himself: it sends as much as any other. The phone goes on hearing from the number, if
   * it did.
   *
   * @param nowMs switch time
   * @param wallMs wall time: whose day it counts for
   * @returns undefined where the number is not the account's
   */
  named({ number, account, destination, segments }: NamedSender, nowMs: number, wallMs: number): Chosen | undefined {
    const slot = this.book.numbers.slotOf(number)
    if (slot < 0 || this.book.numbers.at(slot).account !== account) return undefined
    this.#sent.setTime(wallMs)
    const { type } = this.book.numbers.at(slot)
    const kept: KeptRow[] = []
    this.#sent.add(slot, segments, kept)
    const pack = this.book.packOf(number)?.uuid ?? ''
    const before = pack === '' ? undefined : this.#sticky.remembered(pack, destination)
    const lastMs = this.#goesOn(number, destination, nowMs, kept)
    const mark = { pack, destination, segments, day: this.#sent.day, lastMs, before }
    return { kind: 'chosen', number, type, isSticky: lastMs >= 0, kept, mark }
  }

  /** A phone wrote to a number: it goes on hearing from it. @returns what is to be kept of that */
  heard(number: string, phone: string, nowMs: number): readonly KeptRow[] {
    const rows: KeptRow[] = []
    this.#goesOn(number, phone, nowMs, rows)
    return rows
  }

  /** Whether a number that was chosen before may send to a phone for its pack now. */
  standing(packUuid: string, number: string, phone: string): SenderStanding {
    const pack = this.book.pack(packUuid)
    if (pack !== undefined && this.optOuts.has(scopeOf(pack), phone)) return 'optedOut'
    const row = this.book.numbers.get(number)
    if (pack === undefined || row?.pool !== pack.pool || !isUsable(row)) return 'gone'
    return this.optOuts.has(number, phone) ? 'gone' : 'usable'
  }

  /** Messages a second that a number may send. */
  perSecond(number: string): number {
    const row = this.book.numbers.get(number)
    return row === undefined || row.perSecond === 0 ? this.#options.perSecond[row?.type ?? 'longcode'] : row.perSecond
  }

  /** Segments that a number sent today, UTC. */
  sentToday(number: string, wallMs: number): number {
    this.#sent.setTime(wallMs)
    const slot = this.book.numbers.slotOf(number)
    return slot < 0 ? 0 : this.#sent.of(slot)
  }

  /** Whether a phone wants nothing more from a number, whoever sends by it: by the number's pack, or by the number alone. */
  hasOptedOut(number: string, phone: string): boolean {
    if (this.optOuts.size === 0) return false
    return this.optOuts.has(number, phone) || this.optOuts.has(this.optOutScope(number), phone)
  }

  /** The scope in which a phone opts out that answers a number: that of its pack, or of the number alone where it sends for none. */
  optOutScope(number: string): string {
    const pack = this.book.packOf(number)
    return pack === undefined ? number : scopeOf(pack)
  }

  /** A phone that hears from a number still does. @returns the time that is remembered, ms; -1 where it does not */
  #goesOn(number: string, phone: string, nowMs: number, rows: KeptRow[]): number {
    const pack = this.book.packOf(number)
    const row = this.book.numbers.get(number)
    if (pack?.stickySender !== true || row === undefined) return -1
    const before = this.#sticky.remembered(pack.uuid, phone)
    if (before === undefined || before.number !== Number(number)) return -1
    if (!this.#sticky.holds(before, pack, nowMs) || before.lastMs < row.joinedAtMs) return -1
    return this.#sticky.remember(pack, phone, row, nowMs, rows)
  }

  #heldSlot(pack: Pack, before: Remembered, to: ToPhone, nowMs: number): number {
    if (!this.#sticky.holds(before, pack, nowMs)) return -1
    const slot = this.book.numbers.slotOf(String(before.number))
    if (slot < 0) return -1
    const row = this.book.numbers.at(slot)
    return row.pool === pack.pool && before.lastMs >= row.joinedAtMs && mayReach(row, to) ? slot : -1
  }

  #take(
    pack: Pack,
    slot: number,
    { destination, segments }: SenderWanted,
    isSticky: boolean,
    before: Remembered | undefined,
    nowMs: number,
  ): Chosen {
    const row = this.book.numbers.at(slot)
    const kept: KeptRow[] = []
    this.#sent.add(slot, segments, kept)
    const lastMs = pack.stickySender ? this.#sticky.remember(pack, destination, row, nowMs, kept) : -1
    this.#sticky.takeOwed(OWED_AT_ONCE, kept)
    this.#sent.takeOwed(OWED_AT_ONCE, kept)
    const mark = { pack: pack.uuid, destination, segments, day: this.#sent.day, lastMs, before }
    return { kind: 'chosen', number: row.number, type: row.type, isSticky, kept, mark }
  }

  #read(table: KeptTable, key: string, text: string): boolean {
    switch (table) {
      case 'powerpack':
        return kept(this.#loading?.packs, readPack(key, text))
      case 'number':
        return kept(this.#loading?.numbers, readNumber(key, text, this.#shared))
      case 'sent':
        return kept(this.#loading?.sent, readPair(text) === undefined ? undefined : keptRow(table, key, text))
      case 'sticky':
        return this.#sticky.load(key, text)
      case 'optout':
        return this.optOuts.load(key, text)
    }
  }
}

function kept<T>(list: T[] | undefined, value: T | undefined): boolean {
  if (value === undefined) return false
  list?.push(value)
  return true
}

function none(reason: NoSenderReason): NoSender {
  return { kind: 'none', reason, code: noSenderCodes[reason] }
}
