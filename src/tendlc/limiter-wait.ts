// How a lane waits at its gates for its turn: in one order, the same for all, so that nobody waits for somebody who waits for him. It
// takes nothing.

import type { Gate } from './limiter-gate.js'
import type { Place } from './limiter-line.js'

/**
 * Whoever stands behind others asks again after a part of its time, since those before it may have gone: the sooner the better for
 * those who then could go, the later the better where very many wait.
 */
const BEHIND_PART = 1 / 4
const BEHIND_MIN_MS = 1000
const BEHIND_MAX_MS = 5000
/** The same for the first in line, whose time is known: others may give back. */
const FIRST_MS = 10_000
/** A place is void when its owner does not come so long after it said it would. */
const GRACE_MS = 1000

export interface Refusal {
  readonly gate: Gate
  /** When to ask again. */
  readonly againMs: number
}

/** Its places at gates, by their place in the list. */
class Places {
  readonly #places: (Place | undefined)[] = []

  at(i: number): Place | undefined {
    return this.#places[i]
  }

  /** At the end of the line; where it is already in it, there. */
  stand({ line }: Gate, i: number, count: number, byMs: number): void {
    const place = this.#places[i]
    if (place !== undefined && !place.isLeft) place.byMs = byMs
    else this.#places[i] = line?.join(count, byMs)
  }

  leave({ line }: Gate, i: number): void {
    const place = this.#places[i]
    if (place === undefined) return
    line?.leave(place)
    this.#places[i] = undefined
  }
}

/**
 * From the narrowest to the widest. It keeps its turn at those before the one that refused, which nobody passes who need not pass that
 * one too; its turn at a wider one would keep others from going. A lane of an unknown carrier keeps it at one carrier while it waits for the next
 * all the same: if it gave up one for the other it might never have both.
 */
export class WaitInOrder {
  readonly #places = new Places()
  readonly #dayAskMs: number

  /** @param dayAskMs how long whoever a day refused waits at most before it asks again */
  constructor(dayAskMs: number) {
    this.#dayAskMs = dayAskMs
  }

  /** Undefined where it may go: all gates have room, and it is its turn at each. Otherwise it stands in line until it asks again. */
  refusal(gates: readonly Gate[], count: number, nowMs: number): Refusal | undefined {
    for (let i = 0; i < gates.length; i++) {
      const gate = gates[i]!
      const ahead = gate.line?.ahead(this.#places.at(i), nowMs) ?? 0
      const needed = ahead + Math.min(count, gate.most)
      if (gate.room(nowMs) < needed) return this.#refused(gates, i, count, ahead, gate.roomAtMs(needed, nowMs), nowMs)
    }
    return undefined
  }

  /** Its gates are others now. Where one is as it was, it keeps its place: one that was forgotten at rest had nobody in line. */
  move(from: readonly Gate[], to: readonly Gate[]): void {
    for (let i = 0; i < from.length; i++) if (from[i] !== to[i]) this.#places.leave(from[i]!, i)
  }

  /** Out of all lines. */
  leave(gates: readonly Gate[]): void {
    for (let i = 0; i < gates.length; i++) this.#places.leave(gates[i]!, i)
  }

  #refused(gates: readonly Gate[], at: number, count: number, ahead: number, roomMs: number, nowMs: number): Refusal {
    const gate = gates[at]!
    if (gate.line === undefined) {
      this.leave(gates)
      return { gate, againMs: Math.max(nowMs + 1, Math.min(roomMs, nowMs + this.#dayAskMs)) }
    }
    const againMs = askAgainMs(ahead, roomMs, nowMs)
    for (let i = 0; i < gates.length; i++)
      if (i <= at) this.#places.stand(gates[i]!, i, count, againMs + GRACE_MS)
      else this.#places.leave(gates[i]!, i)
    return { gate, againMs }
  }
}

function askAgainMs(ahead: number, roomMs: number, nowMs: number): number {
  const longestMs = ahead > 0 ? behindMs(roomMs - nowMs) : FIRST_MS
  return Math.max(nowMs + 1, Math.min(roomMs, Math.ceil(nowMs + longestMs)))
}

function behindMs(waitMs: number): number {
  return Math.min(BEHIND_MAX_MS, Math.max(BEHIND_MIN_MS, waitMs * BEHIND_PART))
}
