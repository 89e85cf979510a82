// Segments found in the store whose lane leads only to connections that are gone: what becomes of them, and the walk over
// their lanes at the start. Knows no directory: it is asked through ports.

import type { Delivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId, LaneKey } from '../message/ids.js'
import type { LaneSlice, LaneSummary } from '../store/contracts/store.js'
import { MAX_DUE_MS } from '../store/contracts/limits.js'
import { laneOver, laneTarget } from './lane-key.js'
import { progressNotBegun } from './taken.js'
import { NO_ERROR, over, requeued, type Ending } from './ending.js'

/** Where a message goes by the directory of today. */
export interface NewRoute {
  /** At least one connection. */
  readonly route: readonly ConnectionId[]
  readonly failover: SegmentDelivery['failover']
}

/**
 * On over the new route, with its due time, failures and validity kept; over where there is none. Whoever was sent it and
 * never answered stays written down: that a connection is gone from a route does not mean that it will not deliver.
 * What has begun over a connection that is gone is over too: no other may go on with it.
 */
export function reroutedEnding(delivery: SegmentDelivery, to: NewRoute | undefined): Ending {
  const hasBegun = delivery.progress !== undefined && delivery.progress.taken > 0
  if (to === undefined || to.route.length === 0 || hasBegun) return over(delivery, 'UNDELIVERABLE', 'noRoute', NO_ERROR)
  const { route, failover } = to
  const lane = laneOver(route, 0, delivery)
  return requeued({ ...delivery, lane, route, failover, hop: 0, progress: progressNotBegun(delivery) })
}

/** The lanes that no connection will ever serve as things are. */
export function strandedLanes(
  lanes: readonly LaneSummary[],
  isUsable: (connection: ConnectionId) => boolean,
): readonly LaneKey[] {
  return lanes
    .filter(({ lane }) => {
      const target = laneTarget(lane)
      return target.kind === 'vendor' && !target.route.some(isUsable)
    })
    .map(({ lane }) => lane)
}

export interface ReroutePorts {
  readonly readLane: (
    lane: LaneKey,
    dueByMs: number,
    held: ReadonlySet<DeliveryId>,
    limit: number,
  ) => Promise<LaneSlice>
  /**
   * Gives the segment its new lane, or ends it; once that is done, the record of it is durable when `settled` resolves. False when
   * it is in other hands.
   */
  readonly reroute: (delivery: SegmentDelivery) => Promise<void> | undefined | false
  /** Resolves with false when it takes too long: the walk ends then, for a start must not wait for a disk to be emptied. */
  readonly settled: () => Promise<unknown>
}

export interface Rerouted {
  readonly count: number
  /** False when some were left where they are, to be found at the next start. */
  readonly complete: boolean
}

const PAGE = 2000

/**
 * Empties stranded lanes, page by page, so that memory holds one page however long a lane is. Meant for the start, when the
 * dispatcher knows the lanes and nothing is sent yet. Rejects when a reading fails.
 */
export async function rerouteLanes(lanes: readonly LaneKey[], ports: ReroutePorts): Promise<Rerouted> {
  let count = 0
  for (const lane of lanes) {
    for (;;) {
      const { deliveries } = await ports.readLane(lane, MAX_DUE_MS, none, PAGE)
      const segments = deliveries.filter(isSegment)
      if (segments.length === 0) break
      const ends = segments.map((delivery) => ports.reroute(delivery))
      for (const end of ends) await end
      count += segments.length
      if ((await ports.settled()) === false) return { count, complete: false }
      // What could not be recorded is still there: it is found again at the next start.
      if (!(await hasMoved(lane, segments[0]!, ports))) return { count, complete: false }
    }
  }
  return { count, complete: true }
}

async function hasMoved(lane: LaneKey, first: SegmentDelivery, ports: ReroutePorts): Promise<boolean> {
  const { deliveries } = await ports.readLane(lane, MAX_DUE_MS, none, 1)
  return deliveries[0]?.id !== first.id
}

const none: ReadonlySet<DeliveryId> = new Set()

function isSegment(delivery: Delivery): delivery is SegmentDelivery {
  return delivery.kind === 'segment'
}
