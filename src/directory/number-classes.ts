// Numbers that all tariffs treat alike, as one index: what was worked out for one of them holds for the others. It holds no price.

import { compileTariff } from '../money/compile-tariff.js'
import { writtenKey } from '../money/destination.js'
import { findRate, KEY_AT, rateDefaults, ROW, type Rate, type Tariff } from '../money/tariff.js'
import { NO_CURRENCY } from './resolve-trade.js'

/** Numbers are alike where the longest prefix, or the exact number, that any tariff has is the same. Networks do not count. */
export interface NumberClasses {
  readonly count: number
  /** Below 0: no tariff has a rate for it but by its network. */
  classOf(called: string): number
}

const SLICE = 2000
/** The first digits of keys that have one: see money/destination.ts. */
const LEADING = new Set(['1', '2'])

/** Works in slices. */
export function* numberClasses(tariffs: Iterable<Tariff>): Generator<void, NumberClasses> {
  const keys = new Set<number>()
  const rates: Rate[] = []
  let seen = 0
  for (const { rows, size } of tariffs) {
    for (let row = 0; row < size; row++) {
      if (++seen % SLICE === 0) yield
      const key = rows[row * ROW + KEY_AT]!
      if (keys.has(key)) continue
      keys.add(key)
      if (key !== 0 && LEADING.has(String(key)[0]!))
        rates.push({ ...rateDefaults, destination: writtenKey(key), priceMicros: 0 })
    }
  }
  // A tariff without prices: its rows are the classes.
  const index = yield* compileTariff(rates, NO_CURRENCY)
  return { count: index.size, classOf: (called) => findRate(index, called, undefined, 0) }
}
