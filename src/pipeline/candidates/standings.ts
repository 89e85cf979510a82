// Which connections stand back at the moment: those that have as many messages a second as they may, and those that rest. Links
// that are down are no matter of the route: a lane goes to the first of its connections that is up.

import type { Route, RoutedConnection, Snapshot } from '../../directory/snapshot.js'
import { checkRate, fullBucket, available, take, type Bucket, type BucketRate } from '../../lib/token-bucket.js'
import type { ConnectionId } from '../../message/ids.js'
import type { Standing } from '../../money/candidates.js'

export interface StandingPorts {
  readonly isUp: (connection: ConnectionId) => boolean
  /** Its recent success is poor. */
  readonly isResting: (connection: ConnectionId, nowMs: number) => boolean
  /** Switch time, ms. */
  readonly nowMs: () => number
  /** It would have come first, and another does. */
  readonly passedOver: (connection: ConnectionId, why: Exclude<Standing, 'ready' | 'linkDown'>) => void
}

interface Capacity {
  readonly perSecond: number
  readonly rate: BucketRate
  readonly bucket: Bucket
}

/** Counts messages where they are routed to; resends stay in their lanes and are not counted again. */
export class Standings {
  readonly #ports: StandingPorts
  #directory: Snapshot | undefined
  #capacities: ReadonlyMap<ConnectionId, Capacity> = new Map()
  #isQuiet = true
  #nowMs = 0
  /** One function for all routes. */
  readonly #standingOf = (connection: ConnectionId): Standing => this.standingOf(connection, this.#nowMs)

  constructor(ports: StandingPorts) {
    this.#ports = ports
  }

  /** Without a look at its link. */
  standingOf(connection: ConnectionId, nowMs: number): Exclude<Standing, 'linkDown'> {
    if (this.#ports.isResting(connection, nowMs)) return 'resting'
    const capacity = this.#capacities.get(connection)
    return capacity !== undefined && available(capacity.bucket, capacity.rate, nowMs) < 1 ? 'full' : 'ready'
  }

  /** The route in which those that stand back come last; the message is counted for the first that is up. The same object where none has to. */
  placed(route: Route, directory: Snapshot): Route {
    if (directory !== this.#directory) this.#look(directory)
    if (this.#isQuiet) return route
    this.#nowMs = this.#ports.nowMs()
    const placed = directory.standBack(route, this.#standingOf)
    if (placed[0] !== route[0]) {
      const standing = this.#standingOf(route[0]!)
      if (standing !== 'ready' && standing !== 'linkDown') this.#ports.passedOver(route[0]!, standing)
    }
    if (this.#capacities.size > 0) this.#count(placed)
    return placed
  }

  #count(route: Route): void {
    for (const connection of route) {
      if (!this.#ports.isUp(connection)) continue
      const capacity = this.#capacities.get(connection)
      if (capacity !== undefined) take(capacity.bucket, capacity.rate, this.#nowMs)
      return
    }
  }

  /** A reload keeps what was counted. */
  #look(directory: Snapshot): void {
    this.#directory = directory
    const before = this.#capacities
    const connections = directory.connections()
    const nowMs = this.#ports.nowMs()
    this.#capacities = new Map(
      connections
        .filter(({ capacity }) => capacity > 0)
        .map((connection) => {
          const known = before.get(connection.id)
          return [connection.id, known?.perSecond === connection.capacity ? known : capacityOf(connection, nowMs)]
        }),
    )
    this.#isQuiet = this.#capacities.size === 0 && connections.every(({ adaptive }) => adaptive === undefined)
  }
}

/** Bursts of one second's worth, of one message where that is less. */
function capacityOf({ capacity }: RoutedConnection, nowMs: number): Capacity {
  const tokens = Math.max(1, Math.round(capacity * 1000))
  const rate = checkRate({ tokens, perMs: 1_000_000, burst: Math.max(1, Math.ceil(capacity)) })
  return { perSecond: capacity, rate, bucket: fullBucket(rate, nowMs) }
}
