// How many long codes a pool should have for what is sent a day, by country, region or area code.
import { areaCodesOf, isNanpRegion, nanpArea } from '../phone/nanp.js'
import type { Composition } from './composition.js'

/** What is sent a day to a place: a country (`US`, `CA`), a region such as `US-CA`, an area code such as `415`. */
export interface Volume {
  readonly place: string
  readonly perDay: number
}

export interface Advice extends Volume {
  /** Long codes that it takes. */
  readonly wanted: number
  /** Long codes of that place that are there. */
  readonly there: number
  readonly missing: number
  /** Area codes that new ones could be of; none for a country. */
  readonly areaCodes: readonly number[]
  /** More numbers than a carrier takes for one campaign without being asked first. */
  readonly isAboveCampaign: boolean
}

/** T-Mobile's bound on the numbers of one 10DLC campaign without a number pool approval. */
export const CAMPAIGN_NUMBERS = 49

/** Whether a place is one that volumes and pools are told by. */
export function isPlace(place: string): boolean {
  if (place === 'US' || place === 'CA' || isNanpRegion(place)) return true
  return /^[2-9]\d\d$/.test(place) && nanpArea(Number(place)) !== undefined
}

/** @param dayCap what one number should send a day */
export function adviseSize(volumes: readonly Volume[], { byPlace }: Composition, dayCap: number): readonly Advice[] {
  return volumes.map(({ place, perDay }) => {
    const wanted = Math.ceil(perDay / dayCap)
    const there = byPlace.get(place) ?? 0
    const areaCodes = /^\d/.test(place) ? [Number(place)] : areaCodesOf(place)
    const missing = Math.max(0, wanted - there)
    return { place, perDay, wanted, there, missing, areaCodes, isAboveCampaign: wanted > CAMPAIGN_NUMBERS }
  })
}
