// What the route of traces needs of the switch: what became of one message, and what it waits for. Types only.

import type { FailureReason } from '../message/failure.js'
import type { MessageState } from '../message/state.js'

/** A limit, as traces name it. */
export interface TraceLimit {
  /** Such as `campaign news to att`. */
  readonly name: string
  readonly kind: 'day' | 'number' | 'rate' | 'minute' | 'account'
}

/** Whose message it was; what is undefined played no part. */
export interface TraceLane {
  readonly account: string
  readonly number: string | undefined
  readonly campaign: string | undefined
  readonly carrier: string | undefined
}

/** Wall times in ms. */
export type TraceStep =
  | {
      readonly kind: 'held'
      readonly limit: TraceLimit
      readonly lane: TraceLane
      readonly fromMs: number
      readonly toMs: number
      readonly heldMs: number
      readonly times: number
    }
  | {
      readonly kind: 'failed'
      readonly reason: FailureReason
      /** Of the trade; undefined where it has none. */
      readonly code: number | undefined
      readonly limit: TraceLimit | undefined
      readonly lane: TraceLane
      readonly atMs: number
    }

/** Of one that stands in a lane. */
export interface TraceWaiting {
  readonly lane: TraceLane
  /** Those that it may leave over, best first. */
  readonly connections: readonly string[]
  /** When its turn began, or begins: after a failure it waits a while. */
  readonly dueMs: number
  /** How many stand before it, those under way left out. */
  readonly before: number
  /** What holds up its lane now; undefined for no limit. */
  readonly limit: (TraceLimit & { readonly sinceMs: number; readonly notBeforeMs: number }) | undefined
  /** How long it has been held up since it was due, by limit. */
  readonly held: readonly { readonly limit: TraceLimit; readonly heldMs: number }[]
}

export interface MessageTrace {
  readonly message: string
  /**
   * `waiting`: in a lane; `underWay`: sent, and not answered; `left`: neither, and its end is not known; `over`.
   */
  readonly state: 'waiting' | 'underWay' | 'left' | 'over'
  readonly waiting: TraceWaiting | undefined
  readonly steps: readonly TraceStep[]
  /** Older ones that were dropped. */
  readonly dropped: number
  readonly end: { readonly state: MessageState; readonly doneAtMs: number } | undefined
}

export type TraceFound =
  | { readonly kind: 'trace'; readonly trace: MessageTrace }
  /** Nothing is remembered, and it does not wait; `sought`: so many rows were looked through, `all` or not. */
  | { readonly kind: 'unknown'; readonly sought: number; readonly isAll: boolean }

export interface TracePorts {
  /** What is remembered, for those who ask in vain. */
  readonly bounds: { readonly messages: number; readonly maxAgeMs: number; readonly sinceWallMs: number }
  /** The message of an id, in whatever form its sender has it; undefined for what is no id of a message. */
  idOf(text: string): string | undefined
  /** Rejects with a StoreError. @param id as `idOf` gives it */
  trace(id: string): Promise<TraceFound>
}
