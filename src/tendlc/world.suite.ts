// A world of limits for tests: what is in force is what the test says, changed whenever it likes.

import { carriers, type Carrier } from './carriers.js'
import { DayBook, type DayTold } from './day-book.js'
import type { AtCap } from './day-gate.js'
import type { CarrierLimits, LimitsInForce, Pace } from './in-force.js'
import type { LimitedLane, LimitWorld } from './limiter-lane.js'
import { Limiter } from './limiter.js'

export type TestCampaign = LimitsInForce & { readonly atCap: AtCap }

const open: CarrierLimits = { day: undefined, shared: undefined, perNumber: undefined }

export function campaignOf(
  campaign: string,
  limits: Partial<Record<Carrier, Partial<CarrierLimits>>>,
  more: Partial<Pick<TestCampaign, 'brand' | 'sharedBy' | 'atCap'>> = {},
): TestCampaign {
  const byCarrier = Object.fromEntries(carriers.map((carrier) => [carrier, { ...open, ...limits[carrier] }]))
  const sms = byCarrier as Record<Carrier, CarrierLimits>
  return { campaign, brand: 'B1', sharedBy: 'campaign', atCap: 'hold', ...more, sms, mms: sms }
}

/** A rate for all numbers together. */
export function shared(perSecond: number, perMinute?: number): Partial<CarrierLimits> {
  return { shared: { perSecond, perMinute } }
}

export class TestWorld implements LimitWorld {
  readonly campaigns = new Map<string, TestCampaign>()
  readonly accounts = new Map<string, number>()
  readonly told: DayTold[] = []
  numberRate = 1
  /** How far the wall clock is ahead of the switch's. */
  wallAheadMs = 0
  days: DayBook
  limiter: Limiter

  constructor(...campaigns: readonly TestCampaign[]) {
    for (const campaign of campaigns) this.campaigns.set(campaign.campaign, campaign)
    this.days = this.newDays()
    this.limiter = new Limiter(this, this.days)
  }

  newDays(): DayBook {
    return new DayBook({ wallMs: (nowMs) => nowMs + this.wallAheadMs, told: (told) => this.told.push(told) })
  }

  accountPace(account: string): Pace | undefined {
    const perSecond = this.accounts.get(account) ?? 0
    return perSecond > 0 ? { perSecond, perMinute: undefined } : undefined
  }

  numberPace(): Pace | undefined {
    return { perSecond: this.numberRate, perMinute: undefined }
  }

  campaign(id: string): TestCampaign | undefined {
    return this.campaigns.get(id)
  }
}

export function laneOf(more: Partial<LimitedLane> = {}): LimitedLane {
  return { account: 'acme', number: '12025550101', campaign: 'C1', carrier: 'att', service: 'sms', ...more }
}

/**
 * The most segments in any stretch of so long, both ends not counted together.
 *
 * @param sent in the order of time
 */
export function mostIn(
  sent: readonly { readonly atMs: number; readonly segments: number }[],
  windowMs: number,
): number {
  let most = 0
  let sum = 0
  for (let from = 0, to = 0; to < sent.length; to++) {
    sum += sent[to]!.segments
    while (sent[to]!.atMs - sent[from]!.atMs >= windowMs) sum -= sent[from++]!.segments
    most = Math.max(most, sum)
  }
  return most
}
