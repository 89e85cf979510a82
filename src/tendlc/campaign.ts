// What a brand sends, as carriers have approved it: use case, class, numbers, and what carriers gave it beside the tables. Plain data.

import type { Carrier } from './carriers.js'

/** In the order of the tables: declared and mixed go by the brand's score, the others have figures of their own. */
export const useCases = [
  'declared',
  'mixed',
  'marketing',
  'lowVolumeMixed',
  'soleProprietor',
  'proxy',
  'agentsFranchises',
  'political',
  'charity',
  'social',
  'emergency',
] as const

export type UseCase = (typeof useCases)[number]

/** AT&T's message classes. */
export const attClasses = ['A', 'B', 'C', 'D', 'E', 'F', 'T', 'W', 'G', 'N', 'K', 'P', 'S', 'X', 'Z'] as const

export type AttClass = (typeof attClasses)[number]

/** What a carrier gave this campaign: wins over what brand and tables say. What is left out stays as they say. */
export interface CarrierOverride {
  /** Segments a second. */
  readonly mps?: number
  /** Segments in any minute. */
  readonly tpm?: number
  /** The same of messages with media. */
  readonly mmsMps?: number
  readonly mmsTpm?: number
  /** Segments a day of the brand, of all its campaigns; `none`: this campaign has no cap and is not counted. */
  readonly dayCap?: number | 'none'
}

export interface Campaign {
  readonly id: string
  /** Id of its brand. */
  readonly brand: string
  readonly useCase: UseCase
  /** As AT&T assigned it; undefined for the class that brand and use case have in the tables. */
  readonly attClass: AttClass | undefined
  readonly overrides: Readonly<Partial<Record<Carrier, CarrierOverride>>>
  /** Long codes attached, E.164 without `+`. */
  readonly numbers: readonly string[]
}
