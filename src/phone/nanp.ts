// Numbers of the North American plan: area code, region, and which of them are toll-free. No number is refused for its area code being new.
import { placeOf } from './e164.js'
import { areaCodesByRegion } from './nanp-areas.js'

/** The two countries that this is about; territories of the United States count as theirs. */
export type NanpCountry = 'US' | 'CA'

export interface NanpArea {
  /** Such as 415. */
  readonly code: number
  readonly country: NanpCountry
  /** ISO 3166-2 such as `US-CA`; '' where the area code is of no region, or not known yet. */
  readonly region: string
  /** A number for the region, from 1; 0 for none. */
  readonly regionIndex: number
  readonly isTollFree: boolean
}

const TOLL_FREE = [800, 833, 844, 855, 866, 877, 888]
const territories = new Set(['AS', 'GU', 'MP', 'PR', 'VI'])

/** Regions by their index; the first is none. */
const regions: readonly string[] = ['', ...Object.keys(areaCodesByRegion).sort()]
const areas = compileAreas()

/**
 * The area of an E.164 number without `+`: one, ten digits, of which the area code and the exchange begin with 2–9.
 *
 * @returns undefined for numbers of another shape and of other countries under +1
 */
export function nanpAreaOf(number: string): NanpArea | undefined {
  if (number.length !== 11 || number.charCodeAt(0) !== 49) return undefined
  const area = areas[areaCode(number)]
  if (area === undefined) return undefined
  const exchange = number.charCodeAt(4)
  if (exchange < 50 || exchange > 57) return undefined
  for (let i = 5; i < 11; i++) {
    const digit = number.charCodeAt(i)
    if (digit < 48 || digit > 57) return undefined
  }
  return area
}

/** The area by its code alone, such as 415; undefined where that is no area code of the two countries. */
export function nanpArea(code: number): NanpArea | undefined {
  return areas[code]
}

/** Whether there is such a region, such as `US-CA`. */
export function isNanpRegion(region: string): boolean {
  return region in areaCodesByRegion
}

/** Area codes of a region, such as `US-CA`; none where it is not known. */
export function areaCodesOf(region: string): readonly number[] {
  return areaCodesByRegion[region]?.split(' ').map(Number) ?? []
}

/** Below 200 where a character is no digit: no area code. */
function areaCode(number: string): number {
  const [first, second, third] = [number.charCodeAt(1) - 48, number.charCodeAt(2) - 48, number.charCodeAt(3) - 48]
  if (first < 2 || first > 9 || second < 0 || second > 9 || third < 0 || third > 9) return 0
  return first * 100 + second * 10 + third
}

function compileAreas(): readonly (NanpArea | undefined)[] {
  const indexByCode = new Map<number, number>()
  regions.forEach((region, index) => areaCodesOf(region).forEach((code) => indexByCode.set(code, index)))
  return Array.from({ length: 1000 }, (_, code) => {
    if (code < 200) return undefined
    const country = countryOf(code)
    const regionIndex = indexByCode.get(code) ?? 0
    return (
      country && {
        code,
        country,
        region: regions[regionIndex] ?? '',
        regionIndex,
        isTollFree: TOLL_FREE.includes(code),
      }
    )
  })
}

function countryOf(code: number): NanpCountry | undefined {
  const country = placeOf(`1${code}`)?.country ?? ''
  if (country === 'CA') return country
  return country === 'US' || territories.has(country) ? 'US' : undefined
}
