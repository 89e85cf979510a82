// Powerpacks with kept rows that a test can look at and start again from.
import type { KeptRow } from '../message/kept.js'
import type { AccountId } from '../message/ids.js'
import type { UsCarrier } from '../phone/us-carrier.js'
import type { Judged } from './change.js'
import { judgeJoining, judgeOwning } from './number-changes.js'
import { numberTypeOf, type Service } from './number-type.js'
import { numberDefaults, type OwnedNumber } from './owned-number.js'
import { judgeNewPack, type PackWish } from './pack-changes.js'
import type { Pack } from './pack.js'
import { powerpackDefaults, Powerpacks, type PowerpackOptions } from './powerpacks.js'
import { keptTables } from './rows.js'
import type { Chosen, NoSender } from './sender.js'

export const account = 'acme' as AccountId
/** Noon of a day, UTC. */
export const noonMs = Date.UTC(2026, 5, 10, 12)
export const dayMs = 86_400_000

/** A number as an operator has it, of what its digits say. */
export function owned(number: string, more: Partial<OwnedNumber> = {}): OwnedNumber {
  const type = numberTypeOf(number) ?? 'longcode'
  return { ...numberDefaults, number, account, type, country: 'US', ownedAtMs: noonMs, ...more }
}

export class Rig {
  readonly options: PowerpackOptions
  readonly kept = new Map<string, KeptRow>()
  nowMs = noonMs
  packs: Powerpacks

  constructor(options: Partial<PowerpackOptions> = {}) {
    this.options = { ...powerpackDefaults, ...options }
    this.packs = new Powerpacks(this.options)
    this.packs.loaded(noonMs)
  }

  /** Makes the rows durable, then the change. */
  done<T>(judged: Judged<T>): T {
    if (judged.kind === 'refused') throw new Error(`${judged.reason} ${judged.field}: ${judged.what}`)
    this.keep(judged.rows)
    judged.apply()
    return judged.value
  }

  keep(rows: readonly KeptRow[]): void {
    for (const row of rows) {
      if (row.text === '') this.kept.delete(`${row.table} ${row.key}`)
      else this.kept.set(`${row.table} ${row.key}`, row)
    }
  }

  rows(table: string): readonly KeptRow[] {
    return [...this.kept.values()].filter((row) => row.table === table)
  }

  /** What a new process knows. */
  rebuilt(): Powerpacks {
    const packs = new Powerpacks(this.options)
    for (const table of keptTables) {
      const unreadable = packs.load(table, this.rows(table))
      if (unreadable.length > 0) throw new Error(`${table}: ${unreadable.join()}`)
    }
    packs.loaded(this.nowMs)
    return packs
  }

  pack(uuid: string, numbers: readonly (string | OwnedNumber)[] = [], wish: PackWish = {}): Pack {
    const made = { uuid, pool: `pool-${uuid}`, account, wish: { name: uuid, ...wish } }
    const pack = this.done(judgeNewPack(this.packs.book, made, this.nowMs))
    for (const number of numbers) this.join(pack.pool, number)
    return pack
  }

  join(pool: string, number: string | OwnedNumber, service: Service = 'sms'): void {
    const row = typeof number === 'string' ? owned(number) : number
    this.done(judgeOwning(this.packs.book, [row]))
    this.done(judgeJoining(this.packs.book, pool, row.number, row[service] ? service : 'mms', this.nowMs))
    this.nowMs += 1
  }

  /** Chooses without keeping anything. */
  choose(pack: string, destination: string, more: Partial<Asked> = {}): Chosen | NoSender {
    const { chance = 0, packs = this.packs, ...wanted } = more
    return packs.choose(
      { pack, destination, service: 'sms', segments: 1, carrier: 'unknown', ...wanted },
      this.nowMs,
      this.nowMs,
      () => chance,
    )
  }

  /** Sends a message: the choice is kept. @returns the number, or the code of why there is none */
  send(pack: string, destination: string, more: Partial<Asked> = {}): string | number {
    const chosen = this.choose(pack, destination, more)
    if (chosen.kind === 'none') return chosen.code
    this.keep(chosen.kept)
    return chosen.number
  }
}

interface Asked {
  readonly chance: number
  readonly packs: Powerpacks
  readonly service: Service
  readonly segments: number
  readonly carrier: UsCarrier
  readonly hasRoom: (number: string) => boolean
}

/** Numbers from 0 to below 1 that are the same in each run. */
export function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}
