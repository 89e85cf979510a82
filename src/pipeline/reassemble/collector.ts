// The sets of parts that are not whole yet: found by key, bounded in number and size, due at their deadlines. Answers nobody.

import type { Sender } from '../../message/collected-part.js'
import { emptySetBytes, heldParts, peerOf, type HeldPart, type PartSet, type PeerKind } from './part-set.js'

export interface CollectorBounds {
  readonly maxSets: number
  readonly maxSetsPerPeer: number
  /** Of contents and what it takes to keep them, octets. */
  readonly maxBytes: number
  readonly maxBytesPerPeer: number
}

export interface CollectorSize {
  readonly sets: number
  readonly bytes: number
}

interface Count {
  sets: number
  bytes: number
}

const nothing: CollectorSize = { sets: 0, bytes: 0 }

export class Collector {
  readonly #bounds: CollectorBounds
  /** In the order of their deadlines, but for those that stand again. */
  readonly #sets = new Map<string, PartSet>()
  /** Those that were complete already, refused for the moment, and stand again: few, and in no order. */
  readonly #again = new Set<PartSet>()
  /** Sets that were opened since the last rotation, and those of the one before. Most are whole before they are old. */
  #young = new Set<PartSet>()
  #middling = new Set<PartSet>()
  readonly #all: Count = { sets: 0, bytes: 0 }
  readonly #byKind: Record<PeerKind, Count> = { esme: { sets: 0, bytes: 0 }, vendor: { sets: 0, bytes: 0 } }
  readonly #byPeer = new Map<string, Count>()

  constructor(bounds: CollectorBounds) {
    this.#bounds = bounds
  }

  find(key: string): PartSet | undefined {
    return this.#sets.get(key)
  }

  /** May the peer take so many octets more? With those of a new set, of `newTotal` parts, unless that is 0. */
  hasRoom(peer: string, octets: number, newTotal: number): boolean {
    const { maxSets, maxSetsPerPeer, maxBytes, maxBytesPerPeer } = this.#bounds
    const its = this.#byPeer.get(peer) ?? nothing
    if (newTotal > 0 && (this.#all.sets >= maxSets || its.sets >= maxSetsPerPeer)) return false
    const bytes = octets + emptySetBytes(newTotal)
    return this.#all.bytes + bytes <= maxBytes && its.bytes + bytes <= maxBytesPerPeer
  }

  /** A new set under a key that none has. Deadlines may not go back from one to the next. */
  open(key: string, sender: Sender, total: number, deadlineMs: number): PartSet {
    const set: PartSet = {
      key,
      peer: peerOf(sender),
      kind: sender.kind === 'account' ? 'esme' : 'vendor',
      sender,
      total,
      deadlineMs,
      parts: new Array<HeldPart | undefined>(total).fill(undefined),
      present: 0,
      bytes: emptySetBytes(total),
      isOld: false,
    }
    this.#sets.set(key, set)
    this.#young.add(set)
    this.#count(set, 1, set.bytes)
    return set
  }

  put(set: PartSet, held: HeldPart): void {
    set.parts[held.part.mark.part - 1] = held
    set.present++
    set.bytes += held.bytes
    held.set = set
    if (this.has(set)) this.#count(set, 0, held.bytes)
  }

  /** A part that is there takes so much more. */
  grow(held: HeldPart, bytes: number): void {
    held.bytes += bytes
    const { set } = held
    if (set === undefined) return
    set.bytes += bytes
    if (this.has(set)) this.#count(set, 0, bytes)
  }

  /** A part leaves its set, which may be taken already. True when that leaves a set that was here without any: it is gone. */
  remove(held: HeldPart): boolean {
    const { set } = held
    if (set === undefined) return false
    held.set = undefined
    set.parts[held.part.mark.part - 1] = undefined
    set.present--
    set.bytes -= held.bytes
    if (!this.has(set)) return false
    this.#count(set, 0, -held.bytes)
    if (set.present > 0) return false
    this.take(set)
    return true
  }

  /** It is over with the set, well or not: its key and its room are free. */
  take(set: PartSet): void {
    if (!this.has(set)) return
    this.#sets.delete(set.key)
    this.#again.delete(set)
    if (!this.#young.delete(set)) this.#middling.delete(set)
    this.#count(set, -1, -set.bytes)
  }

  /** A set that was taken goes on waiting, whatever the bounds. False when another has its key. */
  standAgain(set: PartSet): boolean {
    if (this.#sets.has(set.key)) return false
    this.#sets.set(set.key, set)
    this.#again.add(set)
    this.#count(set, 1, set.bytes)
    return true
  }

  has(set: PartSet): boolean {
    return this.#sets.get(set.key) === set
  }

  /** Up to so many sets whose time is over. They stay until they are taken. */
  due(nowMs: number, limit: number): PartSet[] {
    const due: PartSet[] = []
    for (const set of this.#again) if (set.deadlineMs <= nowMs) due.push(set)
    for (const set of this.#sets.values()) {
      if (this.#again.has(set)) continue
      if (set.deadlineMs > nowMs || due.length >= limit) break
      due.push(set)
    }
    return due
  }

  /** Sets that have all their parts and are here all the same: refused for the moment. */
  complete(): PartSet[] {
    return [...this.#again].filter((set) => set.present === set.total)
  }

  /** Sets that have stood through a whole turn between two calls; each is named once. */
  rotate(): Iterable<PartSet> {
    const aged = this.#middling
    this.#middling = this.#young
    this.#young = new Set()
    return aged
  }

  /** All parts of all sets. */
  parts(): HeldPart[] {
    return [...this.#sets.values()].flatMap(heldParts)
  }

  size(kind: PeerKind): CollectorSize {
    return this.#byKind[kind]
  }

  /** Nothing is kept of anybody. */
  get isEmpty(): boolean {
    return this.#byPeer.size === 0 && this.#again.size === 0
  }

  #count({ peer, kind }: PartSet, sets: number, bytes: number): void {
    let its = this.#byPeer.get(peer)
    if (its === undefined) this.#byPeer.set(peer, (its = { sets: 0, bytes: 0 }))
    for (const count of [this.#all, this.#byKind[kind], its]) {
      count.sets += sets
      count.bytes += bytes
    }
    if (its.sets === 0) this.#byPeer.delete(peer)
  }
}
