// The deliveries of one lane in (due, id) order, for the memory store. An array with binary search; not meant for millions.

import type { Delivery, DeliveryRef } from '../../message/delivery.js'

/** Is `a` before `b` (negative), at its place (0), or after? Both due times whole. */
function compareRefs(
  a: { readonly dueMs: number; readonly id: string },
  b: { readonly dueMs: number; readonly id: string },
): number {
  return a.dueMs - b.dueMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** Puts or overwrites at the delivery's own place. */
export function insertInto(rows: Delivery[], delivery: Delivery): void {
  const at = firstNotBefore(rows, delivery)
  const there = rows[at]
  rows.splice(at, there !== undefined && compareRefs(there, delivery) === 0 ? 1 : 0, delivery)
}

/** Takes out what stands at the place, if anything does. */
export function removeFrom(rows: Delivery[], place: Pick<DeliveryRef, 'dueMs' | 'id'>): void {
  const at = firstNotBefore(rows, place)
  const there = rows[at]
  if (there !== undefined && compareRefs(there, place) === 0) rows.splice(at, 1)
}

function firstNotBefore(rows: readonly Delivery[], place: Pick<DeliveryRef, 'dueMs' | 'id'>): number {
  // Most rows arrive in order.
  const last = rows[rows.length - 1]
  if (last === undefined || compareRefs(last, place) < 0) return rows.length
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareRefs(rows[middle]!, place) < 0) low = middle + 1
    else high = middle
  }
  return low
}
