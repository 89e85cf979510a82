// Takes up at the start what an earlier run left in the store: parked receipts, lanes, segments that wait for a receipt,
// and segments whose connections are gone.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId } from '../message/ids.js'
import type { Correlator } from '../receipts/correlator.js'
import { MAX_DUE_MS } from '../store/contracts/limits.js'
import type { Store } from '../store/contracts/store.js'
import type { Courier } from './courier.js'
import type { Dispatcher } from './dispatcher.js'
import { rerouteLanes, strandedLanes, type NewRoute } from './reroute.js'

export interface RestorePorts {
  readonly store: Pick<Store, 'parked' | 'lanes' | 'readLane'>
  readonly dispatcher: Dispatcher
  readonly courier: Courier
  readonly correlator: Correlator
  /** Resolves when everything recorded so far is durable. */
  readonly settled: () => Promise<void>
  /** Is the connection in the directory of today, and active? */
  readonly isUsable: (connection: ConnectionId) => boolean
  readonly routeAnew: (delivery: SegmentDelivery) => NewRoute | undefined
}

const nothingHeld: ReadonlySet<DeliveryId> = new Set()

/**
 * @param nowMs switch time
 * @param waitingMax segments waiting for a receipt that are made known to it; the rest end by their deadline
 * @returns how many segments were given a new route, or ended for want of one
 */
export async function restoreDeliveries(ports: RestorePorts, nowMs: number, waitingMax: number): Promise<number> {
  const { store, dispatcher, courier, correlator } = ports
  const lanes = await store.lanes()
  for (const { lane } of lanes) {
    if (!lane.startsWith('w:')) continue
    const { deliveries } = await store.readLane(lane, MAX_DUE_MS, nothingHeld, waitingMax)
    courier.restoreWaiting(deliveries)
  }
  dispatcher.restore(lanes, nowMs)
  await correlator.restore(await store.parked())
  return rerouteLanes(strandedLanes(lanes, ports.isUsable), {
    readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
    reroute: (delivery) => courier.reroute(delivery, ports.routeAnew(delivery)),
    settled: ports.settled,
  })
}
