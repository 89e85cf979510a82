// Brings deliveries from their lanes to destinations that have room: round robin over lanes, in order within one.
// It knows no protocol and no outcome; the store is read through a port, time is an argument.

import type { Delivery, DeliveryRef } from '../message/delivery.js'
import type { DeliveryId, LaneKey } from '../message/ids.js'
import type { LaneSummary } from '../store/contracts/store.js'
import type { WaitingSegments } from '../tendlc/limited-queues.js'
import { laneTarget, type LaneTarget } from './lane-key.js'
import type { Destination } from './destination.js'
import type { DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js'
import { hold, lineUpAside, newLane, takenOf, viewOf, type Lane, type LaneView, type Station } from './lane.js'
import { LaneCounts } from './lane-counts.js'
import { forgetHolds } from './lane-holds.js'
import { giveBack, turnOf } from './lane-limits.js'
import { segmentsLeft } from './limited-segments.js'
import { ReadAhead, type ReadAheadPorts } from './read-ahead.js'
import { Stations } from './stations.js'
import { Wakes } from './wakes.js'

export type { DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js'

const READ_RETRY_MS = 1000
/** How many deliveries of one lane others go past in one turn: each is asked for again whenever there is room. */
const ASIDE_MAX = 256

export class Dispatcher {
  readonly #ports: DispatcherPorts
  readonly #options: DispatcherOptions
  readonly #lanes = new Map<LaneKey, Lane>()
  readonly #stations = new Stations()
  readonly #dirty = new Set<Station>()
  readonly #wakes = new Wakes()
  /** Taken back by a late answer or receipt while still in line. Not their ids: what one becomes may stand in line as well. */
  readonly #cancelled = new Set<Delivery>()
  /** What was released while somebody reads the store without a lane: what he read of it is out of date. */
  #releasedInSweep: Set<DeliveryId> | undefined
  #sweepers = 0
  readonly #readAhead: ReadAhead
  readonly #counts = new LaneCounts()
  /** All lanes towards vendors are asked at their turn whether they are the right ones. */
  #asksAll = false
  #nowMs = 0

  constructor(ports: DispatcherPorts, options: DispatcherOptions) {
    this.#ports = ports
    this.#options = options
    const readAheadPorts: ReadAheadPorts = {
      readLane: (...asked) => ports.readLane(...asked),
      haveRead: (lane, nextDueMs) => this.#haveRead(lane, nextDueMs),
      readFailed: (lane, error) => {
        ports.readFailed(lane.key, error)
        this.#wakes.lane(lane, this.#nowMs + READ_RETRY_MS)
      },
    }
    this.#readAhead = new ReadAhead(readAheadPorts, options)
  }

  /** Makes a destination known. Lanes that can use it follow when `changed` says it is up. */
  add(destination: Destination): void {
    this.#stations.add(destination)
  }

  /** It is gone: lanes go to the next of theirs, or wait. */
  remove(destinationId: string, nowMs: number): void {
    const station = this.#stations.get(destinationId)
    if (station === undefined) return
    this.#stations.remove(destinationId)
    this.#dirty.delete(station)
    this.changed(destinationId, nowMs)
  }

  /**
   * Limits may be others than before: each lane asks for its own anew, and does not wait for what held it up until now.
   *
   * @param asksAll there are campaigns: what waits in any lane may belong in another one
   */
  limitsChanged(nowMs: number, asksAll = false): void {
    this.#asksAll = asksAll
    this.#ports.limited?.limitsChanged()
    for (const lane of this.#lanes.values()) {
      const limits = this.#ports.limitsOf(lane.target)
      if (limits === lane.limits) continue
      lane.limits = limits
      if (lane.pausedUntilMs > nowMs) this.#wakes.pause(lane, Math.max(nowMs, lane.restUntilMs))
    }
  }

  /** Tells of lanes found in the store at the start. */
  restore(lanes: readonly LaneSummary[], nowMs: number): void {
    this.#nowMs = nowMs
    for (const summary of lanes) {
      const lane = this.#lane(summary.lane)
      this.#counts.restored(lane, summary.waiting, summary.earliestDueMs > nowMs ? summary.earliestDueMs : 0)
      this.#wakes.due(lane, summary.earliestDueMs)
    }
    this.tick(nowMs)
  }

  /** A delivery became durable in its lane. */
  offer(delivery: Delivery, nowMs: number): void {
    const lane = this.#lane(delivery.lane)
    const dueMs = delivery.dueMs > nowMs ? delivery.dueMs : 0
    this.#counts.add(
      lane,
      1,
      lane.limited !== undefined && delivery.kind === 'segment' ? segmentsLeft(delivery) : 1,
      dueMs,
    )
    // A reading sees what is on disk, also when nobody has been told yet that it is.
    if (lane.held.has(delivery.id)) return
    if (delivery.dueMs > nowMs) {
      this.#wakes.due(lane, delivery.dueMs)
      return
    }
    if (this.#isAway(lane)) this.#readAhead.left(lane, delivery.dueMs)
    else if (this.#readAhead.take(lane, delivery)) this.#lineUp(lane, nowMs)
  }

  /** A delivery became durable in its lane that is over already, though the store does not know it yet: counted, never sent. */
  offerHeld(delivery: DeliveryRef): void {
    const lane = this.#lane(delivery.lane)
    this.#counts.add(lane, 1)
    hold(lane, delivery.id)
  }

  /** A delivery is over, or elsewhere, and the store knows it. */
  release(delivery: DeliveryRef): void {
    const lane = this.#lanes.get(delivery.lane)
    if (lane === undefined) return
    this.#readAhead.release(lane, delivery.id)
    this.#releasedInSweep?.add(delivery.id)
    if (lane.waiting > 0) this.#counts.add(lane, -1, 1, delivery.dueMs)
    if (lane.waiting === 0 && lane.held.size === 0 && lane.asked === 0) this.#drop(lane)
  }

  /** It was handed out and not sent, and its lane keeps its hands on it until it is released: what it took of limits is free. */
  notSent(delivery: DeliveryRef): void {
    giveBack(this.#lane(delivery.lane), delivery, this.#ports)
  }

  /** It was handed out and not sent: back to its place in the lane, no try spent. */
  putBack(delivery: Delivery, nowMs: number, pauseUntilMs = 0): void {
    this.notSent(delivery)
    const lane = this.#lane(delivery.lane)
    if (pauseUntilMs > Math.max(nowMs, lane.restUntilMs)) lane.restUntilMs = pauseUntilMs
    if (pauseUntilMs > Math.max(nowMs, lane.pausedUntilMs)) this.#wakes.pause(lane, pauseUntilMs)
    this.#takeBack(lane, delivery, nowMs)
  }

  /**
   * A message that is under way goes on with its next segment, which passes the lane's limits like any other; those of carriers
   * it has passed whole. False when it may not go now: it is back in its place in the lane then.
   */
  goesOn(delivery: Delivery, nowMs: number): boolean {
    const lane = this.#lane(delivery.lane)
    const isFree = delivery.expiresAtMs > nowMs && this.#ports.maySend?.() !== false
    if (lane.limited !== undefined) {
      if (isFree && lane.restUntilMs <= nowMs && this.#ports.limited?.has(delivery.id) === true) return true
      giveBack(lane, delivery, this.#ports)
    } else if (isFree && lane.pausedUntilMs <= nowMs && this.#passes(lane, delivery, nowMs)) return true
    this.#takeBack(lane, delivery, nowMs)
    return false
  }

  #takeBack(lane: Lane, delivery: Delivery, nowMs: number): void {
    this.#readAhead.takeBack(lane, delivery)
    this.#lineUp(lane, nowMs)
    this.#letGo(lane)
  }

  /**
   * Takes a delivery that is durable out of a lane's hands while its end is being recorded; false when it is being sent, is
   * over already, or has gone on since it was read.
   */
  seize(delivery: Delivery): boolean {
    const { lane: key, id } = delivery
    const lane = this.#lanes.get(key)
    if (lane === undefined || this.#releasedInSweep?.has(id) === true) return false
    if (!lane.held.has(id)) {
      hold(lane, id)
      return true
    }
    for (const ready of lane.ready) {
      if (ready.id !== id || this.#cancelled.has(ready)) continue
      if (takenOf(ready) !== takenOf(delivery)) return false
      this.#cancelled.add(ready)
      return true
    }
    return false
  }

  /** Brackets a reading of the store across lanes whose rows are seized afterwards: what is over by then is not seized. Several may read. */
  sweeping(on: boolean): void {
    this.#sweepers += on ? 1 : -1
    this.#releasedInSweep = this.#sweepers === 0 ? undefined : (this.#releasedInSweep ?? new Set())
  }

  /** Is any destination up that this target may use? */
  isServed(target: LaneTarget): boolean {
    return this.#stationFor(target) !== undefined
  }

  holds(ref: DeliveryRef): boolean {
    return this.#lanes.get(ref.lane)?.held.has(ref.id) ?? false
  }

  /** A destination has gone up or down. */
  changed(destinationId: string, nowMs: number): void {
    const lanes = this.#stations.lanesOf(destinationId)
    const left = new Set<Station>()
    for (const lane of lanes) {
      if (lane.station !== undefined) left.add(lane.station)
      lane.station = undefined
      lane.inLine = false
    }
    for (const station of left) {
      for (const lane of station.line.drainAll()) if (lane.inLine) station.line.push(lane)
    }
    for (const lane of lanes) {
      this.#lineUp(lane, nowMs)
      this.#letGo(lane)
    }
    this.hasRoom(destinationId)
  }

  /** A destination has room again. */
  hasRoom(destinationId: string): void {
    const station = this.#stations.get(destinationId)
    if (station === undefined || (station.line.length === 0 && station.aside.length === 0)) return
    this.#dirty.add(station)
    this.#ports.wanted()
  }

  /** Sends what can be sent now. */
  pump(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#dirty.size === 0 || this.#ports.maySend?.() === false) return
    for (const station of this.#dirty) {
      this.#dirty.delete(station)
      this.#serve(station, nowMs)
    }
  }

  /** Wakes what became due, then sends. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs
    for (let lane = this.#wakes.nextLane(nowMs); lane !== undefined; lane = this.#wakes.nextLane(nowMs))
      if (this.#lanes.get(lane.key) === lane) this.#wake(lane, nowMs)
    for (let at = this.#wakes.nextStation(nowMs); at !== undefined; at = this.#wakes.nextStation(nowMs))
      this.#dirty.add(at)
    this.pump(nowMs)
  }

  /** When `tick` has something to do; Infinity for nothing. */
  nextTickMs(): number {
    return this.#wakes.nextMs
  }

  /** Takes out what has expired while standing in line for a destination that is down or slow. */
  expireReady(nowMs: number): void {
    for (const lane of this.#lanes.values()) {
      if (lane.ready.length === 0) continue
      for (const delivery of lane.ready) {
        if (delivery.expiresAtMs > nowMs || this.#cancelled.has(delivery)) continue
        this.#cancelled.add(delivery)
        this.#ports.overdue(delivery, nowMs)
      }
    }
  }

  /** Deliveries of all lanes in the store. */
  get total(): number {
    return this.#counts.total
  }

  /** Deliveries of a lane in the store. */
  waiting(lane: LaneKey): number {
    return this.#lanes.get(lane)?.waiting ?? 0
  }

  /** Deliveries in the store that a number of a pool is to send. */
  waitingFrom(number: string): number {
    return this.#counts.from(number)
  }

  /** Segments in the store that carriers limit, by campaign and by number. */
  get limited(): WaitingSegments {
    return this.#counts.limited
  }

  /** For metrics: each lane with its depth and the due time of its first delivery, as far as that is known; Infinity for not. */
  *lanes(): Generator<LaneView> {
    for (const lane of this.#lanes.values()) yield viewOf(lane)
  }

  /** A lane as others see it; undefined where nothing is in it. */
  laneView(key: LaneKey): LaneView | undefined {
    const lane = this.#lanes.get(key)
    return lane && viewOf(lane)
  }

  #serve(station: Station, nowMs: number): void {
    const { destination, line } = station
    let room = destination.up ? destination.room(nowMs) : 0
    if (station.aside.length > 0) lineUpAside(station)
    while (room > 0 && line.length > 0) {
      const lane = line.shift()!
      if (!lane.inLine || lane.station !== station) continue
      lane.inLine = false
      // Paused while in line, by a delivery that came back: its wake-up puts it in line again.
      if (lane.pausedUntilMs > nowMs) continue
      const left = this.#sendFrom(lane, destination, room, nowMs)
      if (lane.ready.length > 0 && lane.pausedUntilMs <= nowMs && !lane.inLine && lane.station === station) {
        // Nothing went though there was room: what it has waits for places of its own, and is not asked for again in this round.
        if (left === room) station.aside.push(lane)
        else this.#stand(lane, station)
      }
      room = left
      if (lane.moreInStore) this.#readAhead.read(lane, nowMs)
    }
    if ((line.length === 0 && station.aside.length === 0) || !destination.up) return
    this.#wakes.station(station, destination.roomAtMs(nowMs))
  }

  #stand(lane: Lane, station: Station): void {
    lane.inLine = true
    station.line.push(lane)
  }

  /** Returns the room that is left. */
  #sendFrom(lane: Lane, destination: Destination, roomBefore: number, nowMs: number): number {
    let room = roomBefore
    let turns = this.#options.quantum
    let aside: Delivery[] | undefined
    while (room > 0 && turns > 0) {
      const delivery = lane.ready.peek()
      if (delivery === undefined) break
      if (this.#cancelled.size > 0 && this.#cancelled.delete(delivery)) {
        this.#readAhead.shift(lane)
        continue
      }
      if (delivery.expiresAtMs <= nowMs) {
        this.#readAhead.shift(lane)
        this.#ports.overdue(delivery, nowMs)
        continue
      }
      if (this.#isAsked(lane) && this.#ports.maySendAs?.(delivery) === false) {
        this.#readAhead.shift(lane)
        continue
      }
      if (!this.#passes(lane, delivery, nowMs)) {
        if (lane.pausedUntilMs > nowMs) break
        this.#readAhead.shift(lane)
        this.#ports.capped?.(delivery)
        continue
      }
      const result = destination.send(delivery, nowMs)
      if (result === 'sent') {
        this.#readAhead.shift(lane)
        room--
        turns--
        continue
      }
      giveBack(lane, delivery, this.#ports)
      if (result === 'full') {
        room = 0
        break
      }
      // Those behind it go past it.
      lane.ready.shift()
      if ((aside ??= []).push(delivery) === ASIDE_MAX) break
    }
    // Back to its place.
    for (let last = aside?.pop(); last !== undefined; last = aside?.pop()) lane.ready.unshift(last)
    if (lane.ready.length === 0 && !lane.moreInStore) forgetHolds(lane)
    return room
  }

  /** May what is in it belong in another lane, or to nobody? */
  #isAsked({ sender, limited, target }: Lane): boolean {
    return sender !== undefined || limited !== undefined || (this.#asksAll && target.kind === 'vendor')
  }

  /** Takes from the lane's limits, or pauses the lane until that is possible; without a pause where it must fail. */
  #passes(lane: Lane, delivery: Delivery, nowMs: number): boolean {
    const turn = turnOf(lane, delivery, nowMs, this.#ports)
    if (turn === 'goes') return true
    if (turn !== 'fails') this.#wakes.pause(lane, turn)
    return false
  }

  #wake(lane: Lane, nowMs: number): void {
    if (lane.nextDueMs <= nowMs) {
      this.#readAhead.left(lane, lane.nextDueMs)
      lane.nextDueMs = Infinity
    } else this.#wakes.lane(lane, lane.nextDueMs)
    if (lane.pausedUntilMs > nowMs) {
      this.#wakes.lane(lane, lane.pausedUntilMs)
      return
    }
    this.#lineUp(lane, nowMs)
    this.#readAhead.read(lane, nowMs)
  }

  /** Puts a lane with something to send in the line of the best destination that is up. */
  #lineUp(lane: Lane, nowMs: number): void {
    if (lane.inLine || (lane.ready.length === 0 && !lane.moreInStore) || lane.pausedUntilMs > nowMs) return
    const station = (lane.station ??= this.#stationFor(lane.target))
    if (station === undefined) {
      if (lane.target.kind === 'wait') this.#sendNowhere(lane, nowMs)
      return
    }
    if (lane.ready.length === 0) {
      this.#readAhead.read(lane, nowMs)
      return
    }
    this.#stand(lane, station)
    if (!this.#dirty.has(station)) {
      this.#dirty.add(station)
      this.#ports.wanted()
    }
  }

  /** The waiting of a `wait` lane is over. */
  #sendNowhere(lane: Lane, nowMs: number): void {
    for (let delivery = lane.ready.peek(); delivery !== undefined; delivery = lane.ready.peek()) {
      this.#readAhead.shift(lane)
      if (!this.#cancelled.delete(delivery)) this.#ports.overdue(delivery, nowMs)
    }
    if (lane.moreInStore) this.#readAhead.read(lane, nowMs)
  }

  #stationFor(target: LaneTarget): Station | undefined {
    return this.#stations.firstUp(this.#ports.destinationsOf(target))
  }

  #haveRead(lane: Lane, nextDueMs: number | undefined): void {
    if (lane.uncounted > 0) this.#counts.haveRead(lane)
    if (nextDueMs !== undefined) this.#wakes.due(lane, nextDueMs)
    if (lane.waiting === 0 && lane.held.size === 0) this.#drop(lane)
    else {
      this.#lineUp(lane, this.#nowMs)
      this.#letGo(lane)
    }
  }

  /**
   * Is it of an ESME or user who is not there? There may be very many of those, for days: what waits for them is left in the store.
   * Vendors are few, and come back soon.
   */
  #isAway(lane: Lane): boolean {
    return lane.station === undefined && lane.target.kind === 'esme' && this.#stationFor(lane.target) === undefined
  }

  #letGo(lane: Lane): void {
    if (lane.ready.length > 0 && this.#isAway(lane)) this.#readAhead.letGo(lane, (over) => this.#cancelled.delete(over))
  }

  #lane(key: LaneKey): Lane {
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const target = laneTarget(key)
    const lane = newLane(key, target, this.#ports.limitsOf(target))
    this.#lanes.set(key, lane)
    this.#stations.joined(lane, this.#ports.destinationsOf(target))
    return lane
  }

  #drop(lane: Lane): void {
    this.#lanes.delete(lane.key)
    for (const cancelled of lane.ready) this.#cancelled.delete(cancelled)
    this.#readAhead.drop(lane)
    lane.station = undefined
    lane.inLine = false
    this.#stations.left(lane, this.#ports.destinationsOf(lane.target))
  }
}
