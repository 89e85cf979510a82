// What a number is replaced by: one like it, from as near as there is.
import { nanpAreaOf } from '../phone/nanp.js'
import type { NumberType, Service } from './number-type.js'
import type { OwnedNumber } from './owned-number.js'

/** What to look for in an inventory. */
export interface NumberWanted {
  readonly type: NumberType
  readonly service: Service
  /** `US` or `CA`. */
  readonly country: string
  /** Such as `US-CA`; '' for anywhere in the country. */
  readonly region: string
  /** Such as 415; 0 for any. */
  readonly areaCode: number
}

/** In the order in which to look: the area code, its region, its country. */
export function wantedInsteadOf(row: OwnedNumber): readonly NumberWanted[] {
  const { type, service, country } = row
  const anywhere: NumberWanted = { type, service, country, region: '', areaCode: 0 }
  const area = type === 'longcode' ? nanpAreaOf(row.number) : undefined
  if (area === undefined) return [anywhere]
  const inCountry = { ...anywhere, country: area.country }
  const inRegion = { ...inCountry, region: area.region }
  const near = { ...inRegion, areaCode: area.code }
  return area.region === '' ? [near, inCountry] : [near, inRegion, inCountry]
}
