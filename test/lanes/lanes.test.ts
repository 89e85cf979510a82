// A blocked lane beside live ones, small: who is starved and what is read can be seen at once. The figures are in test/long.
import { expect, it } from 'vitest'
import { compare } from './load.js'

it('a lane that is blocked for ever neither is sent nor starves the live lanes of its destination', async () => {
  const found = await compare(500, 20_000, 5_000, 3)
  expect(found.blockedSent).toBe(0)
  expect(found.leftInStore).toBe(20_000)
  // Read once for its read-ahead, not again while it is blocked.
  expect(found.blockedReads).toBeLessThanOrEqual(2)
  // Far below what is promised: a busy machine must not fail this one.
  expect(found.ratio).toBeGreaterThan(0.4)
})
