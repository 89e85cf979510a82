// Those who wait for one gate, in the order in which it refused them. Nobody is told to come: who does not come when it said it would
// loses its place. No clock.

/** A place in a line, for so many segments. */
export interface Place {
  /** Segments that were promised before it, since the line began. */
  readonly before: number
  /** Void when it has not been asked for again by then. Moved ahead whenever its owner asks. */
  byMs: number
  isLeft: boolean
  next: Place | undefined
}

export class Line {
  #front: Place | undefined
  #back: Place | undefined
  /** Segments promised since it began. */
  #promised = 0

  /**
   * Segments that others may take before whoever has this place, or has none yet. No fewer than that: of somebody in the midst
   * who has left it knows only once those before are gone.
   */
  ahead(place: Place | undefined, nowMs: number): number {
    const front = this.#sweep(nowMs)
    const own = place === undefined || place.isLeft ? this.#promised : place.before
    return front === undefined ? 0 : own - front.before
  }

  /** At the end of it. */
  join(count: number, byMs: number): Place {
    const place: Place = { before: this.#promised, byMs, isLeft: false, next: undefined }
    this.#promised += count
    if (this.#back === undefined) this.#front = place
    else this.#back.next = place
    this.#back = place
    return place
  }

  leave(place: Place): void {
    place.isLeft = true
  }

  /** All ask anew. */
  clear(): void {
    for (let place = this.#front; place !== undefined; place = place.next) place.isLeft = true
    this.#front = this.#back = undefined
  }

  isEmpty(nowMs: number): boolean {
    return this.#sweep(nowMs) === undefined
  }

  #sweep(nowMs: number): Place | undefined {
    let front = this.#front
    while (front !== undefined && (front.isLeft || front.byMs <= nowMs)) {
      front.isLeft = true
      front = front.next
    }
    this.#front = front
    if (front === undefined) this.#back = undefined
    return front
  }
}
