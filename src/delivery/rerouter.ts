// Segments whose connections have all gone while the switch runs: given new routes a page at a time, as often as some are found.
// Knows no directory: it is asked through ports. What a start finds is reroute.ts.

import type { SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId, DeliveryId, LaneKey } from '../message/ids.js'
import { MAX_DUE_MS } from '../store/contracts/limits.js'
import type { LaneView } from './lane.js'
import type { ReroutePorts } from './reroute.js'

export interface RerouterPorts extends ReroutePorts {
  readonly lanes: () => Iterable<Pick<LaneView, 'key' | 'target' | 'waiting'>>
  /** Is the connection in the directory of now, and active? */
  readonly isUsable: (connection: ConnectionId) => boolean
  /** Brackets a reading and the use of its rows: those who end deliveries meanwhile keep in mind what is over. */
  readonly sweeping: (on: boolean) => void
  readonly rerouted: (count: number) => void
  readonly failed: (error: unknown) => void
}

/** Rows read at a time: what is done with them takes a few milliseconds. */
const PAGE = 500
/** Steps without a find after which nothing more is expected: whatever was under way over a connection has come back by then. */
const QUIET_STEPS = 120

export class Rerouter {
  readonly #ports: RerouterPorts
  #quietSteps = QUIET_STEPS
  #isBusy = false

  constructor(ports: RerouterPorts) {
    this.#ports = ports
  }

  /** Connections may have gone: lanes are looked at from the next step on. */
  wake(): void {
    this.#quietSteps = 0
  }

  /** Call it every second or so. Resolves when this step is over. */
  async step(): Promise<void> {
    if (this.#isBusy || this.#quietSteps >= QUIET_STEPS) return
    this.#isBusy = true
    try {
      let count = 0
      for (const lane of this.#stranded()) count += await this.#empty(lane)
      this.#quietSteps = count > 0 ? 0 : this.#quietSteps + 1
      if (count > 0) this.#ports.rerouted(count)
    } catch (error) {
      this.#ports.failed(error)
    } finally {
      this.#isBusy = false
    }
  }

  #stranded(): readonly LaneKey[] {
    const { lanes, isUsable } = this.#ports
    const stranded: LaneKey[] = []
    for (const { key, target, waiting } of lanes())
      if (waiting > 0 && target.kind === 'vendor' && !target.route.some(isUsable)) stranded.push(key)
    return stranded
  }

  /** What is under way comes back to the lane, or is over, and is found by a later step. */
  async #empty(lane: LaneKey): Promise<number> {
    const { readLane, reroute, settled, sweeping } = this.#ports
    let count = 0
    for (;;) {
      let moved = 0
      sweeping(true)
      try {
        const { deliveries } = await readLane(lane, MAX_DUE_MS, none, PAGE)
        const segments = deliveries.filter((delivery): delivery is SegmentDelivery => delivery.kind === 'segment')
        const ends: (Promise<void> | undefined)[] = []
        for (const segment of segments) {
          const end = reroute(segment)
          if (end === false) continue
          moved++
          ends.push(end)
        }
        for (const end of ends) await end
      } finally {
        sweeping(false)
      }
      count += moved
      if (moved === 0 || (await settled()) === false) return count
    }
  }
}

const none: ReadonlySet<DeliveryId> = new Set()
