// Keeps every limit of a segment's way: the gates that lanes share, each made when the first lane needs it and forgotten when it
// rests. No timer, no clock, no store: time is an argument, and days are the book's.

import type { KeptRow } from '../message/kept.js'
import { BucketGate } from './bucket-gate.js'
import type { DayBook } from './day-book.js'
import { DayGate } from './day-gate.js'
import type { Gate } from './limiter-gate.js'
import {
  accountGates,
  campaignOf,
  dayKeysOf,
  gatesOf,
  numberGates,
  wayOf,
  type CampaignWay,
  type GateSpec,
  type LimitedLane,
  type LimitWorld,
} from './limiter-lane.js'
import { LaneLimit, type Gates } from './limiter-turn.js'
import { MinuteGate } from './minute-gate.js'

/** Gates among which those that rest are looked for. */
const LOOKED_THROUGH = 1024
/** A vendor refuses what was sent, others sent less than was said: a day may have room again before it ends. */
const DAY_ASK_MS = 60_000
const noRows: readonly KeptRow[] = []

/** Use of a limit, for those who want to know. */
export interface GateUse {
  readonly name: string
  readonly kind: GateSpec['kind']
  /** Segments a second, in any 60 s, or on a day. */
  readonly limit: number
  /** Segments that may go now; below 0 where some are owed. */
  readonly room: number
}

export interface LimiterOptions {
  /**
   * When this process began, in switch time: what another one sent before is not known, so that all rates begin empty and all minutes
   * used up. -Infinity, if not said, where there was none.
   */
  readonly startedMs?: number
  /** Limits that are not there, by name: for those who ask what would be without them. */
  readonly leaveOut?: (name: string) => boolean
  /** How long those wait at most whom a day refused, before they ask again; Infinity where nothing is ever given back. */
  readonly dayAskMs?: number
}

export class Limiter implements Gates {
  readonly dayAskMs: number
  readonly #world: LimitWorld
  readonly #days: DayBook
  readonly #startedMs: number
  readonly #leaveOut: ((name: string) => boolean) | undefined
  readonly #gates = new Map<string, Gate>()
  /** By campaign, then by carrier: found by names that are there already, since a lane may begin with each message. */
  readonly #ways = new Map<string, Map<LimitedLane['carrier'], CampaignWay<Gate>>>()
  readonly #accounts = new Map<string, readonly Gate[]>()
  #lookAt = LOOKED_THROUGH
  #version = 0
  #askedMs = 0

  constructor(world: LimitWorld, days: DayBook, options: LimiterOptions = {}) {
    const { startedMs = -Infinity, leaveOut, dayAskMs = DAY_ASK_MS } = options
    this.dayAskMs = dayAskMs
    this.#world = world
    this.#days = days
    this.#startedMs = startedMs
    this.#leaveOut = leaveOut
  }

  /** Gates of which something is remembered. */
  get size(): number {
    return this.#gates.size
  }

  get version(): number {
    return this.#version
  }

  get askedMs(): number {
    return this.#askedMs
  }

  asked(nowMs: number): void {
    this.#askedMs = nowMs
  }

  /** The limit of a lane: one that stands for all. Each lane has its own; what lanes share is behind it. */
  of(lane: LimitedLane): LaneLimit {
    return new LaneLimit(this, lane)
  }

  /**
   * What is in force has changed. It holds from the next segment on, with all that is counted and owed; lanes that wait are to be
   * asked anew.
   */
  follow(): void {
    this.#version++
    this.#ways.clear()
    this.#accounts.clear()
    for (const gate of this.#gates.values()) gate.line?.clear()
  }

  gatesOf(lane: LimitedLane, nowMs: number): Gate[] {
    // Before any of them is found, or one of them might be forgotten while the next is made.
    this.#forgetResting(nowMs)
    const way = this.#way(lane, nowMs)
    const ofNumber = this.#found(numberGates(lane, way, this.#world), nowMs)
    const ofAccount = this.#ofAccount(lane, nowMs)
    if (way === undefined) return [...ofNumber, ...ofAccount]
    return [...way.days, ...ofNumber, ...way.shared, ...ofAccount]
  }

  /** How far each limit of a lane is used. Charges nothing. */
  use(lane: LimitedLane, nowMs: number): readonly GateUse[] {
    return gatesOf(lane, this.#world).map((spec) => {
      const limit = spec.kind === 'bucket' ? spec.perSecond : spec.kind === 'minute' ? spec.perMinute : spec.cap
      const { name, kind } = spec
      return { name, kind, limit, room: this.#gate(spec, nowMs).room(nowMs) }
    })
  }

  /** Whose days a lane counts on now. */
  daysOf(lane: LimitedLane): readonly string[] {
    return dayKeysOf(lane, this.#world)
  }

  /**
   * A vendor has so many segments. To be called in the order in which that is recorded; the rows are to be kept in the same step.
   *
   * @param days those of the lane when it took them
   * @param isLate the answer came after they had been refused for want of it
   */
  vendorHas(days: readonly string[], segments: number, nowMs: number, isLate = false): readonly KeptRow[] {
    if (days.length === 0) return noRows
    if (days.length === 1) return this.#days.vendorHas(days[0]!, segments, nowMs, isLate)
    return days.flatMap((key) => this.#days.vendorHas(key, segments, nowMs, isLate))
  }

  /** A vendor refused so many segments, or did not answer: the day has them no more. What went by second and minute is gone. */
  vendorRefused(days: readonly string[], segments: number): void {
    for (const key of days) this.#days.giveBack(key, segments)
  }

  #way(lane: LimitedLane, nowMs: number): CampaignWay<Gate> | undefined {
    const { campaign, carrier, service } = lane
    if (campaign === undefined || carrier === 'abroad') return undefined
    let ways = this.#ways.get(campaign)
    const known = ways?.get(carrier)
    // Messages with media are few.
    if (known !== undefined && service === 'sms') return known
    const inForce = campaignOf(lane, this.#world)
    if (inForce === undefined) return undefined
    const { days, perNumber, shared } = wayOf(inForce, lane)
    const way = { days: this.#found(days, nowMs), perNumber, shared: this.#found(shared, nowMs) }
    if (service === 'mms') return way
    if (ways === undefined) this.#ways.set(campaign, (ways = new Map<LimitedLane['carrier'], CampaignWay<Gate>>()))
    ways.set(carrier, way)
    return way
  }

  #ofAccount(lane: LimitedLane, nowMs: number): readonly Gate[] {
    const known = this.#accounts.get(lane.account)
    if (known !== undefined && lane.service === 'sms') return known
    const gates = this.#found(accountGates(lane, this.#world), nowMs)
    if (lane.service === 'sms') this.#accounts.set(lane.account, gates)
    return gates
  }

  #found(specs: readonly GateSpec[], nowMs: number): readonly Gate[] {
    const wanted = this.#leaveOut === undefined ? specs : specs.filter(({ name }) => this.#leaveOut?.(name) !== true)
    return wanted.map((spec) => this.#gate(spec, nowMs))
  }

  #gate(spec: GateSpec, nowMs: number): Gate {
    const known = this.#gates.get(spec.key)
    if (known === undefined) {
      const made = this.#made(spec, nowMs)
      this.#gates.set(spec.key, made)
      return made
    }
    if (spec.kind === 'bucket') (known as BucketGate).change(spec.perSecond, nowMs)
    else if (spec.kind === 'minute') (known as MinuteGate).change(spec.perMinute)
    return known
  }

  #made(spec: GateSpec, nowMs: number): Gate {
    switch (spec.kind) {
      case 'bucket':
        return new BucketGate(spec.key, spec.name, spec.perSecond, nowMs, this.#startedMs)
      case 'minute':
        return new MinuteGate(spec.key, spec.name, spec.perMinute, nowMs, this.#startedMs)
      case 'day':
        return new DayGate(spec.key, spec.name, this.#days, spec.dayKey, spec.cap, spec.atCap)
    }
  }

  /** All of them once in as many new ones: little for each. */
  #forgetResting(nowMs: number): void {
    if (this.#gates.size < this.#lookAt) return
    for (const [key, gate] of this.#gates) {
      if (!gate.isAtRest(nowMs)) continue
      gate.isForgotten = true
      this.#gates.delete(key)
    }
    this.#ways.clear()
    this.#accounts.clear()
    this.#lookAt = Math.max(LOOKED_THROUGH, this.#gates.size * 2)
  }
}
