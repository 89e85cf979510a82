// What messages under way have taken of the limits of carriers: all their segments at the first, given account of as vendors take them.
// Knows no limit itself, and nothing of messages that no carrier limits.

import type { DeliveryRef, SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { Limited } from '../message/limited.js'
import { segmentsOf } from '../money/units.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'
import { limitedIn } from './lane-key.js'
import type { LimitedPorts } from './limited-ports.js'

interface Taken {
  readonly left: number
  /** Switch time, ms. */
  readonly atMs: number
  /** Of which limits, by their number. */
  readonly limits: number
  /** On which they count. Those of now may be others: a brand's tax number or cap changes while they are under way. */
  readonly days: readonly string[]
}

/** Beyond so many that were never answered for, the eldest stay counted whatever is heard of them. */
const MAX_UNANSWERED = 10_000
const noRows: readonly KeptRow[] = []

export class LimitedSegments {
  readonly #ports: LimitedPorts
  /** Segments taken and not accounted for, and when. */
  readonly #taken = new Map<DeliveryId, Taken>()
  /** Keys of the rows in which those are counted that were never answered for, in their order. A restart forgets them: they stay counted. */
  readonly #unanswered = new Map<DeliveryId, readonly string[]>()
  /** When any message took last. */
  #lastMs = -Infinity
  /** Counts the limits that were in force one after another: within one moment there may be several. */
  #limits = 0

  constructor(ports: LimitedPorts) {
    this.#ports = ports
  }

  get ports(): LimitedPorts {
    return this.#ports
  }

  /** Is there nothing to do? Asked on the hot path. */
  get isIdle(): boolean {
    return this.#taken.size === 0 && !this.#ports.isOn()
  }

  /** Messages under way that have taken of limits. */
  get size(): number {
    return this.#taken.size
  }

  take(id: DeliveryId, limited: Limited, segments: number, nowMs: number): void {
    this.#taken.set(id, { left: segments, atMs: nowMs, limits: this.#limits, days: this.#ports.daysOf(limited) })
    this.#lastMs = nowMs
  }

  /** Lanes ask for their limits anew: what was taken of those before goes back to its days alone. */
  limitsChanged(): void {
    this.#limits++
  }

  has(id: DeliveryId): boolean {
    return this.#taken.has(id)
  }

  /**
   * It is not under way any more.
   *
   * @returns what it took at this very moment and did not use, which all limits get back; of what it took earlier only the day does,
   * here: its lane may have taken for others since
   */
  putBack({ id }: DeliveryRef): number {
    const taken = this.#taken.get(id)
    if (taken === undefined) return 0
    this.#taken.delete(id)
    if (taken.atMs === this.#lastMs && taken.limits === this.#limits) return taken.left
    if (taken.left > 0) this.#ports.vendorRefused(taken.days, taken.left)
    return 0
  }

  /**
   * What happened to a delivery is recorded now. What it took and does not use is given back to the day.
   *
   * @param isAttempt there was an attempt to send it
   * @param isOn its next segment goes on at once
   * @returns what is to be kept in the same step
   */
  ended(
    delivery: SegmentDelivery,
    outcome: SegmentOutcome,
    isAttempt: boolean,
    isOn: boolean,
  ): readonly KeptRow[] | undefined {
    const { id, lane } = delivery
    const taken = this.#taken.get(id)
    const isUnanswered = isAttempt && isGivenUp(outcome)
    const isTaken = isAttempt && (isUnanswered || isWithVendor(outcome))
    if (taken === undefined) {
      if (!isTaken) return undefined
      if (isWaiting(lane)) {
        // It counts since it was given up.
        this.#unanswered.delete(id)
        return undefined
      }
    }
    const days = taken === undefined ? daysOfLane(lane, this.#ports) : taken.days
    if (days === undefined) return undefined
    const isLate = taken === undefined || taken.left === 0
    const rows = isTaken ? this.#ports.vendorHas(days, 1, isLate) : undefined
    if (isUnanswered && rows !== undefined) this.#remember(id, rows)
    const rest = (taken?.left ?? 0) - (isTaken && !isLate ? 1 : 0)
    if (isOn)
      this.#taken.set(id, { left: rest, atMs: taken?.atMs ?? -Infinity, limits: taken?.limits ?? this.#limits, days })
    else {
      this.#taken.delete(id)
      if (rest > 0) this.#ports.vendorRefused(days, rest)
    }
    return rows
  }

  /**
   * A report came on a segment that was never answered for. It counts already where it waits for nothing else.
   *
   * @param isRefused it says that nobody had it
   */
  reported(delivery: SegmentDelivery, isRefused: boolean): readonly KeptRow[] {
    const { id, lane } = delivery
    if (isRefused) return this.refusedLate(id)
    this.#unanswered.delete(id)
    const days = isWaiting(lane) ? undefined : daysOfLane(lane, this.#ports)
    return days === undefined ? noRows : this.#ports.vendorHas(days, 1, true)
  }

  /** What was never answered for, and may count since, was refused after all. */
  refusedLate(id: DeliveryId): readonly KeptRow[] {
    const counted = this.#unanswered.get(id)
    if (counted === undefined) return noRows
    this.#unanswered.delete(id)
    return this.#ports.refusedAfterAll(counted)
  }

  #remember(id: DeliveryId, rows: readonly KeptRow[]): void {
    const counted = rows.filter(({ text }) => text !== '').map(({ key }) => key)
    if (counted.length === 0) return
    this.#unanswered.set(id, counted)
    if (this.#unanswered.size <= MAX_UNANSWERED) return
    for (const eldest of this.#unanswered.keys()) {
      this.#unanswered.delete(eldest)
      return
    }
  }
}

/** Of what has taken nothing that is remembered; undefined where no carrier limits it. */
function daysOfLane(lane: LaneKey, ports: LimitedPorts): readonly string[] | undefined {
  const limited = limitedIn(lane)
  return limited === undefined ? undefined : ports.daysOf(limited)
}

/** It waits for a receipt alone. */
function isWaiting(lane: LaneKey): boolean {
  return lane.startsWith('w:')
}

/** Never answered for, and not sent again. A carrier may have counted it. */
function isGivenUp(outcome: SegmentOutcome): boolean {
  if (outcome.kind === 'final') return outcome.reason === 'unanswered'
  return outcome.kind === 'requeued' && isWaiting(outcome.next.lane)
}

/** Segments of a message that have not left: what it takes of its limits before the next one does. */
export function segmentsLeft({ progress, message }: SegmentDelivery): number {
  return progress !== undefined && progress.taken > 0 ? progress.total - progress.taken : segmentsOf(message.content)
}

export function networkOf(bill: SegmentDelivery['bill']): { readonly mcc: string; readonly mnc: string } | undefined {
  return bill === undefined || bill.mcc === '' ? undefined : { mcc: bill.mcc, mnc: bill.mnc }
}

function isWithVendor(outcome: SegmentOutcome): boolean {
  return (
    outcome.kind === 'awaiting' ||
    outcome.kind === 'advanced' ||
    (outcome.kind === 'final' && outcome.state === 'DELIVERED')
  )
}
