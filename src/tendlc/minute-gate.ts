// So many segments in any 60 s: the gate of AT&T's classes. A ring of half seconds; a half second counts until its last moment is a
// minute old, so that no 60 s ever have more, and 60.5 s may pass until the same room is there again.

import type { Gate } from './limiter-gate.js'
import { Line } from './limiter-line.js'

const SLOT_MS = 500
/** As many half seconds as any of which a minute has some. */
const SLOTS = 60_000 / SLOT_MS + 1
/** Above this a slot, with one long message on top, might not fit 16 bits. */
const SMALL = 60_000

export class MinuteGate implements Gate {
  readonly key: string
  readonly name: string
  readonly line = new Line()
  isForgotten = false
  #perMinute: number
  #slots: Uint16Array | Uint32Array
  /** Half seconds since 1970 of the newest slot; its place in the ring is this modulo their number. */
  #at: number
  #used = 0

  /** @param fullAtMs when all of it was used, as far as anybody knows; -Infinity for an unused one */
  constructor(key: string, name: string, perMinute: number, nowMs: number, fullAtMs = -Infinity) {
    this.key = key
    this.name = name
    this.#perMinute = perMinute
    this.#slots = slotsFor(perMinute)
    this.#at = Math.floor((fullAtMs === -Infinity ? nowMs : fullAtMs) / SLOT_MS)
    if (fullAtMs !== -Infinity) this.take(perMinute, fullAtMs)
  }

  get perMinute(): number {
    return this.#perMinute
  }

  get perSecond(): number {
    return this.#perMinute / 60
  }

  get most(): number {
    return this.#perMinute
  }

  /** What the last minute had stays counted. */
  change(perMinute: number): void {
    if (perMinute === this.#perMinute) return
    this.#perMinute = perMinute
    if (perMinute > SMALL && this.#slots instanceof Uint16Array) this.#slots = Uint32Array.from(this.#slots)
  }

  room(nowMs: number): number {
    this.#forward(nowMs)
    return this.#perMinute - this.#used
  }

  take(count: number, nowMs: number): void {
    this.#forward(nowMs)
    this.#slots[this.#at % SLOTS]! += count
    this.#used += count
  }

  undo(count: number, nowMs: number): void {
    this.#forward(nowMs)
    const slot = this.#at % SLOTS
    const back = Math.min(count, this.#slots[slot]!)
    this.#slots[slot]! -= back
    this.#used -= back
  }

  roomAtMs(count: number, nowMs: number): number {
    let room = this.room(nowMs)
    if (room >= count) return nowMs
    for (let age = SLOTS - 1; age >= 0; age--) {
      const slot = this.#at - age
      if (slot < 0) continue
      room += this.#slots[slot % SLOTS]!
      if (room >= Math.min(count, this.#perMinute)) return (slot + SLOTS) * SLOT_MS
    }
    return Infinity
  }

  isAtRest(nowMs: number): boolean {
    return this.line.isEmpty(nowMs) && this.room(nowMs) === this.#perMinute
  }

  // A clock that goes back adds to the newest slot.
  #forward(nowMs: number): void {
    const at = Math.floor(nowMs / SLOT_MS)
    if (at <= this.#at) return
    if (this.#used > 0) {
      const cleared = Math.min(at - this.#at, SLOTS)
      for (let slot = at - cleared + 1; slot <= at; slot++) {
        const place = slot % SLOTS
        this.#used -= this.#slots[place]!
        this.#slots[place] = 0
      }
    }
    this.#at = at
  }
}

function slotsFor(perMinute: number): Uint16Array | Uint32Array {
  return perMinute > SMALL ? new Uint32Array(SLOTS) : new Uint16Array(SLOTS)
}
