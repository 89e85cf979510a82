// Changes of owned numbers and of who is in which pool, judged. Applied once their rows are durable.
import { refused, type Change, type Judged, type Refusal } from './change.js'
import { numberTypeOf, type Service } from './number-type.js'
import { numberText, type OwnedNumber } from './owned-number.js'
import { packText, withEvent, type Pack } from './pack.js'
import { outOfPool, type PoolBook } from './pool-book.js'
import { noPlaceFor, takenPlaces } from './pool-places.js'
import { keptRow } from './rows.js'

/** Numbers of one account, above which it adds none itself: all are in memory. */
const NUMBERS_MAX = 1_000_000
const DETAILS_MAX = 4096

/** What of a number its owner may change while he owns it. */
export type NumberWish = Partial<
  Pick<OwnedNumber, 'isMobile' | 'sms' | 'mms' | 'voice' | 'perSecond' | 'unsupported' | 'details'>
>

/**
 * Numbers that somebody comes to own, in no pool. Those that the same account owns already stay where they are, with what is said now.
 *
 * @param most numbers that an account may have
 */
export function judgeOwning(
  book: PoolBook,
  numbers: readonly OwnedNumber[],
  most = NUMBERS_MAX,
): Judged<readonly OwnedNumber[]> {
  const owned: OwnedNumber[] = []
  let added = 0
  for (const row of numbers) {
    const before = book.numbers.get(row.number)
    if (before === undefined && book.numbers.countOf(row.account) + ++added > most)
      return refused('noRoom', `An account has at most ${most} numbers.`, 'number')
    if (before !== undefined && before.account !== row.account)
      return refused('owned', `${row.number} is owned by another account.`, 'number')
    const refusal = refusalOf(row)
    if (refusal !== undefined) return refusal
    owned.push(before === undefined ? outOfPool(row) : { ...row, ...stayOf(before) })
  }
  return changeOf(book, owned, owned)
}

/** @returns the number as it was */
export function judgeGivingUp(book: PoolBook, number: string): Judged<OwnedNumber> {
  const row = book.numbers.get(number)
  if (row === undefined) return noNumber(number)
  return {
    kind: 'change',
    rows: [keptRow('number', number, ''), keptRow('sent', number, '')],
    value: row,
    apply: () => book.dropNumber(number),
  }
}

export function judgeNumberChange(book: PoolBook, number: string, wish: NumberWish): Judged<OwnedNumber> {
  const row = book.numbers.get(number)
  if (row === undefined) return noNumber(number)
  const changed = { ...row, ...wish }
  const refusal = refusalOf(changed)
  return refusal ?? changeOf(book, [changed], changed)
}

/**
 * A number joins a pool. One that is in it already stays, for the service that is said now.
 *
 * @param nowMs switch time: what phones had from it before is forgotten
 */
export function judgeJoining(
  book: PoolBook,
  poolUuid: string,
  number: string,
  service: Service,
  nowMs: number,
): Judged<OwnedNumber> {
  const pack = book.packOfPool(poolUuid)
  if (pack === undefined) return noPool(poolUuid)
  const row = book.numbers.get(number)
  if (row === undefined) return noNumber(number)
  if (row.account !== pack.account) return refused('notYours', `${number} is owned by another account.`, 'number')
  if (!row[service]) return refused('invalid', `${number} cannot send ${service}.`, 'service')
  if (row.pool !== '' && row.pool !== poolUuid)
    return refused('inAnotherPool', `${number} is in another number pool.`, 'number')
  const refusal = row.pool === '' ? noPlaceFor(row, () => takenPlaces(book.pool(poolUuid)?.few() ?? [])) : undefined
  if (refusal !== undefined) return refusal
  const joinedAtMs = row.pool === '' ? Math.floor(nowMs) + 1 : row.joinedAtMs
  const joined: OwnedNumber = { ...row, pool: poolUuid, joinedAtMs, service }
  return changeOf(book, [joined], joined)
}

/**
 * A number leaves its pool.
 *
 * @param unrent whether it is given up too
 * @returns the number as it was in the pool
 */
export function judgeLeaving(book: PoolBook, poolUuid: string, number: string, unrent: boolean): Judged<OwnedNumber> {
  if (book.pool(poolUuid) === undefined) return noPool(poolUuid)
  const row = book.numbers.get(number)
  if (row === undefined) return noNumber(number)
  if (row.pool !== poolUuid) return refused('inNoPool', `${number} is not in this number pool.`, 'number')
  return unrent ? judgeGivingUp(book, number) : changeOf(book, [outOfPool(row)], row)
}

/** A number is not used for now, though it stays in its pool; the pool's history says why. */
export function judgeQuarantine(book: PoolBook, number: string, why: string, nowMs: number): Judged<OwnedNumber> {
  const pack = book.packOf(number)
  const row = book.numbers.get(number)
  if (pack === undefined || row === undefined || row.quarantine !== undefined) return noPoolOf(number)
  const atMs = Math.floor(nowMs)
  const quarantined: OwnedNumber = { ...row, quarantine: { atMs, why } }
  return changeOf(book, [quarantined], quarantined, withEvent(pack, { atMs, what: 'quarantined', number, note: why }))
}

/** A number is used again. What phones had from it before its quarantine is forgotten. */
export function judgeRelease(book: PoolBook, number: string, nowMs: number): Judged<OwnedNumber> {
  const pack = book.packOf(number)
  const row = book.numbers.get(number)
  if (pack === undefined || row?.quarantine === undefined) return noPoolOf(number)
  const atMs = Math.floor(nowMs)
  const released: OwnedNumber = { ...row, quarantine: undefined, joinedAtMs: atMs + 1 }
  return changeOf(
    book,
    [released],
    released,
    withEvent(pack, { atMs, what: 'released', number, note: row.quarantine.why }),
  )
}

/**
 * A number leaves its pool, and another that the same account owns joins in its place; the pool's history says so.
 *
 * @returns the number that joined
 */
export function judgeReplacement(book: PoolBook, number: string, by: string, nowMs: number): Judged<OwnedNumber> {
  const pack = book.packOf(number)
  if (pack === undefined) return noPoolOf(number)
  const row = book.numbers.get(number)!
  const other = book.numbers.get(by)
  if (other === undefined) return noNumber(by)
  if (other.account !== pack.account) return refused('notYours', `${by} is owned by another account.`, 'number')
  if (other.pool !== '') return refused('inAnotherPool', `${by} is in a number pool already.`, 'number')
  if (other.type !== row.type || !other[row.service])
    return refused('invalid', `${by} cannot do what ${number} does.`, 'number')
  const atMs = Math.floor(nowMs)
  const joined: OwnedNumber = { ...other, pool: pack.pool, joinedAtMs: atMs + 1, service: row.service }
  return changeOf(book, [outOfPool(row), joined], joined, withEvent(pack, { atMs, what: 'replaced', number, note: by }))
}

function changeOf<T>(book: PoolBook, numbers: readonly OwnedNumber[], value: T, pack?: Pack): Change<T> {
  const rows = numbers.map((row) => keptRow('number', row.number, numberText(row)))
  if (pack !== undefined) rows.push(keptRow('powerpack', pack.uuid, packText(pack)))
  return {
    kind: 'change',
    rows,
    value,
    apply() {
      if (pack !== undefined) book.putPack(pack)
      for (const row of numbers) book.putNumber(row)
    },
  }
}

/** What of a number is not its owner's to say. */
type Stay = Pick<OwnedNumber, 'pool' | 'joinedAtMs' | 'service' | 'quarantine' | 'ownedAtMs'>

function stayOf({ pool, joinedAtMs, service, quarantine, ownedAtMs }: OwnedNumber): Stay {
  return { pool, joinedAtMs, service, quarantine, ownedAtMs }
}

function refusalOf({ number, type, perSecond, sms, mms, details }: OwnedNumber): Refusal | undefined {
  if (numberTypeOf(number) !== type)
    return refused('invalid', `${number.slice(0, 32)} is no number of the type ${type}.`, 'number')
  if (!(perSecond >= 0)) return refused('invalid', 'A rate is 0 or more messages a second.', 'per_second')
  if (JSON.stringify(details).length > DETAILS_MAX)
    return refused('invalid', `What is noted of ${number} is longer than ${DETAILS_MAX} characters.`, 'number')
  return sms || mms ? undefined : refused('invalid', `${number} can do neither sms nor mms.`, 'number')
}

function noPool(pool: string): Refusal {
  return refused('unknownPool', `There is no number pool ${pool.slice(0, 64)}.`, 'number_pool')
}

function noPoolOf(number: string): Refusal {
  return refused('inNoPool', `${number.slice(0, 32)} is not at work in a number pool.`, 'number')
}

function noNumber(number: string): Refusal {
  return refused('unknownNumber', `There is no number ${number.slice(0, 32)}.`, 'number')
}
