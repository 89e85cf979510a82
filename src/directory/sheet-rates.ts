// Rates of a sheet as rows of a tariff, alone or over the rows that are there. Pure; the sheet was read elsewhere.

import { formatAmount } from '../money/amount.js'
import { formatDestination, parseDestination } from '../money/destination.js'
import { momentOf } from '../money/moment.js'
import { rateDefaults, type Rate } from '../money/tariff.js'
import type { RateRow } from './trade-rows.js'

/** Rates between two yields: about a millisecond. */
const SLICE = 1000

/** What is as usual is left out of the rows. Works in slices. */
export function* rowsOfSheet(rates: readonly Rate[]): Generator<void, RateRow[]> {
  const rows: RateRow[] = []
  for (const rate of rates) if (rows.push(rowOf(rate)) % SLICE === 0) yield
  return rows
}

/** Rows of the same destination from the same moment on are replaced, others stay, new ones come last. Works in slices. */
export function* rowsWithSheet(before: readonly RateRow[], rates: readonly Rate[]): Generator<void, RateRow[]> {
  const sheet = new Map<string, RateRow>()
  for (const rate of rates) {
    sheet.set(`${rate.destination}@${rate.effectiveFromMs}`, rowOf(rate))
    if (sheet.size % SLICE === 0) yield
  }
  const rows: RateRow[] = []
  for (const row of before) {
    const key = keyOf(row)
    rows.push(sheet.get(key) ?? row)
    sheet.delete(key)
    if (rows.length % SLICE === 0) yield
  }
  for (const row of sheet.values()) rows.push(row)
  return rows
}

function keyOf({ destination, prefix, effectiveFrom }: RateRow): string {
  const parsed = parseDestination(destination ?? prefix ?? '')
  const fromMs = effectiveFrom === undefined ? 0 : (momentOf(effectiveFrom) ?? 0)
  return `${parsed === undefined ? '' : formatDestination(parsed)}@${fromMs}`
}

function rowOf(rate: Rate): RateRow {
  const { destination, priceMicros, effectiveFromMs, preference, routeCategory, huntstop, forbidden, weight } = rate
  return {
    destination,
    price: formatAmount(priceMicros),
    ...(effectiveFromMs > 0 && { effectiveFrom: new Date(effectiveFromMs).toISOString().replace(/\.000Z$/, 'Z') }),
    ...(preference !== rateDefaults.preference && { preference }),
    ...(routeCategory !== rateDefaults.routeCategory && { category: routeCategory }),
    ...(huntstop !== rateDefaults.huntstop && { huntstop }),
    ...(forbidden !== rateDefaults.forbidden && { forbidden }),
    ...(weight !== rateDefaults.weight && { weight }),
  }
}
