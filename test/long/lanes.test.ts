// The long evidence for lanes: one blocked with a million messages in the store beside 10,000 live ones of the same destination.
// Figures printed and kept as JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { compare } from '../lanes/load.js'

const results = fileURLToPath(new URL('./results/', import.meta.url))

it('a blocked lane with a million messages leaves 10,000 live lanes 90 % of their speed', async () => {
  const found = await compare(10_000, 1_000_000, 100_000, 11)
  mkdirSync(results, { recursive: true })
  const figures = { name: 'lanes', date: new Date().toISOString(), ...found }
  writeFileSync(`${results}lanes.json`, JSON.stringify(figures, undefined, 2) + '\n')
  console.log(figures)
  expect(found.blockedSent).toBe(0)
  expect(found.leftInStore).toBe(1_000_000)
  expect(found.ratio).toBeGreaterThanOrEqual(0.9)
})
