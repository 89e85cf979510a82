// The numbers in force: from a brand, its campaign and the tables to what each carrier takes. Pure; the limiter keeps them.

import type { Carrier } from './carriers.js'

/** Whole segments; fractions of a second are meant as they stand (0.25: one in four seconds). */
export interface Pace {
  readonly perSecond: number
  /** In any 60 s; undefined where only the second counts. */
  readonly perMinute: number | undefined
}

/** What a day may have. Days begin at 00:00 America/Los_Angeles. */
export interface DayCap {
  /** Whose day it is: caps of one key count together. */
  readonly key: string
  readonly segments: number
}

/** What one carrier takes. All that is there must give. */
export interface CarrierLimits {
  readonly day: DayCap | undefined
  /** One pool for all numbers: of the campaign, or of all campaigns of the brand (`sharedBy`). */
  readonly shared: Pace | undefined
  /** Of each number by itself, to this carrier. */
  readonly perNumber: Pace | undefined
}

export type LimitsByCarrier = Readonly<Record<Carrier, CarrierLimits>>

/** All that is in force for one campaign. */
export interface LimitsInForce {
  readonly campaign: string
  readonly brand: string
  readonly sharedBy: 'campaign' | 'brand'
  readonly sms: LimitsByCarrier
  readonly mms: LimitsByCarrier
}
