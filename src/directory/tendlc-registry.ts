// Rows of 10DLC → what the switch asks of them. What did not change is taken from the directory before. It judges nothing.

import type { AccountId } from '../message/ids.js'
import type { Carrier } from '../tendlc/carriers.js'
import type { AtCap } from '../tendlc/day-gate.js'
import { limitsInForce } from '../tendlc/in-force.js'
import type { CampaignInForce } from '../tendlc/limiter-lane.js'
import type { Tables } from '../tendlc/tables.js'
import type { CampaignNumbers } from './campaign-numbers.js'
import type { BrandRow, CampaignRow } from './tendlc-columns.js'
import type { RegisteredBrand, RegisteredCampaign, TenDlc, TenDlcRules } from './tendlc.js'

/** Rows in which no mistake was found. */
export interface ResolvedTenDlc {
  readonly rules: TenDlcRules
  readonly brands: readonly RegisteredBrand[]
  /** At least one. */
  readonly campaigns: readonly RegisteredCampaign[]
  /** By the places of campaigns in their list. */
  readonly numbers: CampaignNumbers
  readonly overrides: { of(number: string): Carrier | undefined }
}

export class TenDlcRegistry implements TenDlc {
  readonly tables: Tables
  readonly atCap: AtCap
  readonly overrides: { of(number: string): Carrier | undefined }
  readonly #resolved: ResolvedTenDlc
  readonly #brands: ReadonlyMap<string, RegisteredBrand>
  readonly #campaigns: ReadonlyMap<string, RegisteredCampaign>
  /** Made when it is asked for first. */
  #ofAccounts: ReadonlyMap<AccountId, readonly RegisteredCampaign[]> | undefined

  constructor(resolved: ResolvedTenDlc) {
    const { rules, brands, campaigns, overrides } = resolved
    this.tables = rules.tables
    this.atCap = rules.atCap
    this.overrides = overrides
    this.#resolved = resolved
    this.#brands = new Map(brands.map((brand) => [brand.id, brand]))
    this.#campaigns = new Map(campaigns.map((campaign) => [campaign.id, campaign]))
  }

  brand(id: string): RegisteredBrand | undefined {
    return this.#brands.get(id)
  }

  brands(): readonly RegisteredBrand[] {
    return this.#resolved.brands
  }

  campaign(id: string): RegisteredCampaign | undefined {
    return this.#campaigns.get(id)
  }

  campaigns(): readonly RegisteredCampaign[] {
    return this.#resolved.campaigns
  }

  campaignOf(number: string): RegisteredCampaign | undefined {
    const at = this.#resolved.numbers.campaignOf(number)
    return at === undefined ? undefined : this.#resolved.campaigns[at]
  }

  mayUse({ accounts }: RegisteredCampaign, account: AccountId): boolean {
    return accounts.length === 0 || accounts.includes(account)
  }

  campaignsOf(account: AccountId): readonly RegisteredCampaign[] {
    return (this.#ofAccounts ??= byAccount(this.#resolved.campaigns)).get(account) ?? none
  }

  limitsOf(id: string): CampaignInForce | undefined {
    const campaign = this.#campaigns.get(id)
    const brand = campaign && this.#brands.get(campaign.brand)
    if (campaign === undefined || brand === undefined) return undefined
    const { tables, atCap } = this
    const before = known.get(campaign)
    if (before?.brand === brand && before.tables === tables && before.atCap === atCap) return before.limits
    const limits = Object.freeze({ ...limitsInForce(brand, campaign, tables), atCap: campaign.atCap ?? atCap })
    known.set(campaign, { brand, tables, atCap, limits })
    return limits
  }
}

const none: readonly RegisteredCampaign[] = Object.freeze([])

interface KnownLimits extends TenDlcRules {
  readonly brand: RegisteredBrand
  readonly limits: CampaignInForce
}

// Rows do not change, and neither does what they were made into: a change of the directory makes only what it touches.
const known = new WeakMap<RegisteredCampaign, KnownLimits>()
const brandsOfRows = new WeakMap<BrandRow, RegisteredBrand>()
const campaignsOfRows = new WeakMap<CampaignRow, RegisteredCampaign>()

/** The same object for the same row. */
export function registeredBrand(row: BrandRow): RegisteredBrand {
  let brand = brandsOfRows.get(row)
  if (brand !== undefined) return brand
  const { id, name, kind, entity, ein, trustScore, russell3000, tmobileDay } = row
  brand = Object.freeze<RegisteredBrand>({
    id,
    name,
    kind,
    entity,
    ein,
    trustScore,
    isRussell3000: russell3000,
    isGovernment: entity === 'government',
    tmobileDay,
  })
  brandsOfRows.set(row, brand)
  return brand
}

/** The same object for the same row. */
export function registeredCampaign(row: CampaignRow): RegisteredCampaign {
  let campaign = campaignsOfRows.get(row)
  if (campaign !== undefined) return campaign
  const { id, name, brand, useCase, attClass, accounts, numbers, overrides, atCap } = row
  campaign = Object.freeze<RegisteredCampaign>({
    id,
    name,
    brand,
    useCase,
    attClass,
    accounts: Object.freeze(accounts as AccountId[]),
    numbers: Object.freeze(numbers),
    overrides: overrides ?? noOverrides,
    atCap,
  })
  campaignsOfRows.set(row, campaign)
  return campaign
}

const noOverrides: RegisteredCampaign['overrides'] = Object.freeze({})

function byAccount(campaigns: readonly RegisteredCampaign[]): ReadonlyMap<AccountId, readonly RegisteredCampaign[]> {
  const found = new Map<AccountId, RegisteredCampaign[]>()
  for (const campaign of campaigns)
    for (const account of campaign.accounts) {
      const list = found.get(account)
      if (list === undefined) found.set(account, [campaign])
      else list.push(campaign)
    }
  return found
}
