// Money as a property, over thousands of random histories with crashes; a few of them run with the other tests.
import fc from 'fast-check'
import { it } from 'vitest'
import { event, eventsAndCrashes, LENGTH, payingWays } from '../../src/delivery/happenings.suite.js'
import { play } from '../../src/delivery/history.suite.js'

const RUNS = 3_000

it.each([
  ['without crashes', event],
  ['with crashes', eventsAndCrashes],
] as const)(`the books add up in ${RUNS} histories %s`, async (_, happening) => {
  const histories = fc.asyncProperty(fc.array(happening, LENGTH), payingWays, async (events, way) => {
    await play(events, way)
  })
  await fc.assert(histories, { numRuns: RUNS })
})
