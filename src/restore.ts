// What an earlier run left in the store, taken up before any traffic; and who looks after messages whose connections go later on.
// Belongs to the composition root.

import { UNANSWERED_MAX, type Core } from './core.js'
import { Rerouter } from './delivery/rerouter.js'
import { laneTarget } from './delivery/lane-key.js'
import { restoreDeliveries } from './delivery/restore.js'
import type { Timers } from './lib/clock.js'
import type { ConnectionId, DeliveryId } from './message/ids.js'
import type { Networks } from './networks.js'
import type { Reassembly } from './pipeline/reassemble/reassemble.js'
import { endsWithin } from './stop.js'
import { MAX_DUE_MS } from './store/contracts/limits.js'
import type { Store } from './store/contracts/store.js'
import type { Log } from './telemetry/log.js'

export interface RestorePorts {
  readonly store: Store
  readonly core: Pick<Core, 'recorder' | 'courier' | 'dispatcher' | 'correlator'>
  readonly reassembly: Reassembly
  readonly routeAnew: Networks['routeAnew']
  readonly undecided: Networks['undecided']
  /** May messages be sent over it by the directory of now? */
  readonly isUsable: (connection: ConnectionId) => boolean
  readonly timers: Timers
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly log: Log
}

export interface Restored {
  /** Segments that got a new route, or ended for want of one. */
  readonly rerouted: number
  readonly rerouter: Rerouter
}

/** How long a start waits for the record of new routes. */
const REROUTE_COMMIT_MS = 5000
/** Messages without a network that are read to know their numbers again; what is beyond may be overtaken. */
const UNDECIDED_MAX = 100_000
const PAGE = 2000

/** @throws StoreError */
export async function restoreSwitch(ports: RestorePorts): Promise<Restored> {
  const { store, reassembly, routeAnew, isUsable, timers, nowMs, log } = ports
  const { recorder, courier, dispatcher, correlator } = ports.core
  const settled = (): Promise<boolean> => endsWithin(REROUTE_COMMIT_MS, recorder.settled(), timers)
  await countUndecided(store, ports.undecided)
  const rerouted = await restoreDeliveries(
    {
      ...{ store, dispatcher, courier, correlator, settled, isUsable, routeAnew },
      rerouteStopped: () => log.event('store.rerouteStopped', { afterMs: REROUTE_COMMIT_MS }),
    },
    nowMs(),
    UNANSWERED_MAX,
  )
  const rerouter = new Rerouter({
    ...{ isUsable, settled },
    lanes: () => dispatcher.lanes(),
    readLane: (lane, dueByMs, held, limit) => store.readLane(lane, dueByMs, held, limit),
    reroute: (delivery) => courier.reroute(delivery, routeAnew(delivery)),
    sweeping: (on) => dispatcher.sweeping(on),
    rerouted: (messages) => log.event('delivery.rerouted', { messages }),
    failed: (error) => log.event('store.readFailed', { lane: '', error }),
  })
  reassembly.restore(await store.collected(), nowMs())
  return { rerouted, rerouter }
}

/** Before anything new is accepted, which would go past them, and before any of them is decided. */
async function countUndecided(store: Store, undecided: Networks['undecided']): Promise<void> {
  let left = UNDECIDED_MAX
  for (const { lane } of await store.lanes()) {
    if (laneTarget(lane).kind !== 'undecided') continue
    const seen = new Set<DeliveryId>()
    while (left > 0) {
      const { deliveries } = await store.readLane(lane, MAX_DUE_MS, seen, Math.min(PAGE, left))
      for (const delivery of deliveries) {
        seen.add(delivery.id)
        if (delivery.kind === 'segment') undecided.add(delivery.message.account, delivery.message.destination.value)
      }
      left -= deliveries.length
      if (deliveries.length === 0) break
    }
  }
}
