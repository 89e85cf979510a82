// The way of one lane through its gates: all of them take, or none does, and it stands in line at the one that refused. It has the
// shape of the limits that lanes are made with.

import { DayGate } from './day-gate.js'
import type { Gate } from './limiter-gate.js'
import type { LimitedLane } from './limiter-lane.js'
import type { Place } from './limiter-line.js'

/**
 * Whoever stands behind others asks again after a part of its time, since those before it may have gone: the sooner the better for
 * those who then could go, the later the better where very many wait.
 */
const BEHIND_PART = 1 / 4
const BEHIND_MIN_MS = 1000
const BEHIND_MAX_MS = 5000
/** The same for the first in line, whose time is known: others may give back. */
const FIRST_MS = 10_000
/** A place is void when its owner does not come so long after it said it would. */
const GRACE_MS = 1000
/** A lane that charges several carriers keeps its turn at one while it waits for another no longer than this: others need only the one. */
const KEEP_MS = 500

/** Where a lane finds its gates. */
export interface Gates {
  /** Counts changes of what is in force: a lane whose gates are of another must find them again. */
  readonly version: number
  /** When any lane asked last. */
  readonly askedMs: number
  asked(nowMs: number): void
  gatesOf(lane: LimitedLane, nowMs: number): readonly Gate[]
}

export class LaneLimit {
  readonly lane: LimitedLane
  readonly #limiter: Gates
  #version = -1
  #gates: readonly Gate[] = []
  readonly #places: (Place | undefined)[] = []
  #refusedBy: Gate | undefined
  #againMs = -Infinity
  #refusedMs = -Infinity
  /** When it took last, and how much at that moment. */
  #takenMs = -Infinity
  #taken = 0

  constructor(limiter: Gates, lane: LimitedLane) {
    this.#limiter = limiter
    this.lane = lane
  }

  /** The one that refused last. */
  get name(): string {
    return this.#refusedBy?.name ?? `account ${this.lane.account}`
  }

  /** Takes `count` segments of one message from all gates, or from none. A message longer than a gate's burst is owed there after it. */
  take(count: number, nowMs: number): boolean {
    this.#limiter.asked(nowMs)
    this.#findGates(nowMs)
    const gates = this.#gates
    for (let i = 0; i < gates.length; i++) {
      const gate = gates[i]!
      const { line } = gate
      const ahead = line === undefined ? 0 : line.ahead(this.#places[i], nowMs)
      const needed = ahead + Math.min(count, gate.most)
      if (gate.room(nowMs) >= needed) continue
      this.#refused(i, count, ahead, gate.roomAtMs(needed, nowMs), nowMs)
      return false
    }
    for (let i = 0; i < gates.length; i++) {
      gates[i]!.take(count, nowMs)
      this.#leave(i)
    }
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

  #refused(at: number, count: number, ahead: number, roomMs: number, nowMs: number): void {
    const gate = this.#gates[at]!
    this.#refusedBy = gate
    this.#refusedMs = nowMs
    const { line } = gate
    if (line === undefined) {
      this.#againMs = Math.max(roomMs, nowMs + 1)
      for (let i = 0; i < this.#gates.length; i++) this.#leave(i)
      return
    }
    const longestMs = ahead > 0 ? behindMs(roomMs - nowMs) : FIRST_MS
    this.#againMs = Math.max(nowMs + 1, Math.min(roomMs, Math.ceil(nowMs + longestMs)))
    const byMs = this.#againMs + GRACE_MS
    // At least until one message has room: else it never came through where that takes longer.
    const keepMs = Math.max(KEEP_MS, (1000 * Math.min(count, gate.most)) / gate.perSecond)
    const keepsTurn = this.lane.carrier !== 'unknown' || roomMs <= nowMs + keepMs
    for (let i = 0; i < this.#gates.length; i++) {
      // Its turn at a wider gate would keep others from going; that at a narrower one only those who can't go either.
      if (i === at || (i < at && keepsTurn)) this.#stand(i, count, byMs)
      else this.#leave(i)
    }
  }

  #stand(at: number, count: number, byMs: number): void {
    const place = this.#places[at]
    if (place !== undefined && !place.isLeft) place.byMs = byMs
    else this.#places[at] = this.#gates[at]!.line?.join(count, byMs)
  }

  #leave(at: number): void {
    const place = this.#places[at]
    if (place === undefined) return
    this.#gates[at]!.line?.leave(place)
    this.#places[at] = undefined
  }

  #findGates(nowMs: number): void {
    if (this.#version === this.#limiter.version && !this.#gates.some(isForgotten)) return
    for (let i = 0; i < this.#gates.length; i++) this.#leave(i)
    this.#version = this.#limiter.version
    this.#gates = this.#limiter.gatesOf(this.lane, nowMs)
    this.#places.length = this.#gates.length
    this.#places.fill(undefined)
  }
}

function behindMs(waitMs: number): number {
  return Math.min(BEHIND_MAX_MS, Math.max(BEHIND_MIN_MS, waitMs * BEHIND_PART))
}

function isForgotten({ isForgotten }: Gate): boolean {
  return isForgotten
}
