// What messages under way have taken of the limits of carriers: all their segments at the first, given account of as vendors take them.
// Knows no limit itself, and nothing of messages that no carrier limits.

import type { SegmentDelivery } from '../message/delivery.js'
import type { DeliveryId } from '../message/ids.js'
import type { KeptRow } from '../message/kept.js'
import type { LimitedBy } from '../message/limited.js'
import { segmentsOf } from '../money/units.js'
import type { SegmentOutcome } from '../store/contracts/unit.js'
import { limitedIn } from './lane-key.js'
import type { LimitedPorts } from './limited-ports.js'

export class LimitedSegments {
  readonly #ports: LimitedPorts
  /** Segments taken and not accounted for. */
  readonly #taken = new Map<DeliveryId, number>()

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

  take(id: DeliveryId, segments: number): void {
    this.#taken.set(id, segments)
  }

  has(id: DeliveryId): boolean {
    return this.#taken.has(id)
  }

  /** It is not under way any more: returns what it has taken and not used. */
  putBack(id: DeliveryId): number {
    const left = this.#taken.get(id)
    if (left === undefined) return 0
    this.#taken.delete(id)
    return left
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
    const left = this.#taken.get(id)
    const isTaken = isAttempt && isWithVendor(outcome)
    if (left === undefined && !isTaken) return undefined
    const by = this.#byOf(delivery)
    if (by === undefined) {
      this.#taken.delete(id)
      return undefined
    }
    const isLate = left === undefined || left === 0
    const rows = isTaken ? this.#ports.vendorHas(by, 1, isLate) : undefined
    const rest = (left ?? 0) - (isTaken && !isLate ? 1 : 0)
    if (isOn) this.#taken.set(id, rest)
    else {
      this.#taken.delete(id)
      if (rest > 0) this.#ports.vendorRefused(by, rest)
    }
    return rows
  }

  /** A report says that a vendor has a segment that it never answered for. */
  reported(delivery: SegmentDelivery): readonly KeptRow[] {
    const by = this.#byOf(delivery)
    return by === undefined ? [] : this.#ports.vendorHas(by, 1, true)
  }

  /** What waits for a receipt alone has left its lane: what limits it is looked for again. */
  #byOf(delivery: SegmentDelivery): LimitedBy | undefined {
    const { lane, message, sender, bill } = delivery
    const limited = lane.startsWith('w:')
      ? this.#ports.limitedOf({ message, sender, network: networkOf(bill) })
      : limitedIn(lane)
    return limited === undefined || limited === 'unregistered' ? undefined : { ...limited, account: message.account }
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
