// The way of one lane through its gates: all of them take, or none does, and it stands in line at the one that refused. It has the
// shape of the limits that lanes are made with.

import { DayGate } from './day-gate.js'
import type { Gate } from './limiter-gate.js'
import type { LimitedLane } from './limiter-lane.js'
import { WaitInOrder } from './limiter-wait.js'

/** Where a lane finds its gates. */
export interface Gates {
  /** Counts changes of what is in force: a lane whose gates are of another must find them again. */
  readonly version: number
  /** When any lane asked last. */
  readonly askedMs: number
  /** How long those wait at most whom a day refused, before they ask again. */
  readonly dayAskMs: number
  asked(nowMs: number): void
  gatesOf(lane: LimitedLane, nowMs: number): readonly Gate[]
}

export class LaneLimit {
  readonly lane: LimitedLane
  readonly #limiter: Gates
  #version = -1
  #gates: readonly Gate[] = []
  readonly #waiting: WaitInOrder
  #refusedBy: Gate | undefined
  #againMs = -Infinity
  #refusedMs = -Infinity
  /** When it took last, and how much at that moment. */
  #takenMs = -Infinity
  #taken = 0

  constructor(limiter: Gates, lane: LimitedLane) {
    this.#limiter = limiter
    this.lane = lane
    this.#waiting = new WaitInOrder(limiter.dayAskMs)
  }

  /** The one that refused last. */
  get name(): string {
    return this.#refusedBy?.name ?? `account ${this.lane.account}`
  }

  /** Takes `count` segments of one message from all gates, or from none. A message longer than a gate's burst is owed there after it. */
  take(count: number, nowMs: number): boolean {
    this.#limiter.asked(nowMs)
    this.#findGates(nowMs)
    const refusal = this.#waiting.refusal(this.#gates, count, nowMs)
    if (refusal !== undefined) {
      this.#refusedBy = refusal.gate
      this.#refusedMs = nowMs
      this.#againMs = refusal.againMs
      return false
    }
    for (const gate of this.#gates) gate.take(count, nowMs)
    this.#waiting.leave(this.#gates)
    this.#refusedBy = undefined
    if (this.#takenMs === nowMs) this.#taken += count
    else this.#taken = count
    this.#takenMs = nowMs
    return true
  }

  /**
   * What was taken was not sent. Seconds and minutes get back only what was taken this very moment: what was taken earlier may have
   * been made up for since, and no second may have too many. A day gets it back whenever that was.
   */
  giveBack(count: number): void {
    const nowMs = this.#takenMs
    const isFresh = nowMs === this.#limiter.askedMs && count <= this.#taken
    if (isFresh) this.#taken -= count
    else this.#findGates(this.#limiter.askedMs)
    for (const gate of this.#gates) if (isFresh || gate instanceof DayGate) gate.undo(count, nowMs)
  }

  /** When to ask again for what was just refused. */
  nextMs(count: number, nowMs: number): number {
    if (this.#refusedMs === nowMs) return this.#againMs
    this.#findGates(nowMs)
    return this.#gates.reduce((atMs, gate) => Math.max(atMs, gate.roomAtMs(Math.min(count, gate.most), nowMs)), nowMs)
  }

  /** Asked after a refusal: must a message of so many segments fail, since it may not wait for the next day? Charges nothing. */
  failsNow(count: number, nowMs: number): boolean {
    this.#findGates(nowMs)
    return this.#gates.some((gate) => gate instanceof DayGate && gate.atCap === 'fail' && gate.room(nowMs) < count)
  }

  /** Segments a second that it can hope for at best, if nobody else sends: what its queue can drain. Infinity for no limit. */
  bestPerSecond(nowMs: number): number {
    this.#findGates(nowMs)
    return this.#gates.reduce((least, gate) => Math.min(least, gate.perSecond), Infinity)
  }

  #findGates(nowMs: number): void {
    if (this.#version === this.#limiter.version && !this.#gates.some(isForgotten)) return
    const before = this.#gates
    this.#version = this.#limiter.version
    this.#gates = this.#limiter.gatesOf(this.lane, nowMs)
    this.#waiting.move(before, this.#gates)
  }
}

function isForgotten({ isForgotten }: Gate): boolean {
  return isForgotten
}
