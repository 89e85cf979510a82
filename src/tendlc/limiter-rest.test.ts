import { expect, it } from 'vitest'
import { simulate } from './simulate.js'
import { campaignOf, laneOf, shared, TestWorld } from './world.suite.js'

const noon = Date.parse('2026-11-23T20:00:00Z')

it('whoever waits keeps its place while limits at rest are forgotten', () => {
  const day = { key: 'ein:12', segments: 1_000_000 }
  const world = new TestWorld(campaignOf('C1', { tmobile: { ...shared(40), day } }))
  world.accounts.set('acme', 1000)
  // Some for everybody: more than the campaign may.
  const busy = Array.from({ length: 50 }, (_, i) => ({
    limit: world.limiter.of(laneOf({ number: String(12125550000 + i), carrier: 'tmobile' })),
    messages: Array.from({ length: 100 }, (_, at) => ({
      arrivesMs: noon + at * 800,
      segments: at % 20 === 0 ? 10 : 1,
    })),
  }))
  // And numbers in no campaign, each a limit of its own that rests a second later: all are looked through every few seconds.
  const others = Array.from({ length: 20_000 }, (_, i) => ({
    limit: world.limiter.of(laneOf({ account: 'b', number: String(13025550000 + i), campaign: undefined })),
    messages: [{ arrivesMs: noon + i * 3, segments: 1 }],
  }))
  let segments = 0
  const until = noon + 60_000
  simulate([...busy, ...others], until, {
    sent: (message, { limit }) => (segments += limit.lane.campaign === undefined ? 0 : message.segments),
  })
  expect(world.limiter.size).toBeLessThan(3000)
  expect(segments).toBeGreaterThan(40 * 60 * 0.97)
})
