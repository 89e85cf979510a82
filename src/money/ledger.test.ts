import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageId } from '../message/ids.js'
import { AMOUNT_MAX } from './amount.js'
import { countIn, countOut, dayOf, unusedDay, type DayUse } from './day-use.js'
import {
  endAll,
  endPart,
  isOver,
  lowerPrice,
  openMicros,
  partMicros,
  reserve,
  type FrozenPrice,
  type Hold,
  type PartEnd,
} from './ledger.js'
import { addsUp, charge, emptyWallet, giveBack, hold, payIn, type Wallet } from './wallet.js'

const id = (n: number) => `m${n}` as MessageId
const price = (baseMicros: number): FrozenPrice => ({
  currency: 'EUR',
  ownMicros: baseMicros,
  exchange: '1',
  baseMicros,
})
const walletWith = (balance: number, more: Partial<Wallet> = {}): Wallet => ({
  ...emptyWallet,
  balanceMicros: balance,
  paidInMicros: balance,
  ...more,
})
const held = (wallet: Wallet, unitMicros: number, units: number, parts = 1) => {
  const reserved = reserve(wallet, id(1), price(unitMicros), units, parts, 0)
  if (reserved.kind === 'refused') throw new Error(reserved.why)
  return reserved
}

describe('a wallet', () => {
  it.each([
    // balance, credit, blocked, amount, result
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
    [AMOUNT_MAX, AMOUNT_MAX, false, AMOUNT_MAX, 0],
  ])('of %i with credit %i, blocked %s, asked to hold %i', (balance, credit, isBlocked, amount, expected) => {
    const after = hold(walletWith(balance, { creditLimitMicros: credit, isBlocked }), amount)
    expect(typeof after === 'string' ? after : after.balanceMicros).toBe(expected)
  })

  it('charges and gives back no more than is held', () => {
    expect(() => charge(walletWith(10), 1)).toThrow(RangeError)
    expect(() => giveBack(walletWith(10), 1)).toThrow(RangeError)
    expect(charge(walletWith(10), 0)).toEqual(walletWith(10))
  })

  it('holds nothing that could not be summed up exactly with what was charged', () => {
    const rich = walletWith(0, { chargedMicros: AMOUNT_MAX - 5, paidInMicros: AMOUNT_MAX - 5, creditLimitMicros: 100 })
    expect(hold(rich, 6)).toBe('tooLarge')
    expect(hold(rich, 5)).toMatchObject({ heldMicros: 5 })
  })

  it('is topped up and adjusted, also below its credit limit, but never beyond what is exact', () => {
    expect(payIn(walletWith(10), 5)).toEqual(walletWith(15))
    expect(payIn(walletWith(10), -25)).toEqual(walletWith(-15))
    expect(payIn(walletWith(AMOUNT_MAX), 1)).toBeUndefined()
    expect(payIn(walletWith(10), 0.5)).toBeUndefined()
  })
})

describe('a hold', () => {
  it('is for all units at once: 190 characters in two parts are two', () => {
    const { wallet, hold: two } = held(walletWith(10_000), 4500, 2, 2)
    expect(wallet).toMatchObject({ balanceMicros: 1000, heldMicros: 9000 })
    const first = endPart(wallet, two, 0, 'settle')
    expect(first).toMatchObject({ movedMicros: 4500, wallet: { heldMicros: 4500, chargedMicros: 4500 } })
    const second = endPart(first.wallet, first.hold, 1, 'release')
    expect(second).toMatchObject({ movedMicros: 4500, hold: { parts: 'sr' } })
    expect(second.wallet).toMatchObject({ balanceMicros: 5500, heldMicros: 0, chargedMicros: 4500 })
    expect([isOver(first.hold), isOver(second.hold)]).toEqual([false, true])
  })

  it('is all or nothing', () => {
    expect(reserve(walletWith(8999), id(1), price(4500), 2, 2, 0)).toEqual({ kind: 'refused', why: 'insufficient' })
    expect(reserve(walletWith(1), id(1), price(2 ** 50), 100, 1, 0)).toEqual({ kind: 'refused', why: 'tooLarge' })
  })

  it.each<[PartEnd, PartEnd]>([
    ['settle', 'settle'],
    ['settle', 'release'],
    ['release', 'release'],
    ['release', 'settle'],
  ])('ended by %s is not touched by a later %s', (first, then) => {
    const start = held(walletWith(100), 10, 1)
    const once = endPart(start.wallet, start.hold, 0, first)
    const twice = endPart(once.wallet, once.hold, 0, then)
    expect(twice).toEqual({ wallet: once.wallet, hold: once.hold, movedMicros: 0 })
    expect(twice.wallet).toBe(once.wallet)
  })

  it('knows no parts but its own', () => {
    const { wallet, hold: one } = held(walletWith(100), 10, 1)
    expect(endPart(wallet, one, 1, 'settle').movedMicros).toBe(0)
    expect(endPart(wallet, one, -1, 'settle').movedMicros).toBe(0)
  })

  it('shares its units among its parts', () => {
    const { hold: three } = held(walletWith(1000), 10, 5, 3)
    expect([0, 1, 2].map((part) => partMicros(three, part))).toEqual([20, 20, 10])
    expect(openMicros(three)).toBe(50)
  })

  it('takes a lower price once, while no part has ended', () => {
    const start = held(walletWith(100), 30, 2, 2)
    const lower = lowerPrice(start.wallet, start.hold, price(20))
    expect(lower).toMatchObject({ movedMicros: 20, wallet: { balanceMicros: 60, heldMicros: 40 } })
    expect(lowerPrice(lower.wallet, lower.hold, price(20)).movedMicros).toBe(0)
    expect(lowerPrice(lower.wallet, lower.hold, price(25)).movedMicros).toBe(0)
    const ended = endPart(lower.wallet, lower.hold, 0, 'settle')
    expect(lowerPrice(ended.wallet, ended.hold, price(1)).movedMicros).toBe(0)
  })
})

/** One thing that can happen, in any order and any number of times. */
type Event =
  | { readonly kind: 'send'; readonly unitMicros: number; readonly units: number; readonly parts: number }
  | { readonly kind: 'end'; readonly message: number; readonly part: number; readonly end: PartEnd }
  | { readonly kind: 'endAll'; readonly message: number; readonly end: PartEnd }
  | { readonly kind: 'lower'; readonly message: number; readonly unitMicros: number }
  | { readonly kind: 'payIn'; readonly micros: number }
  | { readonly kind: 'credit'; readonly micros: number }
  | { readonly kind: 'block'; readonly isBlocked: boolean }

const end = fc.constantFrom<PartEnd>('settle', 'release')
const message = fc.nat(30)
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ unitMicros: fc.nat(5000), extra: fc.nat(3), parts: fc.integer({ min: 1, max: 4 }) })
      .map(({ unitMicros, extra, parts }): Event => ({ kind: 'send', unitMicros, units: parts + extra, parts })),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end' as const), message, part: fc.nat(4), end }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('endAll' as const), message, end }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lower' as const), message, unitMicros: fc.nat(5000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('payIn' as const), micros: fc.integer({ min: -5000, max: 20_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('credit' as const), micros: fc.nat(10_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('block' as const), isBlocked: fc.boolean() }) },
)

describe('the books', () => {
  it('add up whatever happens, in any order, however often it is told', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 120 }), (happened) => {
        let wallet = emptyWallet
        let paidIn = 0
        const holds: Hold[] = []
        const charged = new Map<string, number>()
        const released = new Map<string, number>()
        const ended = (message: number, part: number, kind: PartEnd) => {
          const counts = kind === 'settle' ? charged : released
          counts.set(`${message}/${part}`, (counts.get(`${message}/${part}`) ?? 0) + 1)
        }
        for (const event of happened) {
          const before = wallet
          switch (event.kind) {
            case 'send': {
              const reserved = reserve(wallet, id(holds.length), price(event.unitMicros), event.units, event.parts, 0)
              if (reserved.kind === 'refused') break
              wallet = reserved.wallet
              holds.push(reserved.hold)
              // Never overspent: only an adjustment or a lower limit takes it below.
              if (reserved.heldMicros > 0)
                expect(wallet.balanceMicros).toBeGreaterThanOrEqual(-wallet.creditLimitMicros)
              expect(before.isBlocked).toBe(false)
              break
            }
            case 'end': {
              const known = holds[event.message]
              if (known === undefined) break
              const step = endPart(wallet, known, event.part, event.end)
              if (step.hold !== known) ended(event.message, event.part, event.end)
              else expect(step.wallet).toBe(wallet)
              wallet = step.wallet
              holds[event.message] = step.hold
              break
            }
            case 'endAll': {
              const known = holds[event.message]
              if (known === undefined) break
              const step = endAll(wallet, known, event.end)
              for (let part = 0; part < known.parts.length; part++)
                if (known.parts[part] === 'o') ended(event.message, part, event.end)
              wallet = step.wallet
              holds[event.message] = step.hold
              expect(isOver(step.hold)).toBe(true)
              break
            }
            case 'lower': {
              const known = holds[event.message]
              if (known === undefined) break
              const step = lowerPrice(wallet, known, price(event.unitMicros))
              wallet = step.wallet
              holds[event.message] = step.hold
              break
            }
            case 'payIn':
              wallet = payIn(wallet, event.micros) ?? wallet
              paidIn += event.micros
              break
            case 'credit':
              wallet = { ...wallet, creditLimitMicros: event.micros }
              break
            case 'block':
              wallet = { ...wallet, isBlocked: event.isBlocked }
              break
          }
          expect(addsUp(wallet)).toBe(true)
          expect(wallet.paidInMicros).toBe(paidIn)
          // What is held is what the open parts hold, to the micro-unit.
          expect(wallet.heldMicros).toBe(holds.reduce((sum, one) => sum + openMicros(one), 0))
        }
        // At the end of all messages nothing is held, and each part was charged once or given back once.
        holds.forEach((one, message) => {
          for (let part = 0; part < one.parts.length; part++)
            if (one.parts[part] === 'o') ended(message, part, 'settle')
          wallet = endAll(wallet, one, 'settle').wallet
          for (let part = 0; part < one.parts.length; part++) {
            const key = `${message}/${part}`
            expect((charged.get(key) ?? 0) + (released.get(key) ?? 0)).toBe(1)
          }
        })
        expect(wallet.heldMicros).toBe(0)
        expect(wallet.balanceMicros + wallet.chargedMicros).toBe(paidIn)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a day', () => {
  const DAY = 86_400_000
  const limits = { spentMicros: 1000, messages: 3 }

  it('has limits of money and of messages, and begins anew at midnight UTC', () => {
    let use = unusedDay
    const count = (micros: number, messages: number, wallMs: number) => {
      const after = countIn(use, limits, micros, messages, wallMs)
      if (typeof after === 'string') return after
      use = after
      return `${after.day} ${after.spentMicros} ${after.messages}`
    }
    expect(count(600, 1, 10 * DAY)).toBe('10 600 1')
    expect(count(401, 1, 10 * DAY)).toBe('daySpend')
    expect(count(400, 1, 11 * DAY - 1)).toBe('10 1000 2')
    expect(count(0, 2, 11 * DAY - 1)).toBe('dayMessages')
    expect(count(0, 1, 11 * DAY - 1)).toBe('10 1000 3')
    expect(count(1000, 3, 11 * DAY)).toBe('11 1000 3')
    // Set back, the clock gives no new allowance.
    expect(count(1, 0, 10 * DAY)).toBe('daySpend')
  })

  it('without limits counts only', () => {
    expect(countIn(unusedDay, { spentMicros: 0, messages: 0 }, 5, 1, 0)).toEqual({
      day: 0,
      spentMicros: 5,
      messages: 1,
    })
    const full: DayUse = { day: 0, spentMicros: AMOUNT_MAX, messages: 0 }
    expect(countIn(full, { spentMicros: 0, messages: 0 }, 1, 1, 0)).toBe('daySpend')
  })

  it('is given back what it counted, on the same day only', () => {
    const use: DayUse = { day: 10, spentMicros: 600, messages: 2 }
    expect(countOut(use, 10, 200, 0)).toEqual({ day: 10, spentMicros: 400, messages: 2 })
    expect(countOut(use, 10, 900, 1)).toEqual({ day: 10, spentMicros: 0, messages: 1 })
    expect(countOut(use, 9, 200, 1)).toBe(use)
    expect(dayOf(10 * DAY + 5)).toBe(10)
  })
})
