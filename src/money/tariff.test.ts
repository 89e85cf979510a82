import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finished } from '../lib/slices.js'
import { compileTariff } from './compile-tariff.js'
import { formatDestination, keyOf, parseDestination, writtenKey } from './destination.js'
import { compileExchange, rateAt } from './exchange.js'
import { dearestOffer, offerFor, offerForWord, priceList } from './price-list.js'
import { buffersOf, findRate, findWord, NO_RATE, priceOfRow, rateDefaults, rateOfRow, type Rate } from './tariff.js'

function rate(destination: string, priceMicros: number, more: Partial<Rate> = {}): Rate {
  return { ...rateDefaults, destination, priceMicros, ...more }
}

const tariffOf = (rates: readonly Rate[]) => finished(compileTariff(rates, 'EUR'))

describe('a destination', () => {
  it.each(['', '1', '007', '123456789012345', '=12345', 'E.212-310-410', 'E.212-310-41', 'E.212-310', 'ONNET', 'API'])(
    'is read from "%s" and written the same',
    (text) => {
      const destination = parseDestination(text)!
      expect(formatDestination(destination)).toBe(text)
      if (destination.kind !== 'word') expect(writtenKey(keyOf(destination))).toBe(text)
    },
  )

  it.each(['1234567890123456', '=', '=1234567890123456', '12a', '+1', 'E.212-31', 'E.212-310-4', 'onnet', 'A', 'A B'])(
    'is not read from "%s"',
    (text) => {
      expect(parseDestination(text)).toBeUndefined()
    },
  )
})

describe('a tariff', () => {
  const tariff = tariffOf([
    rate('', 90),
    rate('1', 10),
    rate('1310', 11),
    rate('=13105', 12),
    rate('E.212-310-410', 13),
    rate('E.212-310-41', 14),
    rate('E.212-310', 15),
    rate('ONNET', 0),
    rate('0', 16),
    rate('00', 17),
  ])
  const att = { mcc: '310', mnc: '410' }
  const price = (called: string, network?: { mcc: string; mnc: string }) => {
    const row = findRate(tariff, called, network, 0)
    return row === NO_RATE ? undefined : priceOfRow(tariff, row)
  }

  it('prices by the number, its network, the country of its network, its longest prefix, in this order', () => {
    expect(price('13105', att)).toBe(12)
    expect(price('131055', att)).toBe(13)
    expect(price('131055', { mcc: '310', mnc: '41' })).toBe(14)
    expect(price('131055', { mcc: '310', mnc: '99' })).toBe(15)
    expect(price('131055', { mcc: '262', mnc: '01' })).toBe(11)
    expect(price('131055')).toBe(11)
    expect(price('13')).toBe(10)
    expect(price('0044')).toBe(17)
    expect(price('044')).toBe(16)
    expect(price('49')).toBe(90)
    expect(price('')).toBe(90)
    expect(price('Acme')).toBe(90)
    expect(price('1310555512345678901')).toBe(11)
  })

  it('prices a word by that word only', () => {
    expect(rateOfRow(tariff, findWord(tariff, 'ONNET', 0))).toEqual(rate('ONNET', 0))
    expect(findWord(tariff, 'API', 0)).toBe(NO_RATE)
  })

  it('has no price where nothing covers the number', () => {
    const narrow = tariffOf([rate('44', 1)])
    expect(findRate(narrow, '43', undefined, 0)).toBe(NO_RATE)
    expect(findRate(tariffOf([]), '43', att, 0)).toBe(NO_RATE)
  })

  it('takes the newest rate that has begun, and a shorter prefix before the first has', () => {
    const dated = tariffOf([
      rate('44', 3, { effectiveFromMs: 3000 }),
      rate('44', 1, { effectiveFromMs: 1000 }),
      rate('44', 4, { effectiveFromMs: 4000 }),
      rate('44', 2, { effectiveFromMs: 2000 }),
      rate('4', 9),
      rate('ESME', 7, { effectiveFromMs: 2000 }),
    ])
    const at = (ms: number) => priceOfRow(dated, findRate(dated, '447', undefined, ms))
    expect([0, 999, 1000, 2500, 3000, 3999, 4000, 1e12].map(at)).toEqual([9, 9, 1, 2, 3, 3, 4, 4])
    expect(findWord(dated, 'ESME', 1999)).toBe(NO_RATE)
    expect(rateOfRow(dated, findWord(dated, 'ESME', 2000)).destination).toBe('ESME')
  })

  it('keeps all that was said of a rate', () => {
    const said = rate('=4477', 5, {
      effectiveFromMs: 77,
      preference: 10,
      routeCategory: 'Gold',
      huntstop: true,
      forbidden: true,
      weight: 65_535,
    })
    expect(rateOfRow(tariffOf([rate('1', 1), said]), 1)).toEqual(said)
  })

  it.each([
    [rate('x', 1)],
    [rate('1', -1)],
    [rate('1', 1.5)],
    [rate('1', 1, { preference: 11 })],
    [rate('1', 1, { weight: -1 })],
    [rate('1', 1), rate('1', 2)],
    [rate('API', 1), rate('API', 2)],
  ])('does not compile from %j', (...rates) => {
    expect(() => tariffOf(rates)).toThrow(RangeError)
  })

  it('crosses to another thread', () => {
    const here = tariffOf([rate('', 1), rate('131', 2), rate('API', 3)])
    const there = structuredClone(here, { transfer: buffersOf(here) })
    expect(here.rows).toHaveLength(0)
    expect(priceOfRow(there, findRate(there, '13105', undefined, 0))).toBe(2)
    expect(priceOfRow(there, findWord(there, 'API', 0))).toBe(3)
  })

  it('yields to other work every few hundred rates', () => {
    const rates = Array.from({ length: 5000 }, (_, i) => rate(String(i), i))
    const slices = compileTariff(rates, 'EUR')
    let yields = 0
    while (slices.next().done !== true) yields++
    expect(yields).toBe(10)
  })

  it('finds what a plain search of the list finds', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '2'), maxLength: 6 })
    const rates = fc.uniqueArray(fc.tuple(digits, fc.nat(3)), {
      selector: ([prefix, from]) => `${prefix}@${from}`,
      maxLength: 60,
    })
    fc.assert(
      fc.property(rates, fc.array(digits, { maxLength: 30 }), fc.nat(3), (listed, numbers, now) => {
        const all = listed.map(([prefix, from], i) => rate(prefix, i, { effectiveFromMs: from }))
        const compiled = tariffOf(all)
        for (const number of numbers) {
          const fit = all
            .filter(({ destination, effectiveFromMs }) => number.startsWith(destination) && effectiveFromMs <= now)
            .sort((a, b) => b.destination.length - a.destination.length || b.effectiveFromMs - a.effectiveFromMs)[0]
          const row = findRate(compiled, number, undefined, now)
          expect(row === NO_RATE ? undefined : rateOfRow(compiled, row)).toEqual(fit)
        }
      }),
    )
  })
})

describe('a price list', () => {
  const exchange = compileExchange('EUR', [{ currency: 'USD', rate: '0.5', fromMs: 0 }])
  const dollars = priceList(
    finished(compileTariff([rate('1', 5001), rate('API', 3)], 'USD')),
    rateAt(exchange, 'USD', 0)!,
  )

  it('converts each price once, and says both', () => {
    const offer = offerFor(dollars, '1310', undefined, 0)
    expect(offer).toMatchObject({
      priceMicros: 2501,
      price: { ownMicros: 5001, baseMicros: 2501 },
      preference: 5,
      routeCategory: 'Default',
    })
    expect(dollars.baseMicros?.[0]).toBe(2501)
    expect(offerFor(dollars, '1310', undefined, 0)).toEqual(offer)
    expect(offerForWord(dollars, 'API', 0)?.priceMicros).toBe(2)
    expect(offerFor(dollars, '44', undefined, 0)).toBeUndefined()
  })

  it('knows the highest that a number can come to cost once its network is known', () => {
    const list = priceList(
      tariffOf([
        rate('1', 50),
        rate('44', 900),
        rate('49', 1, { forbidden: true }),
        rate('E.212-310-410', 70),
        rate('E.212-310-41', 80, { effectiveFromMs: 5000 }),
        rate('E.212-310', 999, { forbidden: true }),
        rate('E.212-262-01', 200),
      ]),
      rateAt(exchange, 'EUR', 0)!,
    )
    const dearest = (called: string, mccs?: readonly string[]) => dearestOffer(list, called, mccs, 0)?.priceMicros
    expect(dearest('13105', ['310', '311'])).toBe(80)
    expect(dearest('13105', ['311'])).toBe(50)
    expect(dearest('13105')).toBe(200)
    expect(dearest('447')).toBe(900)
    expect(dearest('49', ['262'])).toBe(200)
    expect(dearest('49', [])).toBeUndefined()
    expect(dearest('33', ['208'])).toBeUndefined()
  })

  it('of a tariff in the base currency costs no memory', () => {
    const tariff = tariffOf([rate('1', 5)])
    expect(priceList(tariff, rateAt(exchange, 'EUR', 0)!).baseMicros).toBeUndefined()
  })

  it('is refused as a whole where its dearest price can not be exact', () => {
    const dear = compileExchange('IRR', [{ currency: 'EUR', rate: '999999999', fromMs: 0 }])
    expect(() => priceList(tariffOf([rate('1', 1_000_000_000)]), rateAt(dear, 'EUR', 0)!)).toThrow(RangeError)
  })
})
