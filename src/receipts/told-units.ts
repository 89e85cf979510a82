// The units of record that a report, or its silence, makes: what becomes of rows, what the sender is told, what changes in the books, and
// the records of an end. Which row a report is about is the correlator's matter.

import type { Bill } from '../message/bill.js'
import type { Awaiting, ReceiptDelivery, SegmentDelivery, SegmentGroup, VendorReport } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { reported, silent, type Settled } from '../money/settle.js'
import type { Booking, Unit } from '../store/contracts/unit.js'
import type { CorrelatorPorts } from './correlator-ports.js'
import { reportOn } from './group.js'
import { noReceipts } from './origin.js'

export type ReceiptedUnit = Extract<Unit, { readonly kind: 'receipted' }>

/** What stands for a report that never came. */
export const neverCame: VendorReport = { state: 'UNKNOWN', error: '000', doneAtMs: -1, destination: '' }

type TellingPorts = Pick<CorrelatorPorts, 'outbox' | 'originOf' | 'cdr' | 'wallMs'>

export class ToldUnits {
  readonly #ports: TellingPorts

  constructor(ports: TellingPorts) {
    this.#ports = ports
  }

  /** A report on the only segment, or on the one that stands for all. */
  receipted(awaiting: Awaiting, report: VendorReport, final: boolean): ReceiptedUnit {
    const { bill, origin } = awaiting
    const outbox = this.#outbox(origin, report)
    if (bill === undefined || !final) return { kind: 'receipted', awaiting, final, outbox }
    const { move, cdr } = this.#reported(origin, bill, report)
    return { kind: 'receipted', awaiting, final, outbox, move, cdr }
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
    const outbox = group !== undefined && isTold ? this.#outbox(group.origin, report) : noReceipts
    const change = group === then ? undefined : { id, then }
    // Without its bill it is over for its sender only: the delivery, whose segments are not all taken, ends for the customer.
    if (group?.bill === undefined || then !== undefined)
      return { kind: 'receipted', awaiting, final, outbox, group: change }
    return {
      ...{ kind: 'receipted', awaiting, final, outbox, group: change },
      ...this.#reported(group.origin, group.bill, report),
    }
  }

  /** A report on a segment that was never answered. */
  receiptedUnanswered(delivery: SegmentDelivery, report: VendorReport): Unit {
    const { bill } = delivery
    const origin = this.#ports.originOf(delivery)
    const outbox = this.#outbox(origin, report)
    return { kind: 'receiptedUnanswered', delivery, outbox, ...(bill && this.#reported(origin, bill, report)) }
  }

  /** No report came on a segment: that is told by its group where there is one. */
  rowGivenUp(awaiting: Awaiting): ReceiptedUnit {
    const { origin, bill, group } = awaiting
    const outbox = group === '' ? this.#outbox(origin, neverCame) : noReceipts
    return { kind: 'receipted', awaiting, final: true, outbox, ...(bill && this.#silent(origin, bill)) }
  }

  groupGivenUp(group: SegmentGroup): Unit {
    const { origin, bill } = group
    const outbox = this.#outbox(origin, neverCame)
    return { kind: 'groupGivenUp', group, outbox, ...(bill && this.#silent(origin, bill)) }
  }

  #outbox(origin: ReceiptOrigin, report: VendorReport): readonly ReceiptDelivery[] {
    return this.#ports.outbox(origin, report.state, report.error, this.#doneAtMs(report))
  }

  #reported(origin: ReceiptOrigin, bill: Bill, report: VendorReport): Booking {
    return this.#booking(origin, reported(bill, origin.account, report.state), report)
  }

  #silent(origin: ReceiptOrigin, bill: Bill): Booking {
    return this.#booking(origin, silent(bill, origin.account), neverCame)
  }

  #booking(origin: ReceiptOrigin, { bill, move }: Settled, report: VendorReport): Booking {
    return { move, cdr: this.#ports.cdr.ofOrigin(origin, bill, report.state, report.error, this.#doneAtMs(report)) }
  }

  #doneAtMs({ doneAtMs }: VendorReport): number {
    return doneAtMs < 0 ? this.#ports.wallMs() : doneAtMs
  }
}
