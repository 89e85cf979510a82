// How fast each number of a pool sends: no more in any second than its rate, whichever lanes its messages wait in. Only of numbers that sent
// lately is anything kept; no number has a timer. Time is an argument.

import type { Limit } from './limits.js'

/** So many in any stretch of so long. */
interface Pace {
  readonly count: number
  readonly perMs: number
}

/** When a number sent last, as often as its pace says, around a ring. */
interface Sent {
  pace: Pace
  readonly times: number[]
  /** Where the oldest stands once the ring is full. */
  next: number
}

/** Sendings remembered of a number; above so many a second, shorter stretches are looked at than a second. */
const REMEMBERED = 128
/** Numbers among which those that rest are looked for. */
const LOOKED_THROUGH = 1024

export class NumberPaces {
  readonly #perSecond: (number: string) => number
  readonly #sent = new Map<string, Sent>()
  readonly #paces = new Map<number, Pace>()
  #lookAt = LOOKED_THROUGH
  #nowMs = -Infinity

  /** @param perSecond of a number, as it is now; 0 for no limit. Asked at each sending, so that a change acts at once */
  constructor(perSecond: (number: string) => number) {
    this.#perSecond = perSecond
  }

  /** Numbers of which something is remembered. */
  get size(): number {
    return this.#sent.size
  }

  /** The limit of a number. It has no state of its own: any two of one number are the same limit. */
  of(number: string): Limit {
    return new NumberLimit(this, number)
  }

  take(number: string, count: number, nowMs: number): boolean {
    this.#nowMs = nowMs
    const sent = this.#sentOf(number)
    if (sent === undefined) return true
    if (freeAtMs(sent, count) > nowMs) return false
    for (let i = 0; i < count; i++) note(sent, nowMs)
    return true
  }

  /**
   * What was taken a moment ago was not used. What was taken earlier stays taken: whether it was this one's is not known, and no
   * second may have too many.
   */
  giveBack(number: string, count: number): void {
    const sent = this.#sent.get(number)
    for (let i = 0; i < count && sent !== undefined; i++) takeBack(sent, this.#nowMs)
  }

  nextMs(number: string, count: number, nowMs: number): number {
    const sent = this.#sentOf(number)
    return sent === undefined ? nowMs : Math.max(nowMs, freeAtMs(sent, count))
  }

  #sentOf(number: string): Sent | undefined {
    const perSecond = this.#perSecond(number)
    if (!(perSecond > 0)) return undefined
    const pace = this.#paceOf(perSecond)
    const known = this.#sent.get(number)
    if (known !== undefined && known.times.length <= pace.count) {
      if (known.pace !== pace) straighten(known, pace)
      return known
    }
    if (known === undefined) this.#forgetResting()
    // A slower pace looks back at fewer.
    const times = known === undefined ? [] : inOrder(known).slice(-pace.count)
    const sent: Sent = { pace, times, next: 0 }
    this.#sent.set(number, sent)
    return sent
  }

  #paceOf(perSecond: number): Pace {
    let pace = this.#paces.get(perSecond)
    if (pace !== undefined) return pace
    const count = countOf(perSecond)
    // Rates come from settings and rows: there are few.
    if (this.#paces.size >= LOOKED_THROUGH) this.#paces.clear()
    this.#paces.set(perSecond, (pace = { count, perMs: (count * 1000) / perSecond }))
    return pace
  }

  /** All of them once in as many new ones: little for each. */
  #forgetResting(): void {
    if (this.#sent.size < this.#lookAt) return
    for (const [number, { times, next, pace }] of this.#sent) {
      const last = times[(next + times.length - 1) % times.length] ?? -Infinity
      if (last + pace.perMs <= this.#nowMs) this.#sent.delete(number)
    }
    this.#lookAt = Math.max(LOOKED_THROUGH, this.#sent.size * 2)
  }
}

class NumberLimit implements Limit {
  readonly #paces: NumberPaces
  readonly #number: string

  constructor(paces: NumberPaces, number: string) {
    this.#paces = paces
    this.#number = number
  }

  get name(): string {
    return `number ${this.#number}`
  }

  take(count: number, nowMs: number): boolean {
    return this.#paces.take(this.#number, count, nowMs)
  }

  giveBack(count: number): void {
    this.#paces.giveBack(this.#number, count)
  }

  nextMs(count: number, nowMs: number): number {
    return this.#paces.nextMs(this.#number, count, nowMs)
  }
}

/** How many are looked back at. Stretches that make up a second, where there are such: then no second can have more than its rate. */
function countOf(perSecond: number): number {
  const whole = Math.max(1, Math.floor(perSecond))
  if (whole <= REMEMBERED) return whole
  for (let count = REMEMBERED; count > REMEMBERED / 8; count--) if (perSecond % count === 0) return count
  return REMEMBERED
}

/** Infinity for more than ever go at once. */
function freeAtMs({ pace, times, next }: Sent, count: number): number {
  if (count > pace.count) return Infinity
  const inTheWay = times.length + count - pace.count
  // The last of those that must be old enough by then.
  return inTheWay <= 0 ? -Infinity : times[(next + inTheWay - 1) % times.length]! + pace.perMs
}

function note(sent: Sent, nowMs: number): void {
  const { pace, times, next } = sent
  if (times.length < pace.count) {
    times.push(nowMs)
    return
  }
  times[next] = nowMs
  sent.next = next + 1 === times.length ? 0 : next + 1
}

function takeBack(sent: Sent, nowMs: number): void {
  straighten(sent, sent.pace)
  const { times } = sent
  if (times.at(-1) === nowMs) times.pop()
}

function inOrder({ times, next }: Sent): number[] {
  return next === 0 ? times : [...times.slice(next), ...times.slice(0, next)]
}

function straighten(sent: Sent, pace: Pace): void {
  if (sent.next > 0) sent.times.splice(0, sent.times.length, ...inOrder(sent))
  sent.next = 0
  sent.pace = pace
}
