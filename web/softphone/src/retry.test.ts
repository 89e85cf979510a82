// The schedule of tries.
import { expect, it } from 'vitest'
import { retryDelayMs } from './retry.js'

it.each([
  [1, 0, 800],
  [1, 1, 1000],
  [2, 0.5, 1800],
  [5, 1, 16_000],
  [6, 1, 30_000],
  [6, 0, 24_000],
  [500, 1, 30_000],
])('after %i failures, by chance %d: %i ms', (failures, chance, ms) => {
  expect(retryDelayMs(failures, chance)).toBe(ms)
})
