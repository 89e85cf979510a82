// What the routes of limits need of the switch: how far each limit of a campaign is used, and what others send for a brand. Types only.

import type { AtCap } from '../tendlc/day-gate.js'
import type { Carrier } from '../tendlc/carriers.js'

/** Counts are segments, times wall times in ms. */
export interface LimitUse {
  readonly name: string
  readonly kind: 'number' | 'rate' | 'minute' | 'account'
  /** In a second; of a minute in any 60 s. */
  readonly limit: number
  /** What may go now; below 0 where some are owed. */
  readonly room: number
}

export interface DayUse {
  /** Whose day it is: caps of one key count together. */
  readonly key: string
  /** `2026-11-23` in Los Angeles. */
  readonly day: string
  /** Undefined for none. */
  readonly cap: number | undefined
  /** All that follows together. */
  readonly used: number
  /** That a vendor has. */
  readonly recorded: number
  readonly underWay: number
  /** That others sent, as they said. */
  readonly elsewhere: number
  readonly endsAtMs: number
}

/** Lanes that one limit holds up. */
export interface HeldLanes {
  readonly by: string
  readonly lanes: number
  readonly messages: number
  /** Of the one that it has held longest. */
  readonly sinceMs: number
}

export interface NumberUse {
  readonly number: string
  readonly waiting: number
  readonly limits: readonly LimitUse[]
}

export interface CarrierUse {
  /** `unknown`: charged to each of the large ones. */
  readonly carrier: Carrier | 'unknown'
  readonly waiting: number
  readonly days: readonly DayUse[]
  readonly limits: readonly LimitUse[]
  /** What each number may send by itself, in a second and in any 60 s; left out for no limit, and for `unknown`. */
  readonly eachNumber?: { readonly perSecond: number; readonly perMinute?: number } | undefined
  readonly held: readonly HeldLanes[]
  /** Where each number has a limit of its own: those that the most waits for, of those that anything waits for. */
  readonly numbers: readonly NumberUse[]
}

export interface CampaignUse {
  readonly campaign: string
  readonly brand: string
  /** Whose the rates are. */
  readonly sharedBy: 'campaign' | 'brand'
  readonly atCap: AtCap
  readonly carriers: readonly CarrierUse[]
  /** Limits of the accounts that it names. */
  readonly accounts: readonly { readonly account: string; readonly limits: readonly LimitUse[] }[]
}

export interface LimitPorts {
  /** Undefined where there is no such campaign. */
  limitUse(campaign: string): CampaignUse | undefined
  /** Undefined where there is no such brand, or no campaign at all. */
  brandDay(brand: string, carrier: Carrier): DayUse | undefined
  /** So many segments others have sent for the brand today, in all. Resolves once that is durable and counts; rejects with a StoreError. */
  reportElsewhere(brand: string, carrier: Carrier, segments: number): Promise<DayUse | undefined>
}

/** Told of each report: by which token. */
export type OnElsewhere = (by: string, day: DayUse) => void
