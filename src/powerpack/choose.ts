// Which number of a pool sends a message to a phone: priorities, operators, local connect, least used. Pure: looks, and changes nothing.
import type { NanpArea, NanpCountry } from '../phone/nanp.js'
import type { UsCarrier } from '../phone/us-carrier.js'
import type { NumberBook } from './number-book.js'
import type { NumberType, Service } from './number-type.js'
import type { OwnedNumber } from './owned-number.js'
import type { Pack } from './pack.js'
import { areaCodeKey, countryKey, isUsable, regionKey, type AreaKey, type Pool } from './pool.js'

/** A message to a phone in the United States or Canada. */
export interface ToPhone {
  readonly area: NanpArea
  readonly service: Service
  readonly carrier: UsCarrier
  /** Whether a number's queue has room; all have where nobody is asked. */
  readonly hasRoom: ((number: string) => boolean) | undefined
  /** Whether the phone wants nothing from a number, whatever pack that sends for now. */
  readonly isOptedOut: (number: string) => boolean
}

/** Why no number is fit to send. */
export type NoNumber = 'noNumber' | 'optedOut' | 'tollFreeToCanada' | 'queuesFull'

/**
 * Chooses by type of number, then by area.
 *
 * @param dayCap long codes that sent so much today are passed over while others of the area sent less
 * @param chance asked once at most: 0 to below 1
 * @returns the slot of the number, or why there is none
 */
export function chooseNumber(
  pack: Pack,
  pool: Pool,
  book: NumberBook,
  to: ToPhone,
  dayCap: number,
  chance: () => number,
): number | NoNumber {
  let why: NoNumber = 'noNumber'
  for (const type of typesFor(pack, to)) {
    const found = type === 'longcode' ? longCode(pack, pool, to, dayCap, chance) : other(type, pool, book, to)
    if (typeof found === 'number') return found
    if (found === 'queuesFull' || why === 'noNumber') why = found
  }
  return why
}

/** Whether a number may send this message at all: whether it can, and is taken there. */
export function mayReach(row: OwnedNumber, to: ToPhone): boolean {
  if (!isUsable(row) || !row[to.service] || row.unsupported.includes(to.carrier)) return false
  return isTakenIn(row, to.area.country) && !to.isOptedOut(row.number)
}

/** Short codes are of one country; toll-free numbers of the United States are not taken in Canada. */
function isTakenIn({ type, country }: OwnedNumber, destination: NanpCountry): boolean {
  if (type === 'shortcode') return country === destination
  return type === 'longcode' || country !== 'US' || destination === 'US'
}

function typesFor(pack: Pack, { area, service, carrier }: ToPhone): readonly NumberType[] {
  const types = pack.priority[area.country][service]
  const first = carrier === 'att' || carrier === 'verizon' ? pack.operators[carrier] : undefined
  return first === undefined ? types : [first, ...types.filter((type) => type !== first)]
}

function other(type: NumberType, pool: Pool, book: NumberBook, to: ToPhone): number | NoNumber {
  let why: NoNumber = 'noNumber'
  for (const slot of pool.others) {
    const row = book.at(slot)
    if (row.type !== type) continue
    if (!mayReach(row, to)) {
      if (to.isOptedOut(row.number)) why = 'optedOut'
      else if (type === 'tollfree' && row[to.service] && !isTakenIn(row, to.area.country)) why = 'tollFreeToCanada'
    } else if (to.hasRoom?.(row.number) === false) {
      why = 'queuesFull'
    } else {
      return slot
    }
  }
  return why
}

function longCode(pack: Pack, pool: Pool, to: ToPhone, dayCap: number, chance: () => number): number | NoNumber {
  const areas = areasFor(pack, to.area)
  const share = chance()
  let why: NoNumber = 'noNumber'
  const fits = (number: string): boolean => {
    if (to.isOptedOut(number)) {
      // One that has room later is worth another try.
      if (why === 'noNumber') why = 'optedOut'
    } else if (to.hasRoom?.(number) === false) why = 'queuesFull'
    else return true
    return false
  }
  for (const area of areas) {
    const slot = pool.pick(area, to.service, 0, dayCap, share, fits)
    if (slot >= 0) return slot
  }
  // What is recommended for a day is advice: when all have sent as much, the same areas are tried without it.
  for (const area of areas) {
    const slot = pool.pick(area, to.service, dayCap, Infinity, share, fits)
    if (slot >= 0) return slot
  }
  return why
}

function areasFor(pack: Pack, area: NanpArea): readonly AreaKey[] {
  const abroad = countryKey(area.country === 'US' ? 'CA' : 'US')
  const anywhere = [countryKey(area.country), abroad]
  if (!pack.localConnect) return anywhere
  const region = regionKey(area)
  return region === undefined ? [areaCodeKey(area), ...anywhere] : [areaCodeKey(area), region, ...anywhere]
}
