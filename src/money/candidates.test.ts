import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRoute, routeOf, routingPlan } from './candidates.js'
import { explainRoute } from './explain-route.js'
import { isProfitable, relativeProfit } from './profit.js'
import { routeRows as rows } from './route-rows.suite.js'
import { questionOf, type QuestionWords } from './routes.suite.js'

describe('the route', () => {
  it.each(rows)('of %j: %s is "%s" with "%s"', (words, candidates, order, fates) => {
    const question = questionOf(candidates, words)
    expect(routeOf(question).join(' ')).toBe(order)
    const decision = decideRoute(question)
    const other = question.candidates.flatMap(({ connection }, i) =>
      decision.fates[i] === 'ready' ? [] : [`${connection} ${decision.fates[i]}`],
    )
    expect(other.join('; ')).toBe(fates)
  })

  it('is the same when it is explained', () => {
    for (const [words, candidates, order, fates] of rows) {
      const explained = explainRoute(questionOf(candidates, words))
      const places = explained.filter(({ place }) => place > 0)
      expect(places.map(({ connection }) => connection).join(' ')).toBe(order)
      expect(places.map(({ place }) => place)).toEqual(places.map((_, i) => i + 1))
      for (const { connection, fate, words: said } of explained) {
        expect(fate === 'ready' || fates.includes(`${connection} ${fate}`)).toBe(true)
        expect(said).toMatch(/^(costs |stands back, |it |its )/)
      }
    }
  })

  it('is told in words and numbers', () => {
    const told = (candidates: string, words: QuestionWords = {}) =>
      explainRoute(questionOf(candidates, words)).map((row) => `${row.place} ${row.connection}: ${row.words}`)
    expect(
      told('a 4000 Gold p7 hunt; b 3000; c 9000 Gold; d 100 Lead; e norate; f 1 off; g 1 p0; h 1 forbid; i 4100 Gold', {
        plan: 'Default 1, Gold 99',
        sale: 5000,
        profit: '500+10%',
      }),
    ).toEqual([
      '1 a: costs 0.004 a unit, profit 0.001, preference 7, category Gold of order 99, weight 1, huntstop',
      '0 b: it comes after a, whose rate is a huntstop: costs 0.003 a unit, profit 0.002, preference 5, category Default of order 1, weight 1',
      '0 c: it costs 0.009 a unit and the customer pays 0.005: profit -0.004, wanted at least 0.0005 and at least 0.0009 (10% of the cost)',
      '0 d: its route category Lead is not in the plan (Gold 99, Default 1)',
      '0 e: its tariff has no rate for this destination',
      '0 f: it is not active',
      '0 g: its rate has preference 0: never route',
      '0 h: its rate forbids this destination',
      '0 i: it comes after a, whose rate is a huntstop: costs 0.0041 a unit, profit 0.0009, preference 5, category Gold of order 99, weight 1',
    ])
    expect(told('a 1 down; b 1 full; c 1 rest')).toEqual([
      '1 b: stands back, being full: costs 0.000001 a unit, preference 5, category Default, weight 1',
      '2 c: stands back, resting after poor success: costs 0.000001 a unit, preference 5, category Default, weight 1',
      '3 a: stands back, its link being down: costs 0.000001 a unit, preference 5, category Default, weight 1',
    ])
    expect(told('a 1 down', { down: 'out' })).toEqual(['0 a: its link is down'])
  })

  it('shares by the weights over many messages, in each place', () => {
    const first = { a: 0, b: 0, c: 0 } as Record<string, number>
    const second = { ...first }
    const runs = 60_000
    for (let i = 0; i < runs; i++) {
      const [one, two] = routeOf(questionOf('a 1 w1; b 1 w2; c 1 w3', { chance: (i + 0.5) / runs }))
      first[one!]!++
      second[two!]!++
    }
    const share = (counts: Record<string, number>) =>
      Object.fromEntries(Object.entries(counts).map(([id, n]) => [id, Math.round((n / runs) * 1000) / 1000]))
    expect(share(first)).toEqual({ a: 0.167, b: 0.333, c: 0.5 })
    // P(a second) = 2/6·1/4 + 3/6·1/3, and so on.
    expect(share(second)).toEqual({ a: 0.25, b: 0.4, c: 0.35 })
  })

  it('has each candidate once, in the route or out of it with a reason', () => {
    const word = fc.constantFrom(
      'p0',
      'p1',
      'p9',
      'Gold',
      'Lead',
      'hunt',
      'forbid',
      'off',
      'down',
      'full',
      'rest',
      'w0',
    )
    const one = fc.tuple(fc.constantFrom('norate', '1', '2', '3'), fc.array(word, { maxLength: 4 }))
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const plan = fc.constantFrom('', 'Gold 2, Default 1', 'Default 1')
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), chance, plan, (list, drawn, planned) => {
        const text = list.map(([price, words], i) => `x${i} ${price} ${words.join(' ')}`).join(';')
        const question = questionOf(text, { chance: drawn, plan: planned, sale: 2, profit: '0' })
        const { order, fates } = decideRoute(question)
        const standing = new Set(['ready', 'full', 'resting', 'linkDown'])
        expect([...order].sort((a, b) => a - b)).toEqual(fates.flatMap((fate, i) => (standing.has(fate) ? [i] : [])))
        expect(fates).toHaveLength(list.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a routing plan', () => {
  it('has each category once', () => {
    const twice = [1, 2].map((order) => ({ category: 'Gold', order }))
    expect(() => routingPlan(twice)).toThrow('the plan has the category Gold twice')
  })
})

describe('the profit guarantee', () => {
  it('is exact for every price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: -10_000, max: 50_000 }), (cost, points) => {
        const product = BigInt(cost) * BigInt(points)
        const up = product > 0n && product % 10_000n !== 0n ? 1n : 0n
        expect(BigInt(relativeProfit(cost, points))).toBe(product / 10_000n + up)
      }),
    )
  })

  it('with neither test set lets everything pass', () => {
    expect(isProfitable({ absoluteMicros: undefined, relativeBasisPoints: undefined, both: true }, 0, 5)).toBe(true)
  })
})
