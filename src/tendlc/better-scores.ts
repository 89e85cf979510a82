// What a campaign would have in force if its brand had a better trust score. Pure.

import type { Brand } from './brand.js'
import type { Campaign } from './campaign.js'
import { limitsInForce, type LimitsInForce } from './in-force.js'
import type { Tables } from './tables.js'

export interface BetterScore {
  readonly trustScore: number
  readonly limits: LimitsInForce
}

/** The scores above the brand's own from which on something else is in force, the least first; none where a score changes nothing. */
export function betterScores(brand: Brand, campaign: Campaign, tables: Tables): readonly BetterScore[] {
  const { scores, tmobileDay } = tables
  const own = brand.trustScore ?? -1
  const steps = new Set([...scores.bands, ...tmobileDay.bands].map(({ from }) => from).filter((from) => from > own))
  const found: BetterScore[] = []
  let before = JSON.stringify(limitsInForce(brand, campaign, tables))
  for (const trustScore of [...steps].sort((a, b) => a - b)) {
    const limits = limitsInForce({ ...brand, trustScore }, campaign, tables)
    const now = JSON.stringify(limits)
    if (now !== before) found.push({ trustScore, limits })
    before = now
  }
  return found
}
