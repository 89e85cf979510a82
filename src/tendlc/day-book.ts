// What each brand has sent on its day: counted where it is taken, kept where the vendor has it, in the same step as that is recorded.
// A restart knows what was recorded; what was under way then is sent again, and counted again, or awaited. No clock, no store.

import type { KeptRow } from '../message/kept.js'
import { DayCalendar, dayText, readDay, type CalendarDay } from './day-calendar.js'

export const DAY_TABLE = 'capday'
/** Of a cap. Each is told once a day. */
const toldPercents = [50, 70, 100] as const

export interface DayUse {
  /** `2026-11-23` */
  readonly day: string
  /** Segments that a vendor has. */
  readonly recorded: number
  /** Segments that were let go and of which nobody has said yet what became. */
  readonly underWay: number
  /** Segments that others sent for the brand, as they said. */
  readonly elsewhere: number
}

export interface DayTold {
  readonly key: string
  readonly day: string
  readonly percent: (typeof toldPercents)[number]
  readonly used: number
  readonly cap: number
}

export interface DayBookPorts {
  /** Wall time at a switch time, both in ms. */
  wallMs(nowMs: number): number
  /** So much of a cap is used. */
  readonly told?: (told: DayTold) => void
}

interface Count {
  readonly day: number
  recorded: number
  underWay: number
  elsewhere: number
  /** Used when this process began: what that is of a cap was told before. */
  readonly known: number
  /** By cap, how many of the percents were told. */
  told: Map<number, number> | undefined
}

/** Days of a brand that are remembered: yesterday's answers still come, and a wall clock may be set back. */
const DAYS = 2
/** Brands among which those that rest are looked for. */
const LOOKED_THROUGH = 1024
const noRows: readonly KeptRow[] = []

export class DayBook {
  readonly #ports: DayBookPorts
  readonly #calendar: DayCalendar
  /** Newest first. */
  readonly #counts = new Map<string, Count[]>()
  #lookAt = LOOKED_THROUGH

  constructor(ports: DayBookPorts, calendar = new DayCalendar()) {
    this.#ports = ports
    this.#calendar = calendar
  }

  /**
   * The kept rows of an earlier process; before anything is counted.
   *
   * @returns rows that remove what is too old to matter
   */
  load(rows: readonly KeptRow[], nowMs: number): readonly KeptRow[] {
    const today = this.day(nowMs).number
    const old: KeptRow[] = []
    const found = new Map<string, { readonly key: string; readonly day: number; recorded: number; elsewhere: number }>()
    for (const { key: rowKey, text } of rows) {
      const parts = readKey(rowKey)
      if (parts === undefined || parts.day < today - DAYS) {
        old.push({ table: DAY_TABLE, key: rowKey, text: '' })
        continue
      }
      const { key, day, isElsewhere } = parts
      const place = `${key}|${day}`
      const sums = found.get(place) ?? { key, day, recorded: 0, elsewhere: 0 }
      found.set(place, sums)
      sums[isElsewhere ? 'elsewhere' : 'recorded'] = Math.max(0, Math.floor(Number(text))) || 0
    }
    for (const { key, day, recorded, elsewhere } of found.values())
      this.#add(key, { day, recorded, elsewhere, underWay: 0, known: recorded + elsewhere, told: undefined })
    return old
  }

  /** The day it is. */
  day(nowMs: number): CalendarDay {
    return this.#calendar.dayOf(this.#ports.wallMs(nowMs))
  }

  /** The next midnight, in switch time. */
  endMs(nowMs: number): number {
    return nowMs + Math.max(1, this.day(nowMs).endMs - this.#ports.wallMs(nowMs))
  }

  /** Segments of the day, sent, under way and elsewhere. */
  used(key: string, nowMs: number): number {
    const count = this.#find(key, this.day(nowMs).number)
    return count === undefined ? 0 : usedOf(count)
  }

  use(key: string, nowMs: number): DayUse {
    const { number } = this.day(nowMs)
    const { recorded = 0, underWay = 0, elsewhere = 0 } = this.#find(key, number) ?? {}
    return { day: dayText(number), recorded, underWay, elsewhere }
  }

  /** So many are let go. */
  take(key: string, segments: number, cap: number, nowMs: number): void {
    const count = this.#count(key, this.day(nowMs).number)
    count.underWay += segments
    this.#tell(key, count, cap, usedOf(count))
  }

  /** One was refused for want of room, with however little left: the cap is reached. */
  reached(key: string, cap: number, nowMs: number): void {
    this.#tell(key, this.#count(key, this.day(nowMs).number), cap, Infinity)
  }

  /** What was taken was not sent, or the vendor refused it, or did not answer and will be asked again. */
  giveBack(key: string, segments: number): void {
    const counts = this.#counts.get(key)
    if (counts !== undefined) landed(counts, segments)
  }

  /**
   * A vendor has so many of what was taken. To be called in the order in which that is recorded, and the rows to be kept in the
   * same step.
   *
   * @param isLate it had been given back meanwhile: the answer came after it was given up
   */
  vendorHas(key: string, segments: number, nowMs: number, isLate = false): readonly KeptRow[] {
    const counts = this.#counts.get(key)
    const left = isLate || counts === undefined ? undefined : landed(counts, segments)
    const count = left ?? this.#count(key, this.day(nowMs).number)
    count.recorded += segments
    const row: KeptRow = {
      table: DAY_TABLE,
      key: `${key}|${dayText(count.day)}`,
      text: String(count.recorded),
    }
    const over = this.#over(key, count)
    return over === noRows ? [row] : [...over, row]
  }

  /**
   * What counted as a vendor's, since it was never answered for, was refused after all.
   *
   * @param rowKey of the row that it was counted in
   * @returns rows to be kept; none where that day is forgotten
   */
  refusedAfterAll(rowKey: string, segments: number): readonly KeptRow[] {
    const parts = readKey(rowKey)
    const count = parts && this.#find(parts.key, parts.day)
    if (count === undefined || count.recorded < segments) return noRows
    count.recorded -= segments
    return [{ table: DAY_TABLE, key: rowKey, text: String(count.recorded) }]
  }

  /**
   * What others have sent for the brand today, in all: rows to be kept first, then applied.
   *
   * @param cap of which it is told how much that uses, beside those that were sent against; undefined for none
   */
  judgeElsewhere(
    key: string,
    segments: number,
    nowMs: number,
    cap?: number,
  ): { readonly rows: readonly KeptRow[]; apply(): void } {
    const { number } = this.day(nowMs)
    const text = segments === 0 ? '' : String(segments)
    return {
      rows: [{ table: DAY_TABLE, key: `${key}|${dayText(number)}|elsewhere`, text }],
      apply: () => {
        const count = this.#count(key, number)
        count.elsewhere = segments
        const caps = new Set([...(cap === undefined ? [] : [cap]), ...(count.told?.keys() ?? [])])
        for (const each of caps) this.#tell(key, count, each, usedOf(count))
      },
    }
  }

  /** Brands of which something is remembered. */
  get size(): number {
    return this.#counts.size
  }

  #find(key: string, day: number): Count | undefined {
    const counts = this.#counts.get(key)
    if (counts === undefined) return undefined
    const first = counts[0]!
    return first.day === day ? first : counts.find((count) => count.day === day)
  }

  #count(key: string, day: number): Count {
    return (
      this.#find(key, day) ?? this.#add(key, { day, recorded: 0, elsewhere: 0, underWay: 0, known: 0, told: undefined })
    )
  }

  #add(key: string, count: Count): Count {
    const counts = this.#counts.get(key)
    if (counts === undefined) {
      this.#forgetResting(count.day)
      this.#counts.set(key, [count])
    } else {
      counts.push(count)
      counts.sort((a, b) => b.day - a.day)
    }
    return count
  }

  /** Days that are over for good, of which `counted` is none whatever the wall clock was set to: forgotten, here and in the store. */
  #over(key: string, counted: Count): readonly KeptRow[] {
    const counts = this.#counts.get(key)
    if (counts === undefined || counts.length <= DAYS) return noRows
    const over = counts.slice(DAYS - (counts.indexOf(counted) < DAYS ? 0 : 1)).filter((count) => count !== counted)
    for (const count of over) counts.splice(counts.indexOf(count), 1)
    return over.flatMap(({ day }) => {
      const rowKey = `${key}|${dayText(day)}`
      return [rowKey, `${rowKey}|elsewhere`].map((gone) => ({ table: DAY_TABLE, key: gone, text: '' }))
    })
  }

  /** Those of which nothing was sent for days: their rows go at the next start. */
  #forgetResting(today: number): void {
    if (this.#counts.size < this.#lookAt) return
    for (const [key, counts] of this.#counts)
      if (counts.every(({ day, underWay }) => day < today - DAYS && underWay === 0)) this.#counts.delete(key)
    this.#lookAt = Math.max(LOOKED_THROUGH, this.#counts.size * 2)
  }

  #tell(key: string, count: Count, cap: number, used: number): void {
    const { told } = this.#ports
    if (told === undefined) return
    const known = count.told?.get(cap)
    const first = known ?? reachedOf(count.known, cap)
    const now = Math.max(first, reachedOf(used, cap))
    if (now === known) return
    count.told ??= new Map<number, number>()
    count.told.set(cap, now)
    for (let step = first; step < now; step++)
      told({ key, day: dayText(count.day), percent: toldPercents[step]!, used: usedOf(count), cap })
  }
}

/**
 * So many of what was under way are so no more. The elder day first: what was taken before midnight is answered before what was taken
 * after it, and where that is wrong, today has too many rather than too few.
 *
 * @returns the day on which they, or the first of them, were taken, as far as is known
 */
function landed(counts: readonly Count[], segments: number): Count | undefined {
  let left = segments
  let first: Count | undefined
  for (let i = counts.length - 1; i >= 0 && left > 0; i--) {
    const count = counts[i]!
    if (count.underWay === 0) continue
    first ??= count
    const back = Math.min(left, count.underWay)
    count.underWay -= back
    left -= back
  }
  return first
}

/** How many of the percents are used. */
function reachedOf(used: number, cap: number): number {
  let step = 0
  while (step < toldPercents.length && used * 100 >= cap * toldPercents[step]! && used > 0) step++
  return step
}

function usedOf({ recorded, underWay, elsewhere }: Count): number {
  return recorded + underWay + elsewhere
}

function readKey(
  rowKey: string,
): { readonly key: string; readonly day: number; readonly isElsewhere: boolean } | undefined {
  const isElsewhere = rowKey.endsWith('|elsewhere')
  const plain = isElsewhere ? rowKey.slice(0, -'|elsewhere'.length) : rowKey
  const at = plain.lastIndexOf('|')
  const day = readDay(plain.slice(at + 1))
  return at <= 0 || day === undefined ? undefined : { key: plain.slice(0, at), day, isElsewhere }
}
