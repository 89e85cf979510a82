// Changes of powerpacks, judged: what is asked for makes sense, names are unique. Applied once their rows are durable.
import type { KeptRow } from '../message/kept.js'
import type { AccountId } from '../message/ids.js'
import type { NanpCountry } from '../phone/nanp.js'
import { refused, type Judged, type Refusal } from './change.js'
import { numberTypes, services, type NumberType, type Service } from './number-type.js'
import { numberText } from './owned-number.js'
import {
  packDefaults,
  packText,
  type ApplicationType,
  type ConfiguredCarrier,
  type NumberPriority,
  type Pack,
} from './pack.js'
import { outOfPool, type PoolBook } from './pool-book.js'
import { keptRow } from './rows.js'

/** Types of one country and service by their turn; null for a turn that nothing has. */
export interface PriorityWish {
  readonly country: NanpCountry
  readonly service: Service
  readonly types: readonly (NumberType | null)[]
}

/** What is asked for; what is not named stays as it is. */
export interface PackWish {
  readonly name?: string
  readonly stickySender?: boolean
  readonly localConnect?: boolean
  readonly applicationType?: ApplicationType | ''
  /** '' for none. */
  readonly applicationId?: string
  /** Countries and services that are not named keep theirs. */
  readonly priority?: readonly PriorityWish[]
  /** All that shall be set. */
  readonly operators?: Readonly<Partial<Record<ConfiguredCarrier, NumberType>>>
}

/** A new pack and its empty pool. */
export interface NewPack {
  readonly uuid: string
  readonly pool: string
  readonly account: AccountId
  readonly wish: PackWish
}

/** Powerpacks of one account: all are in memory. */
export const PACKS_MAX = 10_000
const NAME_MAX = 255

/** @param wallMs wall time: when it was made */
export function judgeNewPack(book: PoolBook, { uuid, pool, account, wish }: NewPack, wallMs: number): Judged<Pack> {
  if (book.pack(uuid) !== undefined || book.pool(pool) !== undefined)
    return refused('invalid', 'There is such a powerpack or pool already.', 'uuid')
  if (book.packsOf(account).length >= PACKS_MAX)
    return refused('noRoom', `An account has at most ${PACKS_MAX} powerpacks.`)
  const blank: Pack = { ...packDefaults, uuid, pool, account, name: '', createdAtMs: wallMs }
  return judgePack(book, blank, { ...wish, name: wish.name ?? '' }, 0)
}

/** @param nowMs switch time: what phones had before sticky sender is switched on again is forgotten */
export function judgePackChange(book: PoolBook, uuid: string, wish: PackWish, nowMs: number): Judged<Pack> {
  const pack = book.pack(uuid)
  return pack === undefined ? noPack(uuid) : judgePack(book, pack, wish, nowMs)
}

/** What is kept of the end of a pack, for `judgePackEnd`: piece by piece where it has very many numbers. */
export function* packEndRows(book: PoolBook, uuid: string, unrent: boolean): Generator<KeptRow> {
  yield keptRow('powerpack', uuid, '')
  for (const row of book.pool(book.pack(uuid)?.pool ?? '')?.numbers() ?? []) {
    yield keptRow('number', row.number, unrent ? '' : numberText(outOfPool(row)))
    if (unrent) yield keptRow('sent', row.number, '')
  }
}

/**
 * Takes a pack and its pool away. The row of the pack is the first: should only some rows be durable, its numbers are in no pool.
 *
 * @param unrent whether its numbers are given up too
 * @param rows of `packEndRows`, since which nothing was changed
 * @returns the pack, with its numbers at hand until it is applied
 */
export function judgePackEnd(
  book: PoolBook,
  uuid: string,
  unrent: boolean,
  rows: readonly KeptRow[] = [...packEndRows(book, uuid, unrent)],
): Judged<Pack> {
  const pack = book.pack(uuid)
  const pool = book.pool(pack?.pool ?? '')
  if (pack === undefined || pool === undefined) return noPack(uuid)
  const numbers = unrent ? [...pool.numbers()] : []
  return {
    kind: 'change',
    rows,
    value: pack,
    apply() {
      book.dropPack(uuid)
      for (const { number } of numbers) book.dropNumber(number)
    },
  }
}

function judgePack(book: PoolBook, before: Pack, wish: PackWish, nowMs: number): Judged<Pack> {
  const { priority: priorityWish, ...properties } = wish
  const priority = withPriority(before.priority, priorityWish ?? [])
  if ('kind' in priority) return priority
  const isSwitchedOn = wish.stickySender === true && !before.stickySender
  const stickySinceMs = isSwitchedOn ? Math.floor(nowMs) + 1 : before.stickySinceMs
  const pack: Pack = { ...before, ...properties, priority, stickySinceMs }
  const named = pack.name === '' ? undefined : book.packNamed(pack.account, pack.name)
  if (named !== undefined && named.uuid !== pack.uuid)
    return refused('nameTaken', 'There is a powerpack of that name already.', 'name')
  const refusal = refusalOf(pack)
  if (refusal !== undefined) return refusal
  return {
    kind: 'change',
    rows: [keptRow('powerpack', pack.uuid, packText(pack))],
    value: pack,
    apply: () => book.putPack(pack),
  }
}

function refusalOf({ name, applicationId, applicationType, operators }: Pack): Refusal | undefined {
  if (name.trim() === '') return refused('invalid', 'A powerpack has a name.', 'name')
  if (name.length > NAME_MAX) return refused('invalid', `A name has at most ${NAME_MAX} characters.`, 'name')
  if (applicationId.length > NAME_MAX)
    return refused('invalid', `An application's id has at most ${NAME_MAX} characters.`, 'application_id')
  if (applicationId !== '' && applicationType === '')
    return refused('invalid', 'With an application goes its type, xml or phlo.', 'application_type')
  if (Object.values(operators).some((type) => !numberTypes.includes(type)))
    return refused('invalid', `An operator is sent to from one of ${numberTypes.join(', ')}.`, 'operators')
  return undefined
}

function withPriority(before: NumberPriority, wishes: readonly PriorityWish[]): NumberPriority | Refusal {
  const priority = { US: { ...before.US }, CA: { ...before.CA } }
  for (const { country, service, types } of wishes) {
    if (!(country in priority) || !services.includes(service))
      return refused('invalid', 'Priorities are for US and CA, SMS and MMS.', 'number_priority')
    const set = types.filter((type) => type !== null)
    if (set.some((type) => !numberTypes.includes(type)) || new Set(set).size < set.length)
      return refused('invalid', `Each of ${numberTypes.join(', ')} has one turn at most.`, 'number_priority')
    priority[country][service] = set
  }
  return priority
}

function noPack(uuid: string): Refusal {
  return refused('unknownPack', `There is no powerpack ${uuid.slice(0, 64)}.`, 'uuid')
}
