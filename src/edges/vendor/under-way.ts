// What is remembered of messages that leave in several segments while they do: their segments, and the link that they go over.
// Memory only: beyond its bounds the oldest is forgotten. What is missing is made anew, and the next segment goes over any link.

import type { DeliveryId } from '../../message/ids.js'
import type { Leaving } from '../../text/leave.js'

/** Messages remembered at a time. */
const MESSAGES_MAX = 10_000
/** Segments kept at a time, up to 140 octets each. */
const SEGMENTS_MAX = 100_000
/**
 * How long the next segment waits for a place in the window of its session while others have one, ms: far longer than a vendor
 * takes to answer when it is well, far shorter than the switch waits for an answer.
 */
const LINK_WAIT_MS = 1000

interface Entry {
  leaving: Leaving | undefined
  /** The session that took the last segment that was sent. */
  link: object | undefined
  /** How long it waits for room there, switch time; 0 while it does not. */
  waitsUntilMs: number
}

export class UnderWay {
  readonly #entries = new Map<DeliveryId, Entry>()
  readonly #messagesMax: number
  readonly #segmentsMax: number
  #segments = 0

  constructor(messagesMax = MESSAGES_MAX, segmentsMax = SEGMENTS_MAX) {
    this.#messagesMax = messagesMax
    this.#segmentsMax = segmentsMax
  }

  get size(): number {
    return this.#entries.size
  }

  /** Segments kept in all. */
  get segments(): number {
    return this.#segments
  }

  leavingOf(id: DeliveryId): Leaving | undefined {
    return this.#entries.get(id)?.leaving
  }

  /** The session that its next segment goes over, as long as that is up and has room soon. */
  linkOf(id: DeliveryId): object | undefined {
    return this.#entries.get(id)?.link
  }

  /** Keeps its segments until it rests or is over. */
  keep(id: DeliveryId, leaving: Leaving): void {
    if (this.leavingOf(id) === leaving) return
    this.rest(id)
    this.#segments += leaving.segments.length
    while (this.#segments > this.#segmentsMax && this.#entries.size > 0) this.#forgetOldest()
    this.#entry(id).leaving = leaving
  }

  /** One of its segments was sent over this session. */
  wentOver(id: DeliveryId, link: object): void {
    const entry = this.#entry(id)
    entry.link = link
    entry.waitsUntilMs = 0
  }

  /** Its session has no room: the end of its waiting, counted from the first time that this was asked. Switch time. */
  waitsUntilMs(id: DeliveryId, nowMs: number): number {
    const entry = this.#entry(id)
    if (entry.waitsUntilMs === 0) entry.waitsUntilMs = nowMs + LINK_WAIT_MS
    return entry.waitsUntilMs
  }

  /** It waits for its next try, which may be far: its link is remembered, its segments are not. */
  rest(id: DeliveryId): void {
    const entry = this.#entries.get(id)
    if (entry !== undefined) this.#dropSegments(entry)
  }

  /** Nothing more of it is sent, or all of it anew. */
  forget(id: DeliveryId): void {
    this.rest(id)
    this.#entries.delete(id)
  }

  #entry(id: DeliveryId): Entry {
    const known = this.#entries.get(id)
    if (known !== undefined) return known
    if (this.#entries.size >= this.#messagesMax) this.#forgetOldest()
    const entry: Entry = { leaving: undefined, link: undefined, waitsUntilMs: 0 }
    this.#entries.set(id, entry)
    return entry
  }

  #forgetOldest(): void {
    for (const id of this.#entries.keys()) {
      this.forget(id)
      return
    }
  }

  #dropSegments(entry: Entry): void {
    this.#segments -= entry.leaving?.segments.length ?? 0
    entry.leaving = undefined
  }
}
