import { describe, expect, it } from 'vitest'
import type { Ask } from './api-client.js'
import { askCost, costAt, durationWords, paceOf, type PoolShape } from './campaign-estimate.js'
import type { Totals } from './campaign-sheet.js'

const pool: PoolShape = {
  ...{ name: 'p', longcode: 10, tollfree: 1, shortcodes: ['US'], sample: '14155550100' },
  priority: { US: ['shortcode', 'tollfree', 'longcode'], CA: ['shortcode', 'longcode', 'tollfree'] },
}

describe('how long a pool takes', () => {
  const table: readonly (readonly [Partial<PoolShape>, number, number, number | undefined, string])[] = [
    [{}, 1000, 0, 10, '1 short code at 100/s'],
    [{}, 1000, 500, 50, '1 short code at 100/s, 10 long codes at 1/s'],
    [{ shortcodes: [] }, 900, 100, 300, '1 toll-free number at 3/s, 10 long codes at 1/s'],
    [{ shortcodes: [], tollfree: 0 }, 900, 100, 100, '10 long codes at 1/s'],
    [{ shortcodes: ['US', 'CA'] }, 1000, 2000, 20, '1 short code at 100/s, 1 short code at 100/s'],
    [{ longcode: 0, shortcodes: [] }, 0, 1, undefined, ''],
    [{}, 0, 0, 0, ''],
  ]
  it.each(table)('%j with %d to the US and %d to Canada: %d s', (more, US, CA, seconds, words) => {
    const pace = paceOf({ ...pool, ...more }, { US, CA })
    expect([pace?.seconds, pace?.words ?? '']).toEqual([seconds, words])
  })

  it('is told in words', () => {
    expect([0.2, 61, 7325].map(durationWords)).toEqual(['1 s', '1 min 1 s', '2 h 2 min'])
  })
})

describe('what it costs', () => {
  const totals = {
    segments: 30,
    byArea: new Map([
      ['1202', { to: '12025550001', segments: 10 }],
      ['1416', { to: '14165550001', segments: 15 }],
      ['1907', { to: '19075550001', segments: 5 }],
    ]),
  } as Partial<Totals> as Totals

  it('is by a price, or by what the switch says for each area code', async () => {
    expect(costAt('0.0045', totals)).toMatchObject({ amount: '0.135', unpriced: 0 })
    expect(() => costAt('-1', totals)).toThrow('--price')
    const asked: unknown[] = []
    const ask = (async (_path: string, init?: RequestInit) => {
      const question = JSON.parse(init?.body as string) as { readonly to: string }
      asked.push(question)
      const prices: Readonly<Record<string, string>> = { '12025550001': '0.01', '14165550001': '0.02' }
      const price = prices[question.to]
      return { currency: 'EUR', ...(price !== undefined && { price }) }
    }) as Ask
    const cost = await askCost(ask, 'acme', '14155550100', totals)
    expect(cost).toMatchObject({ amount: '0.4', currency: 'EUR', unpriced: 5 })
    expect(asked[0]).toEqual({ account: 'acme', from: '14155550100', to: '12025550001' })
  })
})
