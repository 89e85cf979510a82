import { describe, expect, it } from 'vitest'
import { AMOUNT_MAX } from '../money/amount.js'
import { compileExchange } from '../money/exchange.js'
import { Credits } from './credits.js'
import { Prices } from './prices.js'
import type { Customer } from './snapshot.js'

const customer = (creditLimitMicros: number, currency: string): Customer => ({
  id: 'c',
  billing: 'postpaid',
  active: true,
  creditLimitMicros,
  currency,
})

describe('a credit limit', () => {
  const exchange = compileExchange('EUR', [
    { currency: 'USD', rate: '0.9', fromMs: 0 },
    { currency: 'USD', rate: '0.8', fromMs: 1000 },
    { currency: 'GBP', rate: '1.2', fromMs: 500 },
    { currency: 'BIG', rate: '999999999', fromMs: 0 },
  ])
  const credits = new Credits(new Prices(new Map(), exchange, 0))
  const dollars = customer(1_000_000_000, 'USD')

  it.each<[Customer, number, number]>([
    [customer(5, 'EUR'), 0, 5],
    [customer(0, 'USD'), 0, 0],
    [dollars, 0, 900_000_000],
    [dollars, 1000, 800_000_000],
    [dollars, 0, 900_000_000],
    [customer(10, 'GBP'), 0, 0],
    [customer(10, 'GBP'), 500, 12],
    [customer(AMOUNT_MAX, 'EUR'), 0, AMOUNT_MAX],
    [customer(AMOUNT_MAX, 'BIG'), 0, AMOUNT_MAX],
  ])('%j at %i is %i in the base currency', (whose, wallMs, micros) => {
    expect(credits.of(whose, wallMs)).toBe(micros)
  })
})
