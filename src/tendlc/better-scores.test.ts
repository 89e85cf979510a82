import { expect, it } from 'vitest'
import { betterScores } from './better-scores.js'
import { brandOf, campaignOf } from './brand.suite.js'
import { shippedTables } from './tables.js'

const tables = shippedTables()

it('each better band of the tables is told once, with what it would bring', () => {
  const found = betterScores(brandOf({ trustScore: 10 }), campaignOf(), tables)
  const days = found.map(({ trustScore, limits }) => [trustScore, limits.sms.tmobile.day?.segments])
  expect(days).toEqual([
    [25, 10_000],
    [50, 40_000],
    [75, 200_000],
  ])
  expect(betterScores(brandOf({ trustScore: 75 }), campaignOf(), tables)).toEqual([])
  expect(betterScores(brandOf({ trustScore: undefined }), campaignOf(), tables).length).toBeGreaterThan(2)
})

it('a brand that no score concerns has none better', () => {
  const alone = brandOf({ kind: 'soleProprietor', trustScore: 1 })
  expect(betterScores(alone, campaignOf({ useCase: 'soleProprietor' }), tables)).toEqual([])
  expect(betterScores(brandOf({ isRussell3000: true, trustScore: 1 }), campaignOf(), tables)).toEqual([])
})
