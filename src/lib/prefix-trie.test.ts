import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PrefixTrie } from './prefix-trie.js'

describe('PrefixTrie', () => {
  const trie = new PrefixTrie([
    ['1', 'NANP'],
    ['1415', 'San Francisco'],
    ['44', 'UK'],
  ])

  it.each([
    ['14155550100', 'San Francisco'],
    ['1415', 'San Francisco'],
    ['14145550100', 'NANP'],
    ['1', 'NANP'],
    ['4', undefined],
    ['', undefined],
    ['+1415', undefined],
    ['1+415', 'NANP'],
    ['44²', 'UK'],
    ['49', undefined],
  ])('finds for "%s" %s', (digits, value) => {
    expect(trie.longest(digits)).toBe(value)
  })

  it('lists every match, longest first, the empty prefix last', () => {
    const withDefault = new PrefixTrie([
      ['', 'any'],
      ['1', 'one'],
      ['123', 'more'],
    ])
    expect(withDefault.matches('1234')).toEqual([
      { length: 3, value: 'more' },
      { length: 1, value: 'one' },
      { length: 0, value: 'any' },
    ])
    expect(withDefault.longest('x')).toBe('any')
    expect(withDefault.size).toBe(3)
  })

  it('refuses what is no digit, and a prefix given twice', () => {
    expect(() => new PrefixTrie([['+1', 0]])).toThrow(/no digit/)
    expect(() => new PrefixTrie([['1', 0], ['1', 0]])).toThrow(/twice/) // prettier-ignore
  })

  it('agrees with a search through the list', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), maxLength: 8 })
    fc.assert(
      fc.property(fc.uniqueArray(digits), fc.array(digits), (prefixes, numbers) => {
        const compiled = new PrefixTrie(prefixes.map((prefix) => [prefix, prefix] as const))
        for (const number of numbers) {
          const expected = prefixes.filter((prefix) => number.startsWith(prefix)).sort((a, b) => b.length - a.length)
          expect(compiled.longest(number)).toBe(expected[0])
          expect(compiled.matches(number).map((match) => match.value)).toEqual(expected)
        }
      }),
    )
  })
})
