// Finds the message that a vendor's receipt is about. Receipts may come early, twice, late, or for nobody; each is stored
// before it is answered, and only a final state closes.

import type { Awaiting, ParkedReceipt, ReceiptDelivery, SegmentDelivery, VendorReport } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { isFinal, type MessageState } from '../message/state.js'
import type { Recorder, UnitListener } from '../store/contracts/recorder.js'
import type { AwaitingKey, Store } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'

/** A receipt as an edge took it from a vendor. */
export interface VendorReceipt {
  readonly vendor: VendorId
  readonly connection: ConnectionId
  /** Every id it may be about, in the normal form of answers; the most likely first. */
  readonly ids: readonly string[]
  readonly report: VendorReport
  /** Which of `ids` was right, for forms that are learnt. */
  learn?(index: number): void
  /** It is stored, or known to be of no use: answer the vendor well. */
  stored(): void
  /** It could not be looked up: the vendor should send it again. */
  failed(): void
}

export type ReceiptFate = 'matched' | 'matchedUnanswered' | 'duplicate' | 'parked' | 'dropped'

export interface CorrelatorPorts {
  readonly store: Pick<Store, 'findAwaiting'>
  readonly recorder: Recorder
  /** The receipt to the sender, undefined where it did not ask or has no room. */
  outbox(origin: ReceiptOrigin, state: MessageState, error: string, doneAtMs: number): ReceiptDelivery | undefined
  /** Receipts of a durable unit may go out. */
  offer(receipts: readonly ReceiptDelivery[]): void
  /** The one segment that waits unanswered for this vendor and phone; undefined for none or several. It is out of its lane then. */
  claimUnanswered(vendor: VendorId, destination: string): SegmentDelivery | undefined
  /** The claimed segment is over. */
  released(delivery: SegmentDelivery): void
  originOf(delivery: SegmentDelivery): ReceiptOrigin
  onFate(fate: ReceiptFate, receipt: { readonly connection: ConnectionId; readonly report: VendorReport }): void
  /** Switch time, ms. */
  nowMs(): number
  wallMs(): number
}

export interface CorrelatorOptions {
  readonly parkedMax: number
  readonly parkedMs: number
  /** How many (id, intermediate state) pairs are remembered to drop repeats. */
  readonly seenMax: number
}

/** Not durable yet: an awaiting row that a reading of the store would miss, or one that is settled already. */
type Overlay = Awaiting | 'settled'

export class Correlator implements UnitListener {
  readonly #ports: CorrelatorPorts
  readonly #options: CorrelatorOptions
  readonly #overlay = new Map<string, Overlay>()
  /** Under every id that it may be about. */
  readonly #parked = new Map<string, Parked>()
  readonly #seen = new Set<string>()

  constructor(ports: CorrelatorPorts, options: CorrelatorOptions) {
    this.#ports = ports
    this.#options = options
  }

  get parkedCount(): number {
    return this.#parked.size
  }

  /** Parked receipts found in the store at the start. */
  restore(parked: readonly ParkedReceipt[]): void {
    for (const row of parked) {
      const key = keyOf(row.vendor, row.vendorMessageId)
      this.#parked.set(key, { row, keys: [key] })
    }
  }

  /** A vendor took a segment and will report: called when the answer's unit is recorded, before it is durable. */
  expect(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    this.#overlay.set(key, awaiting)
    if (this.#parked.size === 0) return
    const early = this.#parked.get(key)
    if (early === undefined) return
    for (const alias of early.keys) this.#parked.delete(alias)
    this.#match(awaiting, early.row, undefined)
    this.#ports.recorder.recordLazily(unparkedUnit(early.row), this)
  }

  /** The unit that `expect` was called for is durable. */
  expected(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    if (this.#overlay.get(key) === awaiting) this.#overlay.delete(key)
  }

  /** Takes the receipts of one turn. */
  take(receipts: readonly VendorReceipt[]): void {
    const unknown: VendorReceipt[] = []
    for (const receipt of receipts) if (!this.#matchInMemory(receipt)) unknown.push(receipt)
    if (unknown.length > 0) this.#lookUp(unknown)
  }

  /** Drops what was parked too long. */
  expireParked(nowMs: number): void {
    for (const { row, keys } of this.#parked.values()) {
      if (row.expiresAtMs > nowMs) break // inserted in the order of their expiry
      for (const key of keys) this.#parked.delete(key)
      this.#ports.onFate('dropped', row)
      this.#ports.recorder.recordLazily(unparkedUnit(row), this)
    }
  }

  /** The vendor never said what became of it: the sender is told so. */
  giveUp(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    if (this.#overlay.has(key)) return
    this.#overlay.set(key, 'settled')
    const report: VendorReport = { state: 'UNKNOWN', error: '000', doneAtMs: -1, destination: '' }
    const outbox = this.#outbox(awaiting.origin, report)
    this.#ports.recorder.recordLazily({ kind: 'receipted', awaiting, final: true, outbox }, this)
  }

  durable(unit: Unit): void {
    if (unit.kind === 'receipted') {
      const key = keyOf(unit.awaiting.vendor, unit.awaiting.vendorMessageId)
      if (unit.final && this.#overlay.get(key) === 'settled') this.#overlay.delete(key)
      this.#ports.offer(unit.outbox)
    } else if (unit.kind === 'receiptedUnanswered') {
      this.#ports.released(unit.delivery)
      this.#ports.offer(unit.outbox)
    }
  }

  #matchInMemory(receipt: VendorReceipt): boolean {
    for (let i = 0; i < receipt.ids.length; i++) {
      const found = this.#overlay.get(keyOf(receipt.vendor, receipt.ids[i]!))
      if (found === undefined) continue
      if (found === 'settled') {
        this.#ports.onFate('duplicate', receipt)
        receipt.stored()
      } else {
        receipt.learn?.(i)
        this.#match(found, receipt, receipt)
      }
      return true
    }
    return false
  }

  #lookUp(receipts: readonly VendorReceipt[]): void {
    const keys: AwaitingKey[] = []
    for (const { vendor, ids } of receipts) for (const vendorMessageId of ids) keys.push({ vendor, vendorMessageId })
    this.#ports.store.findAwaiting(keys).then(
      (rows) => {
        let at = 0
        for (const receipt of receipts) {
          this.#found(receipt, rows.slice(at, at + receipt.ids.length))
          at += receipt.ids.length
        }
      },
      () => {
        for (const receipt of receipts) receipt.failed()
      },
    )
  }

  #found(receipt: VendorReceipt, rows: readonly (Awaiting | undefined)[]): void {
    // The answer, or the same receipt once more, may have come while the store was read.
    if (this.#matchInMemory(receipt)) return
    const index = chooseRow(rows, receipt.report.destination)
    if (index >= 0) {
      receipt.learn?.(index)
      this.#match(rows[index]!, receipt, receipt)
    } else this.#matchUnanswered(receipt)
  }

  #match(
    awaiting: Awaiting,
    receipt: { readonly connection: ConnectionId; readonly report: VendorReport },
    answer: VendorReceipt | undefined,
  ): void {
    const { report } = receipt
    const final = isFinal(report.state)
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    if (!final && this.#isRepeat(`${key}\0${report.state}`)) {
      this.#ports.onFate('duplicate', receipt)
      answer?.stored()
      return
    }
    if (final) this.#overlay.set(key, 'settled')
    this.#ports.onFate('matched', receipt)
    const outbox = this.#outbox(awaiting.origin, report)
    const unit: Unit = { kind: 'receipted', awaiting, final, outbox }
    this.#ports.recorder.record(unit, answer === undefined ? this : new AnsweringListener(this, answer))
  }

  #matchUnanswered(receipt: VendorReceipt): void {
    const { report } = receipt
    const delivery =
      isFinal(report.state) && report.destination !== ''
        ? this.#ports.claimUnanswered(receipt.vendor, report.destination)
        : undefined
    if (delivery === undefined) {
      this.#park(receipt)
      return
    }
    this.#ports.onFate('matchedUnanswered', receipt)
    const outbox = this.#outbox(this.#ports.originOf(delivery), report)
    this.#ports.recorder.record({ kind: 'receiptedUnanswered', delivery, outbox }, new AnsweringListener(this, receipt))
  }

  #park(receipt: VendorReceipt): void {
    const first = receipt.ids[0]
    if (first === undefined || this.#parked.size >= this.#options.parkedMax) {
      this.#ports.onFate('dropped', receipt)
      receipt.stored()
      return
    }
    const parked: ParkedReceipt = {
      vendor: receipt.vendor,
      vendorMessageId: first,
      connection: receipt.connection,
      report: receipt.report,
      expiresAtMs: this.#ports.nowMs() + this.#options.parkedMs,
    }
    const keys = receipt.ids.map((id) => keyOf(receipt.vendor, id))
    for (const key of keys) this.#parked.set(key, { row: parked, keys })
    this.#ports.onFate('parked', receipt)
    this.#ports.recorder.record({ kind: 'parked', parked }, new AnsweringListener(this, receipt))
  }

  #outbox(origin: ReceiptOrigin, report: VendorReport): readonly ReceiptDelivery[] {
    const doneAtMs = report.doneAtMs < 0 ? this.#ports.wallMs() : report.doneAtMs
    const delivery = this.#ports.outbox(origin, report.state, report.error, doneAtMs)
    return delivery === undefined ? none : [delivery]
  }

  #isRepeat(key: string): boolean {
    if (this.#seen.has(key)) return true
    if (this.#seen.size >= this.#options.seenMax)
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest)
        break
      }
    this.#seen.add(key)
    return false
  }
}

interface Parked {
  readonly row: ParkedReceipt
  readonly keys: readonly string[]
}

function unparkedUnit(row: ParkedReceipt): Unit {
  return { kind: 'unparked', vendor: row.vendor, vendorMessageId: row.vendorMessageId }
}

const none: readonly ReceiptDelivery[] = []

/** Tells the correlator, then lets the vendor have its answer. */
class AnsweringListener implements UnitListener {
  readonly #correlator: Correlator
  readonly #receipt: VendorReceipt
  constructor(correlator: Correlator, receipt: VendorReceipt) {
    this.#correlator = correlator
    this.#receipt = receipt
  }
  durable(unit: Unit): void {
    this.#receipt.stored()
    this.#correlator.durable(unit)
  }
}

function keyOf(vendor: VendorId, vendorMessageId: string): string {
  return `${vendor}\0${vendorMessageId}`
}

/** The row that is meant: the only one, or the only one for this phone. -1 where none is or it can't be told. */
function chooseRow(rows: readonly (Awaiting | undefined)[], destination: string): number {
  let only = -1
  let count = 0
  let onlyForPhone = -1
  let countForPhone = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    if (row === undefined) continue
    if (only >= 0 && rows[only]!.origin.messageId === row.origin.messageId) continue
    only = i
    count++
    if (destination !== '' && row.origin.destination.value === destination) {
      onlyForPhone = i
      countForPhone++
    }
  }
  if (count === 1) return only
  return countForPhone === 1 ? onlyForPhone : -1
}
