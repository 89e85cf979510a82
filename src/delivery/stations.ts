// Which destinations there are, with the lanes that may use each. It sends nothing and orders nothing.

import type { Destination } from './destination.js'
import { newStation, type Lane, type Station } from './lane.js'

export class Stations {
  readonly #stations = new Map<string, Station>()
  /** Also of destinations that are not there: they may come. */
  readonly #lanes = new Map<string, Lane | Set<Lane>>()

  /** @throws where one of this id is there already */
  add(destination: Destination): void {
    if (this.#stations.has(destination.id)) throw new Error(`destination ${destination.id} is known already`)
    this.#stations.set(destination.id, newStation(destination))
  }

  /** False when there is none of this id. */
  remove(id: string): boolean {
    return this.#stations.delete(id)
  }

  get(id: string): Station | undefined {
    return this.#stations.get(id)
  }

  /** The first that is up. */
  firstUp(ids: readonly string[]): Station | undefined {
    for (const id of ids) {
      const station = this.#stations.get(id)
      if (station?.destination.up) return station
    }
    return undefined
  }

  lanesOf(id: string): readonly Lane[] {
    const lanes = this.#lanes.get(id)
    if (lanes === undefined) return noLanes
    return lanes instanceof Set ? [...lanes] : [lanes]
  }

  joined(lane: Lane, ids: readonly string[]): void {
    for (const id of ids) {
      const lanes = this.#lanes.get(id)
      // Most of those who are not there have one: a set for each would be a third of what they cost.
      if (lanes === undefined) this.#lanes.set(id, lane)
      else if (lanes instanceof Set) lanes.add(lane)
      else if (lanes !== lane) this.#lanes.set(id, new Set([lanes, lane]))
    }
  }

  left(lane: Lane, ids: readonly string[]): void {
    for (const id of ids) {
      const lanes = this.#lanes.get(id)
      if (lanes instanceof Set ? lanes.delete(lane) && lanes.size === 0 : lanes === lane) this.#lanes.delete(id)
    }
  }
}

const noLanes: readonly Lane[] = []
