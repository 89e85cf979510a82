import { describe, expect, it } from 'vitest'
import type { Brand } from './brand.js'
import { brandOf, campaignOf } from './brand.suite.js'
import type { Campaign } from './campaign.js'
import { objectionsTo } from './registration.js'
import { shippedTables } from './tables.js'

const numbersOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => String(12_025_550_100 + at))
const alone = { kind: 'soleProprietor', trustScore: undefined } as const
const sole = { useCase: 'soleProprietor' } as const

describe('a brand and its campaigns', () => {
  const rows: readonly (readonly [string, Partial<Brand>, readonly Partial<Campaign>[], readonly string[]])[] = [
    ['as they should be', {}, [{}, { id: 'more', useCase: 'mixed' }], []],
    ['49 numbers', {}, [{ numbers: numbersOf(49) }], []],
    ['50 numbers', {}, [{ numbers: numbersOf(50) }], ['warning news numbers']],
    ['a sole proprietor', alone, [sole], []],
    ['a sole proprietor without a number', alone, [{ ...sole, numbers: [] }], []],
    ['a sole proprietor with two numbers', alone, [{ ...sole, numbers: numbersOf(2) }], ['mistake news numbers']],
    ['a sole proprietor with two campaigns', alone, [sole, { ...sole, id: 'b' }], ['mistake b brand']],
    ['a sole proprietor with another use', alone, [{ useCase: 'mixed' }], ['mistake news useCase']],
    ['a use case for sole proprietors only', {}, [sole], ['mistake news useCase']],
    ['a score where none is given', { kind: 'lowVolumeStandard' }, [{}], ['warning undefined trustScore']],
  ]

  it.each(rows)('%s', (_, brand, campaigns, expected) => {
    const objections = objectionsTo(
      brandOf(brand),
      campaigns.map((campaign) => campaignOf(campaign)),
      shippedTables(),
    )
    expect(objections.map(({ severity, campaign, column }) => `${severity} ${campaign} ${column}`)).toEqual(expected)
  })
})
