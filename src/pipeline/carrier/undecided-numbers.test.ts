import fc from 'fast-check'
import { expect, it } from 'vitest'
import { UndecidedNumbers } from './undecided-numbers.js'

it('knows every number that is under way, however many there are, and forgets those that are not', () => {
  const message = fc.record({ account: fc.constantFrom('a', 'b'), number: fc.integer({ min: 0, max: 300 }) })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 400 }), fc.array(fc.nat(), { maxLength: 400 }), (all, leaving) => {
      const numbers = new UndecidedNumbers()
      const left = all.map(({ account, number }) => ({ account, number: `1202555${number}` }))
      for (const { account, number } of left) numbers.add(account, number)
      for (const index of leaving) {
        const [gone] = left.splice(index % Math.max(1, left.length), 1)
        if (gone !== undefined) numbers.remove(gone.account, gone.number)
        for (const { account, number } of left) expect(numbers.has(account, number)).toBe(true)
      }
      for (const { account, number } of left.splice(0)) numbers.remove(account, number)
      expect(all.some(({ account, number }) => numbers.has(account, `1202555${number}`))).toBe(false)
    }),
  )
})

it('tells accounts and numbers apart, but for very few', () => {
  const numbers = new UndecidedNumbers()
  numbers.add('acme', '12025550100')
  let taken = 0
  for (let n = 0; n < 10_000; n++)
    if (numbers.has('acme', `1202666${n}`) || numbers.has(`a${n}`, '12025550100')) taken++
  expect(taken).toBeLessThan(5)
})

it('one that was never there takes nobody out', () => {
  const numbers = new UndecidedNumbers()
  numbers.remove('acme', '1')
  numbers.add('acme', '2')
  numbers.remove('acme', '1')
  expect(numbers.has('acme', '2')).toBe(true)
})
