// What lanes hold in memory of what the store has of them: takes in what there is room for, reads on when a lane runs low, and counts
// what all lanes hold together. Sends nothing, and knows no time of its own.

import type { Delivery } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { LaneSlice } from '../store/contracts/store.js'
import { hold, noIds, putInOrder, takenOf, type Lane } from './lane.js'

export interface ReadAheadOptions {
  /** Most deliveries read ahead for one lane. */
  readonly readAheadPerLane: number
  /** Most in all; beyond it each lane keeps `readAheadFloor`. */
  readonly readAheadTotal: number
  readonly readAheadFloor: number
}

/** Numbers of pools and of campaigns are many, and slow: what one sends in some seconds must not take the room of a fast lane, nor fill the memory. */
const OF_A_NUMBER = { readAheadPerLane: 16, readAheadFloor: 1 }

export interface ReadAheadPorts {
  readLane(lane: LaneKey, dueByMs: number, held: ReadonlySet<DeliveryId>, limit: number): Promise<LaneSlice>
  /** What was read is in the lane. @param nextDueMs of the first that is not due yet */
  haveRead(lane: Lane, nextDueMs: number | undefined): void
  readFailed(lane: Lane, error: unknown): void
}

export class ReadAhead {
  readonly #ports: ReadAheadPorts
  readonly #options: ReadAheadOptions
  #count = 0
  /** Asked of the store and not brought yet: many lanes read at once, so these must count before they come. */
  #asked = 0

  constructor(ports: ReadAheadPorts, options: ReadAheadOptions) {
    this.#ports = ports
    this.#options = options
  }

  /** Takes in a delivery that has become durable and is due. False when it stays in the store, to be read later. */
  take(lane: Lane, delivery: Delivery): boolean {
    if (!lane.moreInStore && lane.asked === 0 && this.#mayHold(lane) && this.#hold(lane, delivery)) return true
    this.left(lane, delivery.dueMs)
    return false
  }

  /** Something due is in the store and not held. */
  left(lane: Lane, dueMs: number): void {
    // The reading may have looked before.
    if (lane.asked > 0) lane.changedWhileReading = true
    lane.moreInStore = true
    lane.unreadDueMs = Math.min(lane.unreadDueMs, dueMs)
  }

  /** It was handed out and comes back to its place in the lane, if only to that in the store. */
  takeBack(lane: Lane, delivery: Delivery): void {
    if (putInOrder(lane.ready, delivery)) this.#count++
    else {
      lane.held.delete(delivery.id)
      this.left(lane, delivery.dueMs)
    }
  }

  /**
   * Nobody is there to take what the lane has: the store has it too, and is read again in the lane's order once somebody is. What is
   * coming from there comes first; and what is under way in pieces stays, since the store may know of fewer of them.
   *
   * @param wasOver it is out of the lane's hands, though held: asked once
   */
  letGo(lane: Lane, wasOver: (delivery: Delivery) => boolean): void {
    if (lane.asked > 0) return
    for (const delivery of lane.ready) if (takenOf(delivery) > 0) return
    for (let first = lane.ready.shift(); first !== undefined; first = lane.ready.shift()) {
      this.#count--
      if (wasOver(first)) continue
      lane.held.delete(first.id)
      this.left(lane, first.dueMs)
    }
    lane.ready.clear()
    if (lane.held.size === 0) lane.held = noIds
  }

  /** The first that is ready leaves. It stays held. */
  shift(lane: Lane): void {
    lane.ready.shift()
    this.#count--
  }

  /** It is over, or elsewhere, and the store knows it. */
  release(lane: Lane, id: DeliveryId): void {
    lane.held.delete(id)
    if (lane.asked === 0) return
    if (lane.releasedWhileReading === noIds) lane.releasedWhileReading = new Set<DeliveryId>()
    lane.releasedWhileReading.add(id)
  }

  /** The lane is given up. */
  drop(lane: Lane): void {
    this.#count -= lane.ready.length
    lane.ready.clear()
  }

  /** Reads on when a lane runs low; a lane that can't send reads nothing it does not need. */
  read(lane: Lane, nowMs: number): void {
    if (lane.asked > 0 || !lane.moreInStore || lane.pausedUntilMs > nowMs) return
    if (lane.station === undefined && lane.target.kind !== 'wait') return
    const wanted = this.#wanted(lane)
    if (wanted === 0) return
    lane.asked = wanted
    this.#asked += wanted
    lane.changedWhileReading = false
    this.#ports.readLane(lane.key, nowMs, lane.held, wanted).then(
      (slice) => this.#came(lane, slice),
      (error: unknown) => {
        this.#ended(lane)
        lane.releasedWhileReading = noIds
        this.#ports.readFailed(lane, error)
      },
    )
  }

  #came(lane: Lane, slice: LaneSlice): void {
    this.#ended(lane)
    let fits = true
    for (const delivery of slice.deliveries) {
      if (lane.held.has(delivery.id) || lane.releasedWhileReading.has(delivery.id)) continue
      fits = this.#hold(lane, delivery)
      if (!fits) break
    }
    lane.releasedWhileReading = noIds
    lane.moreInStore = slice.more || lane.changedWhileReading || !fits
    lane.unreadDueMs = Infinity
    this.#ports.haveRead(lane, slice.nextDueMs)
  }

  #ended(lane: Lane): void {
    this.#asked -= lane.asked
    lane.asked = 0
  }

  /** False when there is no place. */
  #hold(lane: Lane, delivery: Delivery): boolean {
    if (!lane.ready.push(delivery)) return false
    hold(lane, delivery.id)
    this.#count++
    return true
  }

  /** May one more be kept in memory for this lane? */
  #mayHold(lane: Lane): boolean {
    const { length } = lane.ready
    const { readAheadTotal } = this.#options
    const { readAheadFloor, readAheadPerLane } = isOfNumber(lane) ? OF_A_NUMBER : this.#options
    if (length < readAheadFloor) return true
    return length < readAheadPerLane && this.#count + this.#asked < readAheadTotal
  }

  /** How many to ask the store for; 0 while the lane has enough. */
  #wanted(lane: Lane): number {
    const { readAheadTotal } = this.#options
    const { readAheadFloor, readAheadPerLane } = isOfNumber(lane) ? OF_A_NUMBER : this.#options
    const { length } = lane.ready
    const left = readAheadTotal - this.#count - this.#asked
    const target = Math.max(readAheadFloor, Math.min(readAheadPerLane, length + left))
    return length > target >> 1 ? 0 : target - length
  }
}

function isOfNumber({ sender, limited }: Lane): boolean {
  return sender !== undefined || limited !== undefined
}
