// What a memory store holds: plain maps, changed by units through the one reducer. No promises here, no failures.

import type { CallRecords } from '../../message/bill.js'
import type { CollectedPart } from '../../message/collected-part.js'
import type { Awaiting, Delivery, ParkedReceipt, SegmentGroup } from '../../message/delivery.js'
import type { LaneKey, MessageId } from '../../message/ids.js'
import {
  checkDeliveryId,
  checkLane,
  checkMessageId,
  checkMove,
  checkPayment,
  checkVendorKey,
  wholeDueMs,
} from '../contracts/limits.js'
import type { StoredAnswer } from '../contracts/answers.js'
import { checkKept } from '../contracts/kept.js'
import { checkRegistration } from '../contracts/registrations.js'
import type { ClockAnchor } from '../contracts/store.js'
import { checkTransaction, counts, type StoredTransaction } from '../contracts/transactions.js'
import { reduce, type StateChanges, type Unit } from '../contracts/unit.js'
import {
  addMove,
  addPayment,
  addBlock,
  copyBooks,
  emptyBooks,
  forgetBlocks,
  type MemoryBooksState,
} from './memory-books.js'
import { copyTables, keepRow, type MemoryTables } from './memory-kept.js'
import { insertInto, removeFrom } from './sorted-lane.js'

/** The row as text: what was given may change later. */
export interface MemoryObject {
  readonly kind: string
  readonly id: string
  readonly etag: string
  readonly text: string
}

export interface MemoryState {
  readonly lanes: Map<LaneKey, Delivery[]>
  readonly awaiting: Map<string, Awaiting>
  readonly parked: Map<string, ParkedReceipt>
  readonly groups: Map<MessageId, SegmentGroup>
  readonly collected: Map<MessageId, CollectedPart>
  /** By kind and id. */
  readonly directory: Map<string, MemoryObject>
  readonly answers: Map<string, StoredAnswer>
  /** Bindings by address of record. */
  readonly registrations: Map<string, string>
  readonly transactions: Map<string, StoredTransaction>
  readonly kept: MemoryTables
  readonly books: MemoryBooksState
  directoryRevision: number
  anchor: ClockAnchor | undefined
  epoch: number
}

export function emptyState(): MemoryState {
  return {
    lanes: new Map(),
    awaiting: new Map(),
    parked: new Map(),
    groups: new Map(),
    collected: new Map(),
    directory: new Map(),
    answers: new Map(),
    registrations: new Map(),
    transactions: new Map(),
    kept: new Map(),
    books: emptyBooks(),
    directoryRevision: 0,
    anchor: undefined,
    epoch: 0,
  }
}

/** A copy that later changes of either do not touch; rows are read-only and shared. */
export function copyState(state: MemoryState): MemoryState {
  return {
    lanes: new Map([...state.lanes].map(([lane, rows]) => [lane, rows.slice()])),
    awaiting: new Map(state.awaiting),
    parked: new Map(state.parked),
    groups: new Map(state.groups),
    collected: new Map(state.collected),
    directory: new Map(state.directory),
    answers: new Map(state.answers),
    registrations: new Map(state.registrations),
    transactions: new Map(state.transactions),
    kept: copyTables(state.kept),
    books: copyBooks(state.books),
    directoryRevision: state.directoryRevision,
    anchor: state.anchor,
    epoch: state.epoch,
  }
}

export function vendorKey(vendor: string, vendorMessageId: string): string {
  return `${vendor}\0${vendorMessageId}`
}

/**
 * Checks the units and turns them into one step to be taken later, whole.
 * @throws RangeError for keys no store takes; then nothing happened
 */
export function stepOf(units: readonly Unit[]): (state: MemoryState) => void {
  const changes: ((state: MemoryState) => void)[] = []
  const records: CallRecords[] = []
  const recorder: StateChanges = {
    enqueue(delivery) {
      const dueMs = checkPlace(delivery)
      const row = dueMs === delivery.dueMs ? delivery : { ...delivery, dueMs }
      changes.push(({ lanes }) => {
        let rows = lanes.get(row.lane)
        if (rows === undefined) lanes.set(row.lane, (rows = []))
        insertInto(rows, row)
      })
    },
    rewrite(delivery) {
      recorder.enqueue(delivery)
    },
    dequeue(ref) {
      const place = { dueMs: checkPlace(ref), id: ref.id }
      changes.push(({ lanes }) => {
        const rows = lanes.get(ref.lane)
        if (rows === undefined) return
        removeFrom(rows, place)
        if (rows.length === 0) lanes.delete(ref.lane)
      })
    },
    awaitReceipt(awaiting) {
      checkVendorKey(awaiting.vendor, awaiting.vendorMessageId)
      changes.push((state) => state.awaiting.set(vendorKey(awaiting.vendor, awaiting.vendorMessageId), awaiting))
    },
    settle(vendor, vendorMessageId) {
      checkVendorKey(vendor, vendorMessageId)
      changes.push((state) => state.awaiting.delete(vendorKey(vendor, vendorMessageId)))
    },
    park(parked) {
      checkVendorKey(parked.vendor, parked.vendorMessageId)
      changes.push((state) => state.parked.set(vendorKey(parked.vendor, parked.vendorMessageId), parked))
    },
    unpark(vendor, vendorMessageId) {
      checkVendorKey(vendor, vendorMessageId)
      changes.push((state) => state.parked.delete(vendorKey(vendor, vendorMessageId)))
    },
    collect(part) {
      checkMessageId(part.id)
      changes.push((state) => state.collected.set(part.id, part))
    },
    uncollect(part) {
      checkMessageId(part)
      changes.push((state) => state.collected.delete(part))
    },
    putGroup(group) {
      checkMessageId(group.id)
      changes.push((state) => state.groups.set(group.id, group))
    },
    dropGroup(id) {
      checkMessageId(id)
      changes.push((state) => state.groups.delete(id))
    },
    remember({ key, expiresAtMs }, id) {
      const row = { key, expiresAtMs, id }
      checkTransaction(row)
      checkMessageId(id)
      changes.push(({ transactions }) => {
        const before = transactions.get(key)
        if (before === undefined || counts(row, before)) transactions.set(key, row)
      })
    },
    forget(throughMs) {
      wholeDueMs(throughMs)
      changes.push(({ transactions }) => {
        for (const [key, { expiresAtMs }] of transactions) if (expiresAtMs <= throughMs) transactions.delete(key)
      })
    },
    register(registration) {
      checkRegistration(registration)
      const { aor, bindings } = registration
      changes.push(({ registrations }) => {
        if (bindings === '') registrations.delete(aor)
        else registrations.set(aor, bindings)
      })
    },
    keep(row) {
      checkKept(row)
      changes.push(({ kept }) => keepRow(kept, row))
    },
    move(move) {
      checkMove(move)
      changes.push(({ books }) => addMove(books, move))
    },
    pay(payment) {
      checkPayment(payment)
      changes.push(({ books }) => addPayment(books, payment))
    },
    addRecords(added) {
      records.push(added)
    },
    exported(mark) {
      changes.push(({ books }) => forgetBlocks(books, mark))
    },
  }
  for (const unit of units) reduce(unit, recorder)
  return (state) => {
    for (const change of changes) change(state)
    if (records.length > 0) addBlock(state.books, records)
  }
}

function checkPlace(ref: { readonly lane: LaneKey; readonly dueMs: number; readonly id: string }): number {
  checkLane(ref.lane)
  checkDeliveryId(ref.id)
  return wholeDueMs(ref.dueMs)
}
