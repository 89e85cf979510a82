// What a plan is made of: who sends, to which phones, from when. Types only.

import type { LimitedLane } from './limiter-lane.js'

export type PlannedCarrier = LimitedLane['carrier']

/** A message. The same object may stand for all that are alike. */
export interface PlannedDestination {
  readonly carrier: PlannedCarrier
  readonly segments: number
  /** Of a segment, in micro-units of a currency; whole. Undefined for none. */
  readonly price: number | undefined
}

export interface PlanOrder {
  readonly account: string
  readonly campaign: string | undefined
  /** Who send it: each in turn sends to the next destination. At least one; undefined for a number without any pace. */
  readonly numbers: readonly (string | undefined)[]
  readonly service: 'sms' | 'mms'
  /** In their order. */
  readonly destinations: readonly PlannedDestination[]
  /** When all of it is there, in ms since 1970. */
  readonly startMs: number
  /** How long a message may wait, in ms; Infinity for ever. */
  readonly lifeMs: number
  /** Segments of the first Pacific day that are used already, by day key. */
  readonly used?: ReadonlyMap<string, number>
}
