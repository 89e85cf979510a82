// Traces: what is remembered of single messages, for those who ask why one is late. In memory alone, and bounded: messages, entries of
// each, age. No clock and no I/O: time is an argument.

import type { FailureReason } from '../message/failure.js'
import type { LaneKey, MessageId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'

/** What happened to a message. Times are switch time in ms. */
export type TraceEntry =
  /** A limit held it up, `times` times in a row. */
  | {
      readonly kind: 'held'
      /** By name. */
      readonly limit: string
      /** Where it waited: says which account, number, campaign and carrier. */
      readonly lane: LaneKey
      readonly fromMs: number
      readonly toMs: number
      /** In all; less than from `fromMs` to `toMs` where it was let go in between. */
      readonly heldMs: number
      readonly times: number
    }
  /** It failed since limits did not let it go. */
  | {
      readonly kind: 'failed'
      readonly reason: FailureReason
      /** The one that it waited for; '' where it was no single one. */
      readonly limit: string
      readonly lane: LaneKey
      readonly atMs: number
    }

export interface Trace {
  readonly id: MessageId
  /** In the order of what happened. */
  readonly entries: readonly TraceEntry[]
  /** Older ones that were dropped, since there were too many. */
  readonly dropped: number
  /** Undefined until it is over, as far as is known. */
  readonly end: TraceEnd | undefined
}

export interface TraceEnd {
  readonly state: MessageState
  /** Wall time, ms. */
  readonly doneAtMs: number
}

export interface TraceOptions {
  /** Most messages remembered; those of which nothing was heard for the longest are forgotten. */
  readonly messages: number
  /** Most entries of one of them. */
  readonly entries: number
  /** How long after the last entry. */
  readonly maxAgeMs: number
}

/** Whose trace it is: parts that it came in have ids of their own, which name it too. */
export interface Traced {
  readonly id: MessageId
  readonly parts: readonly { readonly id: MessageId }[]
}

/** So long one limit held a message. */
export interface HeldBy {
  readonly limit: string
  readonly ms: number
}

interface Kept {
  readonly id: MessageId
  readonly parts: Traced['parts']
  /** Most have one: no room is kept for more. */
  entries: readonly TraceEntry[]
  dropped: number
  end: TraceEnd | undefined
  /** Of the last entry. */
  touchedMs: number
  /** In the order of that. */
  older: Kept | undefined
  newer: Kept | undefined
}

const none: readonly TraceEntry[] = []

export class Traces {
  readonly #options: TraceOptions
  readonly #byId = new Map<MessageId, Kept>()
  /** By the ids of parts. */
  readonly #byPart = new Map<MessageId, MessageId>()
  /** The longest silent one, and the last that was told of. A map would look through all that was removed for its first. */
  #oldest: Kept | undefined
  #newest: Kept | undefined

  constructor(options: TraceOptions) {
    this.#options = options
  }

  /** Messages remembered. */
  get size(): number {
    return this.#byId.size
  }

  /** A limit held it up from `fromMs` to `toMs`. What was told before is not counted again. */
  held(message: Traced, limit: string, lane: LaneKey, fromMs: number, toMs: number): void {
    const kept = this.#touch(message, toMs)
    const last = kept.entries === none ? undefined : kept.entries.findLast((entry) => entry.kind === 'held')
    const beganMs = last === undefined ? fromMs : Math.max(fromMs, last.toMs)
    if (beganMs >= toMs) return
    const heldMs = toMs - beganMs
    if (last === kept.entries.at(-1) && last?.limit === limit && last.lane === lane)
      kept.entries = kept.entries.with(-1, { ...last, toMs, heldMs: last.heldMs + heldMs, times: last.times + 1 })
    else this.#add(kept, { kind: 'held', limit, lane, fromMs: beganMs, toMs, heldMs, times: 1 })
  }

  failed(message: Traced, reason: FailureReason, limit: string, lane: LaneKey, atMs: number): void {
    this.#add(this.#touch(message, atMs), { kind: 'failed', reason, limit, lane, atMs })
  }

  /** It is over. Called for every message: those that nothing is remembered of stay unknown. */
  ended(id: MessageId, state: MessageState, doneAtMs: number): void {
    // Where no limit holds anything, an end costs nothing.
    const kept = this.#byId.size === 0 ? undefined : this.#byId.get(id)
    if (kept !== undefined) kept.end = { state, doneAtMs }
  }

  /** @param id its own, or of a part that it came in */
  of(id: MessageId, nowMs: number): Trace | undefined {
    this.forget(nowMs)
    const kept = this.#byId.get(this.#byPart.get(id) ?? id)
    if (kept === undefined) return undefined
    const { entries, dropped, end } = kept
    return { id: kept.id, entries, dropped, end }
  }

  /** How long each limit held it, in the order in which they began; undefined where none did. Asked for every message that is over. */
  heldBy(id: MessageId): readonly HeldBy[] | undefined {
    const kept = this.#byId.size === 0 ? undefined : this.#byId.get(id)
    if (kept === undefined) return undefined
    const sums = new Map<string, number>()
    for (const entry of kept.entries)
      if (entry.kind === 'held') sums.set(entry.limit, (sums.get(entry.limit) ?? 0) + entry.heldMs)
    return sums.size === 0 ? undefined : [...sums].map(([limit, ms]) => ({ limit, ms: Math.ceil(ms) }))
  }

  /** What is too old goes. */
  forget(nowMs: number): void {
    for (let kept = this.#oldest; kept !== undefined; kept = this.#oldest) {
      if (kept.touchedMs + this.#options.maxAgeMs > nowMs) return
      this.#remove(kept)
    }
  }

  #touch({ id, parts }: Traced, nowMs: number): Kept {
    const known = this.#byId.get(id)
    if (known !== undefined) {
      known.touchedMs = nowMs
      this.#unlink(known)
      this.#link(known)
      return known
    }
    const kept: Kept = {
      id,
      parts,
      entries: none,
      dropped: 0,
      end: undefined,
      touchedMs: nowMs,
      older: undefined,
      newer: undefined,
    }
    this.#byId.set(id, kept)
    for (const part of parts) this.#byPart.set(part.id, id)
    this.#link(kept)
    if (this.#byId.size > this.#options.messages && this.#oldest !== undefined) this.#remove(this.#oldest)
    return kept
  }

  #link(kept: Kept): void {
    kept.older = this.#newest
    kept.newer = undefined
    if (this.#newest === undefined) this.#oldest = kept
    else this.#newest.newer = kept
    this.#newest = kept
  }

  #unlink(kept: Kept): void {
    const { older, newer } = kept
    // What is gone must keep nothing alive.
    kept.older = kept.newer = undefined
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
  }

  #add(kept: Kept, entry: TraceEntry): void {
    const isFull = kept.entries.length >= this.#options.entries
    kept.entries = kept.entries === none ? [entry] : [...(isFull ? kept.entries.slice(1) : kept.entries), entry]
    if (isFull) kept.dropped++
  }

  #remove(kept: Kept): void {
    const { id, parts } = kept
    this.#unlink(kept)
    this.#byId.delete(id)
    for (const part of parts) this.#byPart.delete(part.id)
  }
}
