// Finds the message that a vendor's receipt is about. Receipts may come early, twice, late, or for nobody; each is stored
// before it is answered, and only a final state closes. Reports on several segments of one message are gathered by its group.

import type { Awaiting, ParkedReceipt, SegmentGroup, VendorReport } from '../message/delivery.js'
import type { ConnectionId, MessageId } from '../message/ids.js'
import { isFinal } from '../message/state.js'
import type { UnitListener } from '../store/contracts/recorder.js'
import type { Unit } from '../store/contracts/unit.js'
import { AnsweringListener, unparkedUnit } from './answering.js'
import { chooseRow, isForAnother } from './choose-row.js'
import type { CorrelatorOptions, CorrelatorPorts, VendorReceipt } from './correlator-ports.js'
import { allTaken, notKnown, type GroupStep, type HandOver } from './group.js'
import { SegmentGroups } from './groups.js'
import { IdsInUse } from './ids-in-use.js'
import { lookUp, noGroups, type GroupsRead, type LookUpPorts } from './look-up.js'
import { isRepeat, Parking, type Parked } from './parking.js'
import { Readings } from './readings.js'
import { isPossible, keyOf, idWithoutReport, seenKey, settledKey, withPossibleIds } from './receipt-keys.js'
import { RecentKeys } from './recent-keys.js'
import { neverCame, ToldUnits, type ReceiptedUnit } from './told-units.js'

export type { CorrelatorOptions, CorrelatorPorts, ReceiptFate, VendorReceipt } from './correlator-ports.js'

/**
 * What a reading of the store would not tell: an awaiting row that is not durable yet, or the receipt that settled one. Both
 * stay until no reading that began before they were durable is under way.
 */
type Overlay = Awaiting | ReceiptedUnit

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
  /** Of the rows that stand, also those not durable yet. */
  readonly #ids = new IdsInUse()
  readonly #seen: RecentKeys
  readonly #readings = new Readings()
  readonly #groups: SegmentGroups
  readonly #told: ToldUnits
  readonly #lookUpPorts: LookUpPorts
  #endSweep: (() => void) | undefined
  /** A round of those that may be claimed, under way over several steps. */
  #unclaimed: Generator<Parked> | undefined

  constructor(ports: CorrelatorPorts, options: CorrelatorOptions) {
    this.#ports = ports
    this.#options = options
    this.#seen = new RecentKeys(options.seenMax)
    this.#groups = new SegmentGroups(ports, this.#readings)
    this.#told = new ToldUnits(ports)
    this.#lookUpPorts = {
      store: ports.store,
      place: (receipt, rows, groups) => this.#place(receipt, rows, groups),
      failed: (receipt) => this.#failed(receipt),
    }
  }

  get parkedCount(): number {
    return this.#parked.size
  }

  /**
   * Takes note of the rows that are in the store at the start, and of the parked receipts found there, when the lanes are known.
   * Those whose answer is in the store too are matched: the switch died between the commits of the two.
   */
  async restore(parked: readonly ParkedReceipt[]): Promise<void> {
    let cursor = ''
    do {
      const step = await this.#ports.store.awaitedKeys(cursor, RESTORE_PAGE)
      for (const key of step.keys) this.#ids.add(key)
      cursor = step.cursor
    } while (cursor !== '')
    // Parking keeps them in the order of their expiry, stores in that of their keys.
    const rows = [...parked].sort((a, b) => a.expiresAtMs - b.expiresAtMs)
    for (const row of rows) this.#parked.add({ row, keys: [keyOf(row.vendor, row.vendorMessageId)] })
    for (let at = 0; at < rows.length; at += RESTORE_PAGE) {
      const awaited = await this.#ports.store.findAwaiting(rows.slice(at, at + RESTORE_PAGE))
      for (const awaiting of awaited) if (awaiting !== undefined) this.#matchParked(awaiting)
    }
  }

  /**
   * A vendor took a segment and will report: takes its id for the row, before that is recorded. False where another row may stand
   * under the same id: `replace` then.
   */
  reserve(awaiting: Awaiting): boolean {
    return this.#ids.addNew(awaiting)
  }

  /**
   * The vendor has perhaps given the id before, and not reported on the segment that it stood for. No report can be told to be about
   * that one any more, so it ends as if none had come, before the row of the new one is recorded: calls `record` with that, before
   * the promise resolves.
   */
  replace(awaiting: Awaiting, record: (row: Awaiting) => void): Promise<void> {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    const end = this.#readings.begin()
    return this.#ports.store
      .findAwaiting([awaiting])
      .then(
        ([read]) => {
          const over = this.#overlay.get(key)
          const stands = over === undefined ? read : 'kind' in over ? undefined : over
          if (stands === undefined) this.#ids.add(awaiting)
          else this.#giveWay(stands, awaiting, key)
          record(awaiting)
        },
        () => {
          // What stands there is not known, so it stays. The new one waits where no report finds it, and ends without.
          const apart: Awaiting = { ...awaiting, vendorMessageId: idWithoutReport(awaiting) }
          this.#ids.add(apart)
          record(apart)
        },
      )
      .catch((error: unknown) => this.#ports.onBug?.(error))
      .finally(end)
  }

  /** The same for a row whose id was taken some turns before it is recorded. */
  makeWay(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    const over = this.#overlay.get(key)
    if (over !== undefined && !('kind' in over)) this.#giveWay(over, awaiting, key)
  }

  #giveWay(old: Awaiting, { origin }: Awaiting, key: string): void {
    // A vendor may give all segments of a message the same id.
    if (old.origin.messageId !== origin.messageId) this.#endWithout(old, key)
  }

  /** A vendor took a segment and will report: called when the answer's unit is recorded, before it is durable. */
  expect(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    this.#overlay.set(key, awaiting)
    if (this.#parked.size > 0) this.#matchParked(awaiting)
  }

  #matchParked(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    const early = this.#parked.find(key)
    // One about another phone is late, about a message that had the id before.
    if (early === undefined || isForAnother(awaiting, early.row.report.destination, this.#ports.calledAs)) return
    this.#parked.remove(early)
    if (awaiting.group === '') {
      this.#matchEarly(awaiting, early, undefined)
      return
    }
    const matched = (group: SegmentGroup | undefined): void => {
      const over = this.#overlay.get(key)
      // While the group was read another report may have come, or the vendor has given the id to another message, whose row it is now.
      if (over !== undefined && over !== awaiting) this.#ports.recorder.recordLazily(unparkedUnit(early.row), this)
      else this.#matchEarly(awaiting, early, group)
    }
    void this.#groups.find(awaiting.group, matched, () => this.#parked.add(early))
  }

  #matchEarly(awaiting: Awaiting, early: Parked, group: SegmentGroup | undefined): void {
    this.#match(awaiting, early.row, undefined, group)
    this.#ports.recorder.recordLazily(unparkedUnit(early.row), this)
  }

  /** The unit that `expect` was called for is durable. */
  expected(awaiting: Awaiting): void {
    this.#readings.leave(this.#overlay, keyOf(awaiting.vendor, awaiting.vendorMessageId), awaiting)
  }

  /** The first of several segments was taken: called as `expect`, and before it. */
  expectGroup(group: SegmentGroup): void {
    this.#groups.change({ id: group.id, then: group })
  }

  /** The unit that `expectGroup` was called for is durable, or the one that all were taken with. */
  expectedGroup(group: SegmentGroup): void {
    this.#groups.changed(group.id, group)
  }

  /**
   * A message whose segments are reported on ends without their reports. Calls `record` with whether that is the first that is
   * told of its end; reports that come from then on tell nothing. With a promise the call comes before that resolves.
   */
  closeGroup(id: MessageId, record: (isOpen: boolean) => void): Promise<void> | undefined {
    const close = (group: SegmentGroup | undefined): void => {
      if (group !== undefined) this.#groups.change({ id, then: undefined })
      record(group !== undefined)
    }
    // Told twice rather than never, where the store can't be read.
    return this.#groups.find(id, close, () => record(true))
  }

  /**
   * The last segment of a message is taken, and `silent` of those in its group have no report of their own; with `handOver`
   * the group has its bill from now on. Calls `record` with
   * what that makes of the group; with a promise the call comes before that resolves.
   */
  allTaken(
    id: MessageId,
    silent: number,
    handOver: HandOver | undefined,
    record: (step: GroupStep) => void,
  ): Promise<void> | undefined {
    const take = (group: SegmentGroup | undefined): void => {
      const step = allTaken(group, silent, handOver)
      if (group !== undefined) this.#groups.change({ id, then: step.then })
      record(step)
    }
    return this.#groups.find(id, take, () => record(notKnown))
  }

  /** The unit that ended it is durable. */
  closedGroup(id: MessageId): void {
    this.#groups.changed(id, undefined)
  }

  /** Takes the receipts of one turn. */
  take(receipts: readonly VendorReceipt[]): void {
    const unknown: VendorReceipt[] = []
    for (const receipt of receipts) {
      const { vendor, ids } = receipt
      // With several ids the store may know another one of them.
      if (ids.length === 1 && this.#overlay.has(keyOf(vendor, ids[0]!))) {
        if (this.#place(receipt, [undefined], noGroups) !== '') unknown.push(receipt)
      } else unknown.push(ids.every(isPossible) ? receipt : withPossibleIds(receipt))
    }
    if (unknown.length > 0) lookUp(unknown, this.#lookUpPorts, this.#readings)
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
      this.#ports.onFate('dropped', row, false)
      this.#ports.recorder.recordLazily(unparkedUnit(row), this)
    }
  }

  /** The vendor never said what became of it: the sender is told so, by its group where there is one. */
  giveUp(awaiting: Awaiting): void {
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    if (this.#overlay.has(key)) return
    this.#ids.remove(awaiting)
    this.#endWithout(awaiting, key)
  }

  #endWithout(awaiting: Awaiting, key: string): void {
    const { connection, group } = awaiting
    this.#ports.onFate('givenUp', { connection, report: neverCame }, group === '')
    const unit = this.#told.rowGivenUp(awaiting)
    this.#overlay.set(key, unit)
    this.#ports.recorder.recordLazily(unit, this)
  }

  /** Not all the reports of a message's segments came: the sender is told that its end is not known. */
  giveUpGroup(group: SegmentGroup): void {
    if (this.#groups.known(group.id) !== undefined) return
    this.#ports.onFate('givenUp', { connection: '', report: neverCame }, true)
    this.#groups.change({ id: group.id, then: undefined })
    // Its delivery may have the bill, and says the same then.
    if (group.bill === undefined) this.#ports.failed(group.id, undefined)
    this.#ports.recorder.recordLazily(this.#told.groupGivenUp(group), this)
  }

  /** Brackets a reading of rows that are given up afterwards: what was settled meanwhile is not given up. */
  sweeping(on: boolean): void {
    this.#endSweep?.()
    this.#endSweep = on ? this.#readings.begin() : undefined
  }

  durable(unit: Unit): void {
    if (unit.kind === 'paid' || unit.kind === 'exported') return
    if (unit.move !== undefined) this.#ports.moved(unit.move)
    if (unit.kind === 'receipted') {
      if (unit.final) {
        const { vendor, vendorMessageId } = unit.awaiting
        this.#readings.leave(this.#overlay, keyOf(vendor, vendorMessageId), unit)
      }
      if (unit.group !== undefined) this.#groups.changed(unit.group.id, unit.group.then)
      this.#ports.offer(unit.outbox)
    } else if (unit.kind === 'groupGivenUp') {
      this.#groups.changed(unit.group.id, undefined)
      this.#ports.offer(unit.outbox)
    } else if (unit.kind === 'receiptedUnanswered') {
      this.#ports.released(unit.delivery)
      this.#ports.offer(unit.outbox)
    }
  }

  /** Returns the group that must be read before the receipt can be placed; '' when it is placed. */
  #place(receipt: VendorReceipt, rows: (Awaiting | undefined)[], groups: GroupsRead): MessageId | '' {
    try {
      return this.#found(receipt, rows, groups)
    } catch (error) {
      this.#ports.onBug?.(error)
      this.#failed(receipt)
      return ''
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
  #found(receipt: VendorReceipt, rows: (Awaiting | undefined)[], groups: GroupsRead): MessageId | '' {
    const { vendor, ids, report } = receipt
    let repeated: string | undefined
    for (let i = 0; i < ids.length; i++) {
      const over = this.#overlay.get(keyOf(vendor, ids[i]!))
      if (over === undefined) continue
      if ('kind' in over) {
        if (!isForAnother(over.awaiting, report.destination, this.#ports.calledAs)) repeated ??= ids[i]
        rows[i] = undefined
      } else rows[i] = over
    }
    const index = repeated === undefined ? chooseRow(rows, report.destination, this.#ports.calledAs) : -1
    if (index >= 0) {
      const row = rows[index]!
      let group: SegmentGroup | undefined
      if (row.group !== '') {
        const change = this.#groups.known(row.group)
        if (change === undefined && !groups.has(row.group)) return row.group
        group = change === undefined ? groups.get(row.group) : change.then
      }
      receipt.learn?.(index)
      this.#match(row, receipt, receipt, group)
      return ''
    }
    repeated ??= ids.find((id) => this.#seen.has(seenKey(keyOf(vendor, id), report)))
    if (repeated === undefined) this.#park(receipt)
    else this.#repeat(receipt, repeated, receipt)
    return ''
  }

  /** @param group of the row, as it is now; undefined where it has none, or it is over */
  #match(
    awaiting: Awaiting,
    receipt: { readonly connection: ConnectionId; readonly report: VendorReport },
    answer: VendorReceipt | undefined,
    group: SegmentGroup | undefined,
  ): void {
    const { report } = receipt
    const final = isFinal(report.state)
    const key = keyOf(awaiting.vendor, awaiting.vendorMessageId)
    // A step on the way is told once for the message, whichever segment made it first.
    const seen = seenKey(awaiting.group === '' || final ? key : keyOf(awaiting.vendor, `\0${awaiting.group}`), report)
    if (!final && this.#seen.has(seen)) {
      this.#repeat(receipt, awaiting.vendorMessageId, answer)
      return
    }
    this.#seen.add(seen)
    const { network } = report
    const told =
      awaiting.group === ''
        ? this.#told.receipted(awaiting, report, final)
        : this.#told.receiptedInGroup(awaiting, awaiting.group, report, final, group)
    const unit = network === undefined ? told : this.#told.hearing(told, awaiting.origin.destination.value, network)
    const isEnd = final && (awaiting.group === '' || (group !== undefined && unit.group?.then === undefined))
    this.#ports.onFate('matched', receipt, isEnd)
    if (final) {
      this.#ids.remove(awaiting)
      this.#overlay.set(key, unit)
    }
    if (final && awaiting.group !== '') this.#seen.add(settledKey(key))
    if (unit.group !== undefined) {
      this.#groups.change(unit.group)
      if (isEnd && report.state !== 'DELIVERED') this.#ports.failed(unit.group.id, report)
    }
    this.#ports.recorder.record(unit, answer === undefined ? this : new AnsweringListener(this, answer))
  }

  /** Changes nothing, but the vendor has its answer only when what the first one changed is durable. */
  #repeat(
    receipt: { readonly connection: ConnectionId; readonly report: VendorReport },
    vendorMessageId: string,
    answer: VendorReceipt | undefined,
  ): void {
    this.#ports.onFate('duplicate', receipt, false)
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
    if (this.#seen.has(settledKey(keyOf(vendor, vendorMessageId)))) return
    const parkedAtMs = row.expiresAtMs - this.#options.parkedMs
    const receivedAtMs = this.#ports.wallMs() - (nowMs - parkedAtMs)
    const delivery = this.#ports.claimUnanswered(vendor, report.destination, receivedAtMs, report.state)
    if (delivery === undefined) return
    this.#parked.remove(parked)
    this.#seen.add(seenKey(keyOf(vendor, vendorMessageId), report))
    this.#ports.onFate('matchedUnanswered', row, true)
    const { network } = report
    const told = this.#told.receiptedUnanswered(delivery, report)
    const unit = network === undefined ? told : this.#told.hearing(told, delivery.message.destination.value, network)
    this.#ports.recorder.recordLazily(unit, this)
    this.#ports.recorder.recordLazily(unparkedUnit(row), this)
  }

  #park(receipt: VendorReceipt): void {
    const { vendor, ids, connection, report } = receipt
    const first = ids[0]
    const before = first === undefined ? undefined : this.#parked.first(keyOf(vendor, first))
    if (first === undefined) {
      this.#ports.onFate('dropped', receipt, false)
      receipt.stored()
      return
    }
    if (before === undefined && this.#parked.size >= this.#options.parkedMax) {
      // Sent again, it may find its answer or a place.
      this.#ports.onFate('dropped', receipt, false)
      receipt.failed()
      return
    }
    // One place for each id: a final state is never pushed out of it, neither by a step on the way that was overtaken; but by one
    // about another phone, since an id that is given again stands for the newer message.
    if (before !== undefined && isRepeat(before.row.report, report)) {
      this.#repeat(receipt, first, receipt)
      return
    }
    const expiresAtMs = this.#ports.nowMs() + this.#options.parkedMs
    const row: ParkedReceipt = { vendor, vendorMessageId: first, connection, report, expiresAtMs }
    this.#parked.add({ row, keys: ids.map((id) => keyOf(vendor, id)) })
    this.#ports.onFate('parked', receipt, false)
    this.#ports.recorder.record({ kind: 'parked', parked: row }, new AnsweringListener(this, receipt))
  }
}
