// Where a campaign stands in the tables: which of their rows its figures come from. Pure; the numbers are made from it in in-force.ts.

import type { Brand } from './brand.js'
import type { AttClass, Campaign, UseCase } from './campaign.js'
import type { Carrier } from './carriers.js'
import type { Tables } from './tables.js'

export interface Standing {
  readonly attClass: AttClass
  /** AT&T gave the class to this campaign, whatever the tables say. */
  readonly isAssigned: boolean
  /** Of carriers that go by the score; undefined for those use cases that only AT&T has a figure for. */
  readonly mps: number | undefined
  readonly mmsMps: number | undefined
  /** Of a sole proprietor, whose numbers are limited one by one. */
  readonly perNumber: Readonly<Record<Exclude<Carrier, 'att'>, number>> | undefined
  readonly mmsPerNumber: number | undefined
}

/** A brand that is a sole proprietor has the figures of one, whatever its campaign says. */
export function standingOf(brand: Brand, campaign: Campaign, tables: Tables): Standing {
  const row = rowOf(brand, campaign.useCase, tables)
  return campaign.attClass === undefined ? row : { ...row, attClass: campaign.attClass, isAssigned: true }
}

const bare = { isAssigned: false, mps: undefined, mmsMps: undefined, perNumber: undefined, mmsPerNumber: undefined }

function rowOf(brand: Brand, useCase: UseCase, { useCases, scores }: Tables): Standing {
  if (brand.kind === 'soleProprietor' || useCase === 'soleProprietor') {
    const { attClass, perNumber, mmsPerNumber } = useCases.soleProprietor
    return { ...bare, attClass, perNumber, mmsPerNumber }
  }
  switch (useCase) {
    case 'lowVolumeMixed':
      return { ...bare, ...useCases.lowVolumeMixed }
    case 'declared':
    case 'mixed':
    case 'marketing': {
      const band = bandOf(brand, scores)
      return { ...bare, ...(useCase === 'declared' ? band.declared : band.mixed), mmsMps: band.mmsMps }
    }
    default:
      return { ...bare, attClass: useCases.special[useCase] }
  }
}

type Scores = Tables['scores']

/** The largest companies and verified governments stand in the best band without a score. */
function bandOf({ kind, trustScore, isRussell3000, isGovernment }: Brand, { bands, unvetted }: Scores) {
  if (isRussell3000 || isGovernment) return bands[0]!
  const score = kind === 'standard' ? (trustScore ?? 0) : 0
  return bands.find(({ from }) => score >= from) ?? unvetted
}
