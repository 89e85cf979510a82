// Finds the message that a vendor's receipt is about. Receipts may come early, twice, late, or for nobody; each is stored
// before it is answered, and only a final state closes.

import type { Awaiting, ParkedReceipt, ReceiptDelivery, SegmentDelivery, VendorReport } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { isFinal, type MessageState } from '../message/state.js'
import type { Recorder, UnitListener } from '../store/contracts/recorder.js'
import type { AwaitingKey, Store } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'
import { Parking, type Parked } from './parking.js'
import { RecentKeys } from './recent-keys.js'

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
  /** It could not be looked up or kept: the vendor should send it again. */
  failed(): void
}

/** `givenUp`: no receipt came, and the sender is told that the end is not known. */
export type ReceiptFate = 'matched' | 'matchedUnanswered' | 'duplicate' | 'parked' | 'dropped' | 'givenUp'

export interface CorrelatorPorts {
  readonly store: Pick<Store, 'findAwaiting'>
  readonly recorder: Recorder
  /** The receipt to the sender, undefined where it did not ask or has no room. */
  outbox(origin: ReceiptOrigin, state: MessageState, error: string, doneAtMs: number): ReceiptDelivery | undefined
  /** Receipts of a durable unit may go out. */
  offer(receipts: readonly ReceiptDelivery[]): void
  /**
   * The one segment that waits unanswered for this vendor and phone; undefined for none or several, or for one that was
   * accepted after `receivedAtMs` (wall time). It is out of its lane then.
   */
  claimUnanswered(vendor: VendorId, destination: string, receivedAtMs: number): SegmentDelivery | undefined
  /** The claimed segment is over. */
  released(delivery: SegmentDelivery): void
  originOf(delivery: SegmentDelivery): ReceiptOrigin
  onFate(fate: ReceiptFate, receipt: { readonly connection: ConnectionId; readonly report: VendorReport }): void
  /** Placing a receipt threw: a bug of ours, told here so that it stops nobody else. The vendor is asked to send it again. */
  onBug?(error: unknown): void
  /** Switch time, ms. */
  nowMs(): number
  wallMs(): number
}

export interface CorrelatorOptions {
  readonly parkedMax: number
  readonly parkedMs: number
  /**
   * How long a parked receipt waits for an answer that names its id before it may be taken for that of a segment to the same
   * phone that was never answered, ms; 5,000 by default. Most receipts that come early meet their answer within that.
   */
  readonly claimAfterMs?: number
  /** How many receipts are remembered to drop repeats. */
  readonly seenMax: number
}

/**
 * What a reading of the store would not tell: an awaiting row that is not durable yet, or the receipt that settled one. Both
 * stay until no reading that began before they were durable is under way.
 */
type Overlay = Awaiting | ReceiptedUnit
type ReceiptedUnit = Extract<Unit, { readonly kind: 'receipted' }>

/** Ids of vendors have at most 65 octets (SMPP 3.4 §5.2.23); longer ones in a text are no ids. No store takes keys of any length. */
const MAX_ID_LENGTH = 128

const CLAIM_AFTER_MS = 5000
/** How many parked receipts are looked at in one step, so that no step is felt. */
const CLAIMS_PER_STEP = 10_000
/** Ids in one reading of the store at the start. */
const RESTORE_PAGE = 1000

export class Correlator implements UnitListener {
  readonly #ports: CorrelatorPorts
  readonly #options: CorrelatorOptions
  readonly #overlay = new Map<string, Overlay>()
  readonly #parked = new Parking()
  readonly #seen: RecentKeys
  /** Readings of the store under way, by the order they began in. */
  readonly #readings = new Set<number>()
  #lastReading = 0
  /** What is durable and leaves the overlay when the readings that began before it are over. */
  readonly #leaving: { readonly key: string; readonly overlay: Overlay; readonly lastReading: number }[] = []
  #endSweep: (() => void) | undefined
  /** A round of those that may be claimed, under way over several steps. */
  #unclaimed: Generator<Parked> | undefined

  constructor(ports: CorrelatorPorts, options: CorrelatorOptions) {
    this.#ports = ports
    this.#options = options
    this.#seen = new RecentKeys(options.seenMax)
  }

  get parkedCount(): number {
    return this.#parked.size
  }

  /**
   * Parked receipts found in the store at the start, when the lanes are known. Those whose answer is in the store too are
   * matched: the switch died between the commits of the two.
   */
  async restore(parked: readonly ParkedReceipt[]): Promise<void> {
    // Parking keeps them in the order of their expiry, stores in that of their keys.
    const rows = [...parked].sort((a, b) => a.expiresAtMs - b.expiresAtMs)
    for (const row of rows) this.#parked.add({ row, keys: [keyOf(row.vendor, row.vendorMessageId)] })
    for (let at = 0; at < rows.length; at += RESTORE_PAGE) {
      const awaited = await this.#ports.store.findAwaiting(rows.slice(at, at + RESTORE_PAGE))
      for (const awaiting of awaited) if (awaiting !== undefined) this.#matchParked(awaiting)
    }
  }

  /** A vendor took a segment and will report: called when the answer's unit is recorded, before it is durable. */
  expect(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    this.#overlay.set(key, awaiting)
    if (this.#parked.size > 0) this.#matchParked(awaiting)
  }

  #matchParked(awaiting: Awaiting): void {
    const early = this.#parked.find(keyOf(awaiting.vendor, awaiting.vendorMessageId))
    if (early === undefined) return
    this.#parked.remove(early)
    this.#match(awaiting, early.row, undefined)
    this.#ports.recorder.recordLazily(unparkedUnit(early.row), this)
  }

  /** The unit that `expect` was called for is durable. */
  expected(awaiting: Awaiting): void {
    this.#leave(keyOf(awaiting.vendor, awaiting.vendorMessageId), awaiting)
  }

  /** Takes the receipts of one turn. */
  take(receipts: readonly VendorReceipt[]): void {
    const unknown: VendorReceipt[] = []
    for (const receipt of receipts) {
      const { vendor, ids } = receipt
      // With several ids the store may know another one of them.
      if (ids.length === 1 && this.#overlay.has(keyOf(vendor, ids[0]!))) this.#place(receipt, [undefined])
      else unknown.push(ids.every(isPossible) ? receipt : withPossibleIds(receipt))
    }
    if (unknown.length > 0) this.#lookUp(unknown)
  }

  /**
   * Takes what was parked for a while, and no answer named it, for the receipt of a segment that was never answered, where
   * there is only one that it can be; drops what was parked too long. Call it about once a second.
   */
  expireParked(nowMs: number): void {
    const { parkedMs, claimAfterMs = CLAIM_AFTER_MS } = this.#options
    const waitMs = Math.min(parkedMs, claimAfterMs)
    this.#unclaimed ??= this.#parked.expiringBy(nowMs - waitMs + parkedMs)
    for (let looked = 0; looked < CLAIMS_PER_STEP && this.#unclaimed !== undefined; looked++) {
      const next = this.#unclaimed.next()
      if (next.done === true) this.#unclaimed = undefined
      else this.#claim(next.value, nowMs)
    }
    for (const { row } of this.#parked.takeExpired(nowMs)) {
      this.#ports.onFate('dropped', row)
      this.#ports.recorder.recordLazily(unparkedUnit(row), this)
    }
  }

  /** The vendor never said what became of it: the sender is told so. */
  giveUp(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    if (this.#overlay.has(key)) return
    const report: VendorReport = { state: 'UNKNOWN', error: '000', doneAtMs: -1, destination: '' }
    this.#ports.onFate('givenUp', { connection: awaiting.connection, report })
    const unit: ReceiptedUnit = {
      kind: 'receipted',
      awaiting,
      final: true,
      outbox: this.#outbox(awaiting.origin, report),
    }
    this.#overlay.set(key, unit)
    this.#ports.recorder.recordLazily(unit, this)
  }

  /** Brackets a reading of rows that are given up afterwards: what was settled meanwhile is not given up. */
  sweeping(on: boolean): void {
    this.#endSweep?.()
    this.#endSweep = on ? this.#beginReading() : undefined
  }

  durable(unit: Unit): void {
    if (unit.kind === 'receipted') {
      if (unit.final) this.#leave(keyOf(unit.awaiting.vendor, unit.awaiting.vendorMessageId), unit)
      this.#ports.offer(unit.outbox)
    } else if (unit.kind === 'receiptedUnanswered') {
      this.#ports.released(unit.delivery)
      this.#ports.offer(unit.outbox)
    }
  }

  #leave(key: string, overlay: Overlay): void {
    if (this.#overlay.get(key) !== overlay) return
    if (this.#readings.size === 0) this.#overlay.delete(key)
    else this.#leaving.push({ key, overlay, lastReading: this.#lastReading })
  }

  #beginReading(): () => void {
    const reading = ++this.#lastReading
    this.#readings.add(reading)
    return () => {
      this.#readings.delete(reading)
      if (this.#leaving.length === 0) return
      let oldest = Infinity
      for (const first of this.#readings) {
        oldest = first
        break
      }
      let over = 0
      while (over < this.#leaving.length && this.#leaving[over]!.lastReading < oldest) {
        const { key, overlay } = this.#leaving[over++]!
        if (this.#overlay.get(key) === overlay) this.#overlay.delete(key)
      }
      this.#leaving.splice(0, over)
    }
  }

  #lookUp(receipts: readonly VendorReceipt[]): void {
    const keys: AwaitingKey[] = []
    for (const { vendor, ids } of receipts) for (const vendorMessageId of ids) keys.push({ vendor, vendorMessageId })
    const end = this.#beginReading()
    this.#ports.store.findAwaiting(keys).then(
      (rows) => {
        let at = 0
        for (const receipt of receipts) {
          this.#place(receipt, rows.slice(at, at + receipt.ids.length))
          at += receipt.ids.length
        }
        end()
      },
      () => {
        end()
        for (const receipt of receipts) this.#failed(receipt)
      },
    )
  }

  #place(receipt: VendorReceipt, rows: (Awaiting | undefined)[]): void {
    try {
      this.#found(receipt, rows)
    } catch (error) {
      this.#ports.onBug?.(error)
      this.#failed(receipt)
    }
  }

  #failed(receipt: VendorReceipt): void {
    try {
      receipt.failed()
    } catch (error) {
      this.#ports.onBug?.(error)
    }
  }

  /** @param rows of the store, one for each id; what is known better in memory goes before them */
  #found(receipt: VendorReceipt, rows: (Awaiting | undefined)[]): void {
    const { vendor, ids, report } = receipt
    let repeated: string | undefined
    for (let i = 0; i < ids.length; i++) {
      const over = this.#overlay.get(keyOf(vendor, ids[i]!))
      if (over === undefined) continue
      if ('kind' in over) repeated ??= ids[i]
      else rows[i] = over
    }
    const index = repeated === undefined ? chooseRow(rows, report.destination) : -1
    if (index >= 0) {
      receipt.learn?.(index)
      this.#match(rows[index]!, receipt, receipt)
      return
    }
    repeated ??= ids.find((id) => this.#seen.has(seenKey(keyOf(vendor, id), report)))
    if (repeated === undefined) this.#park(receipt)
    else this.#repeat(receipt, repeated, receipt)
  }

  #match(
    awaiting: Awaiting,
    receipt: { readonly connection: ConnectionId; readonly report: VendorReport },
    answer: VendorReceipt | undefined,
  ): void {
    const { report } = receipt
    const final = isFinal(report.state)
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    const seen = seenKey(key, report)
    if (!final && this.#seen.has(seen)) {
      this.#repeat(receipt, awaiting.vendorMessageId, answer)
      return
    }
    this.#seen.add(seen)
    this.#ports.onFate('matched', receipt)
    const unit: ReceiptedUnit = { kind: 'receipted', awaiting, final, outbox: this.#outbox(awaiting.origin, report) }
    if (final) this.#overlay.set(key, unit)
    this.#ports.recorder.record(unit, answer === undefined ? this : new AnsweringListener(this, answer))
  }

  /** Changes nothing, but the vendor has its answer only when what the first one changed is durable. */
  #repeat(
    receipt: { readonly connection: ConnectionId; readonly report: VendorReport },
    vendorMessageId: string,
    answer: VendorReceipt | undefined,
  ): void {
    this.#ports.onFate('duplicate', receipt)
    if (answer === undefined) return
    const { vendor } = answer
    const parked = this.#parked.first(keyOf(vendor, vendorMessageId))
    const unit: Unit =
      parked === undefined ? { kind: 'unparked', vendor, vendorMessageId } : { kind: 'parked', parked: parked.row }
    this.#ports.recorder.record(unit, new AnsweringListener(this, answer))
  }

  #claim(parked: Parked, nowMs: number): void {
    const { row } = parked
    const { vendor, vendorMessageId, report } = row
    if (!isFinal(report.state) || report.destination === '') return
    const parkedAtMs = row.expiresAtMs - this.#options.parkedMs
    const receivedAtMs = this.#ports.wallMs() - (nowMs - parkedAtMs)
    const delivery = this.#ports.claimUnanswered(vendor, report.destination, receivedAtMs)
    if (delivery === undefined) return
    this.#parked.remove(parked)
    this.#seen.add(seenKey(keyOf(vendor, vendorMessageId), report))
    this.#ports.onFate('matchedUnanswered', row)
    const outbox = this.#outbox(this.#ports.originOf(delivery), report)
    this.#ports.recorder.recordLazily({ kind: 'receiptedUnanswered', delivery, outbox }, this)
    this.#ports.recorder.recordLazily(unparkedUnit(row), this)
  }

  #park(receipt: VendorReceipt): void {
    const { vendor, ids, connection, report } = receipt
    const first = ids[0]
    const before = first === undefined ? undefined : this.#parked.first(keyOf(vendor, first))
    if (first === undefined) {
      this.#ports.onFate('dropped', receipt)
      receipt.stored()
      return
    }
    if (before === undefined && this.#parked.size >= this.#options.parkedMax) {
      // Sent again, it may find its answer or a place.
      this.#ports.onFate('dropped', receipt)
      receipt.failed()
      return
    }
    // One place for each id: a final state is never pushed out of it, neither by a step on the way that was overtaken.
    if (before !== undefined && (isFinal(before.row.report.state) || before.row.report.state === report.state)) {
      this.#repeat(receipt, first, receipt)
      return
    }
    const expiresAtMs = this.#ports.nowMs() + this.#options.parkedMs
    const row: ParkedReceipt = { vendor, vendorMessageId: first, connection, report, expiresAtMs }
    this.#parked.add({ row, keys: ids.map((id) => keyOf(vendor, id)) })
    this.#ports.onFate('parked', receipt)
    this.#ports.recorder.record({ kind: 'parked', parked: row }, new AnsweringListener(this, receipt))
  }

  #outbox(origin: ReceiptOrigin, report: VendorReport): readonly ReceiptDelivery[] {
    const doneAtMs = report.doneAtMs < 0 ? this.#ports.wallMs() : report.doneAtMs
    const delivery = this.#ports.outbox(origin, report.state, report.error, doneAtMs)
    return delivery === undefined ? none : [delivery]
  }
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
    try {
      this.#receipt.stored()
    } finally {
      this.#correlator.durable(unit)
    }
  }
}

function keyOf(vendor: VendorId, vendorMessageId: string): string {
  return `${vendor}\0${vendorMessageId}`
}

/**
 * Steps on the way are told once each. A repeat of the end says the same about the same phone at the same time: a vendor that
 * gives an id to another message, after a restart of its counter, differs in one of them.
 */
function seenKey(key: string, report: VendorReport): string {
  if (!isFinal(report.state)) return `${key}\0${report.state}`
  return `${key}\0${report.state}\0${report.destination}\0${report.doneAtMs}`
}

function isPossible(id: string): boolean {
  return id.length <= MAX_ID_LENGTH
}

/** By delegation: `stored` and `failed` belong to the receipt as the edge made it. */
function withPossibleIds(receipt: VendorReceipt): VendorReceipt {
  return {
    vendor: receipt.vendor,
    connection: receipt.connection,
    ids: receipt.ids.filter(isPossible),
    report: receipt.report,
    learn: (index) => receipt.learn?.(receipt.ids.indexOf(receipt.ids.filter(isPossible)[index]!)),
    stored: () => receipt.stored(),
    failed: () => receipt.failed(),
  }
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
