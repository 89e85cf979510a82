import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRoute, routeOf, routingPlan } from './candidates.js'
import { explainRoute } from './explain-route.js'
import { isProfitable, relativeProfit } from './profit.js'
import { questionOf, type QuestionWords } from './routes.suite.js'

/** What is asked, the candidates, the order, and every fate that is not `ready`. */
type Row = readonly [QuestionWords, candidates: string, order: string, fates: string]

const rows: readonly Row[] = [
  // Price.
  [{}, '', '', ''],
  [{}, 'a 4000', 'a', ''],
  [{}, 'a 4000; b 3000', 'b a', ''],
  [{}, 'a 4000; b 3000; c 3500', 'b c a', ''],
  [{}, 'a 0; b 1', 'a b', ''],
  [{}, 'a 3000; b 3000; c 3000', 'a b c', ''],
  [{}, 'a 4000; b norate', 'a', 'b noRate'],
  [{}, 'a norate; b norate', '', 'a noRate; b noRate'],
  [{}, 'a 4000 off; b 5000', 'b', 'a inactive'],
  [{}, 'a norate off', '', 'a inactive'],
  [{}, 'a 1000 forbid; b 5000', 'b', 'a forbidden'],
  // Several connections of one vendor are candidates like any.
  [{}, 'a1 3000; b1 2500; a2 2000', 'a2 b1 a1', ''],
  [{}, 'a1 3000; a2 3000; b1 2000', 'b1 a1 a2', ''],
  // Preference comes before price; 0 is never.
  [{}, 'a 4000 p6; b 3000 p5', 'a b', ''],
  [{}, 'a 4000 p10; b 1 p1; c 3000 p10', 'c a b', ''],
  [{}, 'a 1000 p0; b 9000', 'b', 'a neverRoute'],
  [{}, 'a 1000 p0 forbid', '', 'a forbidden'],
  [{}, 'a 1000 p0', '', 'a neverRoute'],
  [{}, 'a 4000 p1; b 3000 p2; c 2000 p3; d 1000 p4', 'd c b a', ''],
  // The plan comes before preference; what is not in it is out.
  [{ plan: 'Gold 99, Default 1' }, 'a 1000 p10; b 9000 p1 Gold', 'b a', ''],
  [{ plan: 'Gold 99' }, 'a 1000 p10; b 9000 p1 Gold', 'b', 'a notInPlan'],
  [{ plan: 'Gold 99' }, 'a 1000; b 2000', '', 'a notInPlan; b notInPlan'],
  [{ plan: 'Gold 5, Silver 5' }, 'a 3000 Gold; b 2000 Silver', 'b a', ''],
  [{ plan: 'Gold 5, Silver 5' }, 'a 3000 Gold p6; b 2000 Silver', 'a b', ''],
  [{ plan: 'Gold 3, Silver 2, Default 1' }, 'a 1; b 2 Silver; c 3 Gold; d 1 Gold', 'd c b a', ''],
  [{ plan: 'Gold 1, Default 99' }, 'a 9000; b 1000 Gold', 'a b', ''],
  [{ plan: 'Gold 99' }, 'a 1000 Gold p0; b 2000 Gold', 'b', 'a neverRoute'],
  [{ plan: 'Gold 0' }, 'a 1000 Gold', 'a', ''],
  [{}, 'a 4000 Gold; b 3000 Silver', 'b a', ''],
  // Huntstop: what would come later is not used.
  [{}, 'a 4000; b 3000 hunt', 'b', 'a afterHuntstop'],
  [{}, 'a 4000 hunt; b 3000', 'b a', ''],
  [{}, 'a 4000 hunt; b 3000; c 5000', 'b a', 'c afterHuntstop'],
  [{}, 'a 1000 hunt; b 2000 hunt; c 3000', 'a', 'b afterHuntstop; c afterHuntstop'],
  [{}, 'a 4000 p9 hunt; b 1000', 'a', 'b afterHuntstop'],
  [{ plan: 'Gold 9, Default 1' }, 'a 4000 Gold hunt; b 1000 p10', 'a', 'b afterHuntstop'],
  [{}, 'a 1000 hunt off; b 2000', 'b', 'a inactive'],
  [{}, 'a 1000 hunt p0; b 2000', 'b', 'a neverRoute'],
  [{ plan: 'Default 1' }, 'a 1000 hunt Gold; b 2000', 'b', 'a notInPlan'],
  [{ sale: 2000, profit: '500' }, 'a 1800 hunt p9; b 1000', 'b', 'a unprofitable'],
  [{}, 'a 1000 hunt down; b 2000', 'a', 'a linkDown; b afterHuntstop'],
  [{ down: 'out' }, 'a 1000 hunt down; b 2000', '', 'a down; b afterHuntstop'],
  [{}, 'a 1000 hunt full; b 2000', 'a', 'a full; b afterHuntstop'],
  // Profit.
  [{ sale: 5000, profit: '0' }, 'a 5000; b 5001; c 4999', 'c a', 'b unprofitable'],
  [{ sale: 5000, profit: '1000' }, 'a 4000; b 4001', 'a', 'b unprofitable'],
  [{ sale: 5000, profit: '-500' }, 'a 5500; b 5501', 'a', 'b unprofitable'],
  [{ sale: 5500, profit: '10%' }, 'a 5000; b 5001', 'a', 'b unprofitable'],
  [{ sale: 5000, profit: '12.5%' }, 'a 4444; b 4445', 'a', 'b unprofitable'],
  [{ sale: 5000, profit: '-50%' }, 'a 10000; b 10001', 'a', 'b unprofitable'],
  [{ sale: 5000, profit: '1000 50%' }, 'a 4000; b 3333; c 4001', 'b a', 'c unprofitable'],
  [{ sale: 5000, profit: '1000+50%' }, 'a 4000; b 3333; c 4001', 'b', 'a unprofitable; c unprofitable'],
  [{ sale: 0, profit: '0' }, 'a 0; b 1', 'a', 'b unprofitable'],
  [{ sale: 0, profit: '10%' }, 'a 0', 'a', ''],
  [{ sale: 100 }, 'a 5000', 'a', ''],
  [{ profit: '1000' }, 'a 5000', 'a', ''],
  [{ sale: 100, profit: '1', plan: 'Gold 1' }, 'a 5000', '', 'a notInPlan'],
  // Capacity, rest, links: those that stand back come after those that needn't, whatever they cost.
  [{}, 'a 1000 full; b 9000', 'b a', 'a full'],
  [{}, 'a 1000 full; b 2000 full', 'a b', 'a full; b full'],
  [{}, 'a 1000 rest; b 9000', 'b a', 'a resting'],
  [{}, 'a 1000 rest; b 9000 full; c 99999', 'c b a', 'a resting; b full'],
  [{}, 'a 1000 rest full; b 9000 full', 'b a', 'a resting; b full'],
  [{}, 'a 1000 rest', 'a', 'a resting'],
  [{}, 'a 1000 down; b 9000', 'b a', 'a linkDown'],
  [{}, 'a 1000 down; b 9000 rest; c 5000 full', 'c b a', 'a linkDown; b resting; c full'],
  [{}, 'a 1000 down; b 900 down', 'b a', 'a linkDown; b linkDown'],
  [{ down: 'out' }, 'a 1000 down; b 9000', 'b', 'a down'],
  [{ down: 'out' }, 'a 1000 down; b 9000 down', '', 'a down; b down'],
  [{ down: 'out' }, 'a 1000 down full rest', '', 'a down'],
  [{}, 'a 1000 down off', '', 'a inactive'],
  [{ plan: 'Gold 9, Default 1' }, 'a 1000 Gold full; b 9000', 'b a', 'a full'],
  // Equal candidates share by weight.
  [{ chance: 0 }, 'a 3000 w1; b 3000 w3', 'a b', ''],
  [{ chance: 0.24 }, 'a 3000 w1; b 3000 w3', 'a b', ''],
  [{ chance: 0.25 }, 'a 3000 w1; b 3000 w3', 'b a', ''],
  [{ chance: 0.999 }, 'a 3000 w1; b 3000 w3', 'b a', ''],
  [{ chance: 0.5 }, 'a 3000; b 3000; c 3000; d 3000', 'c a b d', ''],
  [{ chance: 0.999_999 }, 'a 3000; b 3000; c 3000', 'c b a', ''],
  [{ chance: 0.9 }, 'a 3000; b 3000; c 1000', 'c b a', ''],
  [{ chance: 0.9 }, 'a 3000 w0; b 3000 w1; c 3000 w0', 'b a c', ''],
  [{ chance: 0.9 }, 'a 3000 w0; b 3000 w0', 'a b', ''],
  [{ chance: 0.9 }, 'a 3000 p6; b 3000', 'a b', ''],
  [{ chance: 0.9, plan: 'Gold 2, Silver 1' }, 'a 3000 Gold; b 3000 Silver', 'a b', ''],
  [{ chance: 0.9, plan: 'Gold 2, Silver 2' }, 'a 3000 Gold; b 3000 Silver', 'b a', ''],
  [{ chance: 0.9 }, 'a 3000; b 3000 full', 'a b', 'b full'],
  [{ chance: 0.9 }, 'a 3000 hunt; b 3000', 'b a', ''],
  [{ chance: 0 }, 'a 3000 hunt; b 3000', 'a', 'b afterHuntstop'],
]

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
