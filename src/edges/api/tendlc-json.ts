// Brands and campaigns as the API shows them. It judges nothing.

import type { RegisteredBrand, RegisteredCampaign, TenDlc } from '../../directory/tendlc.js'
import type { BrandKind } from '../../tendlc/brand.js'
import { useCases, type UseCase } from '../../tendlc/campaign.js'
import type { CarrierLimits } from '../../tendlc/in-force.js'
import { tmobileDayOf } from '../../tendlc/in-force.js'
import type { Tables } from '../../tendlc/tables.js'

/** What is in the directory is registered: whoever keeps it there has seen to that. */
export const ATTACHED = 'COMPLETED'
export const UNATTACHED = 'UNREGISTERED'
export const CAMPAIGN_STATUS = 'ACTIVE'

export const brandTypes: Readonly<Record<BrandKind, string>> = {
  standard: 'STANDARD',
  lowVolumeStandard: 'LOW_VOLUME_STANDARD',
  soleProprietor: 'STARTER',
}

export const useCaseCodes: Readonly<Record<UseCase, string>> = {
  declared: 'DECLARED',
  mixed: 'MIXED',
  marketing: 'MARKETING',
  lowVolumeMixed: 'LOW_VOLUME',
  soleProprietor: 'SOLE_PROPRIETOR',
  proxy: 'PROXY',
  agentsFranchises: 'AGENTS_FRANCHISES',
  political: 'POLITICAL',
  charity: 'CHARITY',
  social: 'SOCIAL',
  emergency: 'EMERGENCY',
}

const useCaseNames: Readonly<Record<UseCase, string>> = {
  declared: 'Declared',
  mixed: 'Mixed',
  marketing: 'Marketing',
  lowVolumeMixed: 'Low Volume Mixed',
  soleProprietor: 'Sole Proprietor',
  proxy: 'Proxy',
  agentsFranchises: 'Agents and Franchises',
  political: 'Political',
  charity: 'Charity',
  social: 'Social',
  emergency: 'Emergency',
}

/** T-Mobile's names of its bands, the best first; a table with more of them ends with the last. */
const tierNames = ['TOP', 'HIGH_MID', 'LOW_MID', 'LOW']

export function brandJson(brand: RegisteredBrand): object {
  const { id, name, kind, ein, trustScore } = brand
  return {
    brand_id: id,
    brand_alias: name ?? id,
    brand_type: brandTypes[kind],
    ...(kind !== 'soleProprietor' && { company_name: name ?? id }),
    entity_type: entityOf(brand),
    ...(ein !== undefined && { ein: ein.replaceAll('-', ''), ein_issuing_country: 'US' }),
    registration_status: ATTACHED,
    ...(trustScore !== undefined && { vetting_status: 'ACTIVE', vetting_score: trustScore }),
    address: { street: '', city: '', state: '', postal_code: '', country: '' },
    authorized_contact: {},
  }
}

function entityOf({ kind, entity, isRussell3000 }: RegisteredBrand): string {
  if (kind === 'soleProprietor') return 'SOLE_PROPRIETOR'
  if (entity !== 'company') return entity === 'charity' ? 'NON_PROFIT' : 'GOVERNMENT'
  return isRussell3000 ? 'PUBLIC' : 'PRIVATE'
}

/** Use cases that a campaign of the brand may have. */
export function useCasesJson(brand: RegisteredBrand): object {
  const may = useCases.filter((useCase) => {
    if ((brand.kind === 'soleProprietor') !== (useCase === 'soleProprietor')) return false
    return useCase !== 'charity' || brand.entity === 'charity'
  })
  const named = may.map((useCase) => ({ name: useCaseNames[useCase], code: useCaseCodes[useCase], details: '' }))
  return { brand_id: brand.id, use_cases: named }
}

export function campaignJson(campaign: RegisteredCampaign, registry: TenDlc): object {
  const { id, name, brand: brandId, useCase } = campaign
  const limits = registry.limitsOf(id)?.sms
  const brand = registry.brand(brandId)
  return {
    campaign_id: id,
    campaign_alias: name ?? id,
    brand_id: brandId,
    usecase: useCaseCodes[useCase],
    sub_usecase: '',
    registration_status: CAMPAIGN_STATUS,
    reseller_id: '',
    mno_metadata: {
      'AT&T': carrierJson(limits?.att),
      'T-Mobile': {
        brand_tier: brand === undefined ? '' : tierOf(brand, registry.tables),
        ...carrierJson(limits?.tmobile),
      },
      'Verizon Wireless': carrierJson(limits?.verizon),
      'US Cellular': carrierJson(limits?.uscellular),
    },
  }
}

/** Whole segments a minute, as clients in other languages expect; left out for no limit. */
function carrierJson(limits: CarrierLimits | undefined): object {
  const pace = limits?.shared ?? limits?.perNumber
  return {
    ...(pace !== undefined && { tpm: pace.perMinute ?? Math.floor(pace.perSecond * 60) }),
    ...(limits?.shared === undefined && pace !== undefined && { per_number: true }),
    ...(limits?.day !== undefined && { daily_limit: limits.day.segments }),
  }
}

function tierOf(brand: RegisteredBrand, tables: Tables): string {
  if (brand.kind === 'soleProprietor') return 'SOLE_PROPRIETOR'
  const cap = tmobileDayOf(brand, tables)
  const band = tables.tmobileDay.bands.findIndex(({ segments }) => cap === 'none' || cap >= segments)
  return tierNames[Math.min(band === -1 ? tierNames.length : band, tierNames.length - 1)]!
}

/** @param numbers those of the page, of `all` that the campaign has */
export function campaignNumbersJson(
  { id, name, useCase, numbers: all }: RegisteredCampaign,
  numbers: readonly string[],
  registry: TenDlc,
): object {
  return {
    campaign_id: id,
    campaign_alias: name ?? id,
    usecase: useCaseCodes[useCase],
    phone_numbers: numbers.map((number) => ({ number, status: ATTACHED })),
    phone_numbers_summary: { [ATTACHED]: all.length },
    number_pool_limit: registry.tables.useCases.numbersAdvised,
  }
}
