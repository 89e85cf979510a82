// The units of record that a report, or its silence, makes: what becomes of rows, what the sender is told, what changes in the books, and
// the records of an end. Which row a report is about is the correlator's matter.

import type { Awaiting, ReceiptDelivery, SegmentDelivery, SegmentGroup, VendorReport } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { reported, silent, type Settled } from '../money/settle.js'
import type { Booking, Unit } from '../store/contracts/unit.js'
import type { CorrelatorPorts } from './correlator-ports.js'
import { reportOn } from './group.js'
import { noReceipts } from './origin.js'

export type ReceiptedUnit = Extract<Unit, { readonly kind: 'receipted' }>
export type UnansweredUnit = Extract<Unit, { readonly kind: 'receiptedUnanswered' }>

/** What stands for a report that never came. */
export const neverCame: VendorReport = { state: 'UNKNOWN', error: '000', doneAtMs: -1, destination: '' }

type TellingPorts = Pick<CorrelatorPorts, 'outbox' | 'originOf' | 'cdr' | 'heard' | 'wallMs'>

export class ToldUnits {
  readonly #ports: TellingPorts

  constructor(ports: TellingPorts) {
    this.#ports = ports
  }

  /** A report on the only segment, or on the one that stands for all. */
  receipted(awaiting: Awaiting, report: VendorReport, final: boolean): ReceiptedUnit {
    const { bill, origin } = awaiting
    if (bill === undefined || !final)
      return { kind: 'receipted', awaiting, final, outbox: this.#outbox(origin, report) }
    const settled = reported(bill, origin.account, report.state)
    const { move, cdr } = this.#booking(origin, settled, report)
    return { kind: 'receipted', awaiting, final, outbox: this.#outbox(origin, report, settled), move, cdr }
  }

  /** A report on one of several segments. @param group as it is now; undefined where it is over */
  receiptedInGroup(
    awaiting: Awaiting,
    id: MessageId,
    report: VendorReport,
    final: boolean,
    group: SegmentGroup | undefined,
  ): ReceiptedUnit {
    const { then, isTold } = reportOn(group, report)
    const change = group === then ? undefined : { id, then }
    // Without its bill it is over for its sender only: the delivery, whose segments are not all taken, ends for the customer.
    if (group?.bill === undefined || then !== undefined) {
      const outbox = group !== undefined && isTold ? this.#outbox(group.origin, report) : noReceipts
      return { kind: 'receipted', awaiting, final, outbox, group: change }
    }
    const settled = reported(group.bill, group.origin.account, report.state)
    const outbox = isTold ? this.#outbox(group.origin, report, settled) : noReceipts
    return {
      ...{ kind: 'receipted', awaiting, final, outbox, group: change },
      ...this.#booking(group.origin, settled, report),
    }
  }

  /** A report on a segment that was never answered. */
  receiptedUnanswered(delivery: SegmentDelivery, report: VendorReport): UnansweredUnit {
    const { bill } = delivery
    const origin = this.#ports.originOf(delivery)
    const settled = bill && reported(bill, origin.account, report.state)
    const outbox = this.#outbox(origin, report, settled)
    return { kind: 'receiptedUnanswered', delivery, outbox, ...(settled && this.#booking(origin, settled, report)) }
  }

  /** The same with what the report tells of the phone's network. What the vendor writes for the phone may be anything. */
  hearing<U extends ReceiptedUnit | UnansweredUnit>(unit: U, phone: string, network: string): U {
    const kept = this.#ports.heard?.(phone, network)
    if (kept === undefined || kept.length === 0) return unit
    const { outbox, move, cdr } = unit
    const heard: ReceiptedUnit | UnansweredUnit =
      unit.kind === 'receipted'
        ? { kind: unit.kind, awaiting: unit.awaiting, final: unit.final, outbox, group: unit.group, kept, move, cdr }
        : { kind: unit.kind, delivery: unit.delivery, outbox, kept, move, cdr }
    return heard as U
  }

  /** No report came on a segment: that is told by its group where there is one. */
  rowGivenUp(awaiting: Awaiting): ReceiptedUnit {
    const { origin, bill, group } = awaiting
    const settled = bill && silent(bill, origin.account)
    const outbox = group === '' ? this.#outbox(origin, neverCame, settled) : noReceipts
    return {
      ...{ kind: 'receipted', awaiting, final: true, outbox },
      ...(settled && this.#booking(origin, settled, neverCame)),
    }
  }

  groupGivenUp(group: SegmentGroup): Unit {
    const { origin, bill } = group
    const settled = bill && silent(bill, origin.account)
    const outbox = this.#outbox(origin, neverCame, settled)
    return { kind: 'groupGivenUp', group, outbox, ...(settled && this.#booking(origin, settled, neverCame)) }
  }

  #outbox(origin: ReceiptOrigin, report: VendorReport, settled?: Settled): readonly ReceiptDelivery[] {
    const isReleased = settled?.bill.state === 'released'
    return this.#ports.outbox(origin, report.state, report.error, this.#doneAtMs(report), isReleased)
  }

  #booking(origin: ReceiptOrigin, { bill, move }: Settled, report: VendorReport): Booking {
    return { move, cdr: this.#ports.cdr.ofOrigin(origin, bill, report.state, report.error, this.#doneAtMs(report)) }
  }

  #doneAtMs({ doneAtMs }: VendorReport): number {
    return doneAtMs < 0 ? this.#ports.wallMs() : doneAtMs
  }
}
