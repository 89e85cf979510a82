import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AMOUNT_MAX,
  checkedAmount,
  checkedPrice,
  costOf,
  formatAmount,
  isCurrency,
  parseAmount,
  sumOf,
} from './amount.js'
import { compileExchange, nextExchangeChangeMs, rateAt, toBase } from './exchange.js'

describe('an amount', () => {
  it.each([
    ['0', 0],
    ['0.0045', 4500],
    ['1', 1_000_000],
    ['-1.5', -1_500_000],
    ['-0', 0],
    ['0.000001', 1],
    ['0.00000100', 1],
    ['9007199254.740991', AMOUNT_MAX],
    ['007.10', 7_100_000],
  ])('is read from "%s"', (text, micros) => {
    expect(parseAmount(text)).toBe(micros)
  })

  it.each(['', '1.', '.5', '1,5', '+1', '1e3', ' 1', '0.0000001', '9007199254.740992', '99999999999', 'x', '--1'])(
    'is not read from "%s"',
    (text) => {
      expect(parseAmount(text)).toBeUndefined()
    },
  )

  it('is written so that reading gives the same', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micros) => {
        expect(parseAmount(formatAmount(micros))).toBe(micros)
      }),
    )
    expect(formatAmount(4500)).toBe('0.0045')
    expect(formatAmount(-1_500_000)).toBe('-1.5')
    expect(formatAmount(3_000_000)).toBe('3')
  })

  it('is exact or nothing when multiplied and summed up', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(10_000), (price, units) => {
        const exact = BigInt(price) * BigInt(units)
        expect(costOf(price, units)).toBe(exact <= BigInt(AMOUNT_MAX) ? Number(exact) : undefined)
      }),
    )
    expect(sumOf(AMOUNT_MAX, 1)).toBeUndefined()
    expect(sumOf(AMOUNT_MAX, -1)).toBe(AMOUNT_MAX - 1)
  })

  it('that is not exact is a mistake at compile time', () => {
    expect(() => checkedAmount(2 ** 53, 'x')).toThrow(RangeError)
    expect(() => checkedAmount(0.5, 'x')).toThrow(RangeError)
    expect(() => checkedPrice(-1, 'x')).toThrow(RangeError)
    expect(() => checkedPrice(1_000_000_000_001, 'x')).toThrow('x is no price from 0 to 1000000')
  })

  it('has a currency of three capital letters', () => {
    expect(['EUR', 'eur', 'EURO', ''].map(isCurrency)).toEqual([true, false, false, false])
  })
})

describe('exchange', () => {
  const exchange = compileExchange('EUR', [
    { currency: 'USD', rate: '0.9', fromMs: 1000 },
    { currency: 'USD', rate: '0.912345678', fromMs: 5000 },
    { currency: 'JPY', rate: '0.0062', fromMs: 0 },
  ])
  const rate = (currency: string, wallMs: number) => rateAt(exchange, currency, wallMs)

  it('takes the rate in force', () => {
    expect(rate('USD', 999)).toBeUndefined()
    expect(rate('USD', 1000)?.text).toBe('0.9')
    expect(rate('USD', 4999)?.text).toBe('0.9')
    expect(rate('USD', 5000)?.text).toBe('0.912345678')
    expect(rate('EUR', 0)?.text).toBe('1')
    expect(rate('GBP', 9000)).toBeUndefined()
  })

  it('knows when it changes next', () => {
    expect([0, 1000, 5000].map((ms) => nextExchangeChangeMs(exchange, ms))).toEqual([1000, 5000, Infinity])
  })

  it.each([
    // price, rate, in the base
    [4500, '0.9', 4050],
    [1, '0.5', 1],
    [1, '0.499999999', 0],
    [3, '0.5', 2],
    [-1, '0.5', -1],
    [-1, '0.4', -0 + 0],
    [123_456, '0.912345678', 112_635],
    [1_000_000_000_000, '123.456789012', 123_456_789_012_000],
  ])('makes %i at %s to %i, half up', (micros, text, base) => {
    const other = compileExchange('EUR', [{ currency: 'USD', rate: text, fromMs: 0 }])
    expect(toBase(micros, rateAt(other, 'USD', 0)!)).toBe(base)
  })

  it('refuses what can not be exact', () => {
    const dear = compileExchange('IRR', [{ currency: 'EUR', rate: '999999999', fromMs: 0 }])
    expect(() => toBase(1_000_000_000, rateAt(dear, 'EUR', 0)!)).toThrow(RangeError)
  })

  it.each([
    ['eur', []],
    ['EUR', [{ currency: 'usd', rate: '1', fromMs: 0 }]],
    ['EUR', [{ currency: 'EUR', rate: '1', fromMs: 0 }]],
    ['EUR', [{ currency: 'USD', rate: '0', fromMs: 0 }]],
    ['EUR', [{ currency: 'USD', rate: '-1', fromMs: 0 }]],
    ['EUR', [{ currency: 'USD', rate: '0.1234567891', fromMs: 0 }]],
    [
      'EUR',
      [
        { currency: 'USD', rate: '1', fromMs: 7 },
        { currency: 'USD', rate: '2', fromMs: 7 },
      ],
    ],
  ])('with base %s does not compile from %j', (base, rows) => {
    expect(() => compileExchange(base, rows)).toThrow(RangeError)
  })
})
