// Removes what is kept for the API and has become old: records of messages, and requests that may be repeated no more. It walks in small
// steps and finds what is old by the order of keys; what is young it does not read. Nobody waits for it, and a crash costs it nothing:
// what is left is old still.

import type { KeptRow } from '../../message/kept.js'
import { keptPrefix } from '../../store/contracts/kept.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import type { Store } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import { firstRepeatKey, IDEMPOTENCY_TABLE } from './idempotency.js'
import { RECORD_TABLE, recordOf } from './message-record.js'

export interface OldRowOptions {
  /** Records of messages are kept so long, ms; Infinity: for ever. */
  readonly recordsMs: number
  /** How long a request may be repeated, ms. */
  readonly repeatableMs: number
}

export interface OldRowPorts extends Pick<Store, 'keptRows'> {
  readonly recorder: Pick<Recorder, 'recordLazily'>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
  readonly events: OldRowEvents
}

/** For counters and the log. */
export interface OldRowEvents {
  removed(what: 'record' | 'request', rows: number): void
  /** All of the store was looked at. */
  roundEnded(records: number, requests: number): void
  /** The store could not be read; it is tried again. */
  failed(error: unknown): void
}

/** Of one page, and of one unit: what is read, parsed and removed in one go takes a millisecond or so. */
const PAGE_ROWS = 200
/** Rows in one step. */
const STEP_ROWS = 5000
/** What a look at the first record of an account counts for, which is one row and one search. */
const LOOK_ROWS = 20
/** Between two rounds, ms: as long as nothing becomes old, and at most an hour. */
const REST_MIN_MS = 600_000
const REST_MAX_MS = 3_600_000
const AFTER_FAILURE_MS = 10_000
/** A record whose time is so far ahead was made while the clock was wrong. */
const WRONG_AHEAD_MS = 3_600_000

/** unclear: it says no time, or none that can be right. */
type Age = 'old' | 'young' | 'unclear'

export class OldRows {
  readonly #options: OldRowOptions
  readonly #ports: OldRowPorts
  /** Where the round goes on: among requests, or among records from this key on. */
  #place: 'requests' | { readonly from: string } = 'requests'
  /** The first of an account's records of unclear age that were passed by; '' for none. */
  #unclearFrom = ''
  /** Up to this key records are old, whatever they say: one behind them is. */
  #oldThrough = ''
  /** When the oldest of the records that stay was made, wall time, as far as the round has come. */
  #oldestMs = Infinity
  #restUntilMs = -Infinity
  #removed = { record: 0, request: 0 }
  #isBusy = false

  constructor(options: OldRowOptions, ports: OldRowPorts) {
    this.#options = options
    this.#ports = ports
  }

  /** The next step; call it every second or so. Does nothing while one is under way, or between rounds. Never rejects. */
  async step(): Promise<void> {
    const { nowMs, events } = this.#ports
    if (this.#isBusy || nowMs() < this.#restUntilMs) return
    this.#isBusy = true
    try {
      for (let rows = 0; rows < STEP_ROWS && nowMs() >= this.#restUntilMs;)
        rows += this.#place === 'requests' ? await this.#requests() : await this.#records(this.#place.from)
    } catch (error) {
      events.failed(error)
      this.#restUntilMs = nowMs() + AFTER_FAILURE_MS
    } finally {
      this.#isBusy = false
    }
  }

  /** Their keys begin with their day: nothing but what is old is read. @returns rows, or what their reading counts for */
  async #requests(): Promise<number> {
    const to = firstRepeatKey(this.#todayMs(), this.#options.repeatableMs)
    const { rows } = await this.#ports.keptRows(IDEMPOTENCY_TABLE, { to, limit: PAGE_ROWS })
    if (rows.length === 0) this.#place = { from: '' }
    else await this.#remove('request', rows)
    return Math.max(LOOK_ROWS, rows.length)
  }

  /** Those of an account stand in the order in which they came: from the first that is young, it is on to the next account. */
  async #records(from: string): Promise<number> {
    if (this.#options.recordsMs === Infinity) return this.#endRound()
    // Mostly the first one of an account is young, and one is enough.
    const [first] = (await this.#ports.keptRows(RECORD_TABLE, { from, limit: 1 })).rows
    if (first === undefined) return this.#endRound()
    const account = accountOf(first.key)
    const { to } = keptPrefix(account)
    if (this.#ageOf(first) === 'young') {
      this.#goOn(to)
      return LOOK_ROWS
    }
    const { rows, cursor } = await this.#ports.keptRows(RECORD_TABLE, { from: first.key, to, limit: PAGE_ROWS })
    const young = rows.findIndex((row) => this.#ageOf(row) === 'young')
    const others = young < 0 ? rows : rows.slice(0, young)
    // Ids rise with time: what stands before an old one is old.
    const count = 1 + others.findLastIndex((row) => this.#ageOf(row) === 'old')
    if (count > 0 && this.#unclearFrom !== '') {
      this.#oldThrough = others[count - 1]!.key
      this.#goOn(this.#unclearFrom)
    } else {
      if (count > 0) await this.#remove('record', others.slice(0, count))
      if (young >= 0 || cursor === '') this.#goOn(to)
      else {
        if (this.#unclearFrom === '') this.#unclearFrom = others[count]?.key ?? ''
        this.#place = { from: cursor }
      }
    }
    return LOOK_ROWS + rows.length
  }

  #ageOf({ key, text }: KeptRow): Age {
    if (key <= this.#oldThrough) return 'old'
    const { nowMs, wallMs } = this.#ports
    const atMs = recordOf(text)?.atMs ?? Infinity
    if (atMs > Math.max(nowMs(), wallMs()) + WRONG_AHEAD_MS) return 'unclear'
    if (atMs < this.#todayMs() - this.#options.recordsMs) return 'old'
    this.#oldestMs = Math.min(this.#oldestMs, atMs)
    return 'young'
  }

  #goOn(from: string): void {
    this.#place = { from }
    this.#unclearFrom = ''
  }

  #endRound(): number {
    const { nowMs, events } = this.#ports
    const untilOldMs = this.#oldestMs + this.#options.recordsMs - this.#todayMs()
    this.#restUntilMs = nowMs() + Math.min(REST_MAX_MS, Math.max(REST_MIN_MS, untilOldMs))
    events.roundEnded(this.#removed.record, this.#removed.request)
    this.#place = 'requests'
    this.#oldThrough = ''
    this.#oldestMs = Infinity
    this.#removed = { record: 0, request: 0 }
    return LOOK_ROWS
  }

  /** What a wall clock says that was set ahead shall not remove anything. */
  #todayMs(): number {
    return Math.min(this.#ports.nowMs(), this.#ports.wallMs())
  }

  /** Resolves when they are durably gone: until then nothing more is read. */
  #remove(what: 'record' | 'request', rows: readonly KeptRow[]): Promise<void> {
    const { recorder, events } = this.#ports
    const unit: Unit = { kind: 'kept', rows: rows.map(({ table, key }) => ({ table, key, text: '' })), fact: true }
    return new Promise((resolve) => {
      recorder.recordLazily(unit, {
        durable: () => {
          this.#removed[what] += rows.length
          events.removed(what, rows.length)
          resolve()
        },
      })
    })
  }
}

/** With the bar behind it. */
function accountOf(key: string): string {
  return key.slice(0, key.lastIndexOf('|') + 1)
}
