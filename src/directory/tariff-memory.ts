// Tariffs that were compiled before, so that a change of one does not compile all. It forgets those that are gone.

import { compileTariff } from '../money/compile-tariff.js'
import type { Rate as MoneyRate, Tariff as CompiledTariff } from '../money/tariff.js'
import { compileRate } from './compile-rows.js'
import type { Rate, Tariff } from './resolve.js'

/** Kept from one compilation to the next. Not for two at a time. */
export interface TariffMemory {
  /** Works in slices; at once where the same rates were compiled before. */
  compiled(tariff: Tariff, baseCurrency: string): Generator<void, CompiledTariff>
  /** Forgets all others. */
  keepOnly(ids: ReadonlyMap<string, unknown>): void
}

const SLICE = 1000

export function createTariffMemory(): TariffMemory {
  const known = new Map<string, { readonly rates: readonly Rate[]; readonly compiled: CompiledTariff }>()
  return {
    *compiled({ id, rates, currency: own }, baseCurrency) {
      const currency = own ?? baseCurrency
      const before = known.get(id)
      if (before?.compiled.currency === currency && (yield* areSame(before.rates, rates))) return before.compiled
      const money: MoneyRate[] = []
      for (const rate of rates) {
        money.push(compileRate(rate))
        if (money.length % SLICE === 0) yield
      }
      const compiled = yield* compileTariff(money, currency)
      known.set(id, { rates, compiled })
      return compiled
    },
    keepOnly(ids) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id)
    },
  }
}

function* areSame(before: readonly Rate[], after: readonly Rate[]): Generator<void, boolean> {
  if (before === after) return true
  if (before.length !== after.length) return false
  for (let index = 0; index < after.length; index++) {
    if (index % SLICE === SLICE - 1) yield
    const a = before[index]!
    const b = after[index]!
    const isSame =
      a.prefix === b.prefix &&
      a.price === b.price &&
      a.effectiveFromMs === b.effectiveFromMs &&
      a.preference === b.preference &&
      a.routeCategory === b.routeCategory &&
      a.huntstop === b.huntstop &&
      a.forbidden === b.forbidden &&
      a.weight === b.weight
    if (!isSame) return false
  }
  return true
}
