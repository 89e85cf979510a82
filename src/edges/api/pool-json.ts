// Numbers of pools as the API shows them.
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import type { NumberType } from '../../powerpack/number-type.js'
import { isoTime } from './answers.js'

/** @param base `/v1/Account/{auth_id}` */
export function poolNumberJson(row: OwnedNumber, base: string): object {
  return {
    number_pool_uuid: row.pool,
    ...namesOf(row),
    country_iso2: row.country,
    service: row.service,
    added_on: isoTime(row.joinedAtMs),
    // Why it is not used for now; SDKs pass over what they do not know.
    ...(row.quarantine !== undefined && { quarantine: row.quarantine.why }),
    ...(row.type !== 'shortcode' && { account_phone_number_resource: `${base}/Number/${row.number}/` }),
  }
}

/** SDKs look for toll-free numbers under either name. */
function namesOf({ number, type, isMobile }: OwnedNumber): object {
  switch (type) {
    case 'shortcode':
      return { shortcode: number }
    case 'tollfree':
      return { number, tollfree: number, type: 'tollfree' }
    case 'longcode':
      return { number, type: isMobile ? 'mobile' : 'fixed' }
  }
}

export function poolJson(pool: string, base: string): object {
  const own = `${base}/NumberPool/${pool}`
  return { uuid: pool, numbers: `${own}/Number/`, shortcodes: `${own}/Shortcode/`, tollfree: `${own}/Tollfree/` }
}

/** What a list of a pool is of: the last part of its path, the types of numbers in it, and how one is called. */
export interface PoolList {
  readonly path: 'Number' | 'Shortcode' | 'Tollfree'
  readonly types: readonly NumberType[]
  readonly called: string
}

/** Toll-free numbers are numbers too. */
export const poolLists: readonly PoolList[] = [
  { path: 'Number', types: ['longcode', 'tollfree'], called: 'number' },
  { path: 'Shortcode', types: ['shortcode'], called: 'short code' },
  { path: 'Tollfree', types: ['tollfree'], called: 'toll-free number' },
]
