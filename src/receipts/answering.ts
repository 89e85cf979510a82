// What goes with a receipt's unit of record: its vendor's answer when that is durable, and the end of its parking. Decides nothing.

import type { ParkedReceipt } from '../message/delivery.js'
import type { UnitListener } from '../store/contracts/recorder.js'
import type { Unit } from '../store/contracts/unit.js'
import type { VendorReceipt } from './correlator-ports.js'

export function unparkedUnit({ vendor, vendorMessageId }: ParkedReceipt): Unit {
  return { kind: 'unparked', vendor, vendorMessageId }
}

/** Lets the vendor have its answer, then tells the correlator. */
export class AnsweringListener implements UnitListener {
  readonly #then: UnitListener
  readonly #receipt: VendorReceipt

  constructor(then: UnitListener, receipt: VendorReceipt) {
    this.#then = then
    this.#receipt = receipt
  }

  durable(unit: Unit): void {
    try {
      this.#receipt.stored()
    } finally {
      this.#then.durable(unit)
    }
  }
}
