// Money as a property, over thousands of random histories with crashes; a few of them run with the other tests.
import fc from 'fast-check'
import { it } from 'vitest'
import { crash, event, LENGTH, play, ways, type Way } from '../../src/delivery/history.suite.js'

const RUNS = 3_000

const paying: fc.Arbitrary<Way> = fc
  .tuple(
    ways,
    fc.record({
      settleOn: fc.constantFrom('answer' as const, 'receipt' as const),
      onReceiptTimeout: fc.constantFrom('charge' as const, 'release' as const),
    }),
  )
  .map(([way, money]) => ({ ...way, money }))

it.each([
  ['without crashes', event],
  ['with crashes', fc.oneof({ weight: 15, arbitrary: event }, { weight: 1, arbitrary: crash })],
] as const)(`the books add up in ${RUNS} histories %s`, async (_, happening) => {
  const histories = fc.asyncProperty(fc.array(happening, LENGTH), paying, async (events, way) => {
    await play(events, way)
  })
  await fc.assert(histories, { numRuns: RUNS })
})
