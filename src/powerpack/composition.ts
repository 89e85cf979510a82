// What a pool is made of: how many numbers of which type, country, region and area code.
import { nanpAreaOf } from '../phone/nanp.js'
import type { NumberType } from './number-type.js'
import type { OwnedNumber } from './owned-number.js'

export interface Composition {
  readonly total: number
  /** In the pool and not used for now. */
  readonly quarantined: number
  readonly byType: Readonly<Record<NumberType, number>>
  /** Long codes, by `US` or `CA`, by a region such as `US-CA`, by an area code such as `415`; what there is none of is not listed. */
  readonly byPlace: ReadonlyMap<string, number>
}

/** Numbers between two yields: about a millisecond. */
const SLICE = 1000

/** Works in slices: a pool may have a hundred thousand numbers. */
export function* compositionOf(numbers: Iterable<OwnedNumber>): Generator<void, Composition> {
  const byType: Record<NumberType, number> = { longcode: 0, tollfree: 0, shortcode: 0 }
  const byPlace = new Map<string, number>()
  let total = 0
  let quarantined = 0
  for (const { number, type, quarantine } of numbers) {
    if (++total % SLICE === 0) yield
    byType[type]++
    if (quarantine !== undefined) quarantined++
    const area = type === 'longcode' ? nanpAreaOf(number) : undefined
    if (area === undefined) continue
    for (const place of [area.country, area.region, String(area.code)])
      if (place !== '') byPlace.set(place, (byPlace.get(place) ?? 0) + 1)
  }
  return { total, quarantined, byType, byPlace }
}
