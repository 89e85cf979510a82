// What the directory knows of 10DLC: brands, campaigns with their numbers, and whose phones are whose. Types only.

import type { AccountId } from '../message/ids.js'
import type { Brand } from '../tendlc/brand.js'
import type { Campaign } from '../tendlc/campaign.js'
import type { Carrier } from '../tendlc/carriers.js'
import type { AtCap } from '../tendlc/day-gate.js'
import type { CampaignInForce } from '../tendlc/limiter-lane.js'
import type { Tables } from '../tendlc/tables.js'
import type { brandEntities } from './tendlc-columns.js'

export interface RegisteredBrand extends Brand {
  readonly name: string | undefined
  readonly entity: (typeof brandEntities)[number]
}

export interface RegisteredCampaign extends Campaign {
  readonly name: string | undefined
  /** Whose messages count as its; empty for whoever may send as one of its numbers. */
  readonly accounts: readonly AccountId[]
  /** Undefined for the setting for all campaigns. */
  readonly atCap: AtCap | undefined
}

/** By what a directory's rows of 10DLC are judged, and what they come to. */
export interface TenDlcRules {
  readonly tables: Tables
  /** Of campaigns that say nothing about it. */
  readonly atCap: AtCap
}

/** There while some campaign is. Nothing of it ever changes: the next directory has one of its own. */
export interface TenDlc extends TenDlcRules {
  brand(id: string): RegisteredBrand | undefined
  /** In the order of the directory. */
  brands(): readonly RegisteredBrand[]
  campaign(id: string): RegisteredCampaign | undefined
  /** In the order of the directory. */
  campaigns(): readonly RegisteredCampaign[]
  /** What a number is attached to: E.164 without `+`. Anything else is in none. */
  campaignOf(number: string): RegisteredCampaign | undefined
  /** Whether messages of the account count as the campaign's. */
  mayUse(campaign: RegisteredCampaign, account: AccountId): boolean
  /** Those that name the account. */
  campaignsOf(account: AccountId): readonly RegisteredCampaign[]
  /** What holds for a campaign; the same object as long as campaign and brand are as they were, over directories too. */
  limitsOf(campaign: string): CampaignInForce | undefined
  /** Whose phone it is, as the operator says: E.164 without `+`. */
  readonly overrides: { of(number: string): Carrier | undefined }
}
