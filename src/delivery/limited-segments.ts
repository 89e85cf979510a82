// What messages under way have taken of the limits of carriers: all their segments at the first, given account of as vendors take them.
// Knows no limit itself, and nothing of messages that no carrier limits.

import type { DeliveryRef, SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId } from '../message/ids.js'
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
  /** On which they count. Those of now may be others: a brand's tax number or cap changes while they are under way. */
  readonly days: readonly string[]
}

export class LimitedSegments {
  readonly #ports: LimitedPorts
  /** Segments taken and not accounted for, and when. */
  readonly #taken = new Map<DeliveryId, Taken>()
  /** When any message took last. */
  #lastMs = -Infinity

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
    this.#taken.set(id, { left: segments, atMs: nowMs, days: this.#ports.daysOf(limited) })
    this.#lastMs = nowMs
  }

  /** Lanes ask for their limits anew: what was taken of those before goes back to its days alone. */
  limitsChanged(): void {
    this.#lastMs = -Infinity
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
    if (taken.atMs === this.#lastMs) return taken.left
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
    const { id } = delivery
    const taken = this.#taken.get(id)
    const isTaken = isAttempt && isWithVendor(outcome)
    if (taken === undefined && !isTaken) return undefined
    const days = taken === undefined ? this.#daysOfNow(delivery) : taken.days
    if (days === undefined) return undefined
    const isLate = taken === undefined || taken.left === 0
    const rows = isTaken ? this.#ports.vendorHas(days, 1, isLate) : undefined
    const rest = (taken?.left ?? 0) - (isTaken && !isLate ? 1 : 0)
    if (isOn) this.#taken.set(id, { left: rest, atMs: taken?.atMs ?? -Infinity, days })
    else {
      this.#taken.delete(id)
      if (rest > 0) this.#ports.vendorRefused(days, rest)
    }
    return rows
  }

  /** A report says that a vendor has a segment that it never answered for. */
  reported(delivery: SegmentDelivery): readonly KeptRow[] {
    const days = this.#daysOfNow(delivery)
    return days === undefined ? [] : this.#ports.vendorHas(days, 1, true)
  }

  /** Of what has taken nothing that is remembered. What waits for a receipt alone has left its lane: what limits it is looked for again. */
  #daysOfNow(delivery: SegmentDelivery): readonly string[] | undefined {
    const { lane, message, sender, bill } = delivery
    const limited = lane.startsWith('w:')
      ? this.#ports.limitedOf({ message, sender, network: networkOf(bill) })
      : limitedIn(lane)
    return limited === undefined || limited === 'unregistered' ? undefined : this.#ports.daysOf(limited)
  }
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
