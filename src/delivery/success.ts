// How well each connection does of late: one that does badly rests for a while, and others come first. Time is an argument; it
// knows no route.

import type { ConnectionId } from '../message/ids.js'

/** When a connection loses its turn, and for how long. */
export interface SuccessRules {
  /** How far back counts, ms; it slides by half its length. */
  readonly windowMs: number
  /** Of its attempts in the window that many in a hundred must have been taken. */
  readonly leastPercent: number
  /** Fewer than so many attempts in the window say nothing. */
  readonly attempts: number
  /** How long it rests, ms. */
  readonly pauseMs: number
}

interface Tally {
  taken: number
  all: number
}

interface Record {
  /** Beginning of the present half of the window. */
  halfAtMs: number
  present: Tally
  earlier: Tally
  restsUntilMs: number
}

/** Told once for each rest. */
export type Rested = (connection: ConnectionId, percent: number, attempts: number, pauseMs: number) => void

/** One record for each connection that was judged: as many as a directory has. */
export class Success {
  readonly #rested: Rested
  readonly #records = new Map<ConnectionId, Record>()

  constructor(rested: Rested) {
    this.#rested = rested
  }

  /** An attempt ended: the vendor took the segment, or it refused it for now or never answered. What it refuses for good is not its fault. */
  ended(connection: ConnectionId, isTaken: boolean, rules: SuccessRules, nowMs: number): void {
    const record = this.#recordOf(connection, nowMs)
    // What was on its way already says nothing new.
    if (nowMs < record.restsUntilMs) return
    slide(record, rules.windowMs / 2, nowMs)
    record.present.all++
    if (isTaken) {
      record.present.taken++
      return
    }
    const all = record.present.all + record.earlier.all
    const taken = record.present.taken + record.earlier.taken
    if (all < rules.attempts || taken * 100 >= rules.leastPercent * all) return
    // It comes back with a clean record: another rest needs as many attempts again.
    this.#records.set(connection, { ...cleanAt(nowMs), restsUntilMs: nowMs + rules.pauseMs })
    this.#rested(connection, Math.floor((taken * 100) / all), all, rules.pauseMs)
  }

  isResting(connection: ConnectionId, nowMs: number): boolean {
    const record = this.#records.get(connection)
    return record !== undefined && nowMs < record.restsUntilMs
  }

  #recordOf(connection: ConnectionId, nowMs: number): Record {
    let record = this.#records.get(connection)
    if (record === undefined) this.#records.set(connection, (record = cleanAt(nowMs)))
    return record
  }
}

function cleanAt(nowMs: number): Record {
  return { halfAtMs: nowMs, present: { taken: 0, all: 0 }, earlier: { taken: 0, all: 0 }, restsUntilMs: 0 }
}

function slide(record: Record, halfMs: number, nowMs: number): void {
  const elapsedMs = nowMs - record.halfAtMs
  if (elapsedMs < halfMs) return
  record.earlier = elapsedMs < 2 * halfMs ? record.present : { taken: 0, all: 0 }
  record.present = { taken: 0, all: 0 }
  record.halfAtMs = nowMs
}
