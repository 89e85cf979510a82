// What metrics are labelled with in code is what their catalogue says; that code counts nothing else, the compiler sees to.
import { expect, expectTypeOf, it } from 'vitest'
import type { ReceiptFate } from '../../src/receipts/correlator.js'
import type { StoreFailure } from '../../src/store/contracts/store.js'
import { counterCatalogue, type CounterSpec } from '../../src/telemetry/metric-catalogue.js'

type ValueOf<Name extends 'vendorReceipts' | 'commitFailures'> = {
  readonly vendorReceipts: (typeof counterCatalogue.vendorReceipts.values.outcome)[number]
  readonly commitFailures: (typeof counterCatalogue.commitFailures.values.code)[number]
}[Name]

it('the values listed are those that code has', () => {
  // A message that is given up is counted as final, not as a receipt.
  expectTypeOf<ValueOf<'vendorReceipts'>>().toEqualTypeOf<Exclude<ReceiptFate, 'givenUp'> | 'unreadable'>()
  expectTypeOf<ValueOf<'commitFailures'>>().toEqualTypeOf<StoreFailure>()
})

it.each(Object.entries<CounterSpec>(counterCatalogue))(
  '%s names every listed value, for labels it has',
  (_name, spec) => {
    for (const [label, values] of Object.entries(spec.values ?? {})) {
      expect(spec.labels).toContain(label)
      for (const value of values) expect(spec.help).toContain(value)
    }
  },
)
