// Takes up at the start what an earlier run left in the store: parked receipts, lanes, segments that wait for a receipt,
// and segments whose connections are gone.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId } from '../message/ids.js'
import type { Correlator } from '../receipts/correlator.js'
import { MAX_DUE_MS } from '../store/contracts/limits.js'
import type { LaneSummary, Store } from '../store/contracts/store.js'
import type { Courier } from './courier.js'
import type { Dispatcher } from './dispatcher.js'
import { rerouteLanes, strandedLanes, type NewRoute } from './reroute.js'

export interface RestorePorts {
  readonly store: Pick<Store, 'parked' | 'lanes' | 'readLane'>
  readonly dispatcher: Dispatcher
  readonly courier: Courier
  readonly correlator: Correlator
  /** Resolves when everything recorded so far is durable; with false when that takes too long (a full disk). */
  readonly settled: () => Promise<unknown>
  /** Segments were left in lanes that lead nowhere, since the store did not take the record of their new ones in time. */
  readonly rerouteStopped?: () => void
  /** Is the connection in the directory of today, and active? */
  readonly isUsable: (connection: ConnectionId) => boolean
  readonly routeAnew: (delivery: SegmentDelivery) => NewRoute | undefined
}

const nothingHeld: ReadonlySet<DeliveryId> = new Set()

/**
 * @param nowMs switch time
 * @param waitingMax unanswered segments that are made known to their receipts, and rows read for that; the rest end by their
 *   deadline, or are sent again
 * @returns how many segments were given a new route, or ended for want of one
 */
export async function restoreDeliveries(ports: RestorePorts, nowMs: number, waitingMax: number): Promise<number> {
  const { store, dispatcher, courier, correlator } = ports
  const lanes = await store.lanes()
  await restoreUnanswered(ports, lanes, nowMs, waitingMax)
  dispatcher.restore(lanes, nowMs)
  await correlator.restore(await store.parked())
  const { count, complete } = await rerouteLanes(strandedLanes(lanes, ports.isUsable), {
    readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
    reroute: (delivery) => courier.reroute(delivery, ports.routeAnew(delivery)),
    settled: ports.settled,
  })
  if (!complete) ports.rerouteStopped?.()
  return count
}

/**
 * Unanswered are all in `w:` lanes, and in those of vendors what waits to be sent again. Rows can't be asked for by that, so a
 * long vendor lane is not read when much of it may be due: what is due is sent again at once, receipt or not.
 */
async function restoreUnanswered(
  { store, courier }: RestorePorts,
  lanes: readonly LaneSummary[],
  nowMs: number,
  max: number,
): Promise<void> {
  const read = async ({ lane }: LaneSummary, limit: number): Promise<void> => {
    const { deliveries } = await store.readLane(lane, MAX_DUE_MS, nothingHeld, limit)
    courier.restoreWaiting(deliveries)
  }
  for (const summary of lanes) if (summary.lane.startsWith('w:')) await read(summary, max)
  let left = max
  for (const summary of lanes) {
    const { lane, waiting, earliestDueMs } = summary
    if (!lane.startsWith('v:') || left === 0 || (waiting > left && earliestDueMs <= nowMs)) continue
    await read(summary, left)
    left = Math.max(0, left - waiting)
  }
}
