// Pages of lists: which part is asked for, and cutting it out. No answers.
import { Type } from '@sinclair/typebox'

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
}

export interface Found<T> {
  /** Of the page. */
  readonly objects: readonly T[]
  /** Of all pages. */
  readonly total: number
}

/** The part that is asked for, and how many there are in all. Each is looked at. */
export function pageOf<T>(all: Iterable<T>, { limit = PAGE_MAX, offset = 0 }: PageWish): Found<T> {
  const objects: T[] = []
  let total = 0
  for (const one of all) {
    if (total >= offset && objects.length < limit) objects.push(one)
    total++
  }
  return { objects, total }
}
