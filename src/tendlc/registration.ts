// What brands and campaigns may not have together, and what is only unwise: for whoever provisions them. Pure; limits do not ask it.

import type { Brand } from './brand.js'
import type { Campaign } from './campaign.js'
import type { Tables } from './tables.js'

export interface Objection {
  /** A warning is told, and the change made. */
  readonly severity: 'mistake' | 'warning'
  /** Which campaign; undefined for what is the brand's own. */
  readonly campaign: string | undefined
  /** Column of the brand or campaign. */
  readonly column: 'trustScore' | 'brand' | 'useCase' | 'numbers'
  /** In words for the person who wrote it. */
  readonly expected: string
}

/** All that is to be said of a brand and its campaigns. */
export function objectionsTo(brand: Brand, campaigns: readonly Campaign[], tables: Tables): readonly Objection[] {
  return [
    ...brandObjections(brand),
    ...tooManyCampaigns(brand, campaigns, tables),
    ...campaigns.flatMap((campaign) => campaignObjections(brand, campaign, tables)),
  ]
}

function brandObjections({ kind, trustScore }: Brand): readonly Objection[] {
  if (kind === 'standard' || trustScore === undefined) return []
  const expected = `no score: a ${kind} brand is not vetted, and has the figures of none`
  return [{ severity: 'warning', campaign: undefined, column: 'trustScore', expected }]
}

function tooManyCampaigns(brand: Brand, campaigns: readonly Campaign[], { useCases }: Tables): readonly Objection[] {
  const { campaigns: most } = useCases.soleProprietor
  if (brand.kind !== 'soleProprietor') return []
  return campaigns.slice(most).map(({ id }) => ({
    severity: 'mistake',
    campaign: id,
    column: 'brand',
    expected: `a brand that is no sole proprietor: such a one has ${most} campaign`,
  }))
}

function campaignObjections(brand: Brand, campaign: Campaign, { useCases }: Tables): readonly Objection[] {
  const { id, useCase, numbers } = campaign
  const isAlone = brand.kind === 'soleProprietor'
  const objections: Objection[] = []
  if (isAlone !== (useCase === 'soleProprietor')) {
    const expected = isAlone
      ? 'soleProprietor, as its brand is'
      : 'a use case that its brand, no sole proprietor, may have'
    objections.push({ severity: 'mistake', campaign: id, column: 'useCase', expected })
  }
  const { numbers: most } = useCases.soleProprietor
  if (isAlone && numbers.length > most) {
    const expected = `${most} number at most, for a sole proprietor`
    objections.push({ severity: 'mistake', campaign: id, column: 'numbers', expected })
  } else if (numbers.length > useCases.numbersAdvised) {
    const expected = `${useCases.numbersAdvised} numbers at most: more raise no limit, and carriers take them for an evasion`
    objections.push({ severity: 'warning', campaign: id, column: 'numbers', expected })
  }
  return objections
}
