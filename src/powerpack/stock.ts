// The operator's own numbers: nobody has them until they are rented. What an import of them makes of the book, judged.
import type { AccountId } from '../message/ids.js'
import type { Change } from './change.js'
import type { NumberType } from './number-type.js'
import { numberDefaults, numberText, type OwnedNumber } from './owned-number.js'
import { outOfPool, type PoolBook } from './pool-book.js'
import { noPlaceFor, placeOf, takenPlaces } from './pool-places.js'
import { keptRow } from './rows.js'

/** Has the numbers that nobody rents. */
export const NOBODY = '' as AccountId

/** Noted of a number that goes back to nobody when it is given up. */
export const STOCK = { source: 'stock' } as const
/** What an account notes of its number is not for the next one. */
export const ownersDetails: readonly string[] = ['source', 'alias', 'app_id', 'replaces']

/** One line of an import; what it does not say stays as it is, or is as by default. */
export interface NumberImport extends Partial<Pick<OwnedNumber, 'sms' | 'mms' | 'voice' | 'isMobile' | 'perSecond'>> {
  readonly number: string
  readonly type: NumberType
  readonly country: string
  /** Nobody: it can be rented. */
  readonly account?: AccountId
  /** The UUID of a pool, or of its powerpack: the number joins it, and is its account's where it was nobody's. None: it stays where it is. */
  readonly pool?: string
  /** '' takes away what is noted. */
  readonly details: OwnedNumber['details']
}

/**
 * Why a line cannot be taken: another account has the number; or it is in a pool, which it would not fit any more; or it can't join the
 * pool: there is none, it is another account's, the number is in another, or there is no place.
 */
export type ImportFault =
  | { readonly number: string; readonly why: 'taken'; readonly account: AccountId }
  | { readonly number: string; readonly why: 'pooled' }
  | { readonly number: string; readonly why: 'noPool' }
  | { readonly number: string; readonly why: 'notItsPool'; readonly account: AccountId }
  | { readonly number: string; readonly why: 'inAnotherPool'; readonly pool: string }
  | { readonly number: string; readonly why: 'noPlace'; readonly what: string }

export interface Imported {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly faults: readonly ImportFault[]
}

export interface ImportTimes {
  readonly wallMs: number
  /** Switch time, ms: what phones had before from a number that joins a pool is forgotten. */
  readonly nowMs: number
}

/**
 * Numbers as the operator has them. One that was rented from his stock stays with who rents it; one that is in a pool stays there.
 * Toll-free numbers and short codes take the places of a pool in the order of the lines.
 *
 * @param numbers each once
 * @param takes `all`: nothing changes where a line has a fault; `good`: the others are taken; `none`: it is only said what would be
 */
export function judgeImport(
  book: PoolBook,
  numbers: readonly NumberImport[],
  takes: 'all' | 'good' | 'none',
  { wallMs, nowMs }: ImportTimes,
): Change<Imported> {
  const into: Import = { book, wallMs, joinedAtMs: Math.floor(nowMs) + 1, places: new Map() }
  const rows: OwnedNumber[] = []
  const faults: ImportFault[] = []
  let added = 0
  let unchanged = 0
  for (const wish of numbers) {
    const before = book.numbers.get(wish.number)
    const after = judgeLine(into, wish, before)
    if ('why' in after) faults.push(after)
    else if (before === undefined) {
      added++
      rows.push(after)
    } else if (numberText(before) === numberText(after)) unchanged++
    else rows.push(after)
  }
  const made = takes === 'none' || (takes === 'all' && faults.length > 0) ? [] : rows
  return {
    kind: 'change',
    rows: made.map((row) => keptRow('number', row.number, numberText(row))),
    value: { added, changed: rows.length - added, unchanged, faults },
    apply: () => made.forEach((row) => book.putNumber(row)),
  }
}

interface Import {
  readonly book: PoolBook
  readonly wallMs: number
  readonly joinedAtMs: number
  /** By pool: what is taken of it, with the lines before. */
  readonly places: Map<string, Set<string>>
}

function judgeLine(
  { book, wallMs, joinedAtMs, places }: Import,
  { pool: wanted, ...wish }: NumberImport,
  before: OwnedNumber | undefined,
): OwnedNumber | ImportFault {
  const pack = wanted === undefined ? undefined : (book.packOfPool(wanted) ?? book.pack(wanted))
  const { number } = wish
  if (wanted !== undefined && pack === undefined) return { number, why: 'noPool' }
  // Nobody's number becomes the account's whose pool it joins, unless its line says whose it is.
  const isNobodys = (before?.account ?? NOBODY) === NOBODY && (wish.account ?? NOBODY) === NOBODY
  const said = pack !== undefined && isNobodys ? { ...wish, account: pack.account } : wish
  const after = before === undefined ? newRow(said, wallMs) : changedRow(before, said)
  if ('why' in after || pack === undefined || after.pool === pack.pool) return after
  if (after.pool !== '') return { number, why: 'inAnotherPool', pool: after.pool }
  if (after.account !== pack.account) return { number, why: 'notItsPool', account: after.account }
  const taken = (): Set<string> => {
    const known = places.get(pack.pool) ?? takenPlaces(book.pool(pack.pool)?.few() ?? [])
    places.set(pack.pool, known)
    return known
  }
  const refusal = noPlaceFor(after, taken)
  if (refusal !== undefined) return { number, why: 'noPlace', what: refusal.what }
  if (after.type !== 'longcode') taken().add(placeOf(after))
  return { ...after, pool: pack.pool, joinedAtMs, service: after.sms ? 'sms' : 'mms' }
}

function newRow({ account = NOBODY, details, ...wish }: Omit<NumberImport, 'pool'>, wallMs: number): OwnedNumber {
  return { ...numberDefaults, ...wish, account, ownedAtMs: wallMs, details: noted({}, details, account !== NOBODY) }
}

function changedRow(
  before: OwnedNumber,
  { account, details, ...wish }: Omit<NumberImport, 'pool'>,
): OwnedNumber | ImportFault {
  const { number } = before
  const isRented = before.account !== NOBODY && before.details['source'] === STOCK.source
  const owner = account === undefined || (account === NOBODY && isRented) ? before.account : account
  if (before.account !== NOBODY && owner !== before.account) return { number, why: 'taken', account: before.account }
  const isGiven = account !== undefined && owner !== NOBODY
  const after = { ...before, ...wish, account: owner, details: noted(before.details, details, isGiven) }
  if (owner !== before.account) return outOfPool(after)
  // A pool has room by type and country, and it counts on what the number was added for.
  if (before.pool !== '' && (after.country !== before.country || !after[before.service]))
    return { number, why: 'pooled' }
  return after
}

/** @param isGiven to an account, by the operator: it goes back to his stock one day, if it came from nowhere else */
function noted(before: OwnedNumber['details'], said: OwnedNumber['details'], isGiven: boolean): OwnedNumber['details'] {
  const all: OwnedNumber['details'] = { ...(isGiven && STOCK), ...before, ...said }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
