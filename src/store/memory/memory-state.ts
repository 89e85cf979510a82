// What a memory store holds: plain maps, changed by units through the one reducer. No promises here, no failures.

import type { Awaiting, Delivery, ParkedReceipt } from '../../message/delivery.js'
import type { LaneKey } from '../../message/ids.js'
import { checkDeliveryId, checkLane, checkVendorKey, wholeDueMs } from '../contracts/limits.js'
import type { ClockAnchor } from '../contracts/store.js'
import { reduce, type StateChanges, type Unit } from '../contracts/unit.js'
import { insertInto, removeFrom } from './sorted-lane.js'

export interface MemoryState {
  readonly lanes: Map<LaneKey, Delivery[]>
  readonly awaiting: Map<string, Awaiting>
  readonly parked: Map<string, ParkedReceipt>
  anchor: ClockAnchor | undefined
  epoch: number
}

export function emptyState(): MemoryState {
  return { lanes: new Map(), awaiting: new Map(), parked: new Map(), anchor: undefined, epoch: 0 }
}

/** A copy that later changes of either do not touch; rows are read-only and shared. */
export function copyState(state: MemoryState): MemoryState {
  return {
    lanes: new Map([...state.lanes].map(([lane, rows]) => [lane, rows.slice()])),
    awaiting: new Map(state.awaiting),
    parked: new Map(state.parked),
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
  }
  for (const unit of units) reduce(unit, recorder)
  return (state) => {
    for (const change of changes) change(state)
  }
}

function checkPlace(ref: { readonly lane: LaneKey; readonly dueMs: number; readonly id: string }): number {
  checkLane(ref.lane)
  checkDeliveryId(ref.id)
  return wholeDueMs(ref.dueMs)
}
