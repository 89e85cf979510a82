// Who has a place in a pool: it is for the United States and Canada, with one toll-free number, and one short code for each of the two.
// Pure; who owns a number is judged elsewhere.
import { nanpAreaOf } from '../phone/nanp.js'
import { refused, type Refusal } from './change.js'
import type { OwnedNumber } from './owned-number.js'

type Placed = Pick<OwnedNumber, 'number' | 'type' | 'country'>

/** Of which a pool has one each; '' for a long code, of which it has any number. */
export function placeOf({ type, country }: Placed): string {
  return type === 'longcode' ? '' : type === 'tollfree' ? type : `${type} ${country}`
}

/** @param numbers of a pool: all, or those of which it has few */
export function takenPlaces(numbers: Iterable<Placed>): Set<string> {
  const taken = new Set<string>()
  for (const row of numbers) if (row.type !== 'longcode') taken.add(placeOf(row))
  return taken
}

/** @param taken asked for where it matters */
export function noPlaceFor(row: Placed, taken: () => ReadonlySet<string>): Refusal | undefined {
  const isHere = row.type === 'shortcode' ? row.country === 'US' || row.country === 'CA' : nanpAreaOf(row.number)
  if (!isHere) return refused('invalid', 'Pools have numbers of the United States and Canada only.', 'number')
  if (row.type === 'longcode' || !taken().has(placeOf(row))) return undefined
  const one = row.type === 'tollfree' ? 'one toll-free number' : `one short code for ${row.country}`
  return refused('noRoom', `A powerpack has ${one}.`, 'number')
}
