// Pages of lists: which part is asked for, and cutting it out. No answers.
import { setImmediate } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import type { Look } from './look-budget.js'

export const PAGE_MAX = 20

/** The part of a list that is asked for. */
export const pageFields = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_MAX,
      default: PAGE_MAX,
      expected: `a whole number from 1 to ${PAGE_MAX}`,
    }),
  ),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1e9, default: 0, expected: 'a whole number, 0 or more' })),
}

export interface PageWish {
  readonly limit?: number
  readonly offset?: number
  /** Told of what is looked at; left out: nobody counts it. */
  readonly look?: Look
}

export interface Found<T> {
  /** Of the page. */
  readonly objects: readonly T[]
  /** Of all pages. */
  readonly total: number
}

/** Looked at in one go: half a millisecond or so. */
const SLICE = 4_000
/** Of all lists that are walked now, one goes on in a turn: many of them must not make a turn longer than one does. */
let pauses: Promise<void> = Promise.resolve()

function itsTurn(): Promise<void> {
  pauses = pauses.then(() => setImmediate())
  return pauses
}

/**
 * The part that is asked for, and how many there are in all. Each is looked at, with pauses: a pool of 100,000 numbers must not hold up
 * messages while it is listed. What changes in a pause may be in the list or not.
 *
 * @throws LookedTooMuch as `look` does
 */
export async function pageOf<T>(all: Iterable<T>, wish: PageWish): Promise<Found<T>> {
  return pageWhere(all, () => true, wish)
}

/** As `pageOf`, of those only that are wanted. */
export async function pageWhere<T>(
  all: Iterable<T>,
  isWanted: (one: T) => boolean,
  { limit = PAGE_MAX, offset = 0, look }: PageWish,
): Promise<Found<T>> {
  look?.(0)
  const objects: T[] = []
  let total = 0
  let looked = 0
  for (const one of all) {
    if (++looked % SLICE === 0) {
      look?.(SLICE)
      await itsTurn()
    }
    if (!isWanted(one)) continue
    if (total >= offset && objects.length < limit) objects.push(one)
    total++
  }
  look?.(looked % SLICE)
  return { objects, total }
}

/** All of it as a list, made with the same pauses. */
export async function allOf<T>(all: Iterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for (const one of all) if (list.push(one) % SLICE === 0) await itsTurn()
  return list
}
