import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Move } from '../message/bill.js'
import type { AccountId } from '../message/ids.js'
import { AMOUNT_MAX } from './amount.js'
import { balanceOf, Books, type Payer } from './books.js'
import { dayOf, type DayLimits } from './day-use.js'

const DAY = 86_400_000
const noLimits: DayLimits = { spentMicros: 0, messages: 0 }
const payerOf = (creditMicros = 0, isBlocked = false): Payer => ({ customer: 'c', creditMicros, isBlocked })
const accountOf = (limits = noLimits, id = 'a') => ({ id: id as AccountId, limits })
const booksWith = (paidInMicros: number, chargedMicros = 0): Books =>
  new Books([{ customer: 'c', heldMicros: 0, chargedMicros, paidInMicros }], [])

describe('what can be reserved', () => {
  it.each<[balance: number, credit: number, blocked: boolean, amount: number | undefined, after: number | string]>([
    [1000, 0, false, 1000, 0],
    [1000, 0, false, 1001, 'insufficient'],
    [0, 0, false, 0, 0],
    [-500, 0, false, 0, -500],
    [0, 500, false, 500, -500],
    [0, 500, false, 501, 'insufficient'],
    [-600, 500, false, 1, 'insufficient'],
    [1000, 0, true, 1, 'blocked'],
    [1000, 0, true, 0, 'blocked'],
    [1000, 0, false, -1, 'tooLarge'],
    [1000, 0, false, 0.5, 'tooLarge'],
    [1000, 0, false, undefined, 'tooLarge'],
    [AMOUNT_MAX, AMOUNT_MAX, false, AMOUNT_MAX, 0],
  ])('of %i with credit %i, blocked %s, asked for %s', (balance, credit, isBlocked, amount, after) => {
    const books = booksWith(balance)
    const move = books.reserve(payerOf(credit, isBlocked), accountOf(), amount, 1, 0)
    expect(typeof move === 'string' ? move : balanceOf(books.of('c'))).toBe(after)
    if (typeof move === 'string') expect(balanceOf(books.of('c'))).toBe(balance)
  })

  it('is never more than can be summed up exactly with what was charged', () => {
    const books = booksWith(AMOUNT_MAX - 5, AMOUNT_MAX - 5)
    expect(books.reserve(payerOf(100), accountOf(), 6, 1, 0)).toBe('tooLarge')
    expect(books.reserve(payerOf(100), accountOf(), 5, 1, 0)).toMatchObject({ heldMicros: 5 })
  })

  it('is nothing for a customer that nobody knows, but what is free', () => {
    const books = new Books([], [])
    expect(books.reserve(payerOf(), accountOf(), 1, 1, 0)).toBe('insufficient')
    expect(books.reserve(payerOf(), accountOf(), 0, 2, 0)).toMatchObject({ heldMicros: 0, units: 2 })
  })
})

describe('a day', () => {
  const limits = { spentMicros: 1000, messages: 3 }

  it('has limits of money and of units, and begins anew at midnight UTC', () => {
    const books = booksWith(1_000_000)
    const count = (micros: number, units: number, wallMs: number): string => {
      const move = books.reserve(payerOf(), accountOf(limits), micros, units, wallMs)
      if (typeof move === 'string') return move
      const { day, spentMicros, units: used } = books.today('a' as AccountId, wallMs)
      return `${day} ${spentMicros} ${used}`
    }
    expect(count(600, 1, 10 * DAY)).toBe('10 600 1')
    expect(count(401, 1, 10 * DAY)).toBe('daySpend')
    expect(count(400, 1, 11 * DAY - 1)).toBe('10 1000 2')
    expect(count(0, 2, 11 * DAY - 1)).toBe('dayUnits')
    expect(count(0, 1, 11 * DAY - 1)).toBe('10 1000 3')
    expect(count(1000, 3, 11 * DAY)).toBe('11 1000 3')
    // Set back, the clock gives no new allowance.
    expect(count(1, 0, 10 * DAY)).toBe('daySpend')
    expect(books.today('a' as AccountId, 12 * DAY)).toEqual({ day: 12, spentMicros: 0, units: 0 })
  })

  it('is given back the money of what was not delivered, on the same day only, and units of what was not accepted', () => {
    const books = booksWith(1_000_000)
    const first = books.reserve(payerOf(), accountOf(), 600, 2, 10 * DAY) as Move
    const second = books.reserve(payerOf(), accountOf(), 100, 1, 10 * DAY) as Move
    books.apply({ ...first, heldMicros: -600, units: 0 })
    expect(books.today('a' as AccountId, 10 * DAY)).toMatchObject({ spentMicros: 100, units: 3 })
    books.undo(second)
    expect(books.today('a' as AccountId, 10 * DAY)).toMatchObject({ spentMicros: 0, units: 2 })
    const late = books.reserve(payerOf(), accountOf(), 50, 1, 10 * DAY) as Move
    books.reserve(payerOf(), accountOf(), 70, 1, 11 * DAY)
    books.apply({ ...late, heldMicros: -50, units: 0 })
    expect(books.today('a' as AccountId, 11 * DAY)).toMatchObject({ spentMicros: 70, units: 1 })
    expect(books.of('c')).toMatchObject({ heldMicros: 70 })
  })

  it('is what the store says of the newest, after a start', () => {
    const day = (n: number, units: number) => ({
      ...{ account: 'a' as AccountId, customer: 'c', day: n, units, heldMicros: 5, chargedMicros: 10 },
    })
    const books = new Books([], [day(10, 1), day(11, 3), { ...day(11, 2), customer: 'd' }, day(9, 2)])
    expect(books.today('a' as AccountId, 10 * DAY)).toEqual({ day: 11, units: 5, spentMicros: 30 })
    expect(dayOf(10 * DAY + 5)).toBe(10)
  })

  it('that a wrong clock counted locks nobody out, and gives the day it left no second time', () => {
    const left: string[] = []
    const books = new Books([{ customer: 'c', heldMicros: 0, chargedMicros: 0, paidInMicros: 1e6 }], [], {
      onDayLeft: (counted, now) => left.push(`${counted} ${now}`),
    })
    const count = (units: number, day: number, id = 'a') =>
      books.reserve(payerOf(), accountOf(limits, id), 10, units, day * DAY)
    const first = count(2, 1000) as Move
    expect(count(3, 1300)).toMatchObject({ day: 1300 })
    expect(count(3, 1300, 'b')).toMatchObject({ day: 1300 })
    // What ends meanwhile counts for its own day.
    books.apply({ ...first, heldMicros: -10, units: 0 })
    expect(books.today('a' as AccountId, 1000 * DAY)).toEqual({ day: 1000, units: 2, spentMicros: 0 })
    expect(count(2, 1000)).toBe('dayUnits')
    expect(count(1, 1000)).toMatchObject({ day: 1000 })
    expect(count(3, 1002)).toMatchObject({ day: 1002 })
    expect(count(1, 1001)).toBe('dayUnits')
    expect(count(3, 1000, 'b')).toMatchObject({ day: 1000 })
    expect(left).toEqual(['1300 1000'])
  })

  it('that is far ahead in the store is none of today', () => {
    const row = { account: 'a' as AccountId, customer: 'c', units: 3, heldMicros: 0, chargedMicros: 5 }
    const books = new Books([], [{ ...row, day: 1300 }])
    expect(books.today('a' as AccountId, 1002 * DAY)).toEqual({ day: 1002, units: 0, spentMicros: 0 })
    expect(books.reserve(payerOf(), accountOf(limits), 0, 3, 1002 * DAY)).toMatchObject({ day: 1002 })
  })
})

describe('the base currency', () => {
  it('stays while there is any amount', () => {
    const books = new Books([], [], { currency: 'EUR' })
    books.countIn('USD')
    books.paid('c', 5)
    books.countIn('USD')
    expect(() => books.countIn('EUR')).toThrow('USD')
    expect([books.currency, books.isEmpty]).toEqual(['USD', false])
    books.paid('c', -5)
    books.countIn('EUR')
    expect(books.currency).toBe('EUR')
  })
})

describe('payments', () => {
  it('go either way, also below the credit limit, but never beyond what is exact', () => {
    const books = booksWith(10)
    expect(books.takes('c', -25)).toBe(true)
    books.paid('c', -25)
    expect(balanceOf(books.of('c'))).toBe(-15)
    expect(books.takes('c', 0.5)).toBe(false)
    expect(booksWith(AMOUNT_MAX).takes('c', 1)).toBe(false)
    expect(books.takes('new', 5)).toBe(true)
    books.paid('new', 5)
    expect(books.all().map((sums) => [sums.customer, balanceOf(sums)])).toEqual([
      ['c', -15],
      ['new', 5],
    ])
  })
})

it('the books add up after any moves, undone or not, and nobody overspends', () => {
  const step = fc.record({
    customer: fc.constantFrom('c', 'd'),
    micros: fc.nat(3000),
    units: fc.integer({ min: 1, max: 4 }),
    credit: fc.constantFrom(0, 500),
    then: fc.constantFrom('charge', 'release', 'undo', 'hold'),
    pay: fc.integer({ min: 0, max: 2000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const books = new Books([], [])
      const model = new Map([
        ['c', { held: 0, charged: 0, paid: 0 }],
        ['d', { held: 0, charged: 0, paid: 0 }],
      ])
      for (const { customer, micros, units, credit, then, pay } of steps) {
        const sums = model.get(customer)!
        books.paid(customer, pay)
        sums.paid += pay
        const payer = { customer, creditMicros: credit, isBlocked: false }
        const move = books.reserve(payer, accountOf(noLimits, customer), micros, units, 0)
        const before = sums.paid - sums.held - sums.charged
        expect(typeof move === 'string').toBe(micros > 0 && before - micros < -credit)
        if (typeof move === 'string') continue
        if (then === 'undo') books.undo(move)
        else sums.held += micros
        if (then === 'charge') books.apply({ ...move, heldMicros: -micros, chargedMicros: micros, units: 0 })
        if (then === 'release') books.apply({ ...move, heldMicros: -micros, units: 0 })
        if (then === 'charge' || then === 'release') sums.held -= micros
        if (then === 'charge') sums.charged += micros
        expect(books.of(customer)).toEqual({
          ...{ customer, heldMicros: sums.held, chargedMicros: sums.charged, paidInMicros: sums.paid },
        })
      }
    }),
    { numRuns: 2000 },
  )
})
