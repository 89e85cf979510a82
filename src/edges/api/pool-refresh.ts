// Keeps pools healthy: a number whose messages do not arrive goes into quarantine, and another one takes its place. It is told of ends of
// messages, and changes pools as the API's callers do. Off unless a setting says otherwise.

import type { AccountId } from '../../message/ids.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import type { Judged } from '../../powerpack/change.js'
import { healthReportOf, type MessageEnd } from '../../powerpack/health-report.js'
import { NumberHealth, type HealthOptions, type Illness } from '../../powerpack/health.js'
import { judgeQuarantine, judgeReplacement } from '../../powerpack/number-changes.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import type { PoolBook } from '../../powerpack/pool-book.js'
import { wantedInsteadOf, type NumberWanted } from '../../powerpack/replacement.js'
import type { NumberSource, OfferWish } from './inventory.js'
import { pageWhere } from './page.js'
import type { PowerpackChanges } from './powerpack-changes.js'

export interface PoolRefreshOptions extends HealthOptions {
  readonly act: 'quarantine' | 'replace'
  /** What vendors write as the error of messages that were taken for spam. */
  readonly spamErrors: readonly string[]
}

export interface PoolRefreshPorts {
  readonly book: PoolBook
  readonly changes: Pick<PowerpackChanges, 'make'>
  /** Where numbers are rented. */
  readonly source: NumberSource
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly events: PoolRefreshEvents
}

/** For counters and the log. */
export interface PoolRefreshEvents {
  quarantined(powerpack: string, illness: Illness): void
  replaced(powerpack: string, number: string, by: string): void
  /** It is ill and stays in use: too many of its pool are in quarantine, so it may be none of their faults. */
  spared(powerpack: string, illness: Illness): void
  /** There is none like it. */
  noReplacement(powerpack: string, number: string, nextTryMs: number): void
  /** A change was not kept, or numbers could not be rented; it is tried again. */
  failed(number: string, error: unknown): void
}

/** Share of a pool that may be in quarantine; one may in any case, but not the last that is in use. */
const QUARANTINED_MAX = 0.2
/** A number that nothing could be found for, or that could not be changed, is looked at again after so long, ms. */
const AGAIN_MS = 3_600_000
const AFTER_FAILURE_MS = 60_000
/** Offers looked at for one place, by pages. */
const PAGES = 5
const PAGE = 20
/** Offers that somebody else may have taken before us. */
const RENTS = 3
/** Numbers that another is looked for in one step. */
const REPLACED_AT_ONCE = 10
/** Noted of a number that was rented, and for which one: should it come to nothing, it is found again. */
const REPLACES = 'replaces'
/** Numbers looked at in one step to see whether they are still at work. */
const FORGET_AT_ONCE = 1_000

export class PoolRefresh {
  readonly #options: PoolRefreshOptions
  readonly #spamErrors: ReadonlySet<string>
  readonly #ports: PoolRefreshPorts
  readonly #health: NumberHealth
  /** Ill ones that are still in use. */
  readonly #ill = new Map<string, Illness>()
  /** Those in quarantine for which another is wanted: no more than there are numbers. */
  readonly #wanted = new Set<string>()
  /** The same, with when it is looked for again: the first to come is the first to be due. */
  readonly #later = new Map<string, number>()
  #pauseUntilMs = -Infinity
  #isBusy = false
  #told: Iterator<string> | undefined

  constructor(options: PoolRefreshOptions, ports: PoolRefreshPorts) {
    this.#options = options
    this.#spamErrors = new Set(options.spamErrors)
    this.#ports = ports
    this.#health = new NumberHealth(options)
  }

  /** Numbers that were in quarantine when the switch started are replaced too. */
  start(): void {
    if (this.#options.act !== 'replace') return
    for (const { number } of this.#ports.book.numbers.quarantined()) this.#wanted.add(number)
  }

  /** A message towards a phone ended. Called for each: what is from no number of a pool costs a look. @param source as the phone sees it */
  ended(source: string, end: MessageEnd): void {
    const row = this.#ports.book.numbers.get(source)
    if (row === undefined || row.pool === '' || row.type !== 'longcode' || row.quarantine !== undefined) return
    const report = healthReportOf(end, this.#spamErrors)
    if (report === undefined || this.#ill.has(source)) return
    const illness = this.#health.report(source, report, this.#ports.nowMs())
    if (illness !== undefined) this.#ill.set(source, illness)
  }

  /** Does what is to be done; call it every second or so. Never rejects. */
  async step(): Promise<void> {
    const nowMs = this.#ports.nowMs()
    this.#forgetSome()
    if (this.#isBusy || nowMs < this.#pauseUntilMs) return
    this.#isBusy = true
    let number = ''
    try {
      for (const illness of [...this.#ill.values()]) {
        number = illness.number
        await this.#quarantine(illness)
      }
      for (number of this.#due(nowMs)) await this.#replace(number)
    } catch (error) {
      this.#ports.events.failed(number, error)
      this.#pauseUntilMs = nowMs + AFTER_FAILURE_MS
    } finally {
      this.#isBusy = false
    }
  }

  #due(nowMs: number): readonly string[] {
    for (const [number, atMs] of this.#later) {
      if (atMs > nowMs) break
      this.#later.delete(number)
      this.#wanted.add(number)
    }
    const due: string[] = []
    for (const number of this.#wanted) if (due.push(number) === REPLACED_AT_ONCE) break
    return due
  }

  /** A window of a number that has left its pool is of no use. */
  #forgetSome(): void {
    const { numbers } = this.#ports.book
    this.#told ??= this.#health.numbers()
    for (let i = 0; i < FORGET_AT_ONCE; i++) {
      const next = this.#told.next()
      if (next.done === true) {
        this.#told = undefined
        return
      }
      const row = numbers.get(next.value)
      if (row === undefined || row.pool === '' || row.quarantine !== undefined) this.#health.forget(next.value)
    }
  }

  async #quarantine(illness: Illness): Promise<void> {
    const { book, changes, nowMs, events } = this.#ports
    const { number } = illness
    const powerpack = book.packOf(number)?.uuid ?? ''
    if (this.#areTooMany(number)) {
      this.#ill.delete(number)
      events.spared(powerpack, illness)
      return
    }
    const made = await changes.make(() => judgeQuarantine(book, number, illness.note, nowMs()))
    // Too many wait: it is done with the next step.
    if (made.kind === 'tooMany') return
    this.#ill.delete(number)
    // It has left its pool meanwhile.
    if (made.kind === 'refused') return
    events.quarantined(powerpack, illness)
    if (this.#options.act === 'replace') this.#wanted.add(number)
  }

  /** Where a vendor or a campaign is to blame, all numbers are ill: without any nothing would be sent at all. */
  #areTooMany(number: string): boolean {
    const { book } = this.#ports
    const uuid = book.numbers.get(number)?.pool ?? ''
    const size = book.pool(uuid)?.size ?? 0
    let count = 1
    for (const row of book.numbers.quarantined()) if (row.pool === uuid) count++
    return count >= size || count > Math.max(1, Math.floor(size * QUARANTINED_MAX))
  }

  /**
   * Two steps: the new one is rented, then it takes the place. Should the process die between the two, the account pays for a number in
   * no pool until the next start: that one is taken then.
   */
  async #replace(number: string): Promise<void> {
    const { book, nowMs, events } = this.#ports
    const row = book.numbers.get(number)
    const pack = book.packOf(number)
    const by = row?.quarantine === undefined || pack === undefined ? '' : await this.#another(row)
    this.#wanted.delete(number)
    if (by === undefined) {
      this.#later.set(number, nowMs() + AGAIN_MS)
      events.noReplacement(pack?.uuid ?? '', number, AGAIN_MS)
    } else if (by !== '') events.replaced(pack?.uuid ?? '', number, by)
  }

  /** @returns the one that has its place now; undefined where there is none */
  async #another(row: OwnedNumber): Promise<string | undefined> {
    for (const { number } of await this.#rentedBefore(row)) if (await this.#takesPlace(row, number)) return number
    for (const wanted of wantedInsteadOf(row))
      for (const { number } of await this.#offers(wanted, row)) if (await this.#takesPlace(row, number)) return number
    return undefined
  }

  async #rentedBefore({ number, account }: OwnedNumber): Promise<readonly OwnedNumber[]> {
    const isForIt = ({ pool, details }: OwnedNumber): boolean => pool === '' && details[REPLACES] === number
    return (await pageWhere(this.#ports.book.numbers.ownedBy(account), isForIt, { limit: 1 })).objects
  }

  /** A few that can be rented, in that place and no other. */
  async #offers(wanted: NumberWanted, row: OwnedNumber): Promise<readonly OwnedNumber[]> {
    const wish = wishOf(wanted, row)
    for (let page = 0; page < PAGES; page++) {
      const { objects, total } = await this.#ports.source.find(wish, { limit: PAGE, offset: page * PAGE })
      const fitting = objects.filter((other) => other.number !== row.number && isThere(other, wanted))
      if (fitting.length > 0) return fitting.slice(0, RENTS)
      if ((page + 1) * PAGE >= total) break
    }
    return []
  }

  /** @returns false where it is another's by now, or the pool will not have it */
  async #takesPlace({ number, account }: OwnedNumber, by: string): Promise<boolean> {
    const { book, changes, source, nowMs } = this.#ports
    let isRented = false
    const rented = await changes.make(() => {
      isRented = book.numbers.get(by)?.account !== account
      return source.judgeRent(account, by, { [REPLACES]: number })
    })
    if (rented.kind !== 'changed') return false
    const replaced = await changes.make(() => judgeReplacement(book, number, by, nowMs()))
    if (replaced.kind === 'changed') return true
    if (isRented) await changes.make<unknown>(() => this.#judgeGivingBack(account, by))
    return false
  }

  #judgeGivingBack(account: AccountId, number: string): Promise<Judged<unknown>> | Judged<unknown> {
    const row = this.#ports.book.numbers.get(number)
    if (row?.account === account && row.pool === '') return this.#ports.source.judgeReturn(number)
    return { kind: 'change', rows: [], value: undefined, apply: () => undefined }
  }
}

function wishOf({ country, service, region, areaCode, type }: NumberWanted, { isMobile }: OwnedNumber): OfferWish {
  const kind = type === 'longcode' ? (isMobile ? 'mobile' : 'local') : type
  return {
    ...{ country, type: kind, services: [service] },
    ...(areaCode !== 0 && { pattern: String(areaCode) }),
    ...(areaCode === 0 && region !== '' && { region: region.slice(region.indexOf('-') + 1) }),
  }
}

/** Sources may take names of cities for those of regions. */
function isThere({ number }: OwnedNumber, { areaCode, region, country, type }: NumberWanted): boolean {
  if (type !== 'longcode') return true
  const area = nanpAreaOf(number)
  if (area === undefined || area.country !== country) return false
  if (areaCode !== 0) return area.code === areaCode
  return region === '' || area.region === region
}
