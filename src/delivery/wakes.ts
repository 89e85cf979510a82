// When lanes and destinations are looked at again without anybody asking: each has one time, the earliest that was asked for. Time is an
// argument; what is done then is its owner's.

import { DueHeap } from '../lib/heap.js'
import type { Lane, Station } from './lane.js'

export class Wakes {
  readonly #lanes = new DueHeap<Lane>()
  readonly #stations = new DueHeap<Station>()

  lane(lane: Lane, atMs: number): void {
    if (atMs >= lane.wakeMs) return
    lane.wakeMs = atMs
    this.#lanes.push(atMs, lane)
  }

  /** Something of it in the store is not due before `atMs`. */
  due(lane: Lane, atMs: number): void {
    if (atMs >= lane.nextDueMs) return
    lane.nextDueMs = atMs
    this.lane(lane, atMs)
  }

  /** Nothing of it goes before `untilMs`. */
  pause(lane: Lane, untilMs: number): void {
    lane.pausedUntilMs = untilMs
    this.lane(lane, untilMs)
  }

  station(station: Station, atMs: number): void {
    if (atMs >= station.wakeMs) return
    station.wakeMs = atMs
    this.#stations.push(atMs, station)
  }

  /** When the first of all is due; Infinity for none. */
  get nextMs(): number {
    return Math.min(this.#lanes.nextKey, this.#stations.nextKey)
  }

  /** The next lane whose time has come, which has none from now on. It may be gone. */
  nextLane(nowMs: number): Lane | undefined {
    return taken(this.#lanes, nowMs)
  }

  nextStation(nowMs: number): Station | undefined {
    return taken(this.#stations, nowMs)
  }
}

function taken<T extends Lane | Station>(heap: DueHeap<T>, nowMs: number): T | undefined {
  for (let atMs = heap.nextKey; atMs <= nowMs; atMs = heap.nextKey) {
    const first = heap.pop()!
    // An entry of a time that an earlier one took the place of.
    if (first.wakeMs !== atMs) continue
    first.wakeMs = Infinity
    return first
  }
  return undefined
}
