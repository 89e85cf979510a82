import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AMOUNT_MAX, parseAmount } from '../../money/amount.js'
import { priceText } from './price-text.js'

it.each([
  [0, '0.00000'],
  [10, '0.00001'],
  [4500, '0.00450'],
  [4505, '0.004505'],
  [1, '0.000001'],
  [1_000_000, '1.00000'],
  [12_345_670, '12.34567'],
  [-4500, '-0.00450'],
])('%i micro-units are %s', (micros, text) => expect(priceText(micros)).toBe(text))

it('loses nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: -AMOUNT_MAX, max: AMOUNT_MAX }), (micros) => {
      const text = priceText(micros)
      expect(text).toMatch(/^-?[0-9]+\.[0-9]{5,6}$/)
      expect(parseAmount(text)).toBe(micros)
    }),
  )
})
