// Random histories of messages that leave in several segments: whatever happens, each part is told its end once.
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { event, eventsAndCrashes, LENGTH, ways } from './happenings.suite.js'
import { play } from './history.suite.js'

describe('messages of several segments', () => {
  it('are told of once for each part that asked, by the rule of the connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, LENGTH), ways, async (events, way) => void (await play(events, way))),
      { numRuns: 400, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
    )
  })

  it('and also when the switch dies at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventsAndCrashes, LENGTH), ways, async (events, way) => void (await play(events, way))),
      { numRuns: 400, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
    )
  })
})
