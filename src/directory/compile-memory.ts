// What was compiled before, so that a change compiles only what it touches. It forgets what is gone.

import type { Tariff as CompiledTariff } from '../money/tariff.js'
import { compileAccount, type Sharing } from './compile-rows.js'
import { createDialing } from './dialing.js'
import { numberClasses, type NumberClasses } from './number-classes.js'
import type { AccountRow } from './schema.js'
import type { SendingAccount } from './snapshot.js'
import { createTariffMemory, type TariffMemory } from './tariff-memory.js'
import { createTexts } from './texts.js'
import type { ProductRow } from './trade-rows.js'

/** Kept from one compilation to the next. Not for two at a time. */
export interface CompileMemory {
  readonly tariffs: TariffMemory
  /** What rows that say the same share. */
  sharing(): Sharing
  account(row: AccountRow, product: ProductRow | undefined): SendingAccount
  /** Works in slices; at once for the tariffs of the time before. */
  classes(tariffs: readonly CompiledTariff[]): Generator<void, NumberClasses>
}

/** Compilations after which what rows share is made anew: nobody knows which of it is still of use. */
const RENEW_AFTER = 1000

export function createCompileMemory(): CompileMemory {
  let sharing: Sharing | undefined
  let accounts = new WeakMap<AccountRow, { readonly dialing: ProductRow['dialingRules']; compiled: SendingAccount }>()
  let classesOf: readonly CompiledTariff[] = []
  let known: NumberClasses | undefined
  let compilations = 0
  return {
    tariffs: createTariffMemory(),
    sharing() {
      if (++compilations % RENEW_AFTER === 0) {
        sharing = undefined
        accounts = new WeakMap()
      }
      return (sharing ??= { textsOf: createTexts(), dialingOf: createDialing() })
    },
    account(row, product) {
      const dialing = product?.dialingRules
      const before = accounts.get(row)
      if (before?.dialing === dialing && before !== undefined) return before.compiled
      sharing ??= { textsOf: createTexts(), dialingOf: createDialing() }
      const compiled = compileAccount(row, product, sharing)
      accounts.set(row, { dialing, compiled })
      return compiled
    },
    *classes(tariffs) {
      const isSame = tariffs.length === classesOf.length && tariffs.every((tariff, at) => tariff === classesOf[at])
      if (known !== undefined && isSame) return known
      const made = yield* numberClasses(tariffs)
      classesOf = tariffs
      return (known = made)
    },
  }
}
